"""Points that are known keep their places; those that are lost leave them without a jump."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

FADE_SECONDS = 0.3
"""Within this time a point that is lost leaves the place where it was seen for the one that is estimated."""


def with_known_places(found: Array, points: NDArray[np.floating], known: Mask, fps: float) -> Array:
    """Estimated places (T, J, 3) with x and y of known points; unknown ones are led to them without a jump.

    points: (T, J, 2), those where `known` (T, J) mean something.
    """
    result = found.copy()
    off = points - found[..., :2]
    rows = np.arange(len(points))[:, None]
    fade = max(FADE_SECONDS * fps, 1.0)
    shift, weight = np.zeros_like(off, np.float64), np.full((*known.shape, 1), 1e-9)
    for order in (slice(None), slice(None, None, -1)):
        newest = np.maximum.accumulate(np.where(known[order], rows, -1), axis=0)
        age = (rows - newest)[..., None]
        last = np.take_along_axis(off[order], np.maximum(newest, 0)[..., None].repeat(2, axis=-1), axis=0)
        near = np.where((newest >= 0)[..., None], 1 / np.maximum(age, 1) ** 2, 0.0)
        shift += (near * np.exp(-age / fade) * last)[order]
        weight += near[order]
    result[..., :2] += shift / weight
    result[..., :2] = np.where(known[..., None], points, result[..., :2])
    return result

"""How large a person is in the picture, which makes distances in pixels comparable."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import INDEX, LIMBS

Array = NDArray[np.float64]

_BONES = np.array([(INDEX[first], INDEX[second]) for first, second in LIMBS])
_LENGTHS = {"shoulder elbow": 0.172, "elbow wrist": 0.150, "hip knee": 0.245, "knee ankle": 0.246,
            "shoulder shoulder": 0.21, "hip hip": 0.115, "shoulder hip": 0.295}  # fmt: skip
"""Parts of the height; see `mien.bodies.motions.proportions`."""
_EXPECTED = np.array([_LENGTHS[" ".join(name.split("_")[1] for name in bone)] for bone in LIMBS])
_LONG = np.array([bone not in (LIMBS[8], LIMBS[9]) for bone in LIMBS])
"""Shoulders and hips turn away from the viewer for long: their width says little."""
BLOCK_SECONDS = 2.0


def bone_lengths(points: NDArray[np.floating], known: NDArray[np.bool_]) -> Array:
    """Lengths in pixels (T, 12) of the bones `LIMBS`; NaN where an end is unknown."""
    lengths = np.linalg.norm(points[:, _BONES[:, 0]] - points[:, _BONES[:, 1]], axis=-1).astype(np.float64)
    lengths[~(known[:, _BONES[:, 0]] & known[:, _BONES[:, 1]])] = np.nan
    return lengths


def body_size(points: NDArray[np.floating], known: NDArray[np.bool_], fps: float) -> Array:
    """The height in pixels (T,) that the person would have standing upright, from the lengths of its bones.

    A bone looks shorter than it is when it points to the viewer, so that long ones count. Smooth over `BLOCK_SECONDS`.
    Where no bone is known the size is that of the nearest frames; 100 when none ever is.
    """
    sizes = bone_lengths(points, known) / _EXPECTED
    block = max(1, round(BLOCK_SECONDS * fps))
    middles, values = [], []
    for start in range(0, len(points), block):
        own = sizes[start : start + block][:, _LONG]
        seen = own[:, np.isfinite(own).any(axis=0)]
        if seen.size:
            middles.append(start + (min(start + block, len(points)) - start) / 2)
            values.append(float(np.median(np.nanpercentile(seen, 85, axis=0))))
    if not values:
        return np.full(len(points), 100.0)
    return np.maximum(np.interp(np.arange(len(points)), middles, values), 1e-3)

"""Renderer: paths → antialiased frames. Each figure has a round mark that shows its orientation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mien.shapes.corpus.outlines import signed_distance
from mien.shapes.corpus.paths import Path
from mien.shapes.corpus.vocabulary import BACKGROUND, COLOURS, SHAPES, SIDE

Array = NDArray[np.float64]

MARK_AT = 0.42
"""Distance of the mark from the figure's centre along its up axis, relative to its radius."""

MARK_RADIUS = 0.25
"""Radius of the mark, a round hole that shows the background, relative to the figure's radius."""


def render_video(paths: Sequence[Path]) -> NDArray[np.uint8]:
    """Frames (T, 64, 64, 3) uint8 RGB of figures on their paths; later figures are drawn over earlier ones."""
    video = np.full((len(paths[0].radius), SIDE, SIDE, 3), BACKGROUND, np.float64)
    for path in paths:
        # bounding box of the figure in the whole clip
        least, most = (
            (path.centre - path.circumradius[:, None]).min(0),
            (path.centre + path.circumradius[:, None]).max(0),
        )
        left, top = np.clip(np.floor(least) - 1, 0, SIDE).astype(int)
        right, bottom = np.clip(np.ceil(most) + 1, 0, SIDE).astype(int)
        part = video[:, top:bottom, left:right]
        opaque = _coverage(path, np.arange(left, right) + 0.5, np.arange(top, bottom) + 0.5)
        part += opaque[..., None] * (np.array(COLOURS[path.colour]) - part)
    return np.asarray(np.rint(video), np.uint8)


def _coverage(path: Path, columns: Array, rows: Array) -> Array:
    """Fraction of each pixel that a figure covers, (T, H, W) in [0, 1]; columns (W,) and rows (H,): pixel centres."""
    radius, angle = path.radius[:, None, None], path.angle[:, None, None]
    x = columns[None, None, :] - path.centre[:, 0, None, None]
    y = rows[None, :, None] - path.centre[:, 1, None, None]
    outline = signed_distance(SHAPES[path.shape], x, y, radius, angle)
    mark = np.hypot(x - MARK_AT * radius * np.sin(angle), y + MARK_AT * radius * np.cos(angle)) - MARK_RADIUS * radius
    return np.asarray(np.clip(0.5 - outline, 0, 1) * np.clip(0.5 + mark, 0, 1))

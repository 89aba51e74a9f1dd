"""Loose strands of hair: thin ribbons that leave the sheet of the hair at its outline and at the hairline."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.heads.embedded.parts import Part, two_sided

Array = NDArray[np.float64]

_WIDTH = 0.075
"""cm: under a pixel of the corpus's pictures, so that a strand shows as a thin, half-transparent line."""

_POINTS = 4  # along a strand
_MOST = 640


def loose_strands(grid: Array, outward: Array, rng: np.random.Generator, amount: float, curly: bool) -> Part:
    """Ribbons that grow from a sheet of hair.

    grid: (R, C, 3) cm, the sheet from the crown downwards. outward: (R, C, 3) unit vectors away from the head. amount:
    how many, in (0, 1]. curly: short, in all directions; else along the hair, longer.
    """
    rows, columns = grid.shape[:2]
    count = max(round(_MOST * amount), 1)
    low = rng.integers(rows // 6, rows - 2, count)
    # half of them at the lower edge, where a hairline is never a clean one
    low[: count // 2] = rng.integers(rows - 6, rows - 2, count // 2)
    column = rng.integers(0, columns - 1, count)
    root, away = grid[low, column], outward[low, column]
    along = grid[low + 1, column] - grid[low - 1, column]
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    length = np.minimum(rng.gamma(3.0, 0.22 if curly else 0.42, count), 2.6)[:, None]
    lift = rng.uniform(0.1, 0.9, count)[:, None] * (1.6 if curly else 0.55)
    stray = rng.normal(0, 0.8 if curly else 0.28, (count, 3))
    course = along * (0.2 if curly else 1.0) + away * lift + stray
    course /= np.linalg.norm(course, axis=1, keepdims=True)
    bend = rng.normal(0, 0.25, (count, 3)) - [0.0, 0.35, 0.0]  # gravity
    t = np.linspace(0, 1, _POINTS)[None, :, None]
    middle = root[:, None] + length[:, None] * (course[:, None] * t + bend[:, None] * t**2)
    across = np.cross(course, away)
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    half = 0.5 * _WIDTH * (1 - 0.85 * t) * across[:, None]
    positions = np.stack([middle - half, middle + half], axis=2).reshape(-1, 3)
    step = np.arange(_POINTS - 1) * 2
    quad = np.stack([step, step + 2, step + 1, step + 1, step + 2, step + 3], axis=1).reshape(-1, 3)
    faces = (np.arange(count)[:, None, None] * 2 * _POINTS + quad[None]).reshape(-1, 3)
    u = np.broadcast_to(rng.random(count)[:, None, None], (count, _POINTS, 2))
    v = np.broadcast_to((low / rows)[:, None, None] + 0.0 * t, (count, _POINTS, 2))
    texture = np.stack([u, v], axis=-1).reshape(-1, 2)
    return two_sided(Part("hair", positions, faces, texture, np.full(len(positions), -1)))

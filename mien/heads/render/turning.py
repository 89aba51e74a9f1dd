"""A whole head turned before the camera, and what its mesh needs to be seen from all sides."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def turned_frames(
    frames: Iterator[NDArray[np.float64]], turns: NDArray[np.floating] | None
) -> Iterator[NDArray[np.float64]]:
    """Frames of vertices (V, 3), each turned as a whole about the vertical axis by `turns` (T,) radians."""
    if turns is None:
        yield from frames
        return
    for points, angle in zip(frames, turns, strict=True):
        cosine, sine = np.cos(angle), np.sin(angle)
        yield points @ np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]]).T


def outwards(points: NDArray[np.float64], faces: NDArray[np.int32]) -> NDArray[np.int32]:
    """Faces (F, 3) of a pair of parts, one on each side, turned inside out if they look inwards; points: (V, 3)."""
    corners = points[faces]
    left = corners[:, 0, 0] > 0
    volume = 0.0
    for side in (left, ~left):
        a, b, c = (corners[side] - corners[side].mean(axis=(0, 1))).transpose(1, 0, 2)
        volume += float((a * np.cross(b, c)).sum())
    return faces[:, [0, 2, 1]].copy() if volume < 0 else faces


def opened_seam(
    faces: NDArray[np.int32], across: NDArray[np.float64], cylinder: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Faces that do not span a cylindrical texture from its right end to its left one.

    faces: (F, 3). across: (V,) texture coordinate round the cylinder, in [0, 1]. cylinder: (V,) what is on it.
    Returns the faces, and the vertices (D,) of the right end that are doubled: V, V + 1, … in the faces, whose place in
    the texture is one width further to the left.
    """
    corners = across[faces]
    wraps = cylinder[faces].all(axis=1) & (np.ptp(corners, axis=1) > 0.5)
    far = wraps[:, None] & (corners > 0.75)
    doubled, number = np.unique(faces[far], return_inverse=True)
    found = faces.copy()
    found[far] = len(across) + number.reshape(-1)
    return found, doubled.astype(np.int64)

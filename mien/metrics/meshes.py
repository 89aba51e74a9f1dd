"""Measures of triangle meshes: self-intersections."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from mien.heads.render.numba_cache import CACHE


def self_intersections(points: NDArray[np.floating], faces: NDArray[np.integer]) -> int:
    """Number of pairs of triangles that cross; neighbours, which share a vertex, are not counted.

    points: (V, 3). faces: (F, 3). Sweep and prune along x over the triangles' boxes, then the exact test of Möller, "A
    Fast Triangle-Triangle Intersection Test", 1997, as edges against triangles. Triangles in one plane do not count.
    """
    corners = np.ascontiguousarray(np.asarray(points, np.float64)[faces])
    order = np.argsort(corners[..., 0].min(axis=1), kind="stable")
    return int(_count(corners[order], np.ascontiguousarray(np.asarray(faces, np.int64)[order])))


@njit  # type: ignore[untyped-decorator]
def _crosses(p, q, a, b, c):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Whether the segment p–q crosses the triangle a, b, c (Möller and Trumbore, 1997)."""
    d = q - p
    e1, e2 = b - a, c - a
    h = np.cross(d, e2)
    det = e1 @ h
    if abs(det) < 1e-14:
        return False
    s = p - a
    u = (s @ h) / det
    if u < 0.0 or u > 1.0:
        return False
    k = np.cross(s, e1)
    v = (d @ k) / det
    if v < 0.0 or u + v > 1.0:
        return False
    t = (e2 @ k) / det
    return 0.0 <= t <= 1.0


@njit  # type: ignore[untyped-decorator]
def _share(one, other):  # type: ignore[no-untyped-def]  # pragma: no cover
    for i in range(3):
        for j in range(3):
            if one[i] == other[j]:
                return True
    return False


@njit  # type: ignore[untyped-decorator]
def _cross(one, other):  # type: ignore[no-untyped-def]  # pragma: no cover
    for i in range(3):
        j = (i + 1) % 3
        if _crosses(one[i], one[j], other[0], other[1], other[2]):
            return True
        if _crosses(other[i], other[j], one[0], one[1], one[2]):
            return True
    return False


@njit(cache=CACHE)  # type: ignore[untyped-decorator]
def _count(corners, faces):  # type: ignore[no-untyped-def]  # pragma: no cover
    count = 0
    total = corners.shape[0]
    low, high = np.empty((total, 3)), np.empty((total, 3))
    for f in range(total):
        for k in range(3):
            low[f, k] = min(corners[f, 0, k], corners[f, 1, k], corners[f, 2, k])
            high[f, k] = max(corners[f, 0, k], corners[f, 1, k], corners[f, 2, k])
    for f in range(total):
        for g in range(f + 1, total):
            if low[g, 0] > high[f, 0]:
                break
            if low[g, 1] > high[f, 1] or high[g, 1] < low[f, 1] or low[g, 2] > high[f, 2] or high[g, 2] < low[f, 2]:
                continue
            if _share(faces[f], faces[g]):
                continue
            if _cross(corners[f], corners[g]):
                count += 1
    return count

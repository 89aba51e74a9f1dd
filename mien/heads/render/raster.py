"""A z-buffer in numba: which triangle is seen at each pixel, and where on it."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, error_model="numpy")
def _fill(vertices, faces, index, depth, width, height, cull):  # type: ignore[no-untyped-def]  # pragma: no cover
    for f in range(faces.shape[0]):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ax, ay, az = vertices[a, 0], vertices[a, 1], vertices[a, 2]
        bx, by, bz = vertices[b, 0], vertices[b, 1], vertices[b, 2]
        cx, cy, cz = vertices[c, 0], vertices[c, 1], vertices[c, 2]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        # screen y runs downwards, so a triangle that faces the viewer has a negative area
        if area == 0.0 or (cull and area > 0.0) or az <= 0.0 or bz <= 0.0 or cz <= 0.0:
            continue
        low_x = max(int(np.ceil(min(ax, bx, cx) - 0.5)), 0)
        high_x = min(int(np.floor(max(ax, bx, cx) - 0.5)), width - 1)
        low_y = max(int(np.ceil(min(ay, by, cy) - 0.5)), 0)
        high_y = min(int(np.floor(max(ay, by, cy) - 0.5)), height - 1)
        inverse = 1.0 / area
        step_a, step_b = -(cy - by) * inverse, -(ay - cy) * inverse
        step_c = -step_a - step_b
        step_z = step_a * az + step_b * bz + step_c * cz
        for y in range(low_y, high_y + 1):
            py = y + 0.5
            wa = ((cx - bx) * (py - by) - (cy - by) * (low_x + 0.5 - bx)) * inverse
            wb = ((ax - cx) * (py - cy) - (ay - cy) * (low_x + 0.5 - cx)) * inverse
            wc = 1.0 - wa - wb
            z = wa * az + wb * bz + wc * cz
            for x in range(low_x, high_x + 1):
                if wa >= -1e-9 and wb >= -1e-9 and wc >= -1e-9 and z < depth[y, x]:
                    depth[y, x] = z
                    index[y, x] = f
                wa += step_a
                wb += step_b
                wc += step_c
                z += step_z


@njit(cache=True)
def _weights(vertices, faces, index, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    for y in range(index.shape[0]):
        for x in range(index.shape[1]):
            f = index[y, x]
            if f < 0:
                continue
            a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
            ax, ay, bx, by = vertices[a, 0], vertices[a, 1], vertices[b, 0], vertices[b, 1]
            cx, cy = vertices[c, 0], vertices[c, 1]
            inverse = 1.0 / ((bx - ax) * (cy - ay) - (by - ay) * (cx - ax))
            px, py = x + 0.5, y + 0.5
            wa = ((cx - bx) * (py - by) - (cy - by) * (px - bx)) * inverse
            wb = ((ax - cx) * (py - cy) - (ay - cy) * (px - cx)) * inverse
            out[y, x, 0] = wa
            out[y, x, 1] = wb
            out[y, x, 2] = 1.0 - wa - wb


def visible_triangles(
    vertices: NDArray[np.float64], faces: NDArray[np.int32], height: int, width: int, cull: bool = False
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Index of the nearest triangle (H, W), -1 where there is none, and its depth (H, W), inf where there is none.

    Arguments as `rasterise`; `cull` leaves out triangles that turn their back (counter-clockwise is the front, seen
    with y upwards).
    """
    if vertices.ndim != 2 or vertices.shape[1] != 3 or faces.ndim != 2 or faces.shape[1] != 3:
        raise ValueError(f"vertices must be (V, 3) and faces (F, 3), not {vertices.shape} and {faces.shape}")
    index = np.full((height, width), -1, np.int32)
    depth = np.full((height, width), np.inf, np.float32)
    points = np.ascontiguousarray(vertices, np.float64)
    if len(faces):
        if faces.min() < 0 or faces.max() >= len(points):
            raise ValueError("faces name a vertex that does not exist")
        _fill(points, np.ascontiguousarray(faces, np.int32), index, depth, width, height, cull)
    return index, depth


def rasterise(
    vertices: NDArray[np.float64], faces: NDArray[np.int32], height: int, width: int, cull: bool = False
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Triangle index (H, W) int32 (-1 = none) and barycentrics (H, W, 3) float32 of what each pixel's centre sees.

    vertices: (V, 3) in screen space: x to the right and y down in pixels (a pixel's centre is at +0.5), z > 0 the
    depth away from the viewer; a triangle with a vertex at z <= 0 is left out. Depth and barycentrics are linear on
    the screen. Of triangles at equal depth the first wins. Raises ValueError for wrong shapes or indices.
    """
    index, _ = visible_triangles(vertices, faces, height, width, cull)
    weights = np.zeros((height, width, 3), np.float32)
    points = np.ascontiguousarray(vertices, np.float64)
    _weights(points, np.ascontiguousarray(faces, np.int32), index, weights)
    return index, weights

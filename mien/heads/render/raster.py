"""A rasteriser in numba: z-buffer, nearest triangle and barycentric coordinates of each pixel."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from mien.heads.render.numba_cache import CACHE

Buffers = tuple[NDArray[np.int32], NDArray[np.float32]]


_FAR = 1e30  # pixels: a bound that binds no span


@njit(inline="always", error_model="numpy")
def _edge(step, at_corner, down):  # type: ignore[no-untyped-def]  # pragma: no cover
    """An edge as a bound of a row's span: where it crosses the first row, its shift per row, slack left and right.

    The barycentric weight is `at_corner` at the first pixel and grows by `step` per pixel and by `down` per row.
    """
    inverse = 1.0 / step if step != 0.0 else 0.0  # an edge along the rows: the bounding box bounds it
    left, right = 0.0 if step > 0.0 else -_FAR, 0.0 if step < 0.0 else _FAR
    return (-1e-9 - at_corner) * inverse, -down * inverse, left, right


@njit(cache=CACHE, error_model="numpy", nogil=True)
def _fill(vertices, faces, index, depth, cull):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Scan conversion: of each row only the span within the three edges is visited."""
    height, width = index.shape
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
        if low_x > high_x or low_y > high_y:
            continue
        inverse = 1.0 / area
        px, py = low_x + 0.5, low_y + 0.5
        wa = ((cx - bx) * (py - by) - (cy - by) * (px - bx)) * inverse
        wb = ((ax - cx) * (py - cy) - (ay - cy) * (px - cx)) * inverse
        wc = 1.0 - wa - wb
        step_a, step_b = (by - cy) * inverse, (cy - ay) * inverse
        down_a, down_b = (cx - bx) * inverse, (ax - cx) * inverse
        step_c, down_c = -step_a - step_b, -down_a - down_b
        step_z, down_z = step_a * az + step_b * bz + step_c * cz, down_a * az + down_b * bz + down_c * cz
        corner_z = wa * az + wb * bz + wc * cz
        xa, slope_a, left_a, right_a = _edge(step_a, wa, down_a)
        xb, slope_b, left_b, right_b = _edge(step_b, wb, down_b)
        xc, slope_c, left_c, right_c = _edge(step_c, wc, down_c)
        widest = float(high_x - low_x)
        for row in range(high_y - low_y + 1):
            ea, eb, ec = xa + row * slope_a, xb + row * slope_b, xc + row * slope_c
            first = int(np.ceil(max(max(ea + left_a, eb + left_b), max(ec + left_c, 0.0))))
            last = int(np.floor(min(min(ea + right_a, eb + right_b), min(ec + right_c, widest))))
            z = corner_z + row * down_z + first * step_z
            y = low_y + row
            for x in range(low_x + first, low_x + last + 1):
                if z < depth[y, x]:
                    depth[y, x] = z
                    index[y, x] = f
                z += step_z


@njit(cache=CACHE)
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
    vertices: NDArray[np.float64],
    faces: NDArray[np.int32],
    height: int,
    width: int,
    cull: bool = False,
    buffers: Buffers | None = None,
) -> Buffers:
    """Index of the nearest triangle (H, W), -1 where there is none, and its depth (H, W), inf where there is none.

    Arguments as `rasterise`. cull: leave out back faces (counter-clockwise is the front, seen with y upwards).
    buffers: the result of an earlier call, overwritten by this one; fresh memory costs about as much as the triangles.
    Raises ValueError for wrong shapes or indices.
    """
    if vertices.ndim != 2 or vertices.shape[1] != 3 or faces.ndim != 2 or faces.shape[1] != 3:
        raise ValueError(f"vertices must be (V, 3) and faces (F, 3), not {vertices.shape} and {faces.shape}")
    if buffers is None:
        buffers = np.empty((height, width), np.int32), np.empty((height, width), np.float32)
    index, depth = buffers
    if index.shape != (height, width) or depth.shape != (height, width):
        raise ValueError(f"the buffers are for a picture of {index.shape}, not of {(height, width)}")
    index.fill(-1)
    depth.fill(np.inf)
    points = np.ascontiguousarray(vertices, np.float64)
    if len(faces):
        if faces.min() < 0 or faces.max() >= len(points):
            raise ValueError("faces name a vertex that does not exist")
        _fill(points, np.ascontiguousarray(faces, np.int32), index, depth, cull)
    return index, depth


def rasterise(
    vertices: NDArray[np.float64], faces: NDArray[np.int32], height: int, width: int, cull: bool = False
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Triangle index (H, W) int32 (-1 = none) and barycentric coordinates (H, W, 3) float32 at each pixel's centre.

    vertices: (V, 3) in screen space: x to the right and y down in pixels (a pixel's centre is at +0.5), z > 0 the
    depth away from the viewer; a triangle with a vertex at z <= 0 is left out. Depth and barycentric coordinates are
    interpolated linearly in screen space. Of triangles at equal depth the first wins. Raises ValueError for wrong
    shapes or indices.
    """
    index, _ = visible_triangles(vertices, faces, height, width, cull)
    weights = np.zeros((height, width, 3), np.float32)
    points = np.ascontiguousarray(vertices, np.float64)
    _weights(points, np.ascontiguousarray(faces, np.int32), index, weights)
    return index, weights

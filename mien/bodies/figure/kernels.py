"""What is done for each vertex, face and sample of a figure, compiled by numba."""

from __future__ import annotations

import numpy as np
from numba import njit

from mien.heads.render.numba_cache import CACHE

PLAIN, STRIPES, DOTS, CHECKS, BUTTONS, FACE, LEAVES, FUR, STRANDS = range(9)
"""Patterns of a material."""

# columns of the table of materials
RED, GREEN, BLUE, PATTERN, OTHER_RED, OTHER_GREEN, OTHER_BLUE, GLOSS, SHARPNESS, WRAP, GLOW, BUTTONED = range(12)
COLUMNS = 12


@njit(cache=CACHE)
def place_vertices(centre, across, ahead, rise, ring, local, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Vertices (V, 3) from the frames (R, 3) of their rings."""
    for v in range(ring.shape[0]):
        r = ring[v]
        x, y, z = local[v, 0], local[v, 1], local[v, 2]
        for k in range(3):
            out[v, k] = centre[r, k] + x * across[r, k] + y * ahead[r, k] + z * rise[r, k]


@njit(cache=CACHE)
def vertex_normals(points, faces, seam, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Unit normals (V, 3), of faces by their areas; vertices at the same place (S, 2) share theirs."""
    out[:] = 0.0
    for f in range(faces.shape[0]):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ux, uy, uz = points[b, 0] - points[a, 0], points[b, 1] - points[a, 1], points[b, 2] - points[a, 2]
        vx, vy, vz = points[c, 0] - points[a, 0], points[c, 1] - points[a, 1], points[c, 2] - points[a, 2]
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for v in (a, b, c):
            out[v, 0] += nx
            out[v, 1] += ny
            out[v, 2] += nz
    for s in range(seam.shape[0]):
        a, b = seam[s, 0], seam[s, 1]
        for k in range(3):
            total = out[a, k] + out[b, k]
            out[a, k] = total
            out[b, k] = total
    for v in range(out.shape[0]):
        length = np.sqrt(out[v, 0] ** 2 + out[v, 1] ** 2 + out[v, 2] ** 2)
        if length > 1e-12:
            for k in range(3):
                out[v, k] /= length


@njit(cache=CACHE)
def seen_faces(points, faces, thin, width, height, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """How many faces can be seen in a picture, and their numbers in `out` (F,): no backs of closed parts."""
    count = 0
    for f in range(faces.shape[0]):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ax, ay, bx, by, cx, cy = points[a, 0], points[a, 1], points[b, 0], points[b, 1], points[c, 0], points[c, 1]
        if (bx - ax) * (cy - ay) - (by - ay) * (cx - ax) >= 0.0 and not thin[f]:
            continue
        if max(ax, bx, cx) < 0.0 or max(ay, by, cy) < 0.0 or min(ax, bx, cx) > width or min(ay, by, cy) > height:
            continue
        out[count] = f
        count += 1
    return count


@njit(cache=CACHE)
def occlude(points, normals, group, bones, radii, owner, strength, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """How open to light from all sides each vertex (V,) is beside thick bones (B, 2, 3): 1 is wholly open.

    Each bone counts as the sphere around its nearest point. owner: bool (B, G), groups that the bone does not darken.
    """
    for v in range(points.shape[0]):
        open_ = 1.0
        for b in range(bones.shape[0]):
            if owner[b, group[v]]:
                continue
            px, py, pz = points[v, 0] - bones[b, 0, 0], points[v, 1] - bones[b, 0, 1], points[v, 2] - bones[b, 0, 2]
            dx, dy, dz = (
                bones[b, 1, 0] - bones[b, 0, 0], bones[b, 1, 1] - bones[b, 0, 1], bones[b, 1, 2] - bones[b, 0, 2],
            )  # fmt: skip
            square = dx * dx + dy * dy + dz * dz + 1e-9
            t = min(max((px * dx + py * dy + pz * dz) / square, 0.0), 1.0)
            x, y, z = t * dx - px, t * dy - py, t * dz - pz
            distance = np.sqrt(x * x + y * y + z * z) + 1e-9
            radius = radii[b]
            if distance > 4.0 * radius:
                continue
            facing = (x * normals[v, 0] + y * normals[v, 1] + z * normals[v, 2]) / distance
            facing = max((facing + 0.3) / 1.3, 0.0)
            near = min(radius / distance, 1.0)
            open_ *= 1.0 - strength * facing * near * near
        out[v] = open_


@njit(cache=CACHE)
def look_up_shadow(points, depth, bias, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Share of the sun (V,) that reaches points (V, 3) given in the light's own picture with its depths (N, N)."""
    size = depth.shape[0]
    for v in range(points.shape[0]):
        x, y = points[v, 0] - 0.5, points[v, 1] - 0.5
        left, top = int(np.floor(x)), int(np.floor(y))
        fx, fy = x - left, y - top
        lit = 0.0
        # a 4 by 4 neighbourhood with the weights of a linear filter over three texels: soft edges, no steps
        for j in range(-1, 3):
            wy = (1.0 - fy) if j == -1 else (fy if j == 2 else 1.0)
            for i in range(-1, 3):
                wx = (1.0 - fx) if i == -1 else (fx if i == 2 else 1.0)
                row, column = top + j, left + i
                inside = 0 <= row < size and 0 <= column < size
                if not inside or depth[row, column] > points[v, 2] - bias:
                    lit += wx * wy
        out[v] = lit / 9.0

"""What is done for each vertex, face and sample of a figure, compiled by numba."""

from __future__ import annotations

import numpy as np
from numba import njit

from mien.heads.render.numba_cache import CACHE

PLAIN, STRIPES, DOTS, CHECKS, BUTTONS, FACE, LEAVES, FUR, STRANDS = range(9)
"""Patterns of a material."""

# columns of the table of materials
RED, GREEN, BLUE, PATTERN, OTHER_RED, OTHER_GREEN, OTHER_BLUE, GLOSS, SHARPNESS, WRAP, GLOW, BUTTONED, FOLDS = range(13)
COLUMNS = 13


@njit(cache=CACHE)
def place_vertices(centre, across, ahead, rise, ring, local, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Vertices (V, 3) from the frames (R, 3) of their rings."""
    for v in range(ring.shape[0]):
        r = ring[v]
        x, y, z = local[v, 0], local[v, 1], local[v, 2]
        for k in range(3):
            out[v, k] = centre[r, k] + x * across[r, k] + y * ahead[r, k] + z * rise[r, k]


@njit(cache=CACHE)
def bounds(points):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The least and the greatest of each coordinate (3,) of points (V, 3)."""
    low, high = points[0].copy(), points[0].copy()
    for v in range(1, points.shape[0]):
        for k in range(3):
            low[k] = min(low[k], points[v, k])
            high[k] = max(high[k], points[v, k])
    return low, high


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


@njit(cache=CACHE, error_model="numpy", fastmath=True)
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
            t = min(max((px * dx + py * dy + pz * dz) / (dx * dx + dy * dy + dz * dz + 1e-9), 0.0), 1.0)
            x, y, z = t * dx - px, t * dy - py, t * dz - pz
            square, radius = x * x + y * y + z * z + 1e-9, radii[b]
            if square > 12.0 * radius * radius:
                continue
            distance = np.sqrt(square)
            facing = (x * normals[v, 0] + y * normals[v, 1] + z * normals[v, 2]) / distance
            facing = max((facing + 0.3) / 1.3, 0.0)
            near = min(radius / distance, 1.0)
            open_ *= 1.0 - strength * facing * near * near
        out[v] = open_


@njit(cache=CACHE)
def look_up_shadow(points, depth, bias, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Share of the sun (V,) that reaches points (V, 3) given in the light's own picture with its depths (N, N).

    In shadow it is 0.3: what is lit around a figure lights it too.
    """
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
        out[v] = 0.3 + 0.7 * lit / 9.0


@njit(cache=CACHE)
def soften(image, rounds):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Blur an image (H, W) in place by weights 1, 2, 1 along rows and columns, `rounds` times; outside is 0."""
    height, width = image.shape
    for _ in range(rounds):
        for y in range(height):
            before = 0.0
            for x in range(width):
                own = image[y, x]
                after = image[y, x + 1] if x + 1 < width else 0.0
                image[y, x] = 0.25 * before + 0.5 * own + 0.25 * after
                before = own
        for x in range(width):
            before = 0.0
            for y in range(height):
                own = image[y, x]
                after = image[y + 1, x] if y + 1 < height else 0.0
                image[y, x] = 0.25 * before + 0.5 * own + 0.25 * after
                before = own


@njit(cache=CACHE)
def darken(canvas, left, top, cast, place, cast_strength, contact_x, contact_y, contact_strength):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Darken uint8 canvas (H, W, 3) from pixel (left, top) on.

    cast (h, w): a shadow; place: the canvas's pixel where it begins, across and down, and pixels per texel.
    contact_x (K, W'), contact_y (K, H'): blobs as products of a row and a column. Strengths: the light that is taken.
    """
    height, width = cast.shape
    for row in range(contact_y.shape[1]):
        y = min(max((top + row + 0.5 - place[1]) / place[2] - 0.5, 0.0), height - 1.001)
        for column in range(contact_x.shape[1]):
            x = min(max((left + column + 0.5 - place[0]) / place[2] - 0.5, 0.0), width - 1.001)
            i, j = int(x), int(y)
            fx, fy = x - i, y - j
            above = cast[j, i] * (1 - fx) + cast[j, i + 1] * fx
            below = cast[j + 1, i] * (1 - fx) + cast[j + 1, i + 1] * fx
            dark = 0.0
            for k in range(contact_x.shape[0]):
                dark = max(dark, contact_x[k, column] * contact_y[k, row])
            keep = (1.0 - cast_strength * (above * (1 - fy) + below * fy)) * (1.0 - contact_strength * dark)
            if keep < 0.999:
                for k in range(3):
                    value = canvas[top + row, left + column, k]
                    canvas[top + row, left + column, k] = np.uint8(value * keep + 0.5)

"""Phong shading in numba of a head with vertex colours; the same lights as `mien.heads.render.shading`.

Normals and colours are interpolated over the triangles. Anti-aliasing is by 2 x 2 supersampling: a pixel whose four
samples lie in one triangle is shaded once, elsewhere each sample is shaded.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from mien.heads.render.numba_cache import CACHE


@njit(inline="always", fastmath=True, error_model="numpy")
def _fragment(  # type: ignore[no-untyped-def]  # pragma: no cover
    px, py, f, screen, faces, normals, colours, material, light, colour
):
    a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
    ax, ay, bx, by = screen[a, 0], screen[a, 1], screen[b, 0], screen[b, 1]
    cx, cy = screen[c, 0], screen[c, 1]
    inverse = 1.0 / ((bx - ax) * (cy - ay) - (by - ay) * (cx - ax))
    wa = ((cx - bx) * (py - by) - (cy - by) * (px - bx)) * inverse
    wb = ((ax - cx) * (py - cy) - (ay - cy) * (px - cx)) * inverse
    # the middle of a pixel may lie beside a triangle that one of its samples hits
    wa = min(max(wa, 0.0), 1.0)
    wb = min(max(wb, 0.0), 1.0 - wa)
    wc = 1.0 - wa - wb
    x = wa * normals[a, 0] + wb * normals[b, 0] + wc * normals[c, 0]
    y = wa * normals[a, 1] + wb * normals[b, 1] + wc * normals[c, 1]
    z = wa * normals[a, 2] + wb * normals[b, 2] + wc * normals[c, 2]
    length = np.sqrt(x * x + y * y + z * z) + 1e-9
    middle = light.shape[1] // 2
    row, column = int((1.0 - y / length) * middle + 0.5), int((1.0 + x / length) * middle + 0.5)
    kind = material[a]
    for k in range(3):
        paint = wa * colours[a, k] + wb * colours[b, k] + wc * colours[c, k]
        lit = paint * light[kind, row, column, k] + light[kind, row, column, 3 + k] * min(1.0, 4.0 * paint)
        colour[k] = min(max(lit, 0.0), 1.0)


@njit(cache=CACHE, fastmath=True, error_model="numpy")
def shade_painted(  # type: ignore[no-untyped-def]  # pragma: no cover
    index, screen, faces, normals, colours, material, light, linear, srgb, background, out
):
    """Colour the image `out` (H, W, 3) uint8 from 2 x 2 samples a pixel of triangle `index` (2H, 2W).

    colours: (V, 3) linear light in [0, 1]. material: (V,). light: as `light_table` makes it. linear, srgb: tables
    between bytes and light. background: (H, W, 3) uint8.
    """
    colour = np.zeros(3)
    total = np.zeros(3)
    top = srgb.shape[0] - 1
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            f0, f1 = index[2 * y, 2 * x], index[2 * y, 2 * x + 1]
            f2, f3 = index[2 * y + 1, 2 * x], index[2 * y + 1, 2 * x + 1]
            if f0 < 0 and f1 < 0 and f2 < 0 and f3 < 0:
                for k in range(3):
                    out[y, x, k] = background[y, x, k]
                continue
            whole = f0 >= 0 and f0 == f1 and f1 == f2 and f2 == f3
            total[:] = 0.0
            count = 1 if whole else 4
            for j in range(count):
                sy, sx = 2 * y + j // 2, 2 * x + j % 2
                f = index[sy, sx]
                if f < 0:
                    for k in range(3):
                        total[k] += linear[background[y, x, k]]
                    continue
                px = 2 * x + 1.0 if whole else sx + 0.5
                py = 2 * y + 1.0 if whole else sy + 0.5
                _fragment(px, py, f, screen, faces, normals, colours, material, light, colour)
                for k in range(3):
                    total[k] += colour[k]
            for k in range(3):
                out[y, x, k] = srgb[int(total[k] / count * top)]

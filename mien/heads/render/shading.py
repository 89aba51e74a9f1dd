"""The light on a head, per pixel, in numba: skin with a warm terminator, hair, eyes with a highlight, cloth.

Colours are linear inside and sRGB outside. A pixel is shaded once where its four samples see the same surface, and
once for each sample along edges: so outlines are smooth and the inside stays cheap.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

SKIN, EYE, MOUTH, HAIR, CLOTH, LASH, FRAME = 0, 1, 2, 3, 4, 5, 6
"""Materials."""

LINEAR: NDArray[np.float32] = (((np.arange(256) / 255 + 0.055) / 1.055) ** 2.4).astype(np.float32)
LINEAR[:11] = (np.arange(11) / 255 / 12.92).astype(np.float32)
"""sRGB bytes as linear light."""

HIGHLIGHT_STEPS = 1024

NORMAL_STEPS = 257


def highlight_table(strength: NDArray[np.float64], exponent: NDArray[np.float64]) -> NDArray[np.float64]:
    """Blinn's highlight strength * cos ** exponent (M, HIGHLIGHT_STEPS) of M materials for cosines from 0 to 1."""
    cosine = np.linspace(0, 1, HIGHLIGHT_STEPS)
    return strength[:, None] * cosine[None] ** exponent[:, None]


_STEPS = 4096
_SRGB: NDArray[np.uint8] = np.round(
    255 * np.where((_l := np.arange(_STEPS) / (_STEPS - 1)) < 0.0031308, 12.92 * _l, 1.055 * _l ** (1 / 2.4) - 0.055)
).astype(np.uint8)


@njit(cache=True)
def vertex_normals(  # type: ignore[no-untyped-def]  # pragma: no cover
    vertices, faces, out
):
    """Unit normals (V, 3) into `out`: sums of the triangles' normals, weighted by area."""
    out[:] = 0.0
    for f in range(faces.shape[0]):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ux, uy, uz = vertices[b, 0] - vertices[a, 0], vertices[b, 1] - vertices[a, 1], vertices[b, 2] - vertices[a, 2]
        vx, vy, vz = vertices[c, 0] - vertices[a, 0], vertices[c, 1] - vertices[a, 1], vertices[c, 2] - vertices[a, 2]
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for i in (a, b, c):
            out[i, 0] += nx
            out[i, 1] += ny
            out[i, 2] += nz
    for i in range(out.shape[0]):
        length = np.sqrt(out[i, 0] ** 2 + out[i, 1] ** 2 + out[i, 2] ** 2)
        if length > 0:
            out[i] /= length


@njit(inline="always", fastmath=True, error_model="numpy")
def _sample(  # type: ignore[no-untyped-def]  # pragma: no cover
    atlas, linear, x, y, colour
):
    x = min(max(x - 0.5, 0.0), atlas.shape[1] - 1.001)
    y = min(max(y - 0.5, 0.0), atlas.shape[0] - 1.001)
    x0, y0 = int(x), int(y)
    fx, fy = x - x0, y - y0
    for k in range(3):
        top = atlas[y0, x0, k] * (1 - fx) + atlas[y0, x0 + 1, k] * fx
        low = atlas[y0 + 1, x0, k] * (1 - fx) + atlas[y0 + 1, x0 + 1, k] * fx
        # between neighbouring texels the bytes themselves are near enough to linear
        colour[k] = linear[int(top * (1 - fy) + low * fy + 0.5)]


@njit(inline="always", fastmath=True, error_model="numpy")
def _light(  # type: ignore[no-untyped-def]  # pragma: no cover
    material, n, shade, colour, lamps, halves, strengths, ambient, gloss, highlight
):
    """Light `colour` in place: lamps, halves (K, 3) directions; strengths (K, 3); the viewer is at +z."""
    nz = n[2]
    upward = 0.5 + 0.5 * n[1]
    r = ambient[0] * (0.55 + 0.45 * upward)
    g = ambient[1] * (0.55 + 0.45 * upward)
    b = ambient[2] * (0.55 + 0.45 * upward)
    specular = 0.0
    for k in range(lamps.shape[0]):
        d = n[0] * lamps[k, 0] + n[1] * lamps[k, 1] + n[2] * lamps[k, 2]
        if material == 0:
            # blood under the skin carries red light furthest past the terminator
            wr, wg, wb = max((d + 0.32) / 1.32, 0.0), max((d + 0.22) / 1.22, 0.0), max((d + 0.18) / 1.18, 0.0)
            # about w ** 1.3, without the power
            wr, wg, wb = wr * (0.7 + 0.3 * wr), wg * (0.76 + 0.24 * wg), wb * (0.78 + 0.22 * wb)
        else:
            wr = max((d + 0.25) / 1.25, 0.0)
            wg = wr
            wb = wr
        r += strengths[k, 0] * wr
        g += strengths[k, 1] * wg
        b += strengths[k, 2] * wb
        h = min(n[0] * halves[k, 0] + n[1] * halves[k, 1] + n[2] * halves[k, 2], 1.0)
        if d > -0.1 and h > 0.5:
            specular += strengths[k, 1] * highlight[material, int(h * (highlight.shape[1] - 1))]
    edge = 1.0 - max(nz, 0.0)
    sheen = gloss[material] * edge * edge * edge
    colour[0] = shade * (colour[0] * r + specular + sheen * ambient[0])
    colour[1] = shade * (colour[1] * g + specular + sheen * ambient[1])
    colour[2] = shade * (colour[2] * b + specular + sheen * ambient[2])


@njit(cache=True, fastmath=True, error_model="numpy")
def light_table(lamps, strengths, ambient, gloss, highlight):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Light (M, S, S, 6) on M materials for a normal's y (rows, downwards) and x: factors of and additions to RGB.

    The lamps are far away and the viewer is too, so light depends on nothing but the normal and the material.
    """
    size = NORMAL_STEPS
    middle = size // 2
    halves = lamps.copy()
    for k in range(lamps.shape[0]):
        halves[k, 2] += 1.0
        halves[k] /= np.sqrt((halves[k] ** 2).sum())
    table = np.zeros((highlight.shape[0], size, size, 6), np.float32)
    n, white, black = np.zeros(3), np.zeros(3), np.zeros(3)
    for m in range(table.shape[0]):
        for row in range(size):
            for column in range(size):
                n[0], n[1] = (column - middle) / middle, (middle - row) / middle
                length = max(np.sqrt(n[0] * n[0] + n[1] * n[1]), 1.0)
                n[0] /= length
                n[1] /= length
                n[2] = np.sqrt(max(1.0 - n[0] * n[0] - n[1] * n[1], 0.0))
                white[:] = 1.0
                black[:] = 0.0
                _light(m, n, 1.0, white, lamps, halves, strengths, ambient, gloss, highlight)
                _light(m, n, 1.0, black, lamps, halves, strengths, ambient, gloss, highlight)
                for k in range(3):
                    table[m, row, column, k] = white[k] - black[k]
                    table[m, row, column, 3 + k] = black[k]
    return table


@njit(inline="always", fastmath=True, error_model="numpy")
def _fragment(  # type: ignore[no-untyped-def]  # pragma: no cover
    px,
    py,
    f,
    screen,
    faces,
    normals,
    coordinates,
    shade,
    material,
    atlas,
    linear,
    wrinkles,
    folds,
    corner,
    light,
    colour,
    n,
):
    a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
    ax, ay, bx, by = screen[a, 0], screen[a, 1], screen[b, 0], screen[b, 1]
    cx, cy = screen[c, 0], screen[c, 1]
    inverse = 1.0 / ((bx - ax) * (cy - ay) - (by - ay) * (cx - ax))
    wa = ((cx - bx) * (py - by) - (cy - by) * (px - bx)) * inverse
    wb = ((ax - cx) * (py - cy) - (ay - cy) * (px - cx)) * inverse
    wa = min(max(wa, -0.5), 1.5)
    wb = min(max(wb, -0.5), 1.5)
    wc = 1.0 - wa - wb
    for k in range(3):
        n[k] = wa * normals[a, k] + wb * normals[b, k] + wc * normals[c, k]
    length = np.sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]) + 1e-9
    n[0] /= length
    n[1] /= length
    n[2] /= length
    u = wa * coordinates[a, 0] + wb * coordinates[b, 0] + wc * coordinates[c, 0]
    v = wa * coordinates[a, 1] + wb * coordinates[b, 1] + wc * coordinates[c, 1]
    _sample(atlas, linear, u, v, colour)
    dim = min(max(wa * shade[a] + wb * shade[b] + wc * shade[c], 0.0), 1.0)
    kind = material[a]
    if kind == 0:
        x, y = int(u) - corner[1], int(v) - corner[0]
        crease = 0.0
        if 0 <= x < folds.shape[1] and 0 <= y < folds.shape[0]:
            for k in range(folds.shape[2]):
                crease += wrinkles[k] * folds[y, x, k]
        crease = min(crease / 255.0, 0.85)
        colour[0] *= 1 - 0.45 * crease
        colour[1] *= 1 - 0.60 * crease
        colour[2] *= 1 - 0.62 * crease
    middle = light.shape[1] // 2
    row, column = int((1.0 - n[1]) * middle + 0.5), int((1.0 + n[0]) * middle + 0.5)
    for k in range(3):
        colour[k] = dim * (colour[k] * light[kind, row, column, k] + light[kind, row, column, 3 + k])


@njit(cache=True, fastmath=True, error_model="numpy")
def shade_image(  # type: ignore[no-untyped-def]  # pragma: no cover
    index,
    depth,
    screen,
    faces,
    normals,
    coordinates,
    shade,
    material,
    atlas,
    linear,
    srgb,
    wrinkles,
    folds,
    corner,
    light,
    background,
    out,
):
    """Colour the image `out` (H, W, 3) uint8 from 2 x 2 samples a pixel of triangle `index` and `depth` (2H, 2W)."""
    colour = np.zeros(3)
    n = np.zeros(3)
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
            whole = f0 >= 0 and f1 >= 0 and f2 >= 0 and f3 >= 0
            if whole and not (f0 == f1 and f1 == f2 and f2 == f3):
                z0, z1, z2 = depth[2 * y, 2 * x], depth[2 * y, 2 * x + 1], depth[2 * y + 1, 2 * x]
                z3 = depth[2 * y + 1, 2 * x + 1]
                near, far = min(z0, z1, z2, z3), max(z0, z1, z2, z3)
                m = material[faces[f0, 0]]
                whole = (
                    far - near < 0.30
                    and material[faces[f1, 0]] == m
                    and material[faces[f2, 0]] == m
                    and material[faces[f3, 0]] == m
                    and m != 5
                )
            total[:] = 0.0
            # one sample in the pixel's middle, or all four; a single place that shades, because it is inlined
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
                _fragment(
                    px,
                    py,
                    f,
                    screen,
                    faces,
                    normals,
                    coordinates,
                    shade,
                    material,
                    atlas,
                    linear,
                    wrinkles,
                    folds,
                    corner,
                    light,
                    colour,
                    n,
                )
                for k in range(3):
                    total[k] += min(max(colour[k], 0.0), 1.0)
            for k in range(3):
                out[y, x, k] = srgb[int(total[k] / count * top)]


def srgb_table() -> NDArray[np.uint8]:
    """Linear light in 4,096 steps as sRGB bytes."""
    return _SRGB

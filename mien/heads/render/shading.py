"""Shading in numba: Lambert diffuse with wrapped lighting for skin, Blinn-Phong highlights, sheen; textured per pixel.

Light is computed at the vertices and interpolated (Gouraud shading; a visible triangle covers about four pixels), the
texture is sampled per pixel. Computation is in linear light, input and output are sRGB. Anti-aliasing is by 2 x 2
supersampling: a pixel whose four samples lie on one surface is shaded once, at an edge each sample is shaded.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from mien.heads.render.numba_cache import CACHE

SKIN, EYE, MOUTH, HAIR, CLOTH, LASH, FRAME = 0, 1, 2, 3, 4, 5, 6
"""Materials."""

LINEAR: NDArray[np.float32] = (((np.arange(256) / 255 + 0.055) / 1.055) ** 2.4).astype(np.float32)
LINEAR[:11] = (np.arange(11) / 255 / 12.92).astype(np.float32)
"""Linear light in [0, 1] of each sRGB byte."""

HIGHLIGHT_STEPS = 1024

NORMAL_STEPS = 257

SHINE_OF_1 = 60.0
"""The byte of a shine map that stands for the highlight as it is."""


def highlight_table(strength: NDArray[np.float64], exponent: NDArray[np.float64]) -> NDArray[np.float64]:
    """Blinn-Phong highlight strength * cos ** exponent (M, HIGHLIGHT_STEPS) of M materials for cosines from 0 to 1."""
    cosine = np.linspace(0, 1, HIGHLIGHT_STEPS)
    return strength[:, None] * cosine[None] ** exponent[:, None]


_STEPS = 4096
_SRGB: NDArray[np.uint8] = np.round(
    255 * np.where((_l := np.arange(_STEPS) / (_STEPS - 1)) < 0.0031308, 12.92 * _l, 1.055 * _l ** (1 / 2.4) - 0.055)
).astype(np.uint8)


@njit(cache=CACHE, nogil=True)
def vertex_normals(  # type: ignore[no-untyped-def]  # pragma: no cover
    vertices, faces, out
):
    """Fill `out` with unit vertex normals (V, 3): sums of the adjacent triangles' normals, weighted by their area."""
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
def _light(  # type: ignore[no-untyped-def]  # pragma: no cover
    material, nx, ny, nz, lamps, halves, strengths, ambient, gloss, highlight
):
    """Factors of the surface's RGB and additions to it, for a unit normal; the viewer is at +z.

    lamps, halves: (K, 3) unit directions to the lamps, and half-way between lamp and viewer. strengths: (K, 3) RGB.
    """
    upward = 0.5 + 0.5 * ny
    r = ambient[0] * (0.55 + 0.45 * upward)
    g = ambient[1] * (0.55 + 0.45 * upward)
    b = ambient[2] * (0.55 + 0.45 * upward)
    specular = 0.0
    for k in range(lamps.shape[0]):
        d = nx * lamps[k, 0] + ny * lamps[k, 1] + nz * lamps[k, 2]
        if material == 0:
            # subsurface scattering: red light reaches furthest past the terminator
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
        h = min(nx * halves[k, 0] + ny * halves[k, 1] + nz * halves[k, 2], 1.0)
        if d > -0.1 and h > 0.5:
            specular += strengths[k, 1] * highlight[material, int(h * (highlight.shape[1] - 1))]
    edge = 1.0 - max(nz, 0.0)
    sheen = gloss[material] * edge * edge * edge
    return r, g, b, specular + sheen * ambient[0], specular + sheen * ambient[1], specular + sheen * ambient[2]


@njit(inline="always", fastmath=True, error_model="numpy")
def _half_way(lamps):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Unit vectors (K, 3) half-way between each lamp's direction and the viewer's (Blinn)."""
    halves = lamps.copy()
    for k in range(lamps.shape[0]):
        halves[k, 2] += 1.0
        halves[k] /= np.sqrt((halves[k] ** 2).sum())
    return halves


@njit(cache=CACHE, fastmath=True, error_model="numpy")
def light_table(lamps, strengths, ambient, gloss, highlight):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Light (M, S, S, 6) on M materials for a normal's y (rows, downwards) and x: factors of and additions to RGB.

    lamps, strengths: (K, 3) unit directions and RGB. ambient: (3,) RGB. gloss: (M,) sheen at grazing angles.
    highlight: as `highlight_table`. Lamps and viewer are at infinity, so light depends on normal and material alone.
    """
    size = NORMAL_STEPS
    middle = size // 2
    halves = _half_way(lamps)
    table = np.zeros((highlight.shape[0], size, size, 6), np.float32)
    for m in range(table.shape[0]):
        for row in range(size):
            for column in range(size):
                nx, ny = (column - middle) / middle, (middle - row) / middle
                length = max(np.sqrt(nx * nx + ny * ny), 1.0)
                nx, ny = nx / length, ny / length
                nz = np.sqrt(max(1.0 - nx * nx - ny * ny, 0.0))
                light = _light(m, nx, ny, nz, lamps, halves, strengths, ambient, gloss, highlight)
                for k in range(6):
                    table[m, row, column, k] = light[k]
    return table


@njit(cache=CACHE, fastmath=True, error_model="numpy", nogil=True)
def light_vertices(  # type: ignore[no-untyped-def]  # pragma: no cover
    screen, normals, coordinates, shade, material, lamps, strengths, ambient, gloss, highlight, out
):
    """Fill `out` (V, 10), what `shade_image` interpolates: screen x, y; atlas x, y; factors of RGB; additions to it.

    screen: (V, 3) pixels. normals: (V, 3) unit. coordinates: (V, 2) in the atlas, pixels. shade: (V,) ambient
    occlusion in [0, 1]. material: (V,). The light's arguments as `light_table`.
    """
    halves = _half_way(lamps)
    for i in range(out.shape[0]):
        # at the outline a normal may point backwards: z >= 0
        nx, ny = normals[i, 0], normals[i, 1]
        nz = np.sqrt(max(1.0 - nx * nx - ny * ny, 0.0))
        light = _light(material[i], nx, ny, nz, lamps, halves, strengths, ambient, gloss, highlight)
        out[i, 0], out[i, 1] = screen[i, 0], screen[i, 1]
        out[i, 2], out[i, 3] = coordinates[i, 0], coordinates[i, 1]
        for k in range(6):
            out[i, 4 + k] = shade[i] * light[k]


@njit(inline="always", error_model="numpy")
def _is_smooth(f0, f1, f2, f3, z0, z1, z2, z3, material):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Whether four samples of triangles f >= 0 at depths z lie on one surface, so that one sample is enough."""
    if f0 == f1 and f1 == f2 and f2 == f3:
        return True
    m = material[f0]
    same = material[f1] == m and material[f2] == m and material[f3] == m
    return same and m != LASH and max(max(z0, z1), max(z2, z3)) - min(min(z0, z1), min(z2, z3)) < 0.30


@njit(error_model="numpy")
def _place_samples(  # type: ignore[no-untyped-def]  # pragma: no cover
    y, index, depth, material, counts, triangles, places
):
    """The samples that a row of pixels needs: how many of each pixel (0, 1 or 4), their triangles and places.

    Of four samples those that see no triangle are left out of `triangles` (N,) and `places` (N, 2). Returns N.
    """
    n = 0
    for x in range(counts.shape[0]):
        f0, f1 = index[2 * y, 2 * x], index[2 * y, 2 * x + 1]
        f2, f3 = index[2 * y + 1, 2 * x], index[2 * y + 1, 2 * x + 1]
        if (f0 & f1 & f2 & f3) < 0:
            counts[x] = 0
            continue
        z0, z1 = depth[2 * y, 2 * x], depth[2 * y, 2 * x + 1]
        z2, z3 = depth[2 * y + 1, 2 * x], depth[2 * y + 1, 2 * x + 1]
        if (f0 | f1 | f2 | f3) >= 0 and _is_smooth(f0, f1, f2, f3, z0, z1, z2, z3, material):
            counts[x] = 1
            triangles[n], places[n, 0], places[n, 1] = f0, 2 * x + 1.0, 2 * y + 1.0
            n += 1
            continue
        counts[x] = 4
        for j in range(4):
            f = index[2 * y + j // 2, 2 * x + j % 2]
            if f >= 0:
                triangles[n], places[n, 0], places[n, 1] = f, 2 * x + j % 2 + 0.5, 2 * y + j // 2 + 0.5
                n += 1
    return n


@njit(fastmath=True, error_model="numpy")
def _interpolate(n, triangles, places, vertices, faces, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Interpolate the vertices' attributes at n samples: `out` (n, 8) without the screen's x and y."""
    for i in range(n):
        f, px, py = triangles[i], places[i, 0], places[i, 1]
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ax, ay, bx, by = vertices[a, 0], vertices[a, 1], vertices[b, 0], vertices[b, 1]
        cx, cy = vertices[c, 0], vertices[c, 1]
        inverse = 1.0 / ((bx - ax) * (cy - ay) - (by - ay) * (cx - ax))
        # the middle of a pixel may lie beside the triangle that its first sample sees
        wa = min(max(((cx - bx) * (py - by) - (cy - by) * (px - bx)) * inverse, -0.5), 1.5)
        wb = min(max(((ax - cx) * (py - cy) - (ay - cy) * (px - cx)) * inverse, -0.5), 1.5)
        wc = 1.0 - wa - wb
        for k in range(8):
            out[i, k] = wa * vertices[a, 2 + k] + wb * vertices[b, 2 + k] + wc * vertices[c, 2 + k]


@njit(inline="always", fastmath=True, error_model="numpy")
def _crease(u, v, wrinkles, folds, corner):  # type: ignore[no-untyped-def]  # pragma: no cover
    """How deep wrinkles are at a place of the atlas, in [0, 0.85]."""
    x, y = int(u) - corner[1], int(v) - corner[0]
    if x < 0 or y < 0 or x >= folds.shape[1] or y >= folds.shape[0]:
        return 0.0
    depth = 0.0
    for k in range(folds.shape[2]):
        depth += wrinkles[k] * folds[y, x, k]
    return min(depth / 255.0, 0.85)


@njit(inline="always", fastmath=True, error_model="numpy")
def _gloss(u, v, shine, corner):  # type: ignore[no-untyped-def]  # pragma: no cover
    """How strong the highlight is at a place of the atlas."""
    x, y = int(u) - corner[1], int(v) - corner[0]
    if x < 0 or y < 0 or x >= shine.shape[1] or y >= shine.shape[0]:
        return 1.0
    return shine[y, x] / SHINE_OF_1


@njit(inline="always", fastmath=True, error_model="numpy")
def _lit(value, texel, factor, addition, linear):  # type: ignore[no-untyped-def]  # pragma: no cover
    """One channel of a sample, linear light in [0, 1]; `texel` is bilinear in sRGB bytes, near enough to linear."""
    return min(max(linear[int(texel + 0.5)] * value * factor + addition, 0.0), 1.0)


@njit(fastmath=True, error_model="numpy")
def _texture(  # type: ignore[no-untyped-def]  # pragma: no cover
    n, triangles, samples, wrinkled, atlas, linear, wrinkles, folds, shine, corner, out
):
    """Linear RGB (n, 3) of interpolated samples (n, 8): bilinear texels under the light, darker in creases."""
    right, bottom = atlas.shape[1] - 1.001, atlas.shape[0] - 1.001
    for i in range(n):
        u, v = samples[i, 0], samples[i, 1]
        x, y = min(max(u - 0.5, 0.0), right), min(max(v - 0.5, 0.0), bottom)
        x0, y0 = int(x), int(y)
        fx, fy = x - x0, y - y0
        w00, w01, w10, w11 = (1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy
        crease = _crease(u, v, wrinkles, folds, corner) if wrinkled[triangles[i]] else 0.0
        gloss = _gloss(u, v, shine, corner)
        darker = (1 - 0.45 * crease, 1 - 0.60 * crease, 1 - 0.62 * crease)
        for k in range(3):
            top = atlas[y0, x0, k] * w00 + atlas[y0, x0 + 1, k] * w01
            texel = top + atlas[y0 + 1, x0, k] * w10 + atlas[y0 + 1, x0 + 1, k] * w11
            out[i, k] = _lit(darker[k], texel, samples[i, 2 + k], gloss * samples[i, 5 + k], linear)


@njit(error_model="numpy")
def _resolve(  # type: ignore[no-untyped-def]  # pragma: no cover
    y, index, counts, colours, linear, srgb, background, out
):
    """A row of pixels (W, 3) sRGB: each the mean of its samples, the background where they see nothing."""
    top = srgb.shape[0] - 1
    i = 0
    for x in range(out.shape[0]):
        if counts[x] == 0:
            for k in range(3):
                out[x, k] = background[x, k]
        elif counts[x] == 1:
            for k in range(3):
                out[x, k] = srgb[int(colours[i, k] * top)]
            i += 1
        else:
            r, g, b = 0.0, 0.0, 0.0
            for j in range(4):
                if index[2 * y + j // 2, 2 * x + j % 2] >= 0:
                    r, g, b = r + colours[i, 0], g + colours[i, 1], b + colours[i, 2]
                    i += 1
                else:
                    r, g, b = r + linear[background[x, 0]], g + linear[background[x, 1]], b + linear[background[x, 2]]
            out[x, 0], out[x, 1], out[x, 2] = srgb[int(r / 4 * top)], srgb[int(g / 4 * top)], srgb[int(b / 4 * top)]


@njit(cache=CACHE, fastmath=True, error_model="numpy", nogil=True)
def shade_image(  # type: ignore[no-untyped-def]  # pragma: no cover
    index,
    depth,
    vertices,
    faces,
    material,
    wrinkled,
    atlas,
    linear,
    srgb,
    wrinkles,
    folds,
    shine,
    corner,
    background,
    out,
):
    """Colour the image `out` (H, W, 3) uint8 from 2 x 2 samples a pixel of triangle `index` and `depth` (2H, 2W).

    vertices: (V, 10) of `light_vertices`. material, wrinkled: (F,) of each face, and whether a wrinkle can show on it.
    linear, srgb: tables between bytes and light. wrinkles: (K,) strengths of `folds` (h, w, K), whose first row and
    column are `corner` of the atlas. shine: (h, w) strength of the highlight there, of `SHINE_OF_1`, or (0, 0): 1
    everywhere. Row by row: place the samples, interpolate, texture, average.
    """
    height, width = out.shape[0], out.shape[1]
    counts = np.empty(width, np.int32)
    triangles, places = np.empty(4 * width, np.int32), np.empty((4 * width, 2))
    samples, colours = np.empty((4 * width, 8)), np.empty((4 * width, 3))
    for y in range(height):
        n = _place_samples(y, index, depth, material, counts, triangles, places)
        _interpolate(n, triangles, places, vertices, faces, samples)
        _texture(n, triangles, samples, wrinkled, atlas, linear, wrinkles, folds, shine, corner, colours)
        _resolve(y, index, counts, colours, linear, srgb, background[y], out[y])


def srgb_table() -> NDArray[np.uint8]:
    """sRGB bytes (4096,) of linear light from 0 to 1."""
    return _SRGB

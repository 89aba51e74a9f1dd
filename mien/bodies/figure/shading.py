"""Colours of the samples of a picture of a figure, and their mean over the canvas, compiled by numba."""

from __future__ import annotations

import numpy as np
from numba import njit

from mien.bodies.figure.kernels import (
    BLUE,
    BUTTONED,
    CHECKS,
    DOTS,
    FACE,
    FOLDS,
    FUR,
    GLOSS,
    GLOW,
    GREEN,
    LEAVES,
    OTHER_BLUE,
    OTHER_GREEN,
    OTHER_RED,
    PATTERN,
    RED,
    SHARPNESS,
    STRIPES,
    WRAP,
)
from mien.heads.render.numba_cache import CACHE

PERIOD = 9.0
"""Centimetres after which stripes, dots and checks repeat."""


@njit(inline="always")
def _hash(x, y):  # type: ignore[no-untyped-def]  # pragma: no cover
    """A number in [0, 1] for each whole x and y; whole numbers only, so that it is the same on every machine."""
    value = np.int64(x) * 374761393 + np.int64(y) * 668265263
    value = ((value ^ (value >> 13)) * 1274126177) & 0xFFFFFFFF
    return ((value ^ (value >> 16)) & 0xFFFF) / 65535.0


@njit(inline="always")
def _noise(x, y):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Smooth noise in [0, 1] with a grain of one."""
    left, top = np.floor(x), np.floor(y)
    fx, fy = x - left, y - top
    fx, fy = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy)
    above = _hash(left, top) * (1 - fx) + _hash(left + 1, top) * fx
    below = _hash(left, top + 1) * (1 - fx) + _hash(left + 1, top + 1) * fx
    return above * (1 - fy) + below * fy


@njit(inline="always")
def _other_share(kind, u, v):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Share of a material's second colour at a place of its pattern, cm."""
    if kind == STRIPES:
        return 1.0 if v / PERIOD - np.floor(v / PERIOD) < 0.45 else 0.0
    if kind == DOTS:
        row = np.floor(v / (0.75 * PERIOD))
        x = u / PERIOD + (0.5 if row % 2.0 == 1.0 else 0.0)
        dx, dy = (x - np.floor(x) - 0.5) * PERIOD, v - (row + 0.5) * 0.75 * PERIOD
        return 1.0 if dx * dx + dy * dy < 7.5 else 0.0
    if kind == CHECKS:
        a = 0.5 if u / PERIOD - np.floor(u / PERIOD) < 0.5 else 0.0
        b = 0.5 if v / PERIOD - np.floor(v / PERIOD) < 0.5 else 0.0
        return a + b
    return 0.0


@njit(inline="always")
def _four(face, row, column, k, wa, wb, wc, wd):  # type: ignore[no-untyped-def]  # pragma: no cover
    """A channel between four neighbours of the face's picture."""
    above = wa * face[row, column, k] + wb * face[row, column + 1, k]
    return above + wc * face[row + 1, column, k] + wd * face[row + 1, column + 1, k]


@njit(inline="always")
def _bilinear(face, u, v, red, green, blue):  # type: ignore[no-untyped-def]  # pragma: no cover
    """A colour below the face's picture (h, w, 4: premultiplied RGB and opacity) at a place of it."""
    s, t = (u * 0.5 + 0.5) * face.shape[1] - 0.5, v * face.shape[0] - 0.5
    if not (0.0 <= s < face.shape[1] - 1 and 0.0 <= t < face.shape[0] - 1):
        return red, green, blue
    si, ti = int(s), int(t)
    fs, ft = s - si, t - ti
    wa, wb, wc, wd = (1 - fs) * (1 - ft), fs * (1 - ft), (1 - fs) * ft, fs * ft
    keep = 1.0 - _four(face, ti, si, 3, wa, wb, wc, wd)
    return (
        red * keep + _four(face, ti, si, 0, wa, wb, wc, wd),
        green * keep + _four(face, ti, si, 1, wa, wb, wc, wd),
        blue * keep + _four(face, ti, si, 2, wa, wb, wc, wd),
    )


@njit(inline="always")
def _tone(kind, u, v, grain):  # type: ignore[no-untyped-def]  # pragma: no cover
    """How bright a grainy material is at a place of it, cm, against its own colour."""
    if kind == LEAVES:
        line = abs((v * 0.5) - np.floor(v * 0.5) - 0.5) * 2.0
        return 1.0 - grain * ((0.16 if line > 0.8 else 0.0) + 0.14 * _noise(u * 1.7, 0.3))
    if kind == FUR:
        return 1.0 + 0.34 * grain * (_noise(u * 1.6, v * 0.55) - 0.5)
    strand = _noise(u * 1.3 + 7.0, v * 0.06) + 0.5 * _noise(u * 3.1, v * 0.1)
    return 1.0 + 0.5 * grain * (strand - 0.75)


@njit(inline="always")
def _buttons(u, v, red, green, blue):  # type: ignore[no-untyped-def]  # pragma: no cover
    """A colour with a row of buttons and the seams beside it."""
    if abs(u) > 2.4:
        return red, green, blue
    down = (v / 8.5 - np.floor(v / 8.5) - 0.5) * 8.5
    if u * u + down * down < 0.9:
        if red + green + blue < 0.9:
            return 0.75, 0.75, 0.72
        return red * 0.45, green * 0.45, blue * 0.45
    tone = 0.72 if abs(abs(u) - 2.1) < 0.28 else 1.0
    return red * tone, green * tone, blue * tone


@njit(inline="always")
def _albedo(materials, m, u, v, face, grain):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Colour of a material, row m of the table, at a place of its pattern."""
    red, green, blue, kind = materials[m, RED], materials[m, GREEN], materials[m, BLUE], materials[m, PATTERN]
    if kind == FACE:
        red, green, blue = _bilinear(face, u, v, red, green, blue)
    elif kind >= LEAVES:
        tone = _tone(kind, u, v, grain)
        red, green, blue = red * tone, green * tone, blue * tone
    else:
        other = _other_share(kind, u, v)
        red += other * (materials[m, OTHER_RED] - red)
        green += other * (materials[m, OTHER_GREEN] - green)
        blue += other * (materials[m, OTHER_BLUE] - blue)
        if materials[m, BUTTONED] > 0.0:
            red, green, blue = _buttons(u, v, red, green, blue)
    return red, green, blue


@njit(inline="always")
def _light(materials, m, light, half, nx, ny, nz, ao, sun):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Light on a surface with a normal, three channels, and its highlight. half: between the sun and the viewer."""
    wrap = materials[m, WRAP]
    facing = (nx * light[0, 0] + ny * light[0, 1] + nz * light[0, 2] + wrap) / (1.0 + wrap)
    facing = max(facing, 0.0) * sun * (0.5 + 0.5 * ao)
    sky, below, glow = ao * (0.92 - 0.16 * ny), ao * max(ny, 0.0), materials[m, GLOW]
    shine = 0.0
    if materials[m, GLOSS] > 0.0:
        along = max(nx * half[0] + ny * half[1] + nz * half[2], 0.0)
        shine = materials[m, GLOSS] * along ** materials[m, SHARPNESS] * (0.25 + 0.75 * sun)
    return (
        light[1, 0] * facing + light[2, 0] * sky + light[3, 0] * below + glow,
        light[1, 1] * facing + light[2, 1] * sky + light[3, 1] * below + glow,
        light[1, 2] * facing + light[2, 2] * sky + light[3, 2] * below + glow,
        shine,
    )


@njit(inline="always")
def _weights(points, a, b, c, x, y):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Barycentric weights of a place in a triangle, and whether its back is seen."""
    ax, ay, bx, by = points[a, 0], points[a, 1], points[b, 0], points[b, 1]
    cx, cy = points[c, 0], points[c, 1]
    area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    wa = ((cx - bx) * (y - by) - (cy - by) * (x - bx)) / area
    wb = ((ax - cx) * (y - cy) - (ay - cy) * (x - cx)) / area
    return wa, wb, 1.0 - wa - wb, area > 0.0


@njit(inline="always")
def _mean(attributes, k, a, b, c, wa, wb, wc):  # type: ignore[no-untyped-def]  # pragma: no cover
    """An attribute between the corners of a triangle."""
    return wa * attributes[a, k] + wb * attributes[b, k] + wc * attributes[c, k]


@njit(inline="always")
def _shown(value):  # type: ignore[no-untyped-def]  # pragma: no cover
    """A brightness as it is shown: what is brighter than 0.75 comes near to 1 slowly, as on film."""
    return value if value < 0.75 else 1.0 - 0.25 * np.exp(-4.0 * (value - 0.75))


@njit(inline="always")
def _sample(  # type: ignore[no-untyped-def]  # pragma: no cover
    points, attributes, a, b, c, materials, m, light, half, face, grain, x, y
):
    """Colour of a triangle at a sample, [0, 1]."""
    wa, wb, wc, back = _weights(points, a, b, c, x, y)
    nx = _mean(attributes, 0, a, b, c, wa, wb, wc)
    ny = _mean(attributes, 1, a, b, c, wa, wb, wc)
    nz = _mean(attributes, 2, a, b, c, wa, wb, wc)
    u = _mean(attributes, 3, a, b, c, wa, wb, wc)
    v = _mean(attributes, 4, a, b, c, wa, wb, wc)
    ao = _mean(attributes, 5, a, b, c, wa, wb, wc)
    sun = _mean(attributes, 6, a, b, c, wa, wb, wc)
    length = np.sqrt(nx * nx + ny * ny + nz * nz) + 1e-9
    if back and nz > 0.0:
        length = -length  # the inner side of cloth
    folds = materials[m, FOLDS] * grain
    if folds > 0.0:
        nx += folds * length * (_noise(u * 0.24 + v * 0.04, v * 0.06 - u * 0.02) - 0.5)
        ny += 0.6 * folds * length * (_noise(u * 0.1 + 31.0, v * 0.14 + u * 0.06) - 0.5)
        length *= np.sqrt(nx * nx + ny * ny + nz * nz) / abs(length)
    red, green, blue = _albedo(materials, m, u, v, face, grain)
    lr, lg, lb, shine = _light(materials, m, light, half, nx / length, ny / length, nz / length, ao, sun)
    return (
        _shown(red * lr + shine * light[1, 0]),
        _shown(green * lg + shine * light[1, 1]),
        _shown(blue * lb + shine * light[1, 2]),
    )


@njit(cache=CACHE, error_model="numpy", fastmath=True)
def shade(  # type: ignore[no-untyped-def]  # pragma: no cover
    points,
    attributes,
    faces,
    numbers,
    face_material,
    materials,
    index,
    face,
    light,
    grain,
    samples,
    corner,
    canvas,
    mask,
):
    """Lay a figure over a canvas.

    points (V, 3): in samples of the crop whose first pixel is `corner` (left, top). attributes (V, 7): normal, place in
    the pattern, openness to the sky, share of the sun. faces (F, 3), numbers (K,): the face of each entry of index (H
    samples, W samples), -1 where there is none. materials: rows of the table. face: (h, w, 4) the face's picture, see
    `face_painting.py`. light: (4, 3) direction, sun, ambient, ground. grain: how much of fine texture can be seen.
    canvas: uint8 (H, W, 3), changed. mask: float32 (H, W), set to the share of the pixel that the figure covers.
    """
    half = np.array([light[0, 0], light[0, 1], light[0, 2] - 1.0])
    half /= np.sqrt((half * half).sum()) + 1e-9
    share = 1.0 / (samples * samples)
    for row in range(index.shape[0] // samples):
        for column in range(index.shape[1] // samples):
            total_r, total_g, total_b, count = 0.0, 0.0, 0.0, 0
            for j in range(samples):
                for i in range(samples):
                    y, x = row * samples + j, column * samples + i
                    if index[y, x] < 0:
                        continue
                    count += 1
                    f = numbers[index[y, x]]
                    red, green, blue = _sample(
                        points,
                        attributes,
                        faces[f, 0],
                        faces[f, 1],
                        faces[f, 2],
                        materials,
                        face_material[f],
                        light,
                        half,
                        face,
                        grain,
                        x + 0.5,
                        y + 0.5,
                    )
                    total_r += red
                    total_g += green
                    total_b += blue
            if count > 0:
                behind, scale = 1.0 - count * share, 255.0 * share
                y, x = corner[1] + row, corner[0] + column
                canvas[y, x, 0] = np.uint8(canvas[y, x, 0] * behind + total_r * scale + 0.5)
                canvas[y, x, 1] = np.uint8(canvas[y, x, 1] * behind + total_g * scale + 0.5)
                canvas[y, x, 2] = np.uint8(canvas[y, x, 2] * behind + total_b * scale + 0.5)
                mask[y, x] = count * share

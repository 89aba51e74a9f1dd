"""The texture atlas of a head: skin, lips, brows, irises, teeth, hair strands and cloth, painted procedurally.

The skin is a cylindrical projection (azimuth across, level downwards). The face is painted in frontal coordinates (cm),
so that strokes follow the anatomy.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.heads.appearance import Appearance, Colour
from mien.heads.embedded.surface import EYE_CENTRE, LEVELS, bump, smoothstep
from mien.heads.embedded.topology import mouth_line
from mien.heads.embedded.wardrobe import hairline_level
from mien.heads.render.ageing import aged_skin, strong_freckles
from mien.heads.render.atlas import FACE, HEIGHT, PLACES, SKIN_HEIGHT, STRIP, WIDTH
from mien.heads.render.canvas import (
    blank_canvas,
    draw_lines,
    front,
    mix,
    onto_skin,
    short_strands,
    speckle,
)
from mien.heads.render.complexion import lived_in, natural_teeth, off_white_eye

Array = NDArray[Any]

WRINKLES = ("frown", "forehead", "nose", "fold")
"""The wrinkle maps: between the brows, across the forehead, on the nasal root, nasolabial folds."""


GREY_HAIR: Colour = (0.72, 0.71, 0.70)
WHITE_HAIR: Colour = (0.85, 0.85, 0.85)
COLOURED = 1 - 0.85
"""How much of its own colour a wholly grey hair keeps."""

TONGUE: Colour = (0.72, 0.36, 0.36)
LASHES: Colour = (0.07, 0.05, 0.05)


def brow_curve(t: Array) -> tuple[Array, Array]:
    """x, y (cm) of the brow's middle line: t = 0 at the inner end, 1 at the outer."""
    x = 1.15 + 3.75 * t
    y = 1.62 + 0.80 * np.sin(np.pi * (0.12 + 0.74 * t)) ** 1.3 - 0.42 * t**3
    return x, y


def brow_hairs(appearance: Appearance, rng: np.random.Generator) -> Array:
    """Density of the brows on `FACE`, in [0, 1]."""
    canvas = blank_canvas()
    count = int(150 + 260 * appearance.brow_weight)
    for sign in (-1.0, 1.0):
        for t in rng.uniform(0, 1, count):
            x, y = brow_curve(np.array([t]))
            half = (0.16 + 0.30 * appearance.brow_width) * (1 - 0.72 * t**1.6) * (0.75 + 0.5 * min(t * 6, 1) - 0.25)
            off = rng.uniform(-1, 1) * half
            # hairs rise at the inner end, lie along the brow in the middle, and slope down at the outer end
            lean = np.interp(t, [0, 0.15, 0.5, 1.0], [1.25, 0.75, 0.22, -0.30]) - 0.5 * off + rng.normal() * 0.10
            length = rng.uniform(0.28, 0.55) * (1 - 0.35 * t)
            s = np.linspace(-0.3, 0.7, 4)
            hx = x[0] + np.cos(lean) * length * s
            hy = y[0] + off + np.sin(lean) * length * s - 0.10 * (s * length) ** 2
            draw_lines(canvas, np.stack([sign * hx, hy], 1), 0.035, int(rng.uniform(120, 230)))
    soft = cv2.GaussianBlur(canvas, (0, 0), 4.0)
    return np.clip(onto_skin(canvas) * 0.9 + onto_skin(soft) * (0.35 + 0.6 * appearance.brow_weight), 0, 1)


def _lip_mask(x: Array, y: Array) -> Array:
    height_up = np.interp(np.abs(x), [0, 0.18, 0.42, 0.8, 1.4, 2.0, 2.5], [0.60, 0.66, 0.74, 0.66, 0.48, 0.24, 0.02])
    height_low = np.interp(np.abs(x), [0, 0.5, 1.0, 1.6, 2.1, 2.5], [0.92, 0.90, 0.78, 0.52, 0.24, 0.02])
    d = y - mouth_line(x)
    inside = np.where(d > 0, d / height_up, -d / height_low)
    return smoothstep(inside, 1.10, 0.86) * (np.abs(x) < 2.62)


def skin_tones(image: Array, a: Appearance, rng: np.random.Generator) -> Array:
    """Skin with blush, occlusion in its hollows, nostrils and freckles."""
    x, y, mask = front()
    skin = np.array(a.skin)
    red = np.clip(skin * [1.04, 0.74, 0.70], 0, 1)
    dark = skin * [0.70, 0.58, 0.54]
    image = image * (1 + 0.012 * speckle(rng, x.shape, 5.0) + 0.012 * speckle(rng, x.shape, 1.2))[..., None]
    warm = 0.8 * bump(x, y, (3.7, -3.0), (1.4, 1.2)) * a.blush + 0.30 * bump(x, y, (0.0, -3.6), (1.2, 0.8))
    warm = warm + 0.22 * bump(x, y, (0, -10), (1.2, 0.8)) + 0.15 * bump(x, y, (6.5, -1), (1.0, 2.0))
    image = mix(image, red, 0.55 * warm * mask)
    # ambient occlusion and thin skin: sockets, beside the nose, nostrils, under the lip, under the chin
    shade = 0.42 * bump(x, y, (1.95, 0.25), (0.55, 0.7)) + 0.30 * bump(x, y, (3.1, 1.05), (1.5, 0.35))
    shade = shade + 0.26 * bump(x, y, (2.9, -1.15), (1.1, 0.28)) + 0.38 * bump(x, y, (1.82, -3.6), (0.20, 0.55))
    shade = shade + 0.22 * bump(x, y, (0, -8.05), (1.2, 0.28)) + 0.22 * bump(x, y, (0, -5.15), (0.2, 0.45))
    shade = shade + 0.30 * bump(x, y, (2.65, -6.6), (0.25, 0.22)) + 0.25 * bump(x, y, (0.0, -4.5), (0.9, 0.18))
    image = mix(image, dark, shade * mask)
    under = smoothstep(y, -10.9, -12.2) * smoothstep(y, -17.0, -13.0)
    image = mix(image, dark, 0.55 * under)
    nostril = bump(x, y, (0.64, -4.14), (0.27, 0.13), 0.22)
    image = mix(image, skin * [0.22, 0.12, 0.10], 1.25 * smoothstep(nostril, 0.25, 0.8) * mask)
    if a.freckles > 0:
        spots = np.clip(speckle(rng, x.shape, 1.6) - 1.5, 0, 1) * bump(x, y, (2.4, -2.0), (2.4, 1.4))
        image = mix(image, skin * [0.66, 0.48, 0.36], 0.9 * a.freckles * spots * mask)
    return image


def lids(image: Array, a: Appearance) -> Array:
    """Lash lines, the crease of the upper lid, and eye shadow."""
    from mien.heads.embedded.topology import FISSURE, lower_lid, upper_lid

    t = np.linspace(0, 1, 40)
    x = FISSURE[0] + (FISSURE[1] - FISSURE[0]) * t
    lash, crease, paint = blank_canvas(), blank_canvas(), blank_canvas()
    for sign in (-1.0, 1.0):
        draw_lines(lash, np.stack([sign * x, upper_lid(t) + 0.02], 1), 0.08 + 0.03 * a.makeup, 225)
        draw_lines(lash, np.stack([sign * x[8:], lower_lid(t)[8:] - 0.02], 1), 0.04 + 0.04 * a.makeup, 110)
        lifted = upper_lid(t) + 0.30 * np.sin(np.pi * t) ** 0.6 + 0.06
        draw_lines(crease, np.stack([sign * x, lifted], 1), 0.07, 200)
        draw_lines(paint, np.stack([sign * x, upper_lid(t) + 0.20], 1), 0.42, 255)
    image = mix(image, np.array(a.skin) * [0.55, 0.42, 0.38], 0.85 * onto_skin(cv2.GaussianBlur(crease, (0, 0), 2.0)))
    image = mix(
        image, np.array(a.skin) * [0.60, 0.46, 0.48], a.makeup * 0.55 * onto_skin(cv2.GaussianBlur(paint, (0, 0), 7.0))
    )
    return mix(image, (0.10, 0.06, 0.05), onto_skin(cv2.GaussianBlur(lash, (0, 0), 1.4)) * 1.1)


def lips(image: Array, a: Appearance, rng: np.random.Generator) -> Array:
    """The red of the lips and the line along which they touch."""
    x, y, mask = front()
    amount = _lip_mask(x, y) * mask
    colour = np.array(a.lips) * (1 + 0.05 * speckle(rng, x.shape, 1.5))[..., None]
    d = y - mouth_line(x)
    image = image + (colour - image) * (amount * (0.80 + 0.15 * a.makeup))[..., None]
    upper = smoothstep(d, 0.0, 0.15) * amount
    image = mix(image, np.array(a.lips) * 0.72, 0.42 * upper)
    contact = np.exp(-((d / 0.065) ** 2)) * smoothstep(np.abs(x), 2.60, 2.0) * mask
    return mix(image, np.array(a.lips) * [0.34, 0.20, 0.20], 0.95 * contact)


def beard_area(x: Array, y: Array) -> tuple[Array, Array]:
    """Where a beard and a moustache grow, in [0, 1]."""
    ax = np.abs(x)
    line = -6.4 + 0.62 * np.maximum(ax - 2.4, 0) ** 1.25
    beard = smoothstep(y, line + 0.9, line - 0.7) * smoothstep(y, -13.6, -11.8)
    around_lip = 1 - smoothstep(((ax / 2.75) ** 2 + ((y + 6.6) / 1.30) ** 2), 1.25, 0.8)
    soul = 1 - 0.65 * bump(x, y, (1.35, -8.1), (0.6, 0.5))
    top = -4.75 - 0.30 * ax**1.6
    moustache = smoothstep(y, top + 0.12, top - 0.22) * smoothstep(y, mouth_line(x) + 0.35, mouth_line(x) + 0.62)
    moustache = moustache * smoothstep(ax, 3.0, 2.5) + 0.9 * bump(x, y, (2.9, -7.0), (0.28, 0.8))
    return beard * around_lip * soul, np.clip(moustache, 0, 1) * (1 - 0.4 * bump(x, y, (0.0, -5.2), (0.15, 0.6)))


def chin_area(x: Array, y: Array) -> Array:
    """The part of a beard's area that a goatee keeps, in [0, 1]."""
    chin = smoothstep((x / 2.55) ** 2 + ((y + 10.0) / 2.25) ** 2, 1.25, 0.75)
    return np.maximum(chin, smoothstep(np.abs(x), 0.95, 0.45) * smoothstep(y, -7.2, -7.6))


def facial_hair(image: Array, a: Appearance, rng: np.random.Generator) -> Array:
    """Stubble, beard, goatee and moustache."""
    if max(a.stubble, a.beard, a.moustache, a.goatee) <= 0:
        return image
    x, y, mask = front()
    colour = np.array(a.beard_colour or a.hair)
    beard, moustache = beard_area(x, y)
    area = np.maximum(beard, moustache) * mask
    image = mix(image, np.array(a.skin) * 0.35 + np.array([0.30, 0.33, 0.36]) * 0.35, 0.45 * a.stubble * area)
    dots = np.clip(speckle(rng, x.shape, 0.8), 0, 1)
    image = mix(image, colour * 0.7, 0.5 * a.stubble * area * dots)
    strands = short_strands(rng, x.shape)
    grown = np.maximum(np.maximum(beard * a.beard, moustache * a.moustache), beard * chin_area(x, y) * a.goatee) * mask
    colour = colour[None, None] * (0.55 + 0.75 * strands)[..., None]
    return image + (np.clip(colour, 0, 1) - image) * np.clip(grown * (0.70 + 0.35 * strands), 0, 1)[..., None]


def scalp(image: Array, a: Appearance, rng: np.random.Generator) -> Array:
    """Hair roots on the skin above the hairline."""
    if a.hair_style == "bald":
        return image
    rows = int(LEVELS[10] / LEVELS[-1] * SKIN_HEIGHT)
    azimuth = ((np.arange(WIDTH, dtype=np.float32) + 0.5) / WIDTH - 0.5) * np.float32(2 * np.pi)
    level = ((np.arange(rows) + 0.5) / SKIN_HEIGHT * LEVELS[-1]).astype(np.float32)
    end = hairline_level(a.hair_style, azimuth).astype(np.float32)
    strands = short_strands(rng, (rows, WIDTH))
    distance = end[None] - level[:, None] + np.float32(0.7) * (strands - np.float32(0.5))
    density = smoothstep(distance, -0.55, 0.50)
    colour = hair_colours(a)[0].astype(np.float32) * (0.65 + 0.5 * strands)[..., None]
    image[:rows] += (np.minimum(colour, 1) - image[:rows]) * density[..., None]
    return image


def hair_colours(a: Appearance) -> tuple[Array, Array]:
    """RGB of the hair, grey included, and RGB of its light strands."""
    base = np.array(a.hair)
    base = base + (np.array(GREY_HAIR) - base) * a.grey * 0.85
    return base, np.clip(base * 1.5 + 0.05, 0, 1)


def age_lines(image: Array, a: Appearance) -> Array:
    """Lines on the forehead, from nose to mouth, beside and below the eyes."""
    maps = wrinkle_maps()
    _, _, mask = front()
    lines = 0.5 * maps[..., 1] + 0.6 * maps[..., 3] + 0.35 * maps[..., 0]
    crow = blank_canvas()
    bags = blank_canvas()
    for sign in (-1.0, 1.0):
        for k in (-1, 0, 1):
            s = np.linspace(0, 1, 6)
            draw_lines(crow, np.stack([sign * (4.85 + 0.9 * s), 0.1 + k * (0.16 + 0.34 * s) - 0.1 * s], 1), 0.05, 190)
        s = np.linspace(0, 1, 12)
        draw_lines(
            bags, np.stack([sign * (1.9 + 2.2 * s), -0.75 - 0.55 * np.sin(np.pi * (0.1 + 0.75 * s))], 1), 0.06, 200
        )
    lines = (
        lines / 255 + onto_skin(cv2.GaussianBlur(crow, (0, 0), 1.5)) + onto_skin(cv2.GaussianBlur(bags, (0, 0), 2.0))
    )
    return mix(image, np.array(a.skin) * [0.62, 0.50, 0.46], 0.85 * a.wrinkles * lines * mask)


@cache
def wrinkle_maps() -> NDArray[np.uint8]:
    """Strength uint8 (H, W, 4) of each wrinkle map of `WRINKLES` on the rows and columns of `FACE`."""
    canvases = [blank_canvas() for _ in WRINKLES]
    s = np.linspace(0, 1, 14)
    for sign in (-1.0, 1.0):
        draw_lines(canvases[0], np.stack([sign * (0.48 + 0.12 * np.sin(3 * s)), 1.15 + 1.35 * s], 1), 0.11, 255)
        draw_lines(canvases[0], np.stack([sign * (0.95 + 0.2 * s), 1.55 + 0.95 * s], 1), 0.07, 150)
        for k in range(3):
            draw_lines(canvases[2], np.stack([sign * (0.15 + 1.05 * s), 0.75 - 0.42 * k - 0.35 * s], 1), 0.07, 220)
        fold = np.stack([sign * (1.78 + 1.15 * s**0.85), -3.75 - 2.75 * s - 0.35 * np.sin(np.pi * s)], 1)
        draw_lines(canvases[3], fold, 0.14, 255)
    for k in range(4):
        wave = np.linspace(-1, 1, 40)
        line = 3.75 + 0.85 * k + 0.22 * np.cos(wave * 4.2) * (1 if k % 2 else 0.7)
        draw_lines(canvases[1], np.stack([wave * (3.7 - 0.25 * k), line], 1), 0.09, 235)
    out = [onto_skin(cv2.GaussianBlur(c, (0, 0), 2.4)) for c in canvases]
    return np.clip(np.stack(out, -1) * 255, 0, 255).astype(np.uint8)


def eye(a: Appearance, rng: np.random.Generator) -> Array:
    """White, iris and pupil, a disc."""
    size = STRIP
    g = (np.arange(size) + 0.5) / size * 2 - 1
    x, y = np.meshgrid(g, g)
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    iris = 0.265
    image = np.broadcast_to(np.array([0.93, 0.91, 0.89]), (size, size, 3)).copy()
    image = mix(image, (0.86, 0.62, 0.58), 0.9 * smoothstep(radius, 0.50, 0.80))
    fibres = sum(np.cos(k * angle + rng.uniform(0, 6.3)) * rng.uniform(0.3, 1) for k in (9, 17, 29, 43)) / 2.2
    r = radius / iris
    base = np.array(a.eyes)[None, None] * (0.95 + 0.24 * fibres + 0.30 * smoothstep(r, 0.95, 0.45))[..., None]
    base = mix(base, np.array(a.eyes) * [1.2, 0.95, 0.6], 0.45 * np.exp(-(((r - 0.5) / 0.14) ** 2)))
    base = base * (1 - 0.72 * smoothstep(r, 0.80, 1.0))[..., None]
    inside = smoothstep(radius, iris + 0.014, iris - 0.014)
    image = image + (np.clip(base, 0, 1) - image) * inside[..., None]
    return mix(image, (0.02, 0.02, 0.02), smoothstep(radius, 0.118, 0.095))


def teeth() -> Array:
    """An arch of teeth and its gum."""
    u, v = np.meshgrid((np.arange(STRIP) + 0.5) / STRIP, (np.arange(STRIP) + 0.5) / STRIP)
    image = np.broadcast_to(np.array([0.93, 0.91, 0.85]), (STRIP, STRIP, 3)).copy()
    edges = 0.5 + np.array([-0.46, -0.39, -0.32, -0.25, -0.175, -0.09, 0, 0.09, 0.175, 0.25, 0.32, 0.39, 0.46]) * 0.95
    gap = np.min(np.abs(u[..., None] - edges), axis=-1)
    image = mix(image, (0.50, 0.42, 0.36), 0.55 * np.exp(-((gap / 0.006) ** 2)))
    gum = 0.30 + 1.4 * np.minimum(gap, 0.03) * -3 + 0.06
    return mix(image, (0.70, 0.38, 0.38), smoothstep(v, gum + 0.03, gum - 0.03))


def cloth(a: Appearance, rng: np.random.Generator) -> Array:
    """Woven cloth, darker at the neckline."""
    shade = 1 + 0.03 * speckle(rng, (STRIP, WIDTH), 1.0) + 0.03 * speckle(rng, (STRIP, WIDTH), 14.0)
    image = np.array(a.cloth)[None, None] * shade[..., None]
    image[:18] *= 0.82
    return image


def hair_strip(a: Appearance, rng: np.random.Generator) -> Array:
    """Strands of hair, grey ones included."""
    base, light = hair_colours(a)
    curly = a.hair_style in ("curly", "afro")
    fine: Array = rng.standard_normal((STRIP, WIDTH), np.float32)
    fine = cv2.GaussianBlur(fine, (0, 0), sigmaX=0.9, sigmaY=2.0 if curly else 26.0)
    coarse = cv2.GaussianBlur(
        rng.standard_normal((STRIP, WIDTH), np.float32), (0, 0), sigmaX=6.0, sigmaY=4.0 if curly else 60.0
    )
    value = 0.6 * fine / fine.std() + 0.5 * coarse / coarse.std()
    image = base[None, None] * np.clip(0.92 + 0.17 * value, 0.3, 1.6)[..., None]
    image = mix(image, light, 0.22 * np.clip(value - 0.9, 0, 1))
    white = np.clip(rng.normal(size=WIDTH) - 1.2, 0, 1)[None] * a.grey
    return mix(image, WHITE_HAIR, np.broadcast_to(0.6 * white, (STRIP, WIDTH)))


def ear(a: Appearance) -> Array:
    """The ear from its hollow to its back, (rows, 1, 3)."""
    rows = np.interp((np.arange(STRIP) + 0.5) / STRIP, [0.0, 0.35, 0.6, 0.8, 1.0], [0.45, 0.62, 0.95, 0.80, 1.0])
    return np.clip(np.array(a.skin) * [1.02, 0.90, 0.87], 0, 1)[None, None] * rows[:, None, None]


def beard_strip(a: Appearance) -> Array:
    """Strands of a hanging beard, in the colour of facial hair."""
    width, height = PLACES["beard"][2:]
    rng = np.random.default_rng(a.seed + 23)
    fine = cv2.GaussianBlur(rng.standard_normal((height, width), np.float32), (0, 0), sigmaX=1.1, sigmaY=22.0)
    coarse = cv2.GaussianBlur(rng.standard_normal((height, width), np.float32), (0, 0), sigmaX=5.0, sigmaY=50.0)
    value = 0.6 * fine / fine.std() + 0.5 * coarse / coarse.std()
    return np.array(a.beard_colour or a.hair) * np.clip(0.92 + 0.20 * value, 0.3, 1.6)[..., None]


@lru_cache(maxsize=24)
def paint_atlas(appearance: Appearance) -> NDArray[np.uint8]:
    """The atlas uint8 (HEIGHT, WIDTH, 3), sRGB, of an appearance; the same appearance gives the same bytes."""
    rng = np.random.default_rng(appearance.seed)
    image = np.broadcast_to(np.array(appearance.skin, np.float32), (SKIN_HEIGHT, WIDTH, 3)).copy()
    face = skin_tones(image[FACE], appearance, rng)
    face = strong_freckles(face, appearance.skin, (appearance.freckles - 0.9) / 0.1)
    face = age_lines(face, appearance)
    face = aged_skin(face, appearance.skin, appearance.ageing)
    face = lived_in(face, appearance)
    face = lips(face, appearance, rng)
    face = facial_hair(face, appearance, rng)
    face = lids(face, appearance)
    image[FACE] = mix(face, appearance.brows, brow_hairs(appearance, rng))
    image = scalp(image, appearance, rng)
    atlas = np.zeros((HEIGHT, WIDTH, 3), np.float32)

    def put(name: str, content: Array) -> None:
        left, top, width, height = PLACES[name]
        atlas[top : top + height, left : left + width] = content

    put("skin", image)
    put("hair", hair_strip(appearance, rng))
    put("cloth", cloth(appearance, rng))
    put("eye_left", off_white_eye(eye(appearance, rng), appearance))
    put("teeth_upper", natural_teeth(teeth(), appearance))
    put("tongue", np.array(TONGUE))
    put("ear", ear(appearance))
    put("lashes", np.array(LASHES))
    put("glasses", np.array(appearance.frame))
    put("beard", beard_strip(appearance) if appearance.beard_length > 0 else np.array(appearance.frame))
    return np.clip(atlas * 255 + 0.5, 0, 255).astype(np.uint8)


def eye_shade(rest: Array) -> Array:
    """Ambient occlusion (N,) in [0, 1] of the eyeballs by the lids, at rest positions (N, 3)."""
    x, y = np.abs(rest[:, 0]) - EYE_CENTRE[0], rest[:, 1]
    return (
        1 - 0.55 * smoothstep(y, 0.15, 0.75) - 0.25 * smoothstep(np.abs(x), 0.7, 1.4) - 0.15 * smoothstep(y, -0.2, -0.7)
    )

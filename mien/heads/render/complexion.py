"""What a lived-in skin has: blotches, redness, rings under the eyes, moles, pores, shine; off-white eyes and teeth.

Every function leaves what it is given as it is at amount 0.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.heads.appearance import Appearance
from mien.heads.embedded.surface import bump, smoothstep
from mien.heads.embedded.topology import mouth_line
from mien.heads.render.canvas import blank_canvas, draw_dots, front, mix, onto_skin, speckle
from mien.heads.render.shading import SHINE_OF_1

Array = NDArray[Any]

NO_SHINE: NDArray[np.uint8] = np.zeros((0, 0), np.uint8)
"""The map of a skin whose highlights are 1 everywhere."""

_SALT = 41  # so that these details leave the draws of the others alone


def _rng(a: Appearance) -> np.random.Generator:
    return np.random.default_rng(a.seed + _SALT)


def clouds(rng: np.random.Generator, shape: tuple[int, int], size: float) -> Array:
    """Smooth noise of unit deviation whose spots are about `size` texels; much quicker than blurring fine noise."""
    small = max(round(shape[0] / size), 2), max(round(shape[1] / size), 2)
    noise = cv2.resize(rng.standard_normal(small, np.float32), shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(noise / max(float(noise.std()), 1e-9))


def lived_in(image: Array, a: Appearance) -> Array:
    """The face (H, W, 3) with uneven colour, redness, rings under the eyes, moles and pores by `a.detail`."""
    if a.detail <= 0:
        return image
    rng, (x, y, mask) = _rng(a), front()
    tone, amount = np.array(a.skin), a.detail
    # more melanin here, more blood there: the two pigments vary apart
    dark = 0.016 * clouds(rng, x.shape, 60) + 0.014 * clouds(rng, x.shape, 18) + 0.015 * clouds(rng, x.shape, 7)
    red = 0.012 * clouds(rng, x.shape, 40) + 0.010 * clouds(rng, x.shape, 12)
    flushed = rng.uniform(0.3, 1.0, 4)
    red = (
        red
        + 0.10 * flushed[0] * bump(x, y, (0.0, -3.5), (0.9, 0.8))
        + 0.07 * flushed[1] * bump(x, y, (3.6, -3.2), (1.4, 1.1))
    )
    red = (
        red
        + 0.06 * flushed[2] * bump(x, y, (0.0, -9.8), (1.2, 0.8))
        + 0.05 * flushed[3] * bump(x, y, (0.0, 4.0), (3.0, 1.5))
    )
    sallow = 0.05 * rng.uniform(0.2, 1.0) * bump(x, y, (2.2, -7.4), (1.6, 1.4))
    pores = (
        0.028
        * speckle(rng, x.shape, 1.1)
        * (0.4 + bump(x, y, (1.8, -3.0), (2.2, 1.8)) + 0.4 * bump(x, y, (0, 4), (4, 2)))
    )
    shade = 1 + amount * mask * (dark + pores - sallow)
    image = image * shade[..., None]
    image = image * (1 + (amount * mask * red)[..., None] * np.array([0.35, -1.0, -0.85]))
    rings = rng.uniform(0.15, 0.8) * bump(x, y, (2.9, -1.05), (1.15, 0.35), 0.15) + 0.35 * bump(
        x, y, (1.95, 0.3), (0.5, 0.6)
    )
    image = mix(image, tone * [0.66, 0.52, 0.54], 0.42 * amount * rings * mask)
    return mix(image, tone * [0.42, 0.27, 0.20], amount * _moles(rng) * mask)


def _moles(rng: np.random.Generator) -> Array:
    """Moles and spots (H, W) in [0, 1], a few large and many faint."""
    canvas, few, many = blank_canvas(), int(rng.integers(0, 5)), int(rng.integers(5, 40))
    places = np.stack([rng.uniform(-5.5, 5.5, few + many), rng.uniform(-10.0, 5.5, few + many)], 1)
    away = (np.abs(np.abs(places[:, 0]) - 3.2) > 1.7) | (np.abs(places[:, 1]) > 1.0)  # from the eyes
    away &= (np.abs(places[:, 0]) > 2.9) | (np.abs(places[:, 1] + 6.6) > 1.1)  # and from the lips
    radii = np.concatenate([rng.uniform(0.06, 0.13, few), rng.uniform(0.03, 0.10, many)])
    values = np.concatenate([rng.uniform(140, 235, few), rng.uniform(15, 60, many)])
    draw_dots(canvas, places[away], radii[away], values[away])
    return onto_skin(cv2.GaussianBlur(canvas, (0, 0), 1.5))


@lru_cache(maxsize=24)
def shine_map(a: Appearance) -> NDArray[np.uint8]:
    """Strength uint8 (h, w) of the highlight on `FACE`, `SHINE_OF_1` = 1; (0, 0): it is 1 everywhere.

    Oily are forehead, nose, cheekbones and chin, wet are the lips; pores break the highlight up.
    """
    if a.detail <= 0 and a.shine <= 0:
        return NO_SHINE
    rng, (x, y, mask) = np.random.default_rng(a.seed + _SALT + 1), front()
    oily = (
        bump(x, y, (0.0, 4.6), (2.6, 1.6))
        + 1.3 * bump(x, y, (0.0, -2.8), (0.7, 1.3))
        + 0.8 * bump(x, y, (4.4, -2.2), (1.3, 0.9))
    )
    oily = oily + 0.7 * bump(x, y, (0.0, -9.6), (1.1, 0.8)) + 0.5 * bump(x, y, (3.2, 0.9), (1.2, 0.4))
    d = y - mouth_line(x)
    lips = smoothstep(np.abs(x), 2.5, 1.9) * smoothstep(np.abs(d), 0.95, 0.45)
    rough = 1 + a.detail * (0.28 * speckle(rng, x.shape, 1.2) + 0.16 * clouds(rng, x.shape, 9))
    dry = 1 - 0.55 * max(a.beard, 0.5 * a.stubble) * smoothstep(y, -6.0, -8.0)
    strength = (1 + 2.2 * a.shine * oily) * rough * dry + 1.6 * a.detail * lips
    return np.clip(SHINE_OF_1 * (1 + (strength - 1) * mask), 0, 255).astype(np.uint8)


def off_white_eye(image: Array, a: Appearance) -> Array:
    """The eye's disc (N, N, 3) with a darker, warmer white and veins towards its rim."""
    if a.detail <= 0:
        return image
    size, rng = len(image), _rng(a)
    g = (np.arange(size) + 0.5) / size * 2 - 1
    x, y = np.meshgrid(g, g)
    radius = np.hypot(x, y)
    white = smoothstep(radius, 0.27, 0.30)
    image = image * (1 - (a.detail * white)[..., None] * np.array([0.09, 0.12, 0.13]))
    veins = np.clip(np.abs(clouds(rng, x.shape, 22)) * -6 + 1, 0, 1) * smoothstep(radius, 0.33, 0.55)
    return mix(image, (0.72, 0.36, 0.32), 0.30 * a.detail * veins)


def natural_teeth(image: Array, a: Appearance) -> Array:
    """The arch of teeth (N, N, 3) in a warm tone, each tooth a little its own, dark lines between them."""
    if a.detail <= 0:
        return image
    rng, size = _rng(a), len(image)
    u = (np.arange(size) + 0.5) / size
    edges = 0.5 + np.array([-0.46, -0.39, -0.32, -0.25, -0.175, -0.09, 0, 0.09, 0.175, 0.25, 0.32, 0.39, 0.46]) * 0.95
    tone = np.array([1.03, 0.985, 0.90]) + rng.uniform(-0.03, 0.03) * np.array([0.3, 0.6, 1.0])
    own = np.interp(u, edges, rng.uniform(0.93, 1.03, len(edges)))
    gap = np.abs(u[:, None] - edges).min(axis=1)
    line = 1 - 0.38 * np.exp(-((gap / 0.007) ** 2))
    # each crown is rounded: darker towards its sides
    crown = 1 - 0.10 * (1 - np.clip(gap / 0.035, 0, 1)) ** 2
    factor = 1 + a.detail * (tone[None] * (own * line * crown)[:, None] - 1)
    return np.asarray(np.clip(image * factor[None], 0, 1))

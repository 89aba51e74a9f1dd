"""Marks of an old skin and strong freckles: what still shows in a face of 64 pixels."""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.heads.appearance import Colour
from mien.heads.embedded.surface import bump, smoothstep
from mien.heads.render.canvas import blank_canvas, draw_dots, draw_lines, front, mix, onto_skin

Array = NDArray[Any]


def aged_skin(image: Array, skin: Colour, amount: float) -> Array:
    """The face (H, W, 3) with sallow skin, hollows, deep folds and age spots by `amount` in [0, 1]."""
    if amount <= 0:
        return image
    hollows, folds, spots = ageing_maps()
    tone = np.array(skin)
    image = image * (1 - amount * np.array([0.05, 0.08, 0.12]))
    image = mix(image, tone * [0.62, 0.50, 0.46], amount * hollows)
    image = mix(image, tone * [0.55, 0.40, 0.30], amount * spots)
    return mix(image, tone * [0.42, 0.30, 0.26], amount * folds)


def strong_freckles(image: Array, skin: Colour, amount: float) -> Array:
    """The face (H, W, 3) with large freckles by `amount`, clamped to [0, 1]."""
    if amount <= 0:
        return image
    return mix(image, np.array(skin) * [0.62, 0.42, 0.30], min(amount, 1.0) * freckle_map())


@cache
def ageing_maps() -> tuple[Array, Array, Array]:
    """Hollows, folds and spots of an old face on `FACE`, in [0, 1]."""
    x, y, mask = front()
    hollow = 0.50 * bump(x, y, (4.6, -5.0), (0.9, 1.5), 0.3) + 0.45 * bump(x, y, (6.4, 2.6), (0.8, 1.5))
    hollow = hollow + 0.50 * bump(x, y, (2.9, -1.15), (1.3, 0.32)) + 0.40 * bump(x, y, (1.9, 0.5), (0.5, 0.7))
    hollow = hollow + 0.35 * bump(x, y, (3.9, -9.2), (0.35, 0.9), 0.5) + 0.25 * bump(x, y, (0.0, -8.2), (1.4, 0.3))
    return hollow * mask, _folds(), _spots()


def _folds() -> Array:
    canvas = blank_canvas()
    s = np.linspace(0, 1, 16)
    for sign in (-1.0, 1.0):

        def line(x: Array, y: Array, thickness: float, value: int, sign: float = sign) -> None:
            draw_lines(canvas, np.stack([sign * x, y], 1), thickness, value)

        line(1.75 + 1.35 * s**0.85, -3.7 - 3.3 * s - 0.35 * np.sin(np.pi * s), 0.26, 235)  # nose to mouth
        line(2.75 + 0.35 * s, -7.0 - 2.0 * s, 0.20, 200)  # corner of the mouth to the chin
        line(3.6 + 0.7 * s, -3.6 - 3.0 * s, 0.14, 120)  # cheek
        line(0.50 + 0.15 * np.sin(3 * s), 1.15 + 1.5 * s, 0.17, 215)  # between the brows
        line(1.85 + 2.5 * s, -0.85 - 0.75 * np.sin(np.pi * (0.1 + 0.75 * s)), 0.16, 220)  # below the eye
        line(2.1 + 2.6 * s, -1.35 - 0.8 * np.sin(np.pi * (0.1 + 0.75 * s)), 0.12, 140)
        for k in (-1.5, -0.5, 0.5, 1.5):  # beside the eye
            line(4.85 + 1.25 * s, 0.05 + k * (0.14 + 0.42 * s) - 0.1 * s, 0.12, 205)
        for k in (0.35, 0.95, 1.5):  # above the upper lip
            line(k + 0.06 * s, -5.2 - 0.75 * s, 0.07, 130)
    wave = np.linspace(-1, 1, 40)
    for k in range(4):  # across the forehead
        height = 3.35 + 0.85 * k + 0.24 * np.cos(wave * 4.2) * (1 if k % 2 else 0.7)
        draw_lines(canvas, np.stack([wave * (4.3 - 0.3 * k), height], 1), 0.17, 215)
    return onto_skin(cv2.GaussianBlur(canvas, (0, 0), 3.5))


def _spots() -> Array:
    rng = np.random.default_rng(3)
    places = np.concatenate(
        [
            rng.normal([5.6, 1.0], [0.9, 2.6], (26, 2)) * rng.choice([[1, 1], [-1, 1]], 26),
            rng.normal([4.2, -3.2], [1.2, 1.2], (12, 2)) * rng.choice([[1, 1], [-1, 1]], 12),
            rng.normal([0.0, 5.8], [3.2, 1.2], (16, 2)),
        ]
    )
    canvas = blank_canvas()
    draw_dots(canvas, places, rng.uniform(0.10, 0.32, len(places)), rng.uniform(60, 155, len(places)))
    return onto_skin(cv2.GaussianBlur(canvas, (0, 0), 3.0))


@cache
def freckle_map() -> Array:
    """Density of strong freckles on `FACE`, in [0, 1]: over nose and cheeks, fewer on the forehead."""
    rng = np.random.default_rng(4)
    count = 520
    places = np.stack([rng.uniform(-6.3, 6.3, count), rng.uniform(-6.0, 5.0, count)], 1)
    x, y = places.T
    density = (
        bump(x, y, (2.6, -2.0), (1.9, 1.3))
        + bump(x, y, (0.0, -1.6), (1.4, 1.2))
        + 0.25 * bump(x, y, (1.5, 3.6), (2.5, 0.9))
    )
    places = places[rng.uniform(0, 1, count) < density]
    canvas = blank_canvas()
    draw_dots(canvas, places, rng.uniform(0.06, 0.15, len(places)), rng.uniform(110, 235, len(places)))
    x, y, _ = front()
    return onto_skin(cv2.GaussianBlur(canvas, (0, 0), 1.6)) * (
        1 - smoothstep(bump(x, y, (3.2, 0.0), (1.0, 0.5)), 0.4, 0.7)
    )

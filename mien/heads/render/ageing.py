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
    image = image * (1 - amount * _sallow()[..., None] * np.array([0.05, 0.08, 0.12]))
    image = mix(image, tone * [0.62, 0.50, 0.46], amount * hollows)
    image = mix(image, tone * [0.55, 0.40, 0.30], amount * spots)
    return mix(image, tone * [0.46, 0.33, 0.28], amount * folds)


@cache
def _sallow() -> Array:
    """Where skin is sallow, in [0, 1]: on the face, and gone towards the edges of `FACE`, where the skull begins."""
    _, y, mask = front()
    return np.asarray(mask * smoothstep(y, 9.0, 4.0) * smoothstep(y, -15.0, -10.0))


def strong_freckles(image: Array, skin: Colour, amount: float) -> Array:
    """The face (H, W, 3) with large freckles by `amount`, clamped to [0, 1]."""
    if amount <= 0:
        return image
    return mix(image, np.array(skin) * [0.50, 0.32, 0.22], min(amount, 1.0) * freckle_map())


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
    s = np.linspace(0, 1, 17)

    def fold(x: Array, y: Array, thickness: float, depth: int) -> None:
        """A line on both sides, deepest in its middle."""
        for k, middle in enumerate((s[:-1] + s[1:]) / 2):
            value = round(depth * np.sin(np.pi * (0.12 + 0.76 * middle)))
            for sign in (-1.0, 1.0):
                draw_lines(canvas, np.stack([sign * x[k : k + 2], y[k : k + 2]], 1), thickness, value)

    below = np.sin(np.pi * (0.1 + 0.75 * s))
    fold(1.75 + 1.3 * s**0.85, -3.7 - 3.1 * s - 0.35 * np.sin(np.pi * s), 0.26, 255)  # nose to mouth
    fold(2.75 + 0.4 * s, -6.9 - 2.2 * s, 0.22, 225)  # corner of the mouth to the chin
    fold(0.50 + 0.15 * np.sin(3 * s), 1.0 + 1.8 * s, 0.18, 235)  # between the brows
    fold(1.85 + 2.5 * s, -0.85 - 0.75 * below, 0.18, 240)  # below the eye
    fold(2.2 + 2.6 * s, -1.4 - 0.8 * below, 0.14, 160)
    for k in (-1.5, -0.5, 0.5, 1.5):  # beside the eye
        fold(4.75 + 1.5 * s, 0.05 + k * (0.14 + 0.45 * s) - 0.1 * s, 0.13, 225)
    for k in (0.35, 0.95, 1.5):  # above the upper lip
        fold(k + 0.06 * s, -5.1 - 0.85 * s, 0.08, 150)
    for k in range(4):  # across the forehead
        height = 3.35 + 0.85 * k + 0.24 * np.cos(s * 4.2) * (1 if k % 2 else 0.7)
        fold((s - 0.06) * (4.3 - 0.3 * k), height, 0.18, 235)
    # a sharp crease in a soft hollow
    hollow = onto_skin(cv2.GaussianBlur(canvas, (0, 0), 10.0))
    return np.clip(0.55 * onto_skin(cv2.GaussianBlur(canvas, (0, 0), 3.0)) + 0.75 * hollow, 0, 1)


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
    count = 1500
    places = np.stack([rng.uniform(-6.3, 6.3, count), rng.uniform(-6.0, 5.0, count)], 1)
    x, y = places.T
    density = bump(x, y, (2.6, -2.1), (1.9, 1.4)) + bump(x, y, (0.0, -1.7), (1.3, 1.3))
    density = density + 0.20 * bump(x, y, (1.5, 3.6), (2.5, 0.9))
    places = places[rng.uniform(0, 1, count) < density]
    canvas = blank_canvas()
    draw_dots(canvas, places, rng.uniform(0.04, 0.115, len(places)), rng.uniform(60, 185, len(places)))
    x, y, _ = front()
    eyes = smoothstep(bump(x, y, (3.2, 0.0), (1.0, 0.5)), 0.4, 0.7)
    # between the large ones the skin is darker from small ones: that is what shows from afar
    marks = onto_skin(cv2.GaussianBlur(canvas, (0, 0), 1.6)) + 1.1 * onto_skin(cv2.GaussianBlur(canvas, (0, 0), 9.0))
    return np.clip(marks, 0, 1) * (1 - eyes)

"""What stands and hangs in a room."""

from __future__ import annotations

import numpy as np

from mien.bodies.places.canvas import Canvas, mixed
from mien.bodies.places.layers import Glow
from mien.bodies.places.noise import Field, fractal
from mien.bodies.places.plants import paint_crown
from mien.bodies.places.skies import TIMES
from mien.bodies.scene import RGB

_CLOTH: tuple[RGB, ...] = (
    (0.24, 0.38, 0.52),
    (0.58, 0.30, 0.24),
    (0.36, 0.46, 0.34),
    (0.56, 0.48, 0.40),
    (0.40, 0.30, 0.46),
)


def furnish(canvas: Canvas, time: str, rng: np.random.Generator, edge: float, tint: Field) -> tuple[Glow, ...]:
    """A window and a picture on the wall, a rug, a sofa, a shelf, a plant and a lamp; returns the light of the lamp.

    edge: height at which wall and floor meet. tint: factor of every colour.
    """
    side = float(rng.choice((-1.0, 1.0)))
    unit = min(1.0, 0.9 * canvas.width) * 1.0
    high = canvas.height
    _rug(canvas, rng, tint)
    window = -side * canvas.width * 0.27
    _window(canvas, time, window, 0.10 * high, 0.17 * unit, 0.36 * high, tint)
    _picture(canvas, rng, side * canvas.width * 0.05, 0.13 * high, 0.10 * unit, tint)
    _shelf(canvas, rng, side * canvas.width * 0.38, 0.13 * high, 0.11 * unit, edge + 0.03, tint)
    _sofa(canvas, rng, -side * canvas.width * 0.31, edge + 0.055, 0.20 * unit, tint)
    _plant(canvas, rng, side * canvas.width * 0.20, edge + 0.05, 0.26 * unit, tint)
    return _lamp(canvas, time, -side * canvas.width * 0.455, edge + 0.05, 0.40 * high, tint)


def _window(canvas: Canvas, time: str, x: float, top: float, half: float, high: float, tint: Field) -> None:
    white = np.asarray((0.94, 0.93, 0.90), np.float32) * tint
    canvas.rectangle(x - half - 0.018, top - 0.018, x + half + 0.018, top + high + 0.018, white)
    box = canvas.box(x - half, top, x + half, top + high)
    px, py = canvas.at(box)
    if px.size:
        daylight = TIMES[time]
        down = np.clip((py - top) / high, 0, 1)
        view = mixed(daylight.zenith, daylight.low, np.asarray(down / 0.75, np.float32).clip(0, 1))
        trees = fractal(px * 9, py * 9, 4, 5, canvas.pixel * 9)
        green = daylight.on(mixed((0.10, 0.24, 0.08), (0.34, 0.50, 0.20), trees))
        view = mixed(view, green, np.clip((down - 0.95 + 0.55 * trees) / 0.06, 0, 1))
        canvas.over(box, np.ones(px.shape, np.float32), view)
    for share in (0.5,):
        canvas.rectangle(x - 0.008, top, x + 0.008, top + high, white)
        canvas.rectangle(x - half, top + share * high - 0.007, x + half, top + share * high + 0.007, white)
    canvas.rectangle(
        x - half - 0.035, top + high + 0.012, x + half + 0.035, top + high + 0.035, white * np.float32(0.9)
    )
    for way in (-1.0, 1.0):
        left, right = sorted((x + way * (half + 0.05), x + way * (half - 0.055)))
        box = canvas.box(left, top - 0.03, right, top + high + 0.09)
        px, py = canvas.at(box)
        folds = 0.72 + 0.26 * np.sin(2 * np.pi * (px - left) / 0.032)
        cloth = np.asarray((0.92, 0.86, 0.74), np.float32) * tint * np.asarray(folds, np.float32)[..., None]
        canvas.over(box, np.ones(px.shape, np.float32), cloth)
    canvas.rectangle(x - half - 0.09, top - 0.04, x + half + 0.09, top - 0.028, np.asarray((0.35, 0.24, 0.15)) * tint)


def _picture(canvas: Canvas, rng: np.random.Generator, x: float, top: float, half: float, tint: Field) -> None:
    canvas.rectangle(x - half, top, x + half, top + 1.5 * half, np.asarray((0.30, 0.20, 0.12)) * tint)
    canvas.rectangle(
        x - 0.88 * half, top + 0.12 * half, x + 0.88 * half, top + 1.38 * half, np.asarray((0.93, 0.92, 0.88)) * tint
    )
    box = canvas.box(x - 0.7 * half, top + 0.3 * half, x + 0.7 * half, top + 1.2 * half)
    px, py = canvas.at(box)
    if px.size:
        paint = fractal(px / half * 2, py / half * 2.6, 4, int(rng.integers(1 << 20)), canvas.pixel / half * 2)
        down = (py - top) / (1.5 * half)
        art = mixed(mixed((0.92, 0.74, 0.46), (0.32, 0.48, 0.66), np.clip(paint * 1.8 - 0.5, 0, 1)), (0.20, 0.34, 0.26),
                    np.clip((down - 0.62 + 0.3 * (paint - 0.5)) / 0.04, 0, 1))  # fmt: skip
        canvas.over(box, np.ones(px.shape, np.float32), art * tint)


def _shelf(
    canvas: Canvas, rng: np.random.Generator, x: float, top: float, half: float, foot: float, tint: Field
) -> None:
    """A shelf with books."""
    wood = np.asarray((0.45, 0.30, 0.18), np.float32) * tint
    canvas.blob(x, foot, 1.3 * half, 0.03, (0.10, 0.07, 0.05), 0.7)
    canvas.rectangle(x - half, top, x + half, foot, wood)
    count = 5
    step = (foot - top) / count
    for level in range(count):
        low = top + (level + 1) * step - 0.016
        canvas.rectangle(x - 0.9 * half, top + level * step + 0.014, x + 0.9 * half, low, wood * np.float32(0.35))
        place = x - 0.88 * half
        while place < x + 0.8 * half:
            wide, tall = float(rng.uniform(0.009, 0.020)), float(rng.uniform(0.5, 0.85)) * step
            if rng.random() < 0.86:
                hue = rng.uniform(0.15, 0.85, 3) * np.array((1.0, 0.85, 0.75))
                canvas.rectangle(place, low - tall, min(place + wide, x + 0.88 * half), low, hue * tint)
            place += wide + 0.002


def _sofa(canvas: Canvas, rng: np.random.Generator, x: float, foot: float, half: float, tint: Field) -> None:
    hue = np.asarray(_CLOTH[int(rng.integers(len(_CLOTH)))], np.float32) * tint
    canvas.blob(x, foot, 1.25 * half, 0.04, (0.10, 0.07, 0.05), 0.75)
    for leg in (-0.85, 0.85):
        canvas.rectangle(
            x + leg * half - 0.01, foot - 0.03, x + leg * half + 0.01, foot, np.asarray((0.2, 0.13, 0.08)) * tint
        )
    canvas.rectangle(x - 0.95 * half, foot - 0.98 * half, x + 0.95 * half, foot - 0.02, hue * np.float32(0.82))
    canvas.rectangle(x - 0.95 * half, foot - 0.98 * half, x + 0.95 * half, foot - 0.92 * half, hue * np.float32(1.12))
    canvas.rectangle(x - 0.005, foot - 0.95 * half, x + 0.005, foot - 0.5 * half, hue * np.float32(0.6))
    canvas.rectangle(x - 0.86 * half, foot - 0.50 * half, x + 0.86 * half, foot - 0.30 * half, hue * np.float32(1.15))
    canvas.rectangle(x - 0.86 * half, foot - 0.31 * half, x + 0.86 * half, foot - 0.03, hue * np.float32(0.7))
    for arm in (-1.0, 1.0):
        left, right = sorted((x + arm * 1.06 * half, x + arm * 0.82 * half))
        canvas.rectangle(left, foot - 0.66 * half, right, foot - 0.015, hue * np.float32(0.95))
        canvas.rectangle(left, foot - 0.66 * half, right, foot - 0.60 * half, hue * np.float32(1.2))
    other = np.asarray(_CLOTH[int(rng.integers(len(_CLOTH)))], np.float32) * np.float32(1.4) * tint
    canvas.rectangle(x - 0.72 * half, foot - 0.80 * half, x - 0.32 * half, foot - 0.46 * half, np.minimum(other, 1))


def _plant(canvas: Canvas, rng: np.random.Generator, x: float, foot: float, size: float, tint: Field) -> None:
    canvas.blob(x, foot, 0.32 * size, 0.022, (0.10, 0.07, 0.05), 0.7)
    pot = np.asarray((0.72, 0.42, 0.28), np.float32) * tint
    canvas.polygon([(x - 0.17 * size, foot - 0.36 * size), (x - 0.12 * size, foot), (x + 0.12 * size, foot),
                    (x + 0.17 * size, foot - 0.36 * size)], pot)  # fmt: skip
    canvas.rectangle(x - 0.19 * size, foot - 0.40 * size, x + 0.19 * size, foot - 0.34 * size, pot * np.float32(1.12))
    colours = (tuple(np.asarray((0.08, 0.22, 0.08)) * tint), tuple(np.asarray((0.32, 0.56, 0.22)) * tint))
    for _ in range(5):
        dx, dy = float(rng.uniform(-0.15, 0.15)) * size, float(rng.uniform(-0.95, -0.5)) * size
        paint_crown(canvas, x + dx, foot + dy, 0.17 * size, 0.2 * size, colours, int(rng.integers(1 << 20)), 0.8)


def _lamp(canvas: Canvas, time: str, x: float, foot: float, size: float, tint: Field) -> tuple[Glow, ...]:
    """A standing lamp, lit unless it is day."""
    metal = np.asarray((0.22, 0.20, 0.18)) * tint
    canvas.rectangle(x - 0.005, foot - size, x + 0.005, foot, metal)
    canvas.rectangle(x - 0.05, foot - 0.012, x + 0.05, foot, metal)
    top = foot - size
    lit = time != "day"
    shade = np.asarray((1.0, 0.88, 0.62) if lit else (0.88, 0.82, 0.70), np.float32)
    canvas.polygon(
        [(x - 0.045, top - 0.06), (x + 0.045, top - 0.06), (x + 0.075, top + 0.04), (x - 0.075, top + 0.04)], shade
    )
    if not lit:
        return ()
    across, along = canvas.x[None, :] - x, canvas.y[:, None] - top
    glow = np.exp(-np.sqrt(across * across + along * along) / 0.20) * (0.34 if time == "night" else 0.18)
    return (Glow(np.asarray(glow, np.float32), (1.0, 0.74, 0.40), 0.02, 4.0),)


def _rug(canvas: Canvas, rng: np.random.Generator, tint: Field) -> None:
    """A rug in the middle of the floor, under the figure."""
    hue = _CLOTH[int(rng.integers(len(_CLOTH)))]
    rows = slice(int(0.72 * canvas.height / canvas.pixel), canvas.rows)
    across, away, footprint = canvas.ground(rows)
    half = 0.62 * min(canvas.width, 1.3)
    far, near = float(canvas.depth(0.76 * canvas.height)), float(canvas.depth(0.97 * canvas.height))
    soft = np.maximum(canvas.pixel * away, 0.004)
    inside = np.clip(np.minimum(half - np.abs(across), np.minimum(far - away, away - near)) / soft + 0.5, 0, 1)
    rim = np.minimum(half - np.abs(across), np.minimum(far - away, away - near))
    weave = fractal(across * 30, away * 30, 2, 9, footprint * 30)
    border = np.asarray((rim > 0.05) & (rim < 0.10), np.float32)
    colour = mixed(
        mixed(tuple(0.8 * c for c in hue), tuple(min(1.2 * c, 1) for c in hue), weave), (0.88, 0.80, 0.62), border
    )
    canvas.over((rows, slice(0, canvas.columns)), np.asarray(inside, np.float32), colour * tint)

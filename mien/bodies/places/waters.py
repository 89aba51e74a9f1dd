"""The open sea, a lake and a beach."""

from __future__ import annotations

import numpy as np

from mien.bodies.places.canvas import Canvas, mixed
from mien.bodies.places.layers import Plan, Water
from mien.bodies.places.noise import fractal, smoothstep
from mien.bodies.places.plants import paint_palm
from mien.bodies.places.relief import paint_ridge, paint_treeline
from mien.bodies.places.skies import Sky, paint_sky
from mien.bodies.scene import RGB

_SEA: dict[str, tuple[RGB, RGB, RGB, RGB]] = {
    "day": ((0.03, 0.24, 0.40), (0.42, 0.66, 0.72), (0.96, 0.98, 0.99), (0.0, 0.0, 0.0)),
    "sunset": ((0.13, 0.13, 0.26), (0.85, 0.50, 0.36), (0.98, 0.80, 0.68), (0.62, 0.40, 0.16)),
    "night": ((0.015, 0.035, 0.085), (0.14, 0.19, 0.30), (0.40, 0.46, 0.60), (0.40, 0.42, 0.44)),
}
"""Of a time: deep water, crests, foam, glint."""


def _boat(canvas: Canvas, sky: Sky, rng: np.random.Generator) -> None:
    """A far sailing boat on the horizon."""
    x = float(rng.uniform(-0.42, 0.42) * canvas.width)
    size, foot = float(rng.uniform(0.05, 0.1)), canvas.horizon + 0.006
    sail, hull = sky.daylight.on((0.95, 0.94, 0.90)), sky.daylight.on((0.30, 0.20, 0.16))
    if sky.time == "sunset":
        sail, hull = np.array((0.42, 0.24, 0.24), np.float32), np.array((0.16, 0.08, 0.10), np.float32)
    canvas.polygon([(x, foot - size), (x, foot - 0.12 * size), (x + 0.5 * size, foot - 0.12 * size)], sail)
    canvas.polygon([(x - 0.06 * size, foot - 0.8 * size), (x - 0.06 * size, foot - 0.12 * size),
                    (x - 0.4 * size, foot - 0.12 * size)], sail * np.float32(0.85))  # fmt: skip
    canvas.polygon([(x - 0.45 * size, foot - 0.1 * size), (x + 0.55 * size, foot - 0.1 * size),
                    (x + 0.4 * size, foot), (x - 0.35 * size, foot)], hull)  # fmt: skip


def paint_sea(canvas: Canvas, time: str, rng: np.random.Generator) -> Plan:
    """The open sea: waves with foam from the horizon to the viewer."""
    sky = paint_sky(canvas, time, rng)
    if rng.random() < 0.2:
        paint_ridge(canvas, sky, rng, 0.0, 0.04, 0.8, (0.30, 0.38, 0.42))
    deep, bright, white, glint = _SEA[time]
    canvas.start_water(deep)
    if rng.random() < 0.6:
        _boat(canvas, sky, rng)
    water = Water(deep, bright, (0.20, 0.66), 1.6, 0.15, float(rng.uniform(3.8, 4.8)), 0.8, white, glint)
    return Plan(sky.daylight.light, sky, float(rng.uniform(0.25, 0.8)), water, polish=0.16, ripples=0.035)


def paint_lake(canvas: Canvas, time: str, rng: np.random.Generator) -> Plan:
    """The calm surface of a lake that mirrors its far shore."""
    sky = paint_sky(canvas, time, rng)
    paint_ridge(canvas, sky, rng, float(rng.uniform(0.14, 0.22)), 0.10, 0.62, (0.33, 0.40, 0.45))
    paint_ridge(canvas, sky, rng, float(rng.uniform(0.07, 0.12)), 0.07, 0.40, (0.22, 0.36, 0.30))
    paint_treeline(canvas, sky, rng, 0.055, (0.10, 0.24, 0.13))
    shore = sky.daylight.on((0.52, 0.48, 0.36))
    canvas.rectangle(-canvas.width, canvas.horizon - 0.006, canvas.width, canvas.horizon + 0.01, shore)
    colours: dict[str, tuple[RGB, RGB]] = {
        "day": ((0.05, 0.20, 0.24), (0.30, 0.40, 0.42)), "sunset": ((0.16, 0.12, 0.20), (0.40, 0.26, 0.22)),
        "night": ((0.02, 0.04, 0.09), (0.06, 0.08, 0.14)),
    }  # fmt: skip
    deep, bright = colours[time]
    canvas.start_water(deep)
    _reeds(canvas, sky, rng)
    glint = tuple(0.3 * one for one in _SEA[time][3])
    water = Water(deep, bright, (0.66, 0.95), 0.16, 0.035, 3.0, glint=(glint[0], glint[1], glint[2]), speed=0.45)
    return Plan(sky.daylight.light, sky, float(rng.uniform(0.3, 0.7)), water, polish=0.5, ripples=0.012)


def _reeds(canvas: Canvas, sky: Sky, rng: np.random.Generator) -> None:
    """Reeds in a lower corner, and leaves of water lilies."""
    side = float(rng.choice((-1.0, 1.0)))
    for _ in range(26):
        x = side * (canvas.width / 2 - abs(float(rng.normal(0, 0.07))) - 0.01)
        foot = canvas.height * float(rng.uniform(0.86, 1.0))
        size, lean = float(rng.uniform(0.12, 0.30)), float(rng.normal(0, 0.04))
        shade = float(rng.uniform(0.6, 1.1))
        colour = sky.daylight.on((0.25 * shade, 0.40 * shade, 0.15 * shade))
        canvas.polygon([(x - 0.006, foot), (x + lean, foot - size), (x + 0.006, foot)], colour)
    for _ in range(9):
        below = float(rng.uniform(0.30, 0.98))
        y = canvas.horizon + below * (canvas.height - canvas.horizon)
        x = -side * canvas.width * float(rng.uniform(0.22, 0.5))
        turn = np.linspace(0.35, 2 * np.pi - 0.1, 22)
        size = 0.055 * below
        points = np.stack([x + size * np.cos(turn), y + 0.30 * size * np.sin(turn)], axis=1)
        canvas.polygon([*points, (x, y)], sky.daylight.on((0.20, 0.46, 0.20)))


def paint_beach(canvas: Canvas, time: str, rng: np.random.Generator) -> Plan:
    """Sand with ripples, the surf behind it, the sea and a palm."""
    sky = paint_sky(canvas, time, rng)
    if rng.random() < 0.5:
        paint_ridge(canvas, sky, rng, 0.05, 0.06, 0.6, (0.25, 0.40, 0.36))
    deep, bright, white, glint = _SEA[time]
    deep = {"day": (0.05, 0.42, 0.52)}.get(time, deep)
    canvas.start_water(deep)
    cover = canvas.water
    canvas.water = None  # sand is painted under the water, which comes and goes over it
    across, away, footprint = canvas.ground()
    seed = sky.seed
    ripples = fractal(across * 3.0, away * 11.0, 4, seed, footprint * 8)
    grains = fractal(across * 60, away * 60, 2, seed + 1, footprint * 45)
    dunes = fractal(across * 1.4, away * 1.8, 3, seed + 2, footprint * 2)
    lit = np.clip(0.5 + 1.1 * (ripples - 0.5) + 0.8 * (grains - 0.5) + 1.3 * (dunes - 0.5), 0, 1)
    sand = mixed((0.70, 0.57, 0.38), (0.95, 0.86, 0.66), lit)
    shore = float(rng.uniform(1.9, 2.3))
    wet = smoothstep(shore - 0.34, shore - 0.12, away + 0.2 * (dunes - 0.5))
    sand = mixed(sand, sand * np.float32(0.62) + np.asarray(sky.daylight.low, np.float32) * np.float32(0.10), wet)
    canvas.picture[canvas.below] = sky.daylight.on(sand)
    canvas.water = cover
    side = float(rng.choice((-1.0, 1.0)))
    tints = tuple(sky.daylight.on(one) for one in ((0.48, 0.36, 0.25), (0.10, 0.30, 0.10), (0.24, 0.50, 0.16)))
    tints = tuple(one * np.float32(0.55 if time == "sunset" else 1.0) for one in tints)
    x = side * canvas.width * float(rng.uniform(0.33, 0.43))
    foot, size = canvas.height * float(rng.uniform(0.78, 0.86)), canvas.height * float(rng.uniform(0.55, 0.68))
    canvas.blob(x - side * 0.12, foot, 0.2, 0.022, tuple(sky.daylight.on((0.25, 0.20, 0.15))), 0.55)
    paint_palm(canvas, x, foot, size, -side * size * float(rng.uniform(0.05, 0.22)), tints, seed)
    water = Water(deep, bright, (0.20, 0.62), 1.3, 0.12, 4.0, 0.4, white, glint, shore)
    return Plan(sky.daylight.light, sky, float(rng.uniform(0.2, 0.6)), water)

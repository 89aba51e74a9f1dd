"""A mountain and a field of snow."""

from __future__ import annotations

import numpy as np

from mien.bodies.places.canvas import Canvas, mixed
from mien.bodies.places.layers import Plan
from mien.bodies.places.noise import fractal, smoothstep
from mien.bodies.places.plants import grass, paint_fir
from mien.bodies.places.relief import paint_peaks, paint_ridge, paint_treeline, profile
from mien.bodies.places.skies import Sky, paint_sky
from mien.bodies.scene import Light


def paint_mountain(canvas: Canvas, time: str, rng: np.random.Generator) -> Plan:
    """High in the mountains: peaks with snow, ridges and valleys in haze, grass and rocks where the figure stands."""
    sky = paint_sky(canvas, time, rng)
    high = canvas.height
    paint_peaks(canvas, sky, rng, canvas.horizon, 0.52 * high, 0.46, 0.62)
    paint_peaks(canvas, sky, rng, canvas.horizon + 0.02 * high, 0.34 * high, 0.24, 0.30)
    paint_ridge(canvas, sky, rng, 0.09 * high, 0.05, 0.42, (0.22, 0.36, 0.26), 0.2)
    paint_ridge(canvas, sky, rng, 0.02 * high, 0.045, 0.22, (0.16, 0.31, 0.17), 0.3)
    _summit(canvas, sky, rng)
    return Plan(sky.daylight.light, sky, float(rng.uniform(0.3, 0.7)))


def _summit(canvas: Canvas, sky: Sky, rng: np.random.Generator) -> None:
    """The grassy, rocky hill top in front."""
    line = canvas.horizon + 0.05 + 0.16 * (profile(canvas, rng, 0.6, 5) - 0.5) + 0.10 * canvas.x**2
    rows = canvas.below
    colour = grass(canvas, rows, ((0.13, 0.22, 0.07), (0.46, 0.56, 0.20), (0.62, 0.56, 0.32)), sky.seed)
    across, away, footprint = canvas.ground(rows)
    stone = fractal(across * 1.7, away * 2.1, 5, sky.seed + 21, footprint * 2)
    grain = fractal(across * 13, away * 13, 4, sky.seed + 22, footprint * 13)
    grey = mixed((0.34, 0.32, 0.30), (0.68, 0.65, 0.60), np.clip(0.5 + 2.2 * (grain - 0.5), 0, 1))
    colour = mixed(colour, grey, smoothstep(0.58, 0.66, stone))
    y = canvas.y[rows][:, None]
    inside = np.clip((y - line[None, :]) / canvas.pixel + 0.5, 0, 1)
    rim = smoothstep(0.07, 0.0, y - line[None, :]) * np.float32(0.25)
    box = (rows, slice(0, canvas.columns))
    canvas.over(box, np.asarray(inside, np.float32), mixed(sky.daylight.on(colour), sky.daylight.haze, rim))
    for _ in range(7):
        _rock(canvas, sky, rng, line)


def _rock(canvas: Canvas, sky: Sky, rng: np.random.Generator, line: np.ndarray) -> None:
    x = float(rng.choice((-1.0, 1.0)) * rng.uniform(0.18, 0.55) * canvas.width)
    column = int(np.clip((x + canvas.width / 2) / canvas.pixel, 0, canvas.columns - 1))
    start = float(line[column])
    share = float(rng.uniform(0.05, 0.9))
    foot = start + share * (canvas.height - start)
    size = (0.04 + 0.13 * share) * float(rng.uniform(0.6, 1.3))
    turn = np.sort(rng.uniform(np.pi, 2 * np.pi, 7))
    reach = rng.uniform(0.75, 1.1, 7)
    points = np.stack([x + size * reach * np.cos(turn), foot + 0.75 * size * reach * np.sin(turn)], axis=1)
    outline = np.concatenate([[(x - size, foot)], points, [(x + size, foot)]])
    canvas.blob(x, foot, 1.35 * size, 0.22 * size, tuple(sky.daylight.on((0.08, 0.10, 0.05))), 0.7)
    box, mask = canvas.polygon_mask([outline])
    px, py = canvas.at(box)
    if not px.size:
        return
    facets = fractal((px + 0.6 * py) / size * 1.6, (py - 0.4 * px) / size * 1.4, 4, int(rng.integers(1 << 20)),
                     canvas.pixel / size * 1.6)  # fmt: skip
    lit = np.clip(0.55 - 0.35 * (px - x) / size - 0.45 * (py - foot + 0.4 * size) / size + 1.6 * (facets - 0.5), 0, 1)
    canvas.over(box, mask, sky.daylight.on(mixed((0.24, 0.23, 0.23), (0.72, 0.69, 0.65), lit)))


_SNOW_LIGHT = {
    "day": Light((-0.4, -0.8, -0.45), (0.46, 0.47, 0.48), (0.50, 0.53, 0.58), (0.16, 0.17, 0.19)),
    "sunset": Light((-0.72, -0.36, -0.59), (0.60, 0.43, 0.32), (0.44, 0.40, 0.46), (0.14, 0.12, 0.13)),
    "night": Light((0.4, -0.7, -0.59), (0.34, 0.38, 0.45), (0.40, 0.44, 0.53), (0.09, 0.10, 0.13)),
}


def paint_snow(canvas: Canvas, time: str, rng: np.random.Generator) -> Plan:
    """A field of snow with firs, in which it snows."""
    sky = paint_sky(canvas, time, rng)
    if time == "day":  # a white winter sky
        up = smoothstep(0.0, 1.0, np.clip(1 - canvas.y / canvas.horizon, 0, 1))
        canvas.picture[:] = mixed((0.86, 0.89, 0.92), (0.58, 0.66, 0.76), up)[:, None, :]
        canvas.start_sky()
    paint_peaks(canvas, sky, rng, canvas.horizon + 0.01, 0.30 * canvas.height, 0.45, 1.1)
    paint_ridge(canvas, sky, rng, 0.05, 0.05, 0.45, (0.66, 0.72, 0.80))
    paint_treeline(canvas, sky, rng, 0.05, (0.22, 0.30, 0.32))
    rows = canvas.below
    across, away, footprint = canvas.ground(rows)
    drifts = fractal(across * 0.9, away * 1.5, 4, sky.seed + 1, footprint * 1.4)
    behind = fractal(across * 0.9 + 0.06, away * 1.5 + 0.08, 4, sky.seed + 1, footprint * 1.4)
    grain = fractal(across * 40, away * 40, 2, sky.seed + 2, footprint * 40)
    lit = np.clip(0.62 + 5.5 * (drifts - behind) + 0.35 * (grain - 0.5), 0, 1)
    colour = mixed((0.58, 0.68, 0.84), (0.97, 0.98, 1.0), lit)
    box = (rows, slice(0, canvas.columns))
    haze = np.asarray(np.clip((away - 1.5) / 30, 0, 0.5), np.float32)
    canvas.over(box, np.ones(away.shape, np.float32), mixed(sky.daylight.on(colour), sky.daylight.haze, haze))
    _firs(canvas, sky, rng)
    return Plan(_SNOW_LIGHT[time], sky, 0.55, flakes=230)


def _firs(canvas: Canvas, sky: Sky, rng: np.random.Generator) -> None:
    """Firs from far to near, at the sides."""
    span = canvas.height - canvas.horizon
    for depth in np.sort(rng.uniform(1.35, 9.0, 17))[::-1]:
        reach = canvas.width / 2
        x = float(rng.choice((-1.0, 1.0)) * rng.uniform(0.34 if depth < 4 else 0.02, 1.0) * reach)
        foot, size = canvas.horizon + span / depth, 1.25 * canvas.height / depth * float(rng.uniform(0.75, 1.15))
        haze = min((depth - 1) / 16, 0.5)
        shade = [
            mixed(sky.daylight.on(one), sky.daylight.haze, haze) for one in ((0.06, 0.13, 0.12), (0.20, 0.33, 0.28))
        ]
        white = mixed(sky.daylight.on((0.90, 0.94, 1.0)), sky.daylight.haze, 0.5 * haze)
        canvas.blob(x, foot, 0.32 * size, 0.035 * size, tuple(sky.daylight.on((0.42, 0.52, 0.70))), 0.6)
        colours = (tuple(shade[0]), tuple(shade[1]))
        paint_fir(canvas, x, foot, size, colours, int(rng.integers(1 << 20)), tuple(white))

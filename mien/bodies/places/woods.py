"""A forest."""

from __future__ import annotations

import numpy as np

from mien.bodies.places.canvas import Canvas, mixed
from mien.bodies.places.layers import Glow, Plan
from mien.bodies.places.noise import Field, fractal, smoothstep
from mien.bodies.places.plants import grass, paint_crown
from mien.bodies.places.skies import Sky, paint_sky
from mien.bodies.scene import RGB, Light

_LIGHT = {
    "day": Light((-0.35, -0.82, -0.45), (0.52, 0.54, 0.42), (0.40, 0.45, 0.38), (0.08, 0.10, 0.05)),
    "sunset": Light((-0.72, -0.36, -0.59), (0.60, 0.44, 0.26), (0.40, 0.36, 0.34), (0.08, 0.07, 0.04)),
    "night": Light((0.4, -0.7, -0.59), (0.34, 0.39, 0.42), (0.38, 0.43, 0.48), (0.03, 0.05, 0.05)),
}
_MIST: dict[str, RGB] = {"day": (0.70, 0.82, 0.58), "sunset": (0.93, 0.68, 0.40), "night": (0.16, 0.24, 0.31)}


def paint_forest(canvas: Canvas, time: str, rng: np.random.Generator) -> Plan:
    """Trunks and leaves in depth, a floor of moss and leaves, and shafts of light."""
    sky = paint_sky(canvas, time, rng)
    mist = np.asarray(_MIST[time], np.float32)
    _far_leaves(canvas, sky, mist)
    _floor(canvas, sky, mist)
    for depth in np.sort(rng.uniform(1.25, 7.5, 24))[::-1]:
        _trunk(canvas, sky, mist, float(depth), rng)
    _canopy(canvas, sky, rng)
    for _ in range(6):
        _fern(canvas, sky, rng)
    return Plan(_LIGHT[time], sky, 0.0, glows=_shafts(canvas, time, rng))


def _far_leaves(canvas: Canvas, sky: Sky, mist: Field) -> None:
    x, y = canvas.at(canvas.whole)
    coarse = fractal(x * 5, y * 5, 5, sky.seed, canvas.pixel * 5)
    fine = fractal(x * 26, y * 28, 3, sky.seed + 1, canvas.pixel * 26)
    lit = np.clip(0.5 + 1.6 * (coarse - 0.5) + 0.9 * (fine - 0.5), 0, 1)
    leaves = sky.daylight.on(mixed((0.12, 0.24, 0.09), (0.46, 0.60, 0.24), lit))
    middle = np.exp(-(((y - canvas.horizon) / (0.42 * canvas.height)) ** 2)) * np.float32(0.72)
    holes = smoothstep(0.60, 0.70, coarse) * np.float32(0.5)
    colour = mixed(mixed(leaves, np.minimum(mist * np.float32(1.12), 1), holes), mist, np.asarray(middle, np.float32))
    canvas.over(canvas.whole, np.ones(x.shape, np.float32), colour)


def _floor(canvas: Canvas, sky: Sky, mist: Field) -> None:
    rows = canvas.below
    across, away, footprint = canvas.ground(rows)
    moss = grass(canvas, rows, ((0.09, 0.15, 0.05), (0.33, 0.42, 0.14), (0.40, 0.30, 0.15)), sky.seed + 2)
    litter = fractal(across * 19, away * 15, 3, sky.seed + 3, footprint * 17)
    earth = mixed((0.20, 0.13, 0.07), (0.52, 0.38, 0.21), np.clip(0.5 + 2 * (litter - 0.5), 0, 1))
    path = np.exp(-(((across + 0.25 * np.sin(0.5 * away)) / 0.42) ** 2)) * 0.9
    patches = smoothstep(0.46, 0.62, fractal(across * 1.5, away * 1.5, 4, sky.seed + 4, footprint * 2))
    floor = mixed(moss, earth, np.clip(patches * np.float32(0.8) + np.asarray(path, np.float32), 0, 1))
    pools = smoothstep(0.55, 0.68, fractal(across * 1.9, away * 1.3, 3, sky.seed + 5, footprint * 2))
    floor = sky.daylight.on(floor) * (np.float32(0.72) + np.float32(0.55) * pools[..., None])
    far = np.asarray(np.clip((away - 1.6) / 7, 0, 0.85), np.float32)
    canvas.over((rows, slice(0, canvas.columns)), np.ones(away.shape, np.float32), mixed(floor, mist, far))


def _trunk(canvas: Canvas, sky: Sky, mist: Field, depth: float, rng: np.random.Generator) -> None:
    near = depth < 2.6
    x = float(rng.choice((-1.0, 1.0)) * rng.uniform(0.30 if near else 0.03, 0.52) * canvas.width)
    foot = canvas.horizon + (canvas.height - canvas.horizon) / depth
    half, lean = 0.085 / depth * float(rng.uniform(0.6, 1.25)), float(rng.normal(0, 0.03))
    haze = float(np.clip((depth - 1.2) / 7, 0, 0.8))
    seed = int(rng.integers(1 << 20))
    reach = 2.1 * half + 2 * canvas.pixel + abs(lean)  # its roots, and how far its top leans
    box = canvas.box(x - reach, 0.0, x + reach, foot + half)
    px, py = canvas.at(box)
    if not px.size:
        return
    up = np.clip((foot - py) / foot, 0, 1)
    wide = half * (1 - 0.35 * up + 0.9 * np.exp(-up * 26))
    side = (px - x - lean * up) / wide
    bark = fractal(side * 2.2 + 7, py / half * 0.35, 4, seed, canvas.pixel / half * 1.2)
    edge = canvas.pixel / half
    alpha = smoothstep(1 + edge, 1 - edge, np.abs(side) + 0.2 * (bark - 0.5)) * (py < foot + 0.2 * half)
    lit = np.clip(0.42 - 0.42 * side + 1.9 * (bark - 0.5), 0, 1)
    own = sky.daylight.on(mixed((0.12, 0.08, 0.05), (0.50, 0.38, 0.26), lit))
    moss = smoothstep(0.55, 0.7, bark + 0.15 * (1 - up)) * np.float32(0.5)
    own = mixed(own, sky.daylight.on((0.28, 0.38, 0.14)), moss)
    canvas.blob(x, foot, 3.2 * half, 0.5 * half, tuple(sky.daylight.on((0.05, 0.06, 0.03))), 0.75 * (1 - haze))
    canvas.over(box, np.asarray(alpha, np.float32), mixed(own, mist, haze))


def _canopy(canvas: Canvas, sky: Sky, rng: np.random.Generator) -> None:
    """Leaves of near trees along the upper edge and at the sides."""
    colours = sky.daylight.on((0.06, 0.16, 0.05)), sky.daylight.on((0.40, 0.58, 0.20))
    for number in range(11):
        x = (number / 10 - 0.5) * canvas.width * 1.1 + float(rng.normal(0, 0.03))
        size = float(rng.uniform(0.13, 0.22))
        y = float(rng.uniform(-0.08, 0.05)) + 0.28 * (abs(x) / canvas.width * 2) ** 3 * float(rng.uniform(0.3, 1.0))
        paint_crown(canvas, x, y, size, 0.7 * size, colours, int(rng.integers(1 << 20)), 0.9)


def _fern(canvas: Canvas, sky: Sky, rng: np.random.Generator) -> None:
    x = float(rng.choice((-1.0, 1.0)) * rng.uniform(0.26, 0.52) * canvas.width)
    foot = canvas.horizon + (canvas.height - canvas.horizon) * float(rng.uniform(0.45, 1.0))
    size = 0.20 * (foot - canvas.horizon) / (canvas.height - canvas.horizon)
    for angle in np.linspace(-2.8, -0.35, 8) + rng.normal(0, 0.1, 8):
        share = np.linspace(0, 1, 9)
        spine = np.stack([x + size * np.cos(angle) * share, foot + size * (np.sin(angle) * share + 0.7 * share**2)], 1)
        wide = 0.07 * size * np.sin(np.pi * (0.1 + 0.9 * share)) * (0.5 + 0.5 * (np.arange(9) % 2))
        offset = np.stack([0.5 * wide, wide], axis=1)
        shade = float(rng.uniform(0.7, 1.2))
        green = sky.daylight.on((0.22 * shade, 0.42 * shade, 0.12 * shade))
        canvas.polygon(np.concatenate([spine - offset, (spine + offset)[::-1]]), green)


def _shafts(canvas: Canvas, time: str, rng: np.random.Generator) -> tuple[Glow, ...]:
    """Slanting shafts of light between the leaves."""
    colour: RGB = {"day": (0.95, 0.92, 0.60), "sunset": (1.0, 0.66, 0.30), "night": (0.35, 0.48, 0.65)}[time]
    strength = {"day": 0.30, "sunset": 0.34, "night": 0.16}[time]
    x, y = canvas.at(canvas.whole)
    found = []
    slant, start = float(rng.uniform(0.35, 0.6)), float(rng.uniform(-0.3, 0.3)) * canvas.width
    for number in range(2):
        u = (x + slant * y - start) / (1 + 0.35 * y)
        total = np.zeros_like(x)
        for _ in range(3):
            middle, wide = rng.uniform(-0.35, 0.5), rng.uniform(0.025, 0.07)
            total += np.exp(-(((u - middle) / wide) ** 2)).astype(np.float32)
        fade = smoothstep(1.0, 0.25, y / canvas.height) * smoothstep(-0.1, 0.25, y / canvas.height)
        light = np.asarray(np.minimum(total, 1.2) * fade * strength, np.float32)
        found.append(Glow(light, colour, 0.35, 7.0 + 4 * number, 2.0 * number))
    return tuple(found)

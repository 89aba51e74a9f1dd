"""A street between houses."""

from __future__ import annotations

import numpy as np

from mien.bodies.places.canvas import Canvas, mixed
from mien.bodies.places.cars import paint_cars
from mien.bodies.places.layers import Glow, Plan
from mien.bodies.places.noise import Field, Numbers, fractal, smoothstep
from mien.bodies.places.skies import Sky, paint_sky
from mien.bodies.scene import RGB, Light

_LIGHT = {
    "day": Light((-0.40, -0.78, -0.48), (0.58, 0.56, 0.52), (0.47, 0.48, 0.51), (0.10, 0.10, 0.10)),
    "sunset": Light((-0.72, -0.36, -0.59), (0.60, 0.44, 0.30), (0.43, 0.38, 0.42), (0.10, 0.08, 0.07)),
    "night": Light((-0.35, -0.80, -0.48), (0.50, 0.42, 0.30), (0.36, 0.35, 0.40), (0.07, 0.06, 0.05)),
}
_WALLS: tuple[RGB, ...] = (
    (0.74, 0.60, 0.46), (0.60, 0.34, 0.26), (0.82, 0.78, 0.70), (0.56, 0.58, 0.62), (0.84, 0.70, 0.42),
    (0.48, 0.56, 0.60), (0.72, 0.46, 0.38), (0.66, 0.66, 0.62),
)  # fmt: skip
_HALF = 1.25  # of the street from house to house, in units of the ground
_KERB = 0.78


def paint_city(canvas: Canvas, time: str, rng: np.random.Generator) -> Plan:
    """A street in perspective: house fronts on both sides, towers at its end, parked cars, lit at night."""
    sky = paint_sky(canvas, time, rng)
    _towers(canvas, sky, rng)
    _road(canvas, sky)
    for side in (-1, 1):
        _fronts(canvas, sky, side, rng)
    paint_cars(canvas, sky, rng, _KERB)
    return Plan(_LIGHT[time], sky, 0.4, glows=_lamps(canvas, sky))


def _windows(u: Numbers, v: Numbers, wide: tuple[float, float], blur: tuple[Numbers, Numbers]) -> Field:
    """Share (…) of window of a grid of unit cells; `wide`: of a window in both directions; blur: size of a pixel."""
    found = np.ones(np.broadcast(u, v).shape, np.float32)
    for place, share, pixel in ((u, wide[0], blur[0]), (v, wide[1], blur[1])):
        gap = np.abs((place % 1.0) - 0.5) - share / 2
        soft = np.clip(0.5 - gap / np.maximum(pixel, 1e-3), 0, 1)
        faded = np.clip(pixel * 1.6 - 0.4, 0, 1)
        found = found * (soft + (share - soft) * faded)
    return np.asarray(found, np.float32)


def _cell(u: Numbers, v: Numbers, seed: int) -> Field:
    """A random number of each unit cell."""
    return fractal(np.floor(u) + np.float32(0.0), np.floor(v) + np.float32(0.0), 1, seed)


def _glass(sky: Sky, u: Numbers, v: Numbers, seed: int) -> tuple[Field, Field]:
    """Colours of windows, and which are lit."""
    chance = _cell(u, v, seed)
    lit = np.asarray(chance > {"day": 2.0, "sunset": 0.80, "night": 0.52}[sky.time], np.float32)
    warm = mixed((1.0, 0.80, 0.42), (0.98, 0.92, 0.72), _cell(u, v, seed + 1))
    dark = mixed(sky.daylight.on((0.16, 0.22, 0.28)), np.asarray(sky.daylight.middle, np.float32), 0.15 + 0.45 * chance)
    return mixed(dark, warm, lit), lit


def _towers(canvas: Canvas, sky: Sky, rng: np.random.Generator) -> None:
    """High houses far away."""
    for depth in (0.62, 0.40, 0.2):
        x = -canvas.width / 2
        while x < canvas.width / 2:
            wide = float(rng.uniform(0.05, 0.11)) * (1.4 - depth)
            high = float(rng.uniform(0.10, 0.34)) * (0.65 + 0.5 * depth) * min(canvas.height, 1.2)
            box = canvas.box(x, canvas.horizon - high, x + wide, canvas.horizon + 0.02)
            px, py = canvas.at(box)
            if px.size:
                cells = float(rng.integers(4, 8))
                u, v = (px - x) / wide * cells, (py - canvas.horizon) / 0.02
                blur = np.full_like(px, canvas.pixel / wide * cells), np.full_like(px, canvas.pixel / 0.02)
                seed = int(rng.integers(1 << 20))
                wall = sky.daylight.on(mixed(_WALLS[int(rng.integers(len(_WALLS)))], (0.5, 0.55, 0.62), 0.6))
                glass, lit = _glass(sky, u, v, seed)
                share = _windows(u, v, (0.55, 0.6), blur)
                colour = mixed(mixed(wall, glass, share), sky.daylight.haze, depth)
                colour = mixed(colour, glass, lit * share * 0.8)
                canvas.over(box, np.ones(px.shape, np.float32), colour)
            x += wide


def _road(canvas: Canvas, sky: Sky) -> None:
    rows = canvas.below
    across, away, footprint = canvas.ground(rows)
    grain = fractal(across * 34, away * 34, 3, sky.seed, footprint * 30)
    stain = fractal(across * 1.7, away * 0.9, 4, sky.seed + 1, footprint * 2)
    asphalt = mixed(
        (0.20, 0.20, 0.21), (0.40, 0.40, 0.41), np.clip(0.5 + 0.9 * (grain - 0.5) + 0.9 * (stain - 0.5), 0, 1)
    )
    soft = np.maximum(canvas.pixel * away, 0.004)
    line = np.clip((0.035 - np.abs(across)) / soft + 0.5, 0, 1) * smoothstep(
        0.42, 0.46, np.abs((away * 0.8) % 1.0 - 0.5) * 2
    )
    line = np.maximum(line, np.clip((0.02 - np.abs(np.abs(across) - _KERB + 0.07)) / soft + 0.5, 0, 1))
    asphalt = mixed(asphalt, (0.86, 0.85, 0.80), np.asarray(line, np.float32) * np.float32(0.85))
    joints = np.clip((np.abs((across * 5) % 1.0 - 0.5) - 0.47) / 0.03, 0, 1) + np.clip(
        (np.abs((away * 4) % 1.0 - 0.5) - 0.47) / 0.03, 0, 1
    )
    fade = np.clip(1.2 - 5 * soft * 4, 0, 1)
    slabs = mixed((0.60, 0.58, 0.55), (0.74, 0.72, 0.68), grain)
    slabs = mixed(slabs, (0.40, 0.39, 0.37), np.asarray(np.clip(joints, 0, 1) * fade * 0.6, np.float32))
    walk = np.asarray(np.clip((np.abs(across) - _KERB) / soft + 0.5, 0, 1), np.float32)
    colour = mixed(asphalt, slabs, walk)
    kerb = np.asarray(np.clip((0.03 - np.abs(np.abs(across) - _KERB)) / soft + 0.5, 0, 1), np.float32)
    colour = sky.daylight.on(mixed(colour, (0.46, 0.45, 0.44), kerb))
    if sky.time == "night":  # light of lamps and windows lies on the road
        shine = np.exp(-((across / 0.9) ** 2)) * (0.5 + 0.5 * np.cos(away * 2.4))
        colour = colour + np.float32(0.13) * np.asarray(shine, np.float32)[..., None] * np.array(
            (1, 0.75, 0.42), np.float32
        )
    haze = np.asarray(np.clip((away - 2) / 26, 0, 0.85), np.float32)
    canvas.over(
        (rows, slice(0, canvas.columns)), np.ones(away.shape, np.float32), mixed(colour, sky.daylight.haze, haze)
    )


def _fronts(canvas: Canvas, sky: Sky, side: int, rng: np.random.Generator) -> None:
    """The houses of one side (−1 left, 1 right), seen at a slant."""
    columns = slice(0, canvas.columns // 2) if side < 0 else slice(canvas.columns // 2, canvas.columns)
    x = np.maximum(side * canvas.x[columns], canvas.pixel / 2)
    along = np.asarray(_HALF / x, np.float32)  # depth of the wall that a column shows
    far = 14.0
    starts, house = [0.6], 0.6
    while house < far:
        house += float(rng.uniform(0.7, 1.5))
        starts.append(house)
    number = np.clip(np.searchsorted(np.array(starts), along) - 1, 0, len(starts) - 1)
    eye = canvas.height - canvas.horizon
    tall = rng.uniform(1.5, 3.0, len(starts))[number] * 0.62
    walls = np.array(_WALLS, np.float32)[rng.integers(len(_WALLS), size=len(starts))][number]
    y = canvas.y[:, None]
    up = (canvas.horizon - y) * along[None, :] + eye  # above the ground
    soft = np.maximum(canvas.pixel * along, 1e-4)[None, :]
    alpha = np.clip((tall[None, :] - up) / soft + 0.5, 0, 1) * np.clip(up / soft + 0.5, 0, 1) * (along < far)[None, :]
    deep = np.asarray(along**2 / _HALF * canvas.pixel, np.float32)[None, :]
    storey, bay = 0.40, 0.34
    u = np.broadcast_to((along / bay)[None, :], up.shape)
    v = up / storey
    blur = np.broadcast_to(deep / bay, up.shape), np.broadcast_to(soft / storey, up.shape)
    grain = fractal(u * 4, v * 4, 3, sky.seed + 31 * side, np.maximum(*blur) * 4)
    face = walls[None] * (np.float32(0.82) + np.float32(0.36) * grain[..., None])
    shaded = np.float32(0.72 if side > 0 else 1.04)
    wall = sky.daylight.on(face * shaded)
    seed = sky.seed + 77 * side
    glass, lit = _glass(sky, u, v, seed)
    share = _windows(u, v, (0.50, 0.56), blur)
    frame = _windows(u, v, (0.62, 0.68), blur) - share
    colour = mixed(
        mixed(wall, sky.daylight.on((0.90, 0.88, 0.84)) * shaded, np.clip(frame, 0, 1) * np.float32(0.8)), glass, share
    )
    ledge = np.asarray(
        np.clip((np.abs(v % 1.0 - 0.5) - 0.46) / 0.04, 0, 1) * np.clip(1.4 - 2.5 * blur[1], 0, 1), np.float32
    )
    colour = mixed(colour, wall * np.float32(0.62), ledge * np.float32(0.7))
    colour = _shops(sky, colour, u, v, blur, seed)
    gap = np.asarray(np.min(np.abs(along[:, None] - np.array(starts)[None]), axis=1), np.float32)[None, :]
    colour = mixed(colour, wall * np.float32(0.35), smoothstep(0.03, 0.0, gap) * np.float32(0.8) * np.ones_like(up))
    roof = smoothstep(0.10, 0.07, tall[None, :] - up)
    colour = mixed(colour, wall * np.float32(1.18), np.asarray(roof, np.float32) * np.float32(0.8))
    haze = np.asarray(np.clip((along - 1.5) / 18, 0, 0.7), np.float32)[None, :] * np.ones_like(up)
    colour = mixed(colour, sky.daylight.haze, np.asarray(haze * (1 - 0.7 * lit * share), np.float32))
    canvas.over((slice(0, canvas.rows), columns), np.asarray(alpha, np.float32), colour)


def _shops(sky: Sky, colour: Field, u: Numbers, v: Numbers, blur: tuple[Numbers, Numbers], seed: int) -> Field:
    """Shop windows and awnings on the ground floor."""
    ground = np.asarray(v < 1.0, np.float32)
    pane = _windows(u / 2, np.clip(v, 0, 0.999), (0.84, 0.62), (blur[0] / 2, blur[1]))
    kind = _cell(u / 2, np.zeros_like(v), seed + 5)
    bright = {"day": (0.30, 0.36, 0.40), "sunset": (0.86, 0.66, 0.42), "night": (1.0, 0.82, 0.50)}[sky.time]
    inside = mixed(sky.daylight.on((0.14, 0.16, 0.18)), bright, 0.35 + 0.6 * kind)
    base = mixed(colour, sky.daylight.on((0.26, 0.22, 0.20)), ground * np.float32(0.75))
    base = mixed(base, inside, ground * pane)
    wave = np.abs((u * 6) % 1.0 - 0.5) - 0.25
    stripes = np.clip(0.5 - wave / np.maximum(6 * blur[0], 1e-3), 0, 1)
    hues = np.array(((0.72, 0.16, 0.16), (0.14, 0.40, 0.28), (0.18, 0.30, 0.58), (0.86, 0.60, 0.16)), np.float32)
    own = hues[np.clip((kind * 4).astype(np.int64), 0, 3)]
    awning = mixed(own, (0.93, 0.91, 0.86), stripes * np.clip(1.3 - 5 * blur[0], 0, 1) * np.float32(0.85))
    here = np.asarray((v > 0.78) & (v < 1.06) & (kind > 0.35), np.float32)
    return mixed(base, sky.daylight.on(awning), here)


def _lamps(canvas: Canvas, sky: Sky) -> tuple[Glow, ...]:
    """Street lamps on both sides; at night they shine."""
    light = np.zeros((canvas.rows, canvas.columns), np.float32)
    eye = canvas.height - canvas.horizon
    for depth in (9.0, 6.0, 4.0, 2.7, 1.8):
        for side in (-1, 1):
            x, foot = side * 0.92 / depth, canvas.horizon + eye / depth
            top, wide = canvas.horizon + (eye - 1.15) / depth, 0.014 / depth
            if abs(x) > canvas.width / 2 + 0.1:
                continue
            dark = sky.daylight.on((0.16, 0.17, 0.18))
            canvas.rectangle(x - wide, top, x + wide, foot, dark)
            arm = x - side * 0.13 / depth
            canvas.rectangle(min(x, arm), top, max(x, arm), top + 1.6 * wide, dark)
            head: RGB = (1.0, 0.93, 0.74) if sky.time == "night" else (0.82, 0.82, 0.78)
            canvas.blob(arm, top + 2.5 * wide, 0.05 / depth, 0.03 / depth, head, 1.0)
            if sky.time == "night":
                px, py = canvas.x[None, :] - arm, canvas.y[:, None] - top
                light += np.exp(-np.sqrt(px * px + py * py) * depth / 0.22).astype(np.float32)
    return (
        (Glow(np.minimum(light, 1.2) * np.float32(0.42), (1.0, 0.72, 0.36), 0.03, 3.0),) if sky.time == "night" else ()
    )

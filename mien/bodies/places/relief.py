"""Far ridges, mountains and lines of trees, paler with distance."""

from __future__ import annotations

import numpy as np

from mien.bodies.places.canvas import Canvas, mixed
from mien.bodies.places.noise import Field, fractal, smoothstep
from mien.bodies.places.skies import Sky
from mien.bodies.scene import RGB


def profile(canvas: Canvas, rng: np.random.Generator, grain: float, octaves: int = 6, ridged: bool = False) -> Field:
    """A random line (W,) of mean about 0.5; ridged: with sharp peaks."""
    seed, start = int(rng.integers(1 << 20)), float(rng.uniform(0, 50))
    x = np.asarray(canvas.x / grain + start, np.float32)
    line = fractal(x, np.full_like(x, 0.37), octaves, seed, canvas.pixel / grain)
    return np.asarray(1.0 - 2.4 * np.abs(line - 0.5), np.float32) if ridged else line


def paint_ridge(
    canvas: Canvas,
    sky: Sky,
    rng: np.random.Generator,
    height: float,
    swing: float,
    haze: float,
    colour: RGB,
    foot: float = 0.0,
) -> None:
    """A far wooded ridge along the horizon. haze: share of haze in its colour. foot: how far it reaches below it."""
    line = canvas.horizon - np.maximum(height + swing * 4 * (profile(canvas, rng, 0.45) - 0.5), 0.004)
    top = max(float(line.min()) - 0.01, 0.0)
    box = canvas.box(-canvas.width, top, canvas.width, canvas.horizon + canvas.pixel + foot)
    x, y = canvas.at(box)
    inside = np.clip((y - line[None, :]) / canvas.pixel + 0.5, 0, 1)
    grain = fractal(x * 24, y * 30, 4, int(rng.integers(1 << 20)), canvas.pixel * 26)
    own = sky.daylight.on(mixed(tuple(0.7 * c for c in colour), tuple(1.25 * c for c in colour), grain))
    down = np.clip((y - line[None, :]) / max(height + swing, 0.02), 0, 1)
    share = np.clip(haze + 0.22 * down, 0, 0.95)
    canvas.over(box, np.asarray(inside, np.float32), mixed(own, sky.daylight.haze, np.asarray(share, np.float32)))


def paint_treeline(canvas: Canvas, sky: Sky, rng: np.random.Generator, height: float, colour: RGB) -> None:
    """Trees of a far shore or the edge of a wood, standing on the horizon."""
    crowns = profile(canvas, rng, 0.035, 4)
    line = canvas.horizon - height * (0.35 + 1.1 * profile(canvas, rng, 0.4, 3)) * (0.55 + 0.9 * crowns)
    box = canvas.box(-canvas.width, canvas.horizon - 2.2 * height, canvas.width, canvas.horizon + canvas.pixel)
    x, y = canvas.at(box)
    grain = fractal(x * 55, y * 55, 4, int(rng.integers(1 << 20)), canvas.pixel * 55)
    lit = smoothstep(0.38, 0.68, grain - 0.25 * (y - line[None, :]) / height)
    own = sky.daylight.on(mixed(tuple(0.6 * c for c in colour), tuple(1.9 * c for c in colour), lit))
    inside = np.clip((y - line[None, :]) / canvas.pixel + 0.5, 0, 1)
    canvas.over(box, np.asarray(inside, np.float32), mixed(own, sky.daylight.haze, 0.14))


def paint_peaks(
    canvas: Canvas, sky: Sky, rng: np.random.Generator, base: float, height: float, haze: float, snowy: float,
    rock: tuple[RGB, RGB] = ((0.26, 0.27, 0.31), (0.58, 0.55, 0.53)),
) -> None:  # fmt: skip
    """Rocky peaks with ribs, light and shade. base: height of their foot; snowy: share of snow from the top."""
    count = max(round(canvas.width / (0.55 * height)), 2) + 2
    tops = (np.arange(count) + rng.uniform(0.2, 0.8, count)) / (count - 1) - 0.5
    tops, highs = tops * (canvas.width + 0.4 * height), height * rng.uniform(0.55, 1.0, count)
    steep = rng.uniform(0.75, 1.25, count)
    tents = highs - steep * (np.sqrt((canvas.x[:, None] - tops) ** 2 + 0.0004) - 0.02)
    owner = tents.argmax(1)
    rough = profile(canvas, rng, 0.22 * height + 0.04, 6) - np.float32(0.5)
    line = base - np.maximum(tents.max(1) + 0.22 * height * rough, 0.12 * height)
    top = max(float(line.min()) - 0.01, 0.0)
    box = canvas.box(-canvas.width, top, canvas.width, base + canvas.pixel)
    x, y = canvas.at(box)
    if not x.size:
        return
    seed = int(rng.integers(1 << 20))
    drop = y - line[None, :]
    fine = fractal(x * 26, y * 26, 4, seed + 2, canvas.pixel * 26) - np.float32(0.5)
    bent = fractal(x * 5, y * 7, 4, seed + 3, canvas.pixel * 6) - np.float32(0.5)
    warped = (x + 0.5 * bent * np.minimum(drop, 0.2) + canvas.width / 2) / canvas.pixel  # faces meet in crooked valleys
    nearest = owner[np.clip(warped.astype(np.int64), 0, canvas.columns - 1)]
    below = np.maximum(y - (base - highs[nearest]), 0) + 0.05 * height
    side = (x - tops[nearest]) / height + 0.9 * bent * below
    fan = side * height / below
    ribs = fractal(fan * 3.4 + nearest * 17, below / height * 1.6 + bent, 4, seed, canvas.pixel / below * 3.6)
    lit = smoothstep(0.22, -0.22, 0.55 * fan + 2.2 * (ribs - np.float32(0.5)) + 0.5 * fine)
    lit = np.clip(0.08 + 0.80 * lit + 0.45 * fine, 0, 1)
    colour = mixed(rock[0], rock[1], lit)
    if snowy > 0:
        limit = snowy * height + 0.55 * height * (ribs - np.float32(0.5)) + 0.16 * height * fine
        white = mixed((0.50, 0.60, 0.78), (0.98, 0.98, 0.99), lit)
        colour = mixed(colour, white, smoothstep(0.02 * height, -0.02 * height, y - (base - height) - limit))
    own = sky.daylight.on(colour)
    share = np.clip(haze + 0.35 * smoothstep(0.0, 1.0, (y - top) / max(base - top, 1e-3)) * haze, 0, 0.95)
    inside = np.clip(drop / canvas.pixel + 0.5, 0, 1)
    canvas.over(box, np.asarray(inside, np.float32), mixed(own, sky.daylight.haze, np.asarray(share, np.float32)))

"""Skies, clouds and light of the three times of day."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mien.bodies.places.canvas import Canvas, mixed
from mien.bodies.places.noise import Colour, Field, smoothstep
from mien.bodies.scene import RGB, Light


@dataclass(frozen=True)
class Daylight:
    """Colours of a time of day.

    zenith, middle, low: of the sky from above to the horizon. tint: factor of every surface. haze: of far things.
    lit, shade: of clouds. sun: of the disc. light: on the figure.
    """

    zenith: RGB
    middle: RGB
    low: RGB
    tint: RGB
    haze: RGB
    lit: RGB
    shade: RGB
    sun: RGB
    light: Light

    def on(self, albedo: Colour) -> Field:
        """The colour of a surface in this light."""
        return np.asarray(np.asarray(albedo, np.float32) * np.asarray(self.tint, np.float32), np.float32)


DAY = Daylight(
    zenith=(0.20, 0.44, 0.78), middle=(0.42, 0.66, 0.90), low=(0.78, 0.88, 0.95), tint=(1.0, 1.0, 1.0),
    haze=(0.74, 0.84, 0.92), lit=(1.0, 1.0, 1.0), shade=(0.66, 0.73, 0.82), sun=(1.0, 0.98, 0.90),
    light=Light((-0.45, -0.75, -0.48), (0.62, 0.60, 0.55), (0.46, 0.48, 0.52), (0.10, 0.09, 0.08)),
)  # fmt: skip
SUNSET = Daylight(
    zenith=(0.24, 0.27, 0.50), middle=(0.74, 0.45, 0.47), low=(1.0, 0.72, 0.38), tint=(0.86, 0.62, 0.54),
    haze=(0.93, 0.62, 0.44), lit=(1.0, 0.66, 0.46), shade=(0.50, 0.36, 0.48), sun=(1.0, 0.93, 0.66),
    light=Light((-0.72, -0.36, -0.59), (0.66, 0.46, 0.30), (0.42, 0.36, 0.40), (0.10, 0.07, 0.05)),
)  # fmt: skip
NIGHT = Daylight(
    zenith=(0.02, 0.04, 0.11), middle=(0.06, 0.10, 0.22), low=(0.14, 0.20, 0.35), tint=(0.33, 0.40, 0.58),
    haze=(0.14, 0.19, 0.32), lit=(0.20, 0.24, 0.36), shade=(0.05, 0.07, 0.14), sun=(0.96, 0.96, 0.88),
    light=Light((0.40, -0.70, -0.59), (0.36, 0.39, 0.46), (0.38, 0.41, 0.50), (0.04, 0.05, 0.07)),
)  # fmt: skip
TIMES = {"day": DAY, "sunset": SUNSET, "night": NIGHT}


@dataclass(frozen=True)
class Sky:
    """A painted sky: `colours` (H, 3) of its rows without clouds, and where the sun or moon stands (x, y)."""

    time: str
    daylight: Daylight
    colours: Field
    sun: tuple[float, float]
    seed: int


def paint_sky(canvas: Canvas, time: str, rng: np.random.Generator) -> Sky:
    """Fill the canvas with sky; the sun is in the picture at sunset, the moon at night."""
    daylight = TIMES[time]
    up = np.clip((canvas.horizon - canvas.y) / max(canvas.horizon, canvas.pixel), 0, 1)
    low = smoothstep(0.0, 0.45, up)
    high = smoothstep(0.25, 1.0, up)
    colours = mixed(mixed(daylight.low, daylight.middle, low), daylight.zenith, high)
    canvas.picture[:] = colours[:, None, :]
    side = float(rng.choice((-1.0, 1.0)) * rng.uniform(0.15, 0.38) * canvas.width)
    height = rng.uniform(0.10, 0.2)
    place = {
        "day": (side * 1.2, -0.2),
        "sunset": (side, canvas.horizon * (1 - height)),
        "night": (side, canvas.horizon * (0.12 + 1.2 * height)),
    }[time]
    seed = int(rng.integers(1 << 20))
    if time == "night":
        _stars(canvas, np.random.default_rng(seed))
    if time != "day":
        _disc(canvas, daylight, place, 0.045 if time == "sunset" else 0.032, time)
    canvas.start_sky()
    return Sky(time, daylight, colours, place, seed)


def _stars(canvas: Canvas, rng: np.random.Generator) -> None:
    """Soft dots. All at once, since a canvas has a hundred and more of them."""
    count = int(150 * canvas.width)
    x = rng.uniform(-canvas.width / 2, canvas.width / 2, count)
    y = canvas.horizon * rng.uniform(0, 0.85, count)
    strength = rng.uniform(0.15, 0.9, count) ** 2
    radius = 1.4 * (0.75 + 0.0012 / canvas.pixel)  # pixels
    step = np.arange(-math.ceil(radius), math.ceil(radius) + 1)
    column, row = (x + canvas.width / 2) / canvas.pixel, y / canvas.pixel
    columns = np.floor(column).astype(np.int64)[:, None, None] + step[None, None, :]
    rows = np.floor(row).astype(np.int64)[:, None, None] + step[None, :, None]
    across, along = columns + 0.5 - column[:, None, None], rows + 0.5 - row[:, None, None]
    inside = np.maximum(1 - (across**2 + along**2) / radius**2, 0)
    alpha = strength[:, None, None] * inside * inside * (3 - 2 * inside)
    seen = (columns >= 0) & (columns < canvas.columns) & (rows >= 0) & (rows < canvas.rows)
    clear = np.ones((canvas.rows, canvas.columns), np.float32)
    places = np.broadcast_to(rows, seen.shape)[seen], np.broadcast_to(columns, seen.shape)[seen]
    np.multiply.at(clear, places, 1 - alpha[seen].astype(np.float32))
    canvas.over(canvas.whole, 1 - clear, (0.86, 0.90, 1.0))


def _disc(canvas: Canvas, daylight: Daylight, place: tuple[float, float], radius: float, time: str) -> None:
    across, along = canvas.x[None, :] - place[0], canvas.y[:, None] - place[1]
    distance = np.sqrt(across * across + along * along)
    wide = 0.55 if time == "sunset" else 0.25
    glow = np.exp(-distance / wide * 3.2) * (0.75 if time == "sunset" else 0.35)
    below = smoothstep(canvas.horizon + 0.01, canvas.horizon - 0.01, canvas.y)[:, None]
    whole = (slice(0, canvas.rows), slice(0, canvas.columns))
    colour: RGB = (1.0, 0.80, 0.46) if time == "sunset" else (0.42, 0.48, 0.62)
    canvas.over(whole, np.asarray(glow * below, np.float32), colour)
    edge = np.clip((radius - distance) / canvas.pixel + 0.5, 0, 1) * below
    canvas.over(whole, np.asarray(edge, np.float32), daylight.sun)

"""A stage and a room."""

from __future__ import annotations

import numpy as np

from mien.bodies.places.canvas import Canvas, mixed
from mien.bodies.places.furniture import furnish
from mien.bodies.places.layers import Glow, Plan
from mien.bodies.places.noise import Field, fractal, smoothstep
from mien.bodies.scene import RGB, Light

_CURTAINS: tuple[RGB, ...] = ((0.58, 0.05, 0.08), (0.48, 0.04, 0.10), (0.30, 0.05, 0.30), (0.08, 0.10, 0.36))
_BEAMS: tuple[RGB, ...] = ((1.0, 0.92, 0.74), (0.72, 0.82, 1.0), (1.0, 0.66, 0.80), (1.0, 0.84, 0.50))


def boards(canvas: Canvas, rows: slice, seed: int, colours: tuple[RGB, RGB], wide: float = 0.16) -> Field:
    """Floor boards that run away from the viewer, in rows (R, W, 3)."""
    across, away, footprint = canvas.ground(rows)
    board = across / wide
    number = np.floor(board)
    tone = fractal(number * np.float32(0.731), number * np.float32(1.37), 1, seed)
    ends = np.abs((away * 0.7 + tone * 5) % 1.0 - 0.5)
    grain = fractal(across * 40, away * 3 + number * 7, 3, seed + 1, footprint * 24)
    lit = np.clip(0.5 + 1.1 * (tone - 0.5) + 1.0 * (grain - 0.5), 0, 1)
    colour = mixed(colours[0], colours[1], lit)
    soft = np.maximum(canvas.pixel * away / wide, 0.02)
    joint = np.clip(1 - (0.5 - np.abs(board % 1.0 - 0.5)) / np.maximum(0.035, soft), 0, 1) * np.clip(
        1.5 - 2.0 * soft, 0, 1
    )
    joint = np.maximum(joint, np.clip(1 - (0.5 - ends) / 0.015, 0, 1) * np.clip(1.2 - 3 * soft, 0, 1) * 0.8)
    return mixed(colour, tuple(0.35 * c for c in colours[0]), np.asarray(joint * 0.75, np.float32))


def paint_stage(canvas: Canvas, time: str, rng: np.random.Generator) -> Plan:
    """A theatre's stage: a curtain in folds, a wooden floor, and moving spot lights."""
    del time  # lamps shine at any time
    seed = int(rng.integers(1 << 20))
    edge = canvas.height * 0.62
    x, y = canvas.at(canvas.whole)
    hue = _CURTAINS[int(rng.integers(len(_CURTAINS)))]
    sway = fractal(x * 2.0, y * 0.35, 3, seed)
    folds = 0.5 + 0.5 * np.sin(2 * np.pi * (x * 8.5 + 0.9 * sway + 0.05 * np.sin(3 * y)))
    fine = fractal(x * 40, y * 1.5, 2, seed + 1, canvas.pixel * 30)
    lit = np.clip(0.12 + 0.75 * folds**1.4 + 0.3 * (fine - 0.5), 0, 1)
    centre = np.exp(-((x / (0.55 * canvas.width)) ** 2) - (((y - 0.42 * canvas.height) / (0.42 * canvas.height)) ** 2))
    cloth = mixed(tuple(0.10 * c for c in hue), tuple(min(1.25 * c, 1) for c in hue), lit)
    canvas.picture[:] = cloth * np.asarray(0.30 + 0.85 * centre, np.float32)[..., None]
    rows = slice(int(edge / canvas.pixel), canvas.rows)
    floor = boards(canvas, rows, seed + 2, ((0.26, 0.15, 0.08), (0.58, 0.37, 0.20)))
    fx, fy = x[rows], y[rows]
    spot = np.exp(-((fx / (0.42 * canvas.width)) ** 2) - (((fy - 0.82 * canvas.height) / (0.17 * canvas.height)) ** 2))
    floor = floor * np.asarray(0.34 + 0.95 * spot, np.float32)[..., None]
    shine = smoothstep(0.12, 0.0, fy - edge)[..., None] * canvas.picture[rows.start - 1][None] * np.float32(0.35)
    canvas.over((rows, slice(0, canvas.columns)), np.ones(fx.shape, np.float32), floor + shine)
    canvas.rectangle(-canvas.width, edge - 0.012, canvas.width, edge + 0.004, tuple(0.12 * c for c in hue))
    _frame(canvas, hue, seed)
    light = Light((-0.25, -0.82, -0.52), (0.66, 0.62, 0.54), (0.36, 0.34, 0.38), (0.10, 0.07, 0.05))
    return Plan(light, glows=_beams(canvas, rng), polish=0.14)


def _frame(canvas: Canvas, hue: RGB, seed: int) -> None:
    """The gathered side curtains and the valance above, in front of everything."""
    x, y = canvas.at(canvas.whole)
    side = np.abs(x) / (canvas.width / 2)
    limit = (
        0.86 - 0.05 * np.sin(np.pi * np.clip(y / canvas.height, 0, 1)) + 0.06 * np.clip(y / canvas.height - 0.6, 0, 1)
    )
    soft = canvas.pixel / (canvas.width / 2)
    folds = 0.5 + 0.5 * np.sin(2 * np.pi * (side - limit) * 17 * canvas.width)
    fine = fractal(x * 30, y * 2, 2, seed + 5, canvas.pixel * 30)
    cloth = mixed(tuple(0.12 * c for c in hue), hue, np.clip(0.15 + 0.6 * folds + 0.3 * (fine - 0.5), 0, 1))
    alpha = np.clip((side - limit) / soft + 0.5, 0, 1)
    canvas.over(canvas.whole, np.asarray(alpha, np.float32), cloth * np.float32(0.62))
    low = 0.075 * canvas.height + 0.022 * np.abs(np.sin(x * 9.0))
    swags = 0.5 + 0.5 * np.cos(2 * np.pi * (y / 0.03 - 1.6 * np.abs(np.sin(x * 9.0))))
    cloth = mixed(
        tuple(0.16 * c for c in hue), tuple(0.85 * c for c in hue), np.asarray(0.25 + 0.6 * swags, np.float32)
    )
    canvas.over(canvas.whole, np.asarray(np.clip((low - y) / canvas.pixel + 0.5, 0, 1), np.float32), cloth)
    trim = np.clip(1 - np.abs(y - low) / 0.009, 0, 1)
    canvas.over(canvas.whole, np.asarray(trim, np.float32), (0.72, 0.54, 0.20))


def _beams(canvas: Canvas, rng: np.random.Generator) -> tuple[Glow, ...]:
    """Beams from above, each with its pool of light on the floor."""
    x, y = canvas.at(canvas.whole)
    found = []
    for number, start in enumerate((-0.36, 0.0, 0.36)):
        begin, end = start * canvas.width, (0.5 * start + float(rng.uniform(-0.08, 0.08))) * canvas.width
        foot = canvas.height * float(rng.uniform(0.78, 0.88))
        down = np.clip(y / foot, 0, 1)
        middle, wide = begin + (end - begin) * down, 0.012 + 0.12 * down
        beam = np.exp(-(((x - middle) / wide) ** 2)) * (0.34 * (1 - 0.55 * down)) * (y < foot)
        pool = np.exp(-(((x - end) / 0.20) ** 2) - (((y - foot) / 0.06) ** 2)) * 0.30
        lamp = np.exp(-((x - begin) ** 2 + (y - 0.06 * canvas.height) ** 2) / 0.0016) * 0.9
        strength = np.asarray(beam + pool + lamp, np.float32)
        colour = _BEAMS[int(rng.integers(len(_BEAMS)))]
        found.append(Glow(strength, colour, 0.28, 3.1 + 0.9 * number, 2.1 * number))
    return tuple(found)


_WALLPAPER: tuple[RGB, ...] = (
    (0.86, 0.82, 0.72), (0.70, 0.78, 0.74), (0.78, 0.76, 0.82), (0.84, 0.72, 0.62),
    (0.66, 0.74, 0.82), (0.80, 0.80, 0.78),
)  # fmt: skip


def paint_room(canvas: Canvas, time: str, rng: np.random.Generator) -> Plan:
    """A living room: a wall with a window, floor boards, a rug and furniture."""
    seed = int(rng.integers(1 << 20))
    edge = canvas.height * 0.66
    x, y = canvas.at(canvas.whole)
    hue = _WALLPAPER[int(rng.integers(len(_WALLPAPER)))]
    plaster = fractal(x * 30, y * 30, 3, seed, canvas.pixel * 30)
    stripes = smoothstep(-0.2, 0.2, np.asarray(np.sin(x * 42), np.float32)) * np.float32(rng.choice((0.0, 0.05)))
    wall = np.asarray(hue, np.float32) * (0.97 + 0.06 * (plaster - 0.5) - stripes)[..., None]
    dim = np.float32({"day": 1.0, "sunset": 0.92, "night": 0.72}[time])
    warm = np.array({"day": (1, 1, 1), "sunset": (1.03, 0.95, 0.86), "night": (1.04, 0.94, 0.80)}[time], np.float32)
    shade = 1.0 - 0.22 * (np.abs(x) / canvas.width * 2) ** 2 - 0.10 * np.clip(0.25 - y / canvas.height, 0, 1) / 0.25
    canvas.picture[:] = wall * np.asarray(shade, np.float32)[..., None] * dim * warm
    rows = slice(int(edge / canvas.pixel), canvas.rows)
    wood = boards(canvas, rows, seed + 1, ((0.42, 0.27, 0.15), (0.72, 0.52, 0.33)), 0.2)
    canvas.over((rows, slice(0, canvas.columns)), np.ones(x[rows].shape, np.float32), wood * dim * warm)
    skirting = np.asarray((0.93, 0.92, 0.90), np.float32) * dim * warm
    canvas.rectangle(-canvas.width, edge - 0.035, canvas.width, edge, skirting)
    canvas.rectangle(-canvas.width, edge - 0.004, canvas.width, edge + 0.006, skirting * np.float32(0.45))
    glows = furnish(canvas, time, rng, edge, dim * warm)
    light = {
        "day": Light((-0.60, -0.55, -0.58), (0.52, 0.51, 0.48), (0.48, 0.47, 0.46), (0.10, 0.08, 0.06)),
        "sunset": Light((-0.66, -0.42, -0.62), (0.56, 0.44, 0.32), (0.44, 0.40, 0.38), (0.10, 0.07, 0.05)),
        "night": Light((0.45, -0.70, -0.55), (0.52, 0.44, 0.32), (0.38, 0.35, 0.33), (0.08, 0.06, 0.04)),
    }[time]
    return Plan(light, glows=glows, polish=0.05)

"""Firs, leafy trees, palms, bushes and grass."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mien.bodies.places.canvas import Canvas, mixed
from mien.bodies.places.noise import Colour, Field, Numbers, fractal, smoothstep

Colours = tuple[Colour, Colour]
"""In shade and in light."""


def paint_fir(
    canvas: Canvas, x: float, foot: float, size: float, colours: Colours, seed: int, snow: Colour | None = None
) -> None:
    """A fir of height `size` that stands at (x, foot). colours: in shade and in light; snow: lies on its branches."""
    half = 0.27 * size
    box = canvas.box(x - half, foot - size, x + half, foot)
    across, along = canvas.at(box)
    if not across.size:
        return
    down = np.clip((along - (foot - size)) / size, 0, 1)
    side = (across - x) / half
    rough = fractal((across - x) / size * 16, along / size * 20, 3, seed, canvas.pixel / size * 18)
    tiers = (down * 7.3 + 0.1 * np.sin(9 * side + seed)) % 1.0
    needles = fractal((across - x) / size * 70, along / size * 60, 2, seed + 4, canvas.pixel / size * 66)
    reach = down**0.85 * (0.62 + 0.38 * tiers) + (0.35 * (rough - 0.5) + 0.30 * (needles - 0.5)) * (0.25 + down)
    edge = canvas.pixel / half + 0.02
    alpha = smoothstep(edge, -edge, np.abs(side) - reach) * (down < 0.94)
    lit = np.clip(0.45 - 0.55 * side + 0.9 * (rough - 0.5) + 0.9 * (needles - 0.5) - 0.5 * (1 - tiers), 0, 1)
    colour = mixed(colours[0], colours[1], lit)
    if snow is not None:
        white = smoothstep(0.35, 0.7, tiers + 0.9 * (rough - 0.5)) * smoothstep(-0.9, 0.0, 0.35 - side)
        colour = mixed(colour, snow, 0.9 * white)
    canvas.rectangle(
        x - 0.022 * size, foot - 0.1 * size, x + 0.022 * size, foot, mixed(colours[0], (0.20, 0.13, 0.09), 0.5)
    )
    canvas.over(box, np.asarray(alpha, np.float32), colour)


def paint_crown(
    canvas: Canvas,
    x: float,
    y: float,
    width: float,
    height: float,
    colours: Colours,
    seed: int,
    gaps: float = 0.0,
) -> None:
    """Leaves in an ellipse with these half axes. colours: in shade and in light; gaps: share of holes."""
    box = canvas.box(x - 1.3 * width, y - 1.3 * height, x + 1.3 * width, y + 1.3 * height)
    across, along = canvas.at(box)
    if not across.size:
        return
    grain = min(width, height)
    clumps = fractal(across / grain * 2.6, along / grain * 3.0, 5, seed, canvas.pixel / grain * 2.8)
    side, down = (across - x) / width, (along - y) / height
    inside = 1.0 - np.sqrt(side * side + down * down) + 1.5 * (clumps - 0.5)
    alpha = smoothstep(0.0, 0.12, inside) * smoothstep(0.28 * gaps, 0.28 * gaps + 0.08, clumps + 0.12)
    leaves = fractal(across / grain * 9, along / grain * 10, 3, seed + 7, canvas.pixel / grain * 9.5)
    lit = np.clip(0.42 - 0.32 * side - 0.42 * down + 1.7 * (clumps - 0.5) + 1.3 * (leaves - 0.5), 0, 1)
    canvas.over(box, np.asarray(alpha, np.float32), mixed(colours[0], colours[1], lit))


def paint_tree(canvas: Canvas, x: float, foot: float, size: float, leaves: Colours, bark: Colour, seed: int) -> None:
    """A leafy tree of height `size` that stands at (x, foot)."""
    canvas.polygon(
        [(x - 0.04 * size, foot), (x - 0.02 * size, foot - 0.6 * size), (x + 0.02 * size, foot - 0.6 * size),
         (x + 0.035 * size, foot)], bark
    )  # fmt: skip
    rng = np.random.default_rng(seed)
    for part in range(4):
        shift = (rng.uniform(-0.2, 0.2) * size, rng.uniform(-0.16, 0.12) * size)
        wide = rng.uniform(0.17, 0.26) * size
        paint_crown(canvas, x + shift[0], foot - 0.66 * size + shift[1], wide, 0.85 * wide, leaves, seed + part)


def paint_palm(
    canvas: Canvas, x: float, foot: float, size: float, lean: float, tints: Sequence[Colour], seed: int
) -> None:
    """A palm whose trunk bends sideways by `lean`. tints: bark, leaves in shade, leaves in light."""
    rng = np.random.default_rng(seed)
    share = np.linspace(0, 1, 15)
    middle = np.stack([x + lean * share**1.6, foot - size * share], axis=1)
    half = size * (0.032 - 0.014 * share) * (1 + 0.10 * (np.arange(15) % 2))
    edges = np.concatenate([middle - np.stack([half, 0 * half], 1), (middle + np.stack([half, 0 * half], 1))[::-1]])
    canvas.polygon(edges, tints[0])
    inner = np.concatenate(
        [middle - np.stack([half, 0 * half], 1), (middle - np.stack([0.2 * half, 0 * half], 1))[::-1]]
    )
    canvas.polygon(inner, tuple(min(1.25 * c, 1.0) for c in tints[0]))
    top = middle[-1]
    for number, angle in enumerate(np.linspace(-2.95, -0.2, 9) + rng.uniform(-0.12, 0.12, 9)):
        _frond(canvas, top, float(angle), size * float(rng.uniform(0.44, 0.58)), tints[1 + number % 2])
    for angle in (2.7, 0.4):
        _frond(canvas, top, angle, 0.4 * size, tints[1])
    for dx in (-0.025, 0.02):
        canvas.blob(top[0] + dx * size, top[1] + 0.03 * size, 0.03 * size, 0.03 * size, (0.28, 0.18, 0.09), 0.9)


def _frond(canvas: Canvas, top: Numbers, angle: float, length: float, colour: Colour) -> None:
    share = np.linspace(0, 1, 17)
    fall = 0.75 * length * share**2.2
    spine = top + np.stack([np.cos(angle) * length * share, np.sin(angle) * length * share * 0.75 + fall], axis=1)
    along = np.gradient(spine, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    normal = np.stack([-along[:, 1], along[:, 0]], axis=1)
    wide = 0.16 * length * np.sin(np.pi * np.clip(share * 0.9 + 0.08, 0, 1)) * (0.45 + 0.55 * (np.arange(17) % 2))
    hang = np.stack([0 * wide, 0.6 * wide], axis=1)
    upper, lower = spine + 0.45 * normal * wide[:, None] + hang, spine - 0.45 * normal * wide[:, None] + hang
    canvas.polygon(np.concatenate([upper, lower[::-1]]), colour)
    canvas.polygon(np.concatenate([spine, (spine + 0.012 * length * normal)[::-1]]), tuple(0.8 * c for c in colour))


def grass(canvas: Canvas, rows: slice, colours: Sequence[Colour], seed: int) -> Field:
    """Grass on the ground of rows (R, W, 3). colours: dark, bright, dry."""
    across, away, footprint = canvas.ground(rows)
    patches = fractal(across * 2.2, away * 2.2, 4, seed, footprint * 2.2)
    blades = fractal(across * 38, away * 26, 3, seed + 3, footprint * 34)
    tufts = fractal(across * 12, away * 10, 3, seed + 5, footprint * 12)
    lit = np.clip(0.5 + 1.5 * (patches - 0.5) + 2.4 * (blades - 0.5) + 1.4 * (tufts - 0.5), 0, 1)
    return mixed(mixed(colours[0], colours[1], lit), colours[2], 0.55 * smoothstep(0.55, 0.72, patches))

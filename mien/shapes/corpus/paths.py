"""How a figure goes through its clip: place, radius and angle in every frame, drawn by lot within what is asked for.

All lengths are pixels and all amounts are those of a whole clip, whatever its number of frames.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from mien.shapes.corpus.outlines import corners, signed_distance
from mien.shapes.corpus.scenes import Figure, Scene
from mien.shapes.corpus.vocabulary import (
    COLOURS,
    MOTIONS,
    PAIR_RADIUS,
    SHAPES,
    SIDE,
    SIZES,
    Kind,
    Motion,
    Shape,
)

Array = NDArray[np.float64]

DISTANCE = (22.0, 38.0)
"""How far a figure moves."""

TURN = (100.0, 220.0)
"""By how many degrees it rotates."""

SCALE = (1.5, 1.8)
"""The factor by which it expands or shrinks."""

BOUNCE_HEIGHT = (16.0, 26.0)
"""How far it leaves the edge that it bounces off."""

BOUNCES = (2.0, 2.4)
"""Arcs of a bounce, from the top of one: so it always meets the edge twice."""

ZIGZAG_WIDTH = (13.0, 18.0)
"""How far a zigzag goes to and fro."""

ZIGZAGS = (1.6, 2.2)
"""How many times to and fro."""

TILT = 12.0
"""By how many degrees a figure leans to either side, at most, as the clip begins."""

MARGIN = 0.5
"""Between a figure and the picture's edge: as far as the softness of its own edge goes."""

GAP = 3.0
"""Between two figures in every frame, at least."""

_TRIES = 500


@dataclass(frozen=True)
class Path:
    """One figure's way: middle (T, 2) as x and y, radius (T,) of the circle of its area, angle (T,) in radians.

    The angle is that from the picture's up to the figure's own, clockwise.
    """

    shape: str
    colour: str
    middle: Array
    radius: Array
    angle: Array

    @property
    def reach(self) -> Array:
        """Radius (T,) of the circle around the figure."""
        return np.asarray(self.radius * SHAPES[self.shape].reach)


def draw_paths(rng: np.random.Generator, scene: Scene, frames: int) -> tuple[Path, ...] | None:
    """A path for each figure of a scene, wholly inside the picture, clear of each other; None if there is no room."""
    colours = _draw_colours(rng, scene)
    alone = len(scene.figures) == 1
    for _ in range(_TRIES):
        drawn = [_draw_path(rng, f, colour, frames, alone) for f, colour in zip(scene.figures, colours, strict=True)]
        paths = tuple(path for path in drawn if path is not None)
        if len(paths) == len(drawn) and all(_apart(one, other) for one, other in combinations(paths, 2)):
            return paths
    return None


def _draw_colours(rng: np.random.Generator, scene: Scene) -> list[str]:
    """Those that are asked for, and others for the rest: no two figures have the same."""
    asked = [figure.colour for figure in scene.figures]
    free = [str(colour) for colour in rng.permutation([colour for colour in COLOURS if colour not in asked])]
    return [colour or free.pop() for colour in asked]


def _apart(one: Path, other: Path) -> bool:
    """Whether no corner of one comes near the other's outline; two straight edges are never nearer than their ends."""
    return _clearance(one, other) >= GAP and _clearance(other, one) >= GAP


def _clearance(one: Path, other: Path) -> float:
    """The least distance of a path's corners from the other's outline, or of its circle from there, in any frame."""
    shape = SHAPES[one.shape]
    points = one.middle[:, None] + corners(shape, one.radius, one.angle) - other.middle[:, None]
    distance = signed_distance(
        SHAPES[other.shape], points[..., 0], points[..., 1], other.radius[:, None], other.angle[:, None]
    )
    around = 0.0 if shape.tips else one.radius[:, None]
    return float((distance - around).min())


def _draw_path(rng: np.random.Generator, figure: Figure, colour: str, frames: int, alone: bool) -> Path | None:
    """A path that stays inside the picture, or None where what was drawn is too large for it."""
    motion, shape = MOTIONS[figure.motion], SHAPES[figure.shape]
    time = np.linspace(0, 1, frames)
    offset = _OFFSETS[motion.kind](rng, motion, time)
    angle = np.radians(rng.uniform(-TILT, TILT)) + np.zeros(frames)
    if motion.kind == "rotate":
        angle = angle + motion.sense * np.radians(rng.uniform(*TURN)) * time
    radius = rng.uniform(*(SIZES[figure.size] if alone else PAIR_RADIUS)) + np.zeros(frames)
    if motion.kind == "scale":
        radius = radius * rng.uniform(*SCALE) ** (motion.sense * time)
    least, most = _room(shape, offset, radius, angle)
    if (least > most).any():
        return None
    start = rng.uniform(least, most)
    if motion.kind == "bounce":
        start = np.where(motion.heading, most, start)
    return Path(figure.shape, colour, start + offset, radius, angle)


def _room(shape: Shape, offset: Array, radius: Array, angle: Array) -> tuple[Array, Array]:
    """The least and the greatest place (2,), as x and y, from which a figure stays inside all the time."""
    points = corners(shape, radius, angle)
    around = 0.0 if shape.tips else radius[:, None]
    before, after = around - points.min(1), points.max(1) + around
    return (before - offset).max(0) + MARGIN, SIDE - MARGIN - (after + offset).max(0)


def _stay(_rng: np.random.Generator, _motion: Motion, time: Array) -> Array:
    return np.zeros((len(time), 2))


def _move(rng: np.random.Generator, motion: Motion, time: Array) -> Array:
    heading = np.array(motion.heading) / np.hypot(*motion.heading)
    return np.asarray(rng.uniform(*DISTANCE) * time[:, None] * heading)


def _bounce(rng: np.random.Generator, motion: Motion, time: Array) -> Array:
    phase = rng.uniform(0.3, 0.7) + rng.uniform(*BOUNCES) * time
    height = rng.uniform(*BOUNCE_HEIGHT) * np.abs(np.sin(np.pi * phase))
    return np.asarray(-height[:, None] * np.array(motion.heading))


def _zigzag(rng: np.random.Generator, motion: Motion, time: Array) -> Array:
    along, across = np.array(motion.heading), np.array(motion.heading[::-1])
    phase = rng.random() + rng.uniform(*ZIGZAGS) * time
    wave = 2 * np.abs(phase % 1 - 0.5)
    way = rng.choice([-1, 1]) * rng.uniform(*DISTANCE) * time
    return np.asarray(way[:, None] * along + rng.uniform(*ZIGZAG_WIDTH) * wave[:, None] * across)


_OFFSETS: dict[Kind, Callable[[np.random.Generator, Motion, Array], Array]] = {
    "move": _move, "rotate": _stay, "scale": _stay, "bounce": _bounce, "zigzag": _zigzag,
}  # fmt: skip
"""Where a kind of motion takes a figure: offsets (T, 2) from where it is placed, at times (T,) from 0 to 1."""

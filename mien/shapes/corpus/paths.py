"""Random paths: position, radius and angle of a figure in every frame, sampled within the ranges of its motion.

Lengths are in pixels. Amounts refer to a whole clip, whatever its number of frames.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from mien.shapes.corpus.outlines import corners, signed_distance
from mien.shapes.corpus.scenes import Figure, Scene
from mien.shapes.corpus.vocabulary import COLOURS, MOTIONS, PAIR_RADIUS, SHAPES, SIDE, SIZES, Kind, Motion, Shape

Array = NDArray[np.float64]

DISTANCE = (22.0, 38.0)
"""Range of the displacement of a moving or zigzagging figure."""

ROTATION = (100.0, 220.0)
"""Range of the rotation, degrees."""

SCALE = (1.5, 1.8)
"""Range of the factor by which the radius grows or shrinks."""

BOUNCE_HEIGHT = (16.0, 26.0)
"""Range of the height of a bounce above the edge."""

BOUNCES = (2.0, 2.4)
"""Range of the number of arcs of a bounce. The first starts near its top, so the figure meets the edge twice."""

ZIGZAG_WIDTH = (13.0, 18.0)
"""Range of the peak-to-peak amplitude of a zigzag."""

ZIGZAGS = (1.6, 2.2)
"""Range of the number of periods of a zigzag."""

TILT = 12.0
"""Largest initial angle from upright, degrees, to either side."""

MARGIN = 0.5
"""Least distance of a figure from the picture's edge: half the width of its antialiased edge."""

GAP = 3.0
"""Least distance between two figures in any frame."""

_TRIES = 500


@dataclass(frozen=True)
class Path:
    """Path of one figure: centre (T, 2) as x and y; radius (T,) of the circle of equal area; angle (T,).

    The angle is in radians, clockwise from upright.
    """

    shape: str
    colour: str
    centre: Array
    radius: Array
    angle: Array

    @property
    def circumradius(self) -> Array:
        """Radius (T,) of the circumscribed circle."""
        return np.asarray(self.radius * SHAPES[self.shape].circumradius)


def sample_paths(rng: np.random.Generator, scene: Scene, frames: int) -> tuple[Path, ...] | None:
    """Sample a path for each figure, inside the picture and clear of each other; None after `_TRIES` failures."""
    colours = _sample_colours(rng, scene)
    alone = len(scene.figures) == 1
    for _ in range(_TRIES):
        drawn = [_sample_path(rng, f, colour, frames, alone) for f, colour in zip(scene.figures, colours, strict=True)]
        paths = tuple(path for path in drawn if path is not None)
        if len(paths) == len(drawn) and all(_separated(one, other) for one, other in combinations(paths, 2)):
            return paths
    return None


def _sample_colours(rng: np.random.Generator, scene: Scene) -> list[str]:
    """The specified colours, and random ones for the other figures; no two figures have the same."""
    specified = [figure.colour for figure in scene.figures]
    free = [str(colour) for colour in rng.permutation([colour for colour in COLOURS if colour not in specified])]
    return [colour or free.pop() for colour in specified]


def _separated(one: Path, other: Path) -> bool:
    """Whether all corners keep `GAP` from the other's outline; two straight edges are nearest at one of their ends."""
    return _clearance(one, other) >= GAP and _clearance(other, one) >= GAP


def _clearance(one: Path, other: Path) -> float:
    """Least distance in any frame of the corners of `one` (a circle: its outline) from the outline of `other`."""
    shape = SHAPES[one.shape]
    points = one.centre[:, None] + corners(shape, one.radius, one.angle) - other.centre[:, None]
    distance = signed_distance(
        SHAPES[other.shape], points[..., 0], points[..., 1], other.radius[:, None], other.angle[:, None]
    )
    extent = 0.0 if shape.corners else one.radius[:, None]
    return float((distance - extent).min())


def _sample_path(rng: np.random.Generator, figure: Figure, colour: str, frames: int, alone: bool) -> Path | None:
    """Sample a path that stays inside the picture; None where the sample is too large for it."""
    motion, shape = MOTIONS[figure.motion], SHAPES[figure.shape]
    time = np.linspace(0, 1, frames)
    offset = _OFFSETS[motion.kind](rng, motion, time)
    angle = np.radians(rng.uniform(-TILT, TILT)) + np.zeros(frames)
    if motion.kind == "rotate":
        angle = angle + motion.sense * np.radians(rng.uniform(*ROTATION)) * time
    radius = rng.uniform(*(SIZES[figure.size] if alone else PAIR_RADIUS)) + np.zeros(frames)
    if motion.kind == "scale":
        radius = radius * rng.uniform(*SCALE) ** (motion.sense * time)
    least, most = _start_range(shape, offset, radius, angle)
    if (least > most).any():
        return None
    start = rng.uniform(least, most)
    if motion.kind == "bounce":
        start = np.where(motion.direction, most, start)
    return Path(figure.shape, colour, start + offset, radius, angle)


def _start_range(shape: Shape, offset: Array, radius: Array, angle: Array) -> tuple[Array, Array]:
    """Least and greatest start (2,), as x and y, from which a figure stays inside the picture in all frames."""
    points = corners(shape, radius, angle)
    extent = 0.0 if shape.corners else radius[:, None]
    before, after = extent - points.min(1), points.max(1) + extent
    return (before - offset).max(0) + MARGIN, SIDE - MARGIN - (after + offset).max(0)


def _stay(_rng: np.random.Generator, _motion: Motion, time: Array) -> Array:
    return np.zeros((len(time), 2))


def _move(rng: np.random.Generator, motion: Motion, time: Array) -> Array:
    direction = np.array(motion.direction) / np.hypot(*motion.direction)
    return np.asarray(rng.uniform(*DISTANCE) * time[:, None] * direction)


def _bounce(rng: np.random.Generator, motion: Motion, time: Array) -> Array:
    phase = rng.uniform(0.3, 0.7) + rng.uniform(*BOUNCES) * time
    height = rng.uniform(*BOUNCE_HEIGHT) * np.abs(np.sin(np.pi * phase))
    return np.asarray(-height[:, None] * np.array(motion.direction))


def _zigzag(rng: np.random.Generator, motion: Motion, time: Array) -> Array:
    along, across = np.array(motion.direction), np.array(motion.direction[::-1])
    phase = rng.random() + rng.uniform(*ZIGZAGS) * time
    wave = 2 * np.abs(phase % 1 - 0.5)
    way = rng.choice([-1, 1]) * rng.uniform(*DISTANCE) * time
    return np.asarray(way[:, None] * along + rng.uniform(*ZIGZAG_WIDTH) * wave[:, None] * across)


_OFFSETS: dict[Kind, Callable[[np.random.Generator, Motion, Array], Array]] = {
    "move": _move, "rotate": _stay, "scale": _stay, "bounce": _bounce, "zigzag": _zigzag,
}  # fmt: skip
"""Kind of motion → function that samples offsets (T, 2) from the start, at times (T,) in [0, 1]."""

"""Vocabulary of the prompts (shapes, colours, sizes, motions) and format of the frames.

Pixel coordinates: origin in the upper left corner, x to the right, y down; the centre of the first pixel is (0.5, 0.5).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

SIDE = 64
"""Width and height of a frame, pixels."""

FPS = Fraction(10)

BACKGROUND = (24, 26, 32)
"""RGB of the background."""

COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (225, 60, 50),
    "green": (70, 190, 80),
    "blue": (70, 110, 235),
    "yellow": (240, 210, 60),
    "white": (240, 240, 240),
    "purple": (185, 80, 215),
}
"""RGB of the colours of figures."""


@dataclass(frozen=True)
class Shape:
    """A circle (`corners` 0), or an outline with `corners` corners at equal distance from the centre.

    inner_radius: distance of the outline from the centre midway between two corners, relative to that of the corners.
    cos(π / corners) makes straight edges (a regular polygon), less a star. first_angle: angle from the shape's up axis
    to one of its corners, radians.
    """

    name: str
    corners: int = 0
    inner_radius: float = 1.0
    first_angle: float = 0.0

    @property
    def circumradius(self) -> float:
        """Distance of the corners from the centre, relative to the radius of the circle of equal area."""
        if not self.corners:
            return 1.0
        return math.sqrt(math.pi / (self.corners * self.inner_radius * math.sin(math.pi / self.corners)))


SHAPES: dict[str, Shape] = {
    shape.name: shape
    for shape in (
        Shape("circle"),
        Shape("square", 4, math.cos(math.pi / 4), math.pi / 4),
        Shape("triangle", 3, math.cos(math.pi / 3)),
        Shape("star", 5, 0.5),
    )
}

SIZES: dict[str | None, tuple[float, float]] = {"small": (6.0, 7.5), None: (8.5, 10.5), "big": (12.0, 13.5)}
"""Range of the initial radius, pixels, of the circle of equal area. None: the prompt does not specify the size."""

PAIR_RADIUS = (6.0, 8.0)
"""The same for two figures in one clip, whose prompts specify no sizes."""

Kind = Literal["move", "rotate", "scale", "bounce", "zigzag"]


@dataclass(frozen=True)
class Motion:
    """One motion of the vocabulary.

    move: straight along `direction`. rotate: in place, `sense` 1 clockwise, -1 counter-clockwise. scale: in place,
    `sense` 1 expanding, -1 shrinking. bounce: repeatedly off the edge of the picture to which `direction` points.
    zigzag: straight along the axis of `direction`, in either direction, with a triangle wave across it.
    """

    name: str
    kind: Kind
    direction: tuple[int, int] = (0, 0)
    sense: int = 0

    @property
    def sizes(self) -> tuple[str | None, ...]:
        """The sizes that leave room for the motion: a shrinking figure is not small, an expanding one not big."""
        left_out = {-1: "small", 1: "big"}[self.sense] if self.kind == "scale" else ""
        return tuple(size for size in SIZES if size != left_out)


DIRECTIONS: dict[str, tuple[int, int]] = {
    "up": (0, -1), "down": (0, 1), "left": (-1, 0), "right": (1, 0),
    "up-left": (-1, -1), "up-right": (1, -1), "down-left": (-1, 1), "down-right": (1, 1),
}  # fmt: skip
"""Direction → (x, y)."""

MOTIONS: dict[str, Motion] = {
    motion.name: motion
    for motion in (
        *(Motion(f"moving {way}", "move", direction) for way, direction in DIRECTIONS.items()),
        Motion("rotating clockwise", "rotate", sense=1),
        Motion("rotating counter-clockwise", "rotate", sense=-1),
        Motion("shrinking", "scale", sense=-1),
        Motion("expanding", "scale", sense=1),
        Motion("bouncing vertically", "bounce", (0, 1)),
        Motion("bouncing horizontally", "bounce", (1, 0)),
        Motion("zigzagging vertically", "zigzag", (0, 1)),
        Motion("zigzagging horizontally", "zigzag", (1, 0)),
    )
}
"""The motions of the 18 prompts of the corpus `seed` (three diagonals in two wordings each), and moving up."""

HELD_OUT: dict[str, tuple[str, ...]] = {
    "circle": ("moving up-right", "expanding", "zigzagging vertically"),
    "square": ("moving left", "rotating clockwise", "bouncing horizontally"),
    "triangle": ("moving down-left", "rotating counter-clockwise", "zigzagging horizontally"),
    "star": ("moving down", "shrinking", "bouncing vertically"),
}
"""Shape → motions not combined with it in the training set: each is held out from at most one of the four shapes."""

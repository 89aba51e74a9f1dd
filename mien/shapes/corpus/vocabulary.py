"""Everything that a prompt can name: shapes, colours, sizes and motions, and the picture that they move in.

Pixels are counted from the upper left corner: x to the right, y down, and the centre of the first pixel is (0.5, 0.5).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

SIDE = 64
"""Pixels of a frame's side."""

FPS = Fraction(10)

BACKGROUND = (24, 26, 32)
"""RGB of everything that is no figure."""

COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (225, 60, 50),
    "green": (70, 190, 80),
    "blue": (70, 110, 235),
    "yellow": (240, 210, 60),
    "white": (240, 240, 240),
    "purple": (185, 80, 215),
}
"""RGB of the colours that a figure can have."""


@dataclass(frozen=True)
class Shape:
    """A circle (`tips` 0), or an outline of `tips` corners at one distance from the middle.

    waist: how near the outline comes to the middle between two corners, where the corners are at 1. cos(π / tips)
    makes a straight edge, and with it a regular polygon; less makes a star. first: the angle from the shape's own up
    to one of its corners, radians.
    """

    name: str
    tips: int = 0
    waist: float = 1.0
    first: float = 0.0

    @property
    def reach(self) -> float:
        """Distance of the corners from the middle, in units of the radius of the circle with the same area."""
        if not self.tips:
            return 1.0
        return math.sqrt(math.pi / (self.tips * self.waist * math.sin(math.pi / self.tips)))


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
"""Range of the radius in pixels, as the clip begins, of the circle with the figure's area. None: the words say none."""

PAIR_RADIUS = (6.0, 8.0)
"""The same where two figures share the picture: the words say no sizes then."""

Kind = Literal["move", "rotate", "scale", "bounce", "zigzag"]


@dataclass(frozen=True)
class Motion:
    """One motion that words can ask for.

    move: straight on along `heading`. rotate: on the spot, `sense` 1 clockwise, -1 counter-clockwise. scale: on the
    spot, `sense` 1 expanding, -1 shrinking. bounce: off the edge of the picture that `heading` points to, again and
    again. zigzag: straight on along the line of `heading`, either way, and to and fro across it.
    """

    name: str
    kind: Kind
    heading: tuple[int, int] = (0, 0)
    sense: int = 0

    @property
    def sizes(self) -> tuple[str | None, ...]:
        """The sizes that leave room for the motion: what shrinks is not small already, what expands not yet big."""
        left_out = {-1: "small", 1: "big"}[self.sense] if self.kind == "scale" else ""
        return tuple(size for size in SIZES if size != left_out)


DIRECTIONS: dict[str, tuple[int, int]] = {
    "up": (0, -1), "down": (0, 1), "left": (-1, 0), "right": (1, 0),
    "up-left": (-1, -1), "up-right": (1, -1), "down-left": (-1, 1), "down-right": (1, 1),
}  # fmt: skip
"""Where each direction leads, (x, y)."""

MOTIONS: dict[str, Motion] = {
    motion.name: motion
    for motion in (
        *(Motion(f"moving {way}", "move", heading) for way, heading in DIRECTIONS.items()),
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
"""The motions of the seed's 18 prompts (it has three diagonals in two wordings each), and moving up."""

HELD_OUT: dict[str, tuple[str, ...]] = {
    "circle": ("moving up-right", "expanding", "zigzagging vertically"),
    "square": ("moving left", "rotating clockwise", "bouncing horizontally"),
    "triangle": ("moving down-left", "rotating counter-clockwise", "zigzagging horizontally"),
    "star": ("moving down", "shrinking", "bouncing vertically"),
}
"""The compositions that training never has: each motion is withheld from one shape at most, three others show it."""

"""An eye of the portrait in coordinates of its own, in which the lids' margins are curves over the width of the eye.

Eye coordinates (u, v): u = 0 at the corner's landmark on the viewer's left, 1 at the other; v in widths of the
portrait's eye, perpendicular to the line through the corners, downwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.talking.compose.layer import Field, Points

Values = NDArray[np.float32]
Mask = NDArray[np.bool_]

EYES: tuple[tuple[int, ...], ...] = ((36, 37, 38, 39, 40, 41), (42, 43, 44, 45, 46, 47))
"""iBUG landmarks of the eyes on the viewer's left and right: corner, two of the upper lid, corner, two of the lower."""

LEAST_WIDTH = 3.0
"""Least width of an eye in pixels: smaller ones have no lids to be seen, and one hidden by the nose is narrower."""


@dataclass(frozen=True)
class LidCurve:
    """Margin of a lid over t, 0 and 1 at its ends: v = t (1 − t) (c₀ + c₁ x + c₂ x²) with x = 2 t − 1."""

    c0: float
    c1: float
    c2: float

    @classmethod
    def through(cls, t: Values, v: Values) -> LidCurve:
        """The curve with least squared distance to points (N,) and (N,); for N < 4, one with c₂ = 0."""
        inside = (t > 0.02) & (t < 0.98)
        if inside.sum() < 2:
            return cls(0.0, 0.0, 0.0)
        t, v = t[inside].astype(np.float64), v[inside].astype(np.float64)
        x, arch = 2 * t - 1, t * (1 - t)
        terms = np.stack([arch, arch * x, arch * x * x], 1)[:, : 3 if len(t) > 3 else 2]
        found = np.linalg.lstsq(terms, v, rcond=None)[0]
        return cls(*(float(value) for value in np.pad(found, (0, 3 - len(found)))))

    def at(self, t: Values) -> Values:
        """v at `t` in [0, 1]."""
        x = 2 * t - 1
        return np.asarray(t * (1 - t) * (self.c0 + x * (self.c1 + x * self.c2)), np.float32)


@dataclass(frozen=True)
class Chart:
    """Affine map (2, 3) from pixels to eye coordinates, and what of it is needed on the way back.

    `origin` (2,): pixel of u = v = 0; `along`, `across` (2,): pixels per unit of u and of v.
    """

    matrix: NDArray[np.float64]
    origin: NDArray[np.float64]
    along: NDArray[np.float64]
    across: NDArray[np.float64]

    @classmethod
    def of(cls, first: NDArray[np.float64], second: NDArray[np.float64], height: float | None = None) -> Chart | None:
        """The chart of an eye with its corners (2,) at `first` and `second`; None if they are too near to each other.

        `height`: pixels per unit of v; None: the distance of the corners.
        """
        along = second - first
        width = float(np.hypot(*along))
        if not LEAST_WIDTH <= width < np.inf:
            return None
        across = np.array([-along[1], along[0]]) / width * (width if height is None else height)
        linear = np.linalg.inv(np.stack([along, across], 1))
        return cls(np.column_stack([linear, -linear @ first]), first, along, across)

    @cached_property
    def height(self) -> float:
        """Pixels per unit of v."""
        return float(np.hypot(*self.across))

    def to_eye(self, points: NDArray[np.floating]) -> Points:
        """Eye coordinates (N, 2) of points (N, 2) in pixels."""
        return np.asarray(points[:, :2] @ self.matrix[:, :2].T + self.matrix[:, 2], np.float32)

    def to_pixels(self, points: NDArray[np.floating]) -> Points:
        """Pixels (..., 2) of eye coordinates (..., 2)."""
        return np.asarray(points @ np.stack([self.along, self.across]) + self.origin, np.float32)

    def sample(self, picture: Field, u: Values, v: Values) -> Field:
        """Colours (h, w, 3) of `picture` float32 (R, R, 3) at eye coordinates (h, w) each."""
        x, y = np.moveaxis(self.to_pixels(np.stack(np.broadcast_arrays(u, v), -1)), -1, 0)
        x, y = np.ascontiguousarray(x), np.ascontiguousarray(y)
        return np.asarray(cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


@dataclass(frozen=True)
class Lashes:
    """The lashes of the upper lid, the dark line along its margin.

    `height`: how far it reaches above the margin in eye widths, over t. `thickness`: its mean there. `colour`: RGB in
    [0, 255].
    """

    height: LidCurve
    thickness: float
    colour: tuple[float, float, float]


@dataclass(frozen=True)
class Eye:
    """An eye of the portrait.

    `side`: 0 on the viewer's left, 1 on the right. `chart`: of the portrait's pixels. `landmarks` (6, 2): iBUG's.
    `ends` (2, 2): u and v of the points at which the lids meet. `upper`, `lower`: margins of the lids between them, in
    v below the straight line through the ends (see `line`). `skin`: height in eye widths of the skin above the upper
    lid that is stretched. `iris`: u, v and radius in eye widths.
    """

    side: int
    chart: Chart
    landmarks: Points
    ends: Points
    upper: LidCurve
    lower: LidCurve
    skin: float
    iris: tuple[float, float, float]
    lashes: Lashes

    @cached_property
    def upper_height(self) -> float:
        """Mean v of the landmarks of the upper lid."""
        return float(self.landmarks[1:3, 1].mean())

    @cached_property
    def lower_height(self) -> float:
        """Mean v of the landmarks of the lower lid."""
        return float(self.landmarks[4:6, 1].mean())

    @property
    def opening(self) -> float:
        """Distance of the lids' landmarks in eye widths."""
        return self.lower_height - self.upper_height

    def between(self, u: Values) -> Values:
        """t of the lids' curves at `u`: 0 and 1 at the ends of the lids and beyond."""
        first, last = self.ends[:, 0]
        return np.asarray(np.clip((u - first) / (last - first), 0, 1), np.float32)

    def line(self, t: Values) -> Values:
        """v at `t` of the straight line through the ends of the lids."""
        first, last = self.ends[:, 1]
        return np.asarray(first + t * (last - first), np.float32)

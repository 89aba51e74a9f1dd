"""An eye of the portrait in coordinates of its own, in which the lids' margins are curves over the width of the eye.

Eye coordinates (u, v): u = 0 at the corner on the viewer's left, 1 at the other; v in widths of the portrait's eye,
perpendicular to the line through the corners, downwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.talking.compose.layer import Points, Portrait

Values = NDArray[np.float32]

EYES: tuple[tuple[int, ...], ...] = ((36, 37, 38, 39, 40, 41), (42, 43, 44, 45, 46, 47))
"""iBUG landmarks of the eyes on the viewer's left and right: corner, two of the upper lid, corner, two of the lower."""

BROWS: tuple[tuple[int, ...], ...] = ((17, 18, 19, 20, 21), (22, 23, 24, 25, 26))
"""iBUG landmarks of the brows above them."""

_MESH_UPPER = ((246, 161, 160, 159, 158, 157, 173), (398, 384, 385, 386, 387, 388, 466))
_MESH_LOWER = ((7, 163, 144, 145, 153, 154, 155), (382, 381, 380, 374, 373, 390, 249))
_MESH_IRIS = ((468, 469, 470, 471, 472), (473, 474, 475, 476, 477))  # the centre, then four points of the circle

LEAST_WIDTH = 3.0
"""Least width of an eye in pixels: smaller ones have no lids to be seen, and one hidden by the nose is narrower."""

_BROW_PART = 0.62
"""Part of the distance from the upper lid to the brow's middle line over which skin is stretched: without its hair."""

_SKIN_LEAST, _SKIN_MOST = 0.12, 0.42
"""Bounds of that distance in eye widths."""

IRIS_RADIUS = 0.2
"""Usual radius of the iris in eye widths: 11.7 mm of 30 across."""


@dataclass(frozen=True)
class LidCurve:
    """Margin of a lid: v = u (1 − u) (c₀ + c₁ x + c₂ x²) with x = 2 u − 1, so 0 at both corners."""

    c0: float
    c1: float
    c2: float

    @classmethod
    def through(cls, points: Points) -> LidCurve:
        """The curve with least squared distance to `points` (N, 2) in eye coordinates; for N = 2, one with c₂ = 0."""
        inside = points[(points[:, 0] > 0.02) & (points[:, 0] < 0.98)].astype(np.float64)
        if len(inside) < 2:
            return cls(0.0, 0.0, 0.0)
        u, v = inside.T
        x, arch = 2 * u - 1, u * (1 - u)
        terms = np.stack([arch, arch * x, arch * x * x], 1)[:, : 3 if len(inside) > 3 else 2]
        found = np.linalg.lstsq(terms, v, rcond=None)[0]
        return cls(*(float(value) for value in np.pad(found, (0, 3 - len(found)))))

    def at(self, u: Values) -> Values:
        """v at `u`; beyond the corners 0."""
        inside = np.clip(u, 0, 1)
        x = 2 * inside - 1
        return np.asarray(inside * (1 - inside) * (self.c0 + x * (self.c1 + x * self.c2)), np.float32)


@dataclass(frozen=True)
class Chart:
    """Affine map (2, 3) from pixels to eye coordinates, and what of it is needed on the way back.

    `along`, `across` (2,): pixels per unit of u and of v.
    """

    matrix: NDArray[np.float64]
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
        return cls(np.column_stack([linear, -linear @ first]), along, across)

    @property
    def height(self) -> float:
        """Pixels per unit of v."""
        return float(np.hypot(*self.across))

    def to_eye(self, points: NDArray[np.floating]) -> Points:
        """Eye coordinates (N, 2) of points (N, 2) in pixels."""
        return np.asarray(points[:, :2] @ self.matrix[:, :2].T + self.matrix[:, 2], np.float32)

    def to_pixels(self, points: NDArray[np.floating]) -> Points:
        """Pixels (N, 2) of eye coordinates (N, 2)."""
        origin = -np.linalg.inv(self.matrix[:, :2]) @ self.matrix[:, 2]
        return np.asarray(points @ np.stack([self.along, self.across]) + origin, np.float32)


@dataclass(frozen=True)
class Eye:
    """An eye of the portrait.

    `side`: 0 on the viewer's left, 1 on the right. `chart`: of the portrait's pixels. `upper`, `lower`: margins of the
    lids. `landmarks` (6, 2): the iBUG landmarks. `skin`: height in eye widths of the skin above the upper lid that is
    stretched. `iris`: u, v and radius in eye widths. `lash`: thickness of the lash line in eye widths; `lash_colour`:
    its RGB in [0, 255]; `lash_strength`: its opacity in [0, 1] on the closed eye.
    """

    side: int
    chart: Chart
    upper: LidCurve
    lower: LidCurve
    landmarks: Points
    skin: float
    iris: tuple[float, float, float]
    lash: float = 0.06
    lash_colour: tuple[float, float, float] = (40.0, 30.0, 28.0)
    lash_strength: float = 0.8

    @property
    def upper_height(self) -> float:
        """Mean v of the landmarks of the upper lid."""
        return float(self.landmarks[1:3, 1].mean())

    @property
    def lower_height(self) -> float:
        """Mean v of the landmarks of the lower lid."""
        return float(self.landmarks[4:6, 1].mean())

    @property
    def opening(self) -> float:
        """Distance of the lids' landmarks in eye widths."""
        return self.lower_height - self.upper_height

    def arch(self, u: Values) -> Values:
        """Distance of the lids at `u` over `opening`: how a movement of the lid is shared over the eye's width."""
        parabola = 4.5 * np.clip(u, 0, 1) * (1 - np.clip(u, 0, 1))  # 1 at the landmarks, a third and two thirds
        if self.opening < 0.05:
            return np.asarray(parabola, np.float32)
        own = np.clip((self.lower.at(u) - self.upper.at(u)) / self.opening, 0, None)
        return np.asarray(own, np.float32)


def portrait_eye(portrait: Portrait, side: int) -> Eye | None:
    """The eye on one side of the portrait; None if it is hidden, too small, or its landmarks are not finite."""
    points = np.asarray(portrait.landmarks, np.float64)
    eye = points[list(EYES[side])]
    if not np.isfinite(eye).all():
        return None
    chart = Chart.of(eye[0], eye[3])
    if chart is None:
        return None
    landmarks = chart.to_eye(eye)
    upper_points, lower_points = landmarks[1:3], landmarks[4:6]
    upper_height, lower_height = float(upper_points[:, 1].mean()), float(lower_points[:, 1].mean())
    width = chart.height
    iris = (0.5, (upper_height + lower_height) / 2, IRIS_RADIUS)
    if portrait.mesh is not None and np.isfinite(portrait.mesh).all():
        mesh = np.asarray(portrait.mesh[:, :2], np.float64)
        upper_points = chart.to_eye(mesh[list(_MESH_UPPER[side])])
        lower_points = chart.to_eye(mesh[list(_MESH_LOWER[side])])
        circle = mesh[list(_MESH_IRIS[side])]
        radius = float(np.linalg.norm(circle[1:] - circle[0], axis=1).mean()) / width
        u, v = chart.to_eye(circle[:1])[0]
        iris = (float(u), float(v), float(np.clip(radius, 0.1, 0.35)))
    brow = chart.to_eye(points[list(BROWS[side])])
    above = brow[(brow[:, 0] > 0) & (brow[:, 0] < 1), 1] if np.isfinite(brow).all() else brow[:0, 1]
    distance = upper_height - float(above.max()) if len(above) else _SKIN_MOST
    return Eye(
        side,
        chart,
        LidCurve.through(upper_points),
        LidCurve.through(lower_points),
        landmarks,
        float(np.clip(_BROW_PART * distance, _SKIN_LEAST, _SKIN_MOST)),
        iris,
    )

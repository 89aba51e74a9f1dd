"""The lips: the guard that keeps their thickness, and the opening between them as two curves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from mien.talking.compose.layer import Points
from mien.talking.compose.mouth.pose import HeadPose

Array = NDArray[np.float64]

UPPER_OUTER, UPPER_INNER = (50, 51, 52), (61, 62, 63)
LOWER_OUTER, LOWER_INNER = (58, 57, 56), (67, 66, 65)
"""iBUG-68 landmarks of the lips from the viewer's left to right, those above one another in pairs."""

CORNERS, OUTER_CORNERS = (60, 64), (48, 54)
"""iBUG-68 landmarks of the corners of the opening and of the lips."""

LEAST_THICKNESS = 0.75
"""Fraction of the portrait's own lip thickness that a lip keeps where there is room for it."""

CORNER_PLAY = (1.0, 0.7)
"""Distance in mm, across and down, by which a corner of the opening may leave its place at the corner of the lips."""

_SAMPLES = 128
_ROUND = 0.6  # height over width of an opening whose corners are round


def head_frame(landmarks: Points, pose: HeadPose) -> Array:
    """Landmarks (N, 2) in mm along the head's axes in the picture, x to the right and y down, from its origin."""
    offset = np.asarray(landmarks, np.float64) - pose.shift
    return np.stack([offset @ pose.across, offset @ pose.down], -1) / max(pose.scale, 1e-9)


@dataclass(frozen=True, eq=False)
class OwnLips:
    """The lips of the portrait, in mm: `thickness` (2, 3) as `lip_thickness`, `corners` (2, 2) from the outer to the
    inner corners, and `width` between the outer ones."""

    thickness: Array
    corners: Array
    width: float

    @classmethod
    def of(cls, points: Array) -> OwnLips:
        """Of the portrait's landmarks (68, 2) in the head's axes."""
        return cls(lip_thickness(points), points[list(CORNERS)] - points[list(OUTER_CORNERS)], mouth_width(points))


def lip_thickness(points: Array) -> Array:
    """Thickness (2, 3) of the upper and the lower lip at three places, mm, of landmarks (68, 2) in the head's axes."""
    upper = points[list(UPPER_INNER), 1] - points[list(UPPER_OUTER), 1]
    lower = points[list(LOWER_OUTER), 1] - points[list(LOWER_INNER), 1]
    return np.stack([upper, lower])


def mouth_width(points: Array) -> float:
    """Distance in mm of the outer corners of the mouth, of landmarks (68, 2) in the head's axes."""
    return float(np.linalg.norm(points[54] - points[48]))


def with_thickness(points: Array, own: OwnLips) -> Array:
    """Landmarks (68, 2) whose inner lips leave each lip at least `LEAST_THICKNESS` of the portrait's `own`.

    A lip that is stretched keeps its area, so it may be thinner by the root of the widening of the mouth. Where the
    outer lips leave less room than both need, they share it. The inner lips never cross, their points stay in order
    from corner to corner, and the corners stay near those of the outer lips, by `CORNER_PLAY`.
    """
    result = points.copy()
    stretched = np.sqrt(np.clip(own.width / max(mouth_width(points), 1e-6), 0.5, 1.0))
    least = LEAST_THICKNESS * stretched * np.maximum(own.thickness, 0)
    top, bottom = points[list(UPPER_OUTER), 1], points[list(LOWER_OUTER), 1]
    room = np.maximum(bottom - top, 0)
    least = least * np.minimum(1, room / np.maximum(least.sum(0), 1e-6))
    upper = np.maximum(points[list(UPPER_INNER), 1], top + least[0])
    lower = np.minimum(points[list(LOWER_INNER), 1], bottom - least[1])
    crossed = np.clip((upper + lower) / 2, top + least[0], np.maximum(bottom - least[1], top + least[0]))
    result[list(UPPER_INNER), 1] = np.where(upper > lower, crossed, upper)
    result[list(LOWER_INNER), 1] = np.where(upper > lower, crossed, lower)
    outer = points[list(OUTER_CORNERS)]
    result[list(CORNERS)] = outer + np.clip(
        points[list(CORNERS)] - outer, own.corners - CORNER_PLAY, own.corners + CORNER_PLAY
    )
    for chain in (UPPER_INNER, LOWER_INNER):
        order = [CORNERS[0], *chain, CORNERS[1]]
        result[order, 0] = _increasing(result[order, 0])
    return result


def _increasing(values: Array) -> Array:
    """Values in order between the first and the last, with a least distance; for any input."""
    first, last = min(values[0], values[-1]), max(values[0], values[-1])
    last = max(last, first + 1e-3)
    step = 0.05 * (last - first)
    inner = np.clip(values[1:-1], first + step, last - step)
    for index in range(1, len(inner)):
        inner[index] = max(inner[index], inner[index - 1] + step)
    inner = np.minimum(inner, last - step * np.arange(len(inner), 0, -1))
    return np.array([first, *inner, last])


@dataclass(frozen=True, eq=False)
class Opening:
    """The opening between the lips: y of its `upper` and `lower` edge at increasing `x`, each (N,), mm."""

    x: Array
    upper: Array
    lower: Array

    @property
    def height(self) -> float:
        """Greatest height in mm."""
        return float((self.lower - self.upper).max())


def opening(points: Array) -> Opening:
    """The opening of guarded landmarks (68, 2) in the head's axes: monotone cubic curves through the inner lips.

    An opening as high as wide is round at its corners, a narrow one is pointed.
    """
    upper, lower = (points[[CORNERS[0], *chain, CORNERS[1]]] for chain in (UPPER_INNER, LOWER_INNER))
    first, last = upper[0, 0], upper[-1, 0]
    x = np.linspace(first, last, _SAMPLES)
    round_part = float(np.clip((lower[:, 1] - upper[:, 1]).max() / (last - first) / _ROUND, 0, 1))

    def parameter(values: Array) -> Array:
        """The angle on a circle over the opening's width, for round openings, and x for narrow ones."""
        across = np.clip(2 * (values - first) / (last - first) - 1, -1, 1)
        return np.asarray(round_part * np.arccos(-across) * 2 / np.pi + (1 - round_part) * (1 + across))

    top = PchipInterpolator(parameter(upper[:, 0]), upper[:, 1])(parameter(x))
    bottom = PchipInterpolator(parameter(lower[:, 0]), lower[:, 1])(parameter(x))
    return Opening(x, np.minimum(top, bottom), np.maximum(top, bottom))

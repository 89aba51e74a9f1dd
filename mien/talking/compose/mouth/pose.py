"""Weak perspective of the head: how points of the skull, in millimetres, are projected to a crop and to its frames.

Coordinates of the head: x to the viewer's right, y down, z towards the viewer, the origin between the eyes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from mien.talking.compose.layer import Goal, Points

Array = NDArray[np.float64]

SKULL_POINTS = (27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 39, 42, 45)
"""iBUG-68 landmarks that move with the skull alone: the nose and the corners of the eyes."""

SKULL: Array = np.array(
    [[0.0, -1.0, 94.3], [0.0, 12.3, 101.5], [0.0, 23.0, 108.6], [0.0, 33.6, 114.1],
     [-14.3, 41.2, 97.0], [-5.9, 44.1, 97.7], [0.0, 46.7, 96.2], [5.9, 44.1, 97.7], [14.3, 41.2, 97.0],
     [-46.0, -0.6, 78.2], [-18.0, 1.4, 78.1], [18.0, 1.4, 78.1], [46.0, -0.6, 78.2]]
)  # fmt: skip
"""Places (13, 3) in mm of these on the embedded head at rest, so that nothing of the head is built for a video."""

_PITCH_SPREAD, _YAW_SPREAD = 0.1, 0.5  # radians: what a person's own nose would be taken for otherwise
_RIDGE = 0.5  # of the depth's own variance: a frame's turning is noisy at the resolution of the network


@dataclass(frozen=True, eq=False)
class HeadPose:
    """p = linear @ P + shift: `linear` (2, 3) pixels per mm, `shift` (2,) pixels."""

    linear: Array
    shift: Array

    def project(self, points: Array) -> Array:
        """Pixels (..., 2) of points (..., 3) in mm."""
        return np.asarray(points @ self.linear.T + self.shift)

    @property
    def down(self) -> Array:
        """Unit vector (2,) of the picture along which the head's vertical axis is seen."""
        vertical = self.linear[:, 1]
        return np.asarray(vertical / max(float(np.hypot(*vertical)), 1e-9))

    @property
    def across(self) -> Array:
        """Unit vector (2,) to the right of `down`."""
        return np.array([self.down[1], -self.down[0]])

    @property
    def scale(self) -> float:
        """Pixels per mm along the head's vertical axis."""
        return float(np.hypot(*self.linear[:, 1]))


def _linear(scale: float, roll: float, yaw: float, pitch: float) -> Array:
    a, b, c = np.cos([roll, yaw, pitch])
    d, e, f = np.sin([roll, yaw, pitch])
    turned = np.array([[b, 0.0, e], [e * f, c, -b * f]])  # y after yaw and pitch; x after yaw
    return np.asarray(scale * np.array([[a, -d], [d, a]]) @ turned)


def portrait_pose(landmarks: Points) -> HeadPose:
    """Pose of a face by its landmarks (68, 2): least squares on the points of the skull, a prior on the turning."""
    seen = np.asarray(landmarks, np.float64)[list(SKULL_POINTS)]
    centre, mean = seen.mean(0), SKULL.mean(0)
    size = max(float(np.sqrt(((seen - centre) ** 2).sum())), 1e-6)
    unit, model = (seen - centre) / size, SKULL - mean
    start = 1 / np.sqrt((model[:, :2] ** 2).sum())

    def residuals(x: Array) -> Array:
        error = (model @ _linear(start * np.exp(x[0]), x[1], x[2], x[3]).T - unit) / 0.02
        return np.concatenate([error.ravel(), [x[2] / _YAW_SPREAD, x[3] / _PITCH_SPREAD]])

    eyes = seen[-1] - seen[-4]
    first = np.array([0.0, np.arctan2(eyes[1], eyes[0]), 0.0, 0.0])
    found = least_squares(residuals, first, method="lm").x
    linear = size * _linear(start * np.exp(found[0]), found[1], found[2], found[3])
    return HeadPose(linear, centre - linear @ mean)


def frame_pose(pose: HeadPose, landmarks: Points, goal: Goal) -> HeadPose:
    """Pose in a frame: that of the portrait, `landmarks` (68, 2) its own, moved in the plane as the goal says.

    What the goal's points of the skull move besides is a translation and a turning, to which their depth tells how much
    each follows; the second is shrunk, as depths are small and goals noisy.
    """
    points, wanted = (np.asarray(array, np.float64)[list(SKULL_POINTS)] for array in (landmarks, goal.landmarks))
    linear, offset = goal.in_plane[:, :2], goal.in_plane[:, 2]
    rest = wanted - (points @ linear.T + offset)
    depth = SKULL[:, 2] - SKULL[:, 2].mean()
    turning = depth @ (rest - rest.mean(0)) / ((depth**2).sum() * (1 + _RIDGE))
    moved = linear @ pose.linear
    moved[:, 2] += turning
    shift = linear @ pose.shift + offset + rest.mean(0) - turning * SKULL[:, 2].mean()
    return HeadPose(moved, shift)

"""Poses for tests: a standing figure whose limbs are turned at the shoulder, elbow, hip or knee."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.bodies.figure.rest import standing_joints
from mien.bodies.keypoints import INDEX

FOOT = ("ankle", "big_toe", "small_toe", "heel")
AFTER = {
    "shoulder": ("elbow", "wrist"),
    "elbow": ("wrist",),
    "hip": ("knee", *FOOT),
    "knee": FOOT,
}


def turned(joints: NDArray[np.float32], yaw: float) -> NDArray[np.float32]:
    """The whole figure turned about the vertical through its hips, degrees; positive: its left comes nearer."""
    middle = (joints[INDEX["left_hip"]] + joints[INDEX["right_hip"]]) / 2
    return (middle + (joints - middle) @ _about("y", yaw).T).astype(np.float32)


def bent(joints: NDArray[np.float32], joint: str, axis: str, degrees: float) -> NDArray[np.float32]:
    """What lies beyond a joint such as "left_knee" turned about an axis of the picture, degrees."""
    side, name = joint.split("_")
    out = joints.copy()
    for other in AFTER[name]:
        number = INDEX[f"{side}_{other}"]
        out[number] = joints[INDEX[joint]] + _about(axis, degrees) @ (joints[number] - joints[INDEX[joint]])
    return out


def standing(side: int = 128) -> NDArray[np.float32]:
    """A standing figure that fills a square picture."""
    return standing_joints(0.8 * side, (side / 2, 0.53 * side))


def arms_up(side: int = 128) -> NDArray[np.float32]:
    """Both arms stretched upwards, the feet apart."""
    joints = bent(bent(standing(side), "left_shoulder", "z", -120), "right_shoulder", "z", 120)
    return bent(bent(joints, "left_hip", "z", -15), "right_hip", "z", 15)


def striding(side: int = 128) -> NDArray[np.float32]:
    """A long step, seen from the side."""
    joints = bent(bent(standing(side), "left_hip", "x", -35), "right_hip", "x", 25)
    return turned(joints, 70)


def seated(side: int = 128) -> NDArray[np.float32]:
    """Thighs forwards, shins down, seen from an angle."""
    joints = standing(side)
    for name in ("left", "right"):
        joints = bent(bent(joints, f"{name}_hip", "x", -85), f"{name}_knee", "x", 85)
    return turned(joints, -40)


POSES = {"standing": standing, "arms_up": arms_up, "striding": striding, "seated": seated}


def _about(axis: str, degrees: float) -> NDArray[np.float64]:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return {
        "x": np.array([[1, 0, 0], [0, c, -s], [0, s, c]]),
        "y": np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]),
        "z": np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]),
    }[axis]

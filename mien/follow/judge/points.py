"""Points on head and torso from key points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import INDEX

Floats = NDArray[np.float32]


def head_frame(joints: Floats) -> tuple[Floats, Floats, Floats]:
    """The middle of the ears and the vectors up and to the right of the head, (…, 2) each, of key points (…, 65, 2).

    Up is as long as from the middle of the shoulders to the middle of the ears.
    """
    shoulders = _middle(joints, "left_shoulder", "right_shoulder")
    ears = _middle(joints, "left_ear", "right_ear")
    up: Floats = ears - shoulders
    right = np.stack([-up[..., 1], up[..., 0]], axis=-1)
    return ears, up, right


def torso_points(joints: Floats, downs: tuple[float, ...], sides: tuple[float, ...]) -> Floats:
    """Points (…, D · S, 2) on the torso: `downs` in parts from shoulders to hips, `sides` in parts of half its width.

    joints (…, 65, 2).
    """
    left, right = joints[..., INDEX["left_shoulder"], :], joints[..., INDEX["right_shoulder"], :]
    left_hip, right_hip = joints[..., INDEX["left_hip"], :], joints[..., INDEX["right_hip"], :]
    found = []
    for down in downs:
        a, b = left + down * (left_hip - left), right + down * (right_hip - right)
        found += [(a + b) / 2 + side * (a - b) / 2 for side in sides]
    return np.stack(found, axis=-2)


def _middle(joints: Floats, first: str, second: str) -> Floats:
    found: Floats = (joints[..., INDEX[first], :] + joints[..., INDEX[second], :]) / np.float32(2)
    return found

"""Where on a figure the judges look: points from its key points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import BODY, INDEX

Floats = NDArray[np.float32]

_BETWEEN = (
    ("left_shoulder", "left_elbow"), ("left_elbow", "left_wrist"), ("right_shoulder", "right_elbow"),
    ("right_elbow", "right_wrist"), ("left_hip", "left_knee"), ("left_knee", "left_ankle"),
    ("right_hip", "right_knee"), ("right_knee", "right_ankle"), ("left_knee", "right_knee"),
    ("left_ankle", "right_ankle"), ("left_wrist", "left_hip"), ("right_wrist", "right_hip"),
)  # fmt: skip
"""Pairs of key points between which a skirt, a coat's hem or a sleeve shows."""

_HEAD_HEIGHTS = (0.3, 0.55, 0.8, 1.2)
"""Above the ears, in lengths from the shoulders to the ears: forehead, hair, hat, air."""

POINTS = len(BODY) + 2 + len(_BETWEEN) + len(_HEAD_HEIGHTS) + 4 + 6
"""Number of points of `judged_points`."""


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


def judged_points(joints: Floats) -> Floats:
    """The points (…, P, 2) at which the network reads its features, of key points (…, 65, 2) in pixels."""
    body = [joints[..., number, :] for number in range(len(BODY))]
    toes = [joints[..., INDEX[f"{side}_big_toe"], :] for side in ("left", "right")]
    between = [_middle(joints, a, b) for a, b in _BETWEEN]
    ears, up, right = head_frame(joints)
    above = [ears + height * up for height in _HEAD_HEIGHTS]
    beside = [ears + down * up + side * right for down in (0.0, -0.7) for side in (-0.8, 0.8)]
    torso = torso_points(joints, (0.15, 0.5, 0.85), (-0.35, 0.35))
    return np.concatenate([np.stack([*body, *toes, *between, *above, *beside], axis=-2), torso], axis=-2)


def _middle(joints: Floats, first: str, second: str) -> Floats:
    found: Floats = (joints[..., INDEX[first], :] + joints[..., INDEX[second], :]) / np.float32(2)
    return found

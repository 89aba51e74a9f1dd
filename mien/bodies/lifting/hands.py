"""Hands of lifted people: where the detector has them, else hanging on the wrist."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import INDEX, LEFT_HAND, RIGHT_HAND
from mien.bodies.motions.hands import SHAPES, hand_points
from mien.bodies.motions.rotations import across, unit

Mask = NDArray[np.bool_]

LEAST_KNOWN = 12
"""Points of 21 with which a hand is known; its other points are put where their neighbours in the finger are."""
_HAND_OF_FOREARM = 0.70
"""Length of a hand in lengths of the forearm."""
_TOWARDS = [0, 0, 1, 2, 3, 0, 5, 6, 7, 0, 9, 10, 11, 0, 13, 14, 15, 0, 17, 18, 19]
"""The point before each point of a hand."""


def place_hand(joints: NDArray[np.float32], points: NDArray[np.float32], known: Mask, side: int) -> Mask:
    """Put a hand into `joints` (T, 65, 3), whose body is there; returns in which frames (T,) it is known.

    points: (T, 21, 2) pixels and which are known (T, 21). Known points keep x and y, z is the wrist's. Other hands are
    relaxed and go on along the forearm. side: 0 left, 1 right.
    """
    name, where = (("left", LEFT_HAND), ("right", RIGHT_HAND))[side]
    wrist = joints[:, INDEX[f"{name}_wrist"]].astype(np.float64)
    elbow = joints[:, INDEX[f"{name}_elbow"]].astype(np.float64)
    seen = known.sum(axis=1) >= LEAST_KNOWN
    joints[:, where] = _hanging(joints, wrist, elbow, side)
    if not seen.any():
        return seen
    hand, there = points[seen].astype(np.float64), known[seen].copy()
    hand[:, 0] = np.where(there[:, :1], hand[:, 0], wrist[seen, :2])
    there[:, 0] = True
    for point, before in enumerate(_TOWARDS):
        lost = ~there[:, point]
        hand[lost, point] = hand[lost, before]
    joints[seen, where, :2] = hand
    joints[seen, where, 2] = wrist[seen, 2, None]
    return seen


def _hanging(
    joints: NDArray[np.float32], wrist: NDArray[np.float64], elbow: NDArray[np.float64], side: int
) -> NDArray[np.float64]:
    forearm = wrist - elbow
    forward = unit(forearm)
    # Palms look to the middle of the body.
    hips = joints[:, [INDEX["left_hip"], INDEX["right_hip"]]].mean(axis=1)
    palm = across(hips - wrist + 1e-6, forward)
    curls = np.tile(SHAPES["relaxed"], (len(wrist), 1))
    # The axes of pictures are as right-handed as those of motions: half a turn about x lies between them.
    unscaled = hand_points(np.zeros_like(wrist), forward, palm, curls, 1.0, left=side == 0)
    length = _HAND_OF_FOREARM * np.linalg.norm(forearm, axis=1)
    return wrist[:, None] + unscaled * length[:, None, None]

"""Hands: 21 points from a wrist, two directions and how far each finger is bent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.bodies.motions.rotations import across, unit

Array = NDArray[np.float64]

# In lengths of the hand, on a left hand that lies palm down with its fingers forward: to the thumb's side, forward.
_ROOTS = np.array([(0.17, 0.16), (0.13, 0.50), (0.02, 0.52), (-0.09, 0.49), (-0.18, 0.44)])
_BONES = np.array([
    (0.20, 0.17, 0.14), (0.22, 0.14, 0.11), (0.24, 0.16, 0.11), (0.22, 0.15, 0.11), (0.17, 0.11, 0.10),
])  # fmt: skip
_SPREAD = np.array([0.75, 0.14, 0.02, -0.10, -0.24])
"""Angle of each straight finger to the middle of the hand, towards the thumb, in radians."""
_BENDS = np.array([(0.5, 0.9, 1.0), (1.45, 1.7, 1.1), (1.5, 1.75, 1.1), (1.5, 1.75, 1.1), (1.5, 1.7, 1.1)])
"""Angles of the joints of a closed finger, in radians."""

SHAPES: dict[str, tuple[float, float, float, float, float]] = {
    "flat": (0.05, 0.0, 0.0, 0.0, 0.0),
    "relaxed": (0.25, 0.25, 0.32, 0.38, 0.42),
    "fist": (0.9, 1.0, 1.0, 1.0, 1.0),
    "point": (0.8, 0.0, 1.0, 1.0, 1.0),
    "two": (0.8, 0.0, 0.0, 1.0, 1.0),
    "claw": (0.3, 0.5, 0.5, 0.5, 0.5),
    "thumb": (0.0, 1.0, 1.0, 1.0, 1.0),
    "horns": (0.1, 0.0, 1.0, 1.0, 0.0),
    "pinch": (0.45, 0.55, 0.1, 0.1, 0.1),
    "round": (0.4, 0.42, 0.42, 0.42, 0.42),
}
"""How far thumb, index, middle, ring and little finger are bent, 0 straight to 1 closed."""


def hand_points(wrist: Array, forward: Array, palm: Array, curls: Array, length: float, left: bool) -> Array:
    """The points of a hand (T, 21, 3), wrist first, in the order of `mien.bodies.keypoints.HAND`.

    wrist: (T, 3). forward: unit vectors (T, 3) along the hand. palm: directions (T, 3) out of its palm, made square to
    `forward`. curls: (T, 5) in [0, 1], thumb first. length: of the hand in metres.
    """
    palm = across(palm, forward)
    thumb_side = unit(np.cross(palm, forward)) * (1.0 if left else -1.0)
    points = [wrist]
    for finger in range(5):
        sideways, ahead = _ROOTS[finger] * length
        at = wrist + sideways * thumb_side + ahead * forward
        points.append(at)
        curl = curls[:, finger, None]
        angle, spread = np.zeros_like(curl), _SPREAD[finger] * (1 - 0.7 * curl)
        straight = np.cos(spread) * forward + np.sin(spread) * thumb_side
        # The thumb closes across the palm, the fingers into it.
        inward = unit(palm - 0.8 * thumb_side) if finger == 0 else palm
        for bone, most in zip(_BONES[finger] * length, _BENDS[finger], strict=True):
            angle = angle + curl * most
            at = at + bone * unit(np.cos(angle) * straight + np.sin(angle) * inward)
            points.append(at)
    return np.stack(points, axis=1)

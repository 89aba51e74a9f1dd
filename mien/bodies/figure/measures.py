"""Sizes of figures: pixels per centimetre of a standard adult, from the lengths between joints."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import INDEX, JOINTS

Array = NDArray[Any]

BODY_HEIGHT = 172.0
"""Centimetres: the height of the adult whose lengths all sizes of the mesh are given in."""

# pairs of joints whose lengths are averaged, and their length in cm
_LENGTHS: tuple[tuple[tuple[tuple[str, str], ...], float], ...] = (
    ((("left_shoulder", "right_shoulder"),), 35.0),
    ((("left_shoulder", "left_hip"), ("right_shoulder", "right_hip")), 50.0),
    ((("left_shoulder", "left_elbow"), ("right_shoulder", "right_elbow")), 28.5),
    ((("left_elbow", "left_wrist"), ("right_elbow", "right_wrist")), 25.0),
    ((("left_hip", "left_knee"), ("right_hip", "right_knee")), 41.0),
    ((("left_knee", "left_ankle"), ("right_knee", "right_ankle")), 40.0),
)
_PAIRS = np.array([[INDEX[a], INDEX[b]] for pairs, _ in _LENGTHS for a, b in pairs])
_COUNTS = np.array([len(pairs) for pairs, _ in _LENGTHS])
_STARTS = np.cumsum(_COUNTS) - _COUNTS
_CM = np.array([cm for _, cm in _LENGTHS])


def figure_scale(joints: Array) -> NDArray[np.float64]:
    """Height in pixels (...) of the standing figure that joints (..., 65, 3) belong to, whatever its pose.

    Shoulders, torso and limbs are compared with those of an adult of `BODY_HEIGHT`; of the six ratios the two largest
    and the two smallest do not count, so that one wrong joint or a figure of other proportions changes little. The
    lengths are 3D: a turned body has shoulders of the same width. Raises ValueError for another shape.
    """
    joints = np.asarray(joints, np.float64)
    if joints.shape[-2:] != (len(JOINTS), 3):
        raise ValueError(f"joints are (..., {len(JOINTS)}, 3), not {joints.shape}")
    lengths = np.sqrt(np.square(joints[..., _PAIRS[:, 0], :] - joints[..., _PAIRS[:, 1], :]).sum(-1))
    ratios = np.sort(np.add.reduceat(lengths, _STARTS, axis=-1) / _COUNTS / _CM, axis=-1)
    middle: NDArray[np.float64] = (ratios[..., 2] + ratios[..., 3]) / 2 * BODY_HEIGHT
    return middle

"""Measures of a face from its landmarks: pose, eye opening, mouth shape, gaze."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.metrics.eyes import relative_opening

FACE_POSE = ("x", "y", "scale", "roll", "yaw", "pitch", "lids", "gaze_x", "gaze_y")
"""The measures of `face_pose`, in order: position relative to the centre of the picture, in picture sizes; logarithm of
the size; roll in radians; two measures of turning sideways and up or down; the lids (0 open, −1 closed); where the
irises are from the centres of the eyes, in eye widths (to the right and down in the upright picture)."""

_RIGHT_EYE, _LEFT_EYE = slice(36, 42), slice(42, 48)  # iBUG: the person's right eye is on the viewer's left
_NOSE_TIP = 30


def eye_opening(landmarks: NDArray[np.float32]) -> NDArray[np.float64]:
    """Mean eye aspect ratio (T,) of landmarks (T, 68, 2): lid distance over eye width (Soukupová and Čech 2016)."""
    ratios = []
    for first in (36, 42):
        eye = np.asarray(landmarks[:, first : first + 6], np.float64)
        lids = np.linalg.norm(eye[:, 1] - eye[:, 5], axis=-1) + np.linalg.norm(eye[:, 2] - eye[:, 4], axis=-1)
        ratios.append(lids / np.maximum(2 * np.linalg.norm(eye[:, 0] - eye[:, 3], axis=-1), 1e-6))
    return np.asarray((ratios[0] + ratios[1]) / 2)


def mouth_shape(landmarks: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mouth opening and width (T, 2) in inter-ocular distances, each minus its median over the clip."""
    points = np.asarray(landmarks, np.float64)
    ocular = np.linalg.norm(points[:, _LEFT_EYE].mean(1) - points[:, _RIGHT_EYE].mean(1), axis=-1)
    opening = np.linalg.norm(points[:, 61:64] - points[:, [67, 66, 65]], axis=-1).mean(1)
    width = np.linalg.norm(points[:, 48] - points[:, 54], axis=-1)
    shape = np.stack([opening, width], 1) / np.maximum(ocular, 1e-6)[:, None]
    return np.asarray(shape - np.median(shape, 0), np.float32)


def gaze(mesh: NDArray[np.float32]) -> NDArray[np.float64]:
    """Mean position of the irises (T, 2) in a MediaPipe mesh (T, 478, 3), relative to the centre of the eye.

    To the right along the line through the corners of the eye, and down perpendicular to it, in eye widths.
    """
    points = np.asarray(mesh[..., :2], np.float64)
    places = []
    for iris, first, second in ((468, 33, 133), (473, 362, 263)):  # the corners from left to right in the picture
        along = points[:, second] - points[:, first]
        width = np.maximum(np.linalg.norm(along, axis=-1, keepdims=True), 1e-6)
        along = along / width
        offset = (points[:, iris] - (points[:, first] + points[:, second]) / 2) / width
        across = along[:, 0] * offset[:, 1] - along[:, 1] * offset[:, 0]
        places.append(np.stack([(along * offset).sum(1), across], 1))
    return np.asarray((places[0] + places[1]) / 2)


def face_pose(
    landmarks: NDArray[np.float32], size: int, mesh: NDArray[np.float32] | None = None
) -> NDArray[np.float64]:
    """Measures (T, 9) in the order of `FACE_POSE` from landmarks (T, 68, 2) in pixels of a picture of `size`.

    Yaw and pitch are the position of the tip of the nose relative to the centre of the eyes, along and across the line
    through them, in inter-ocular distances. The lids are relative to the clip's upper quartile. The gaze is that of
    the irises of a `mesh` (T, 478, 3), and 0 without one.
    """
    points = np.asarray(landmarks, np.float64)
    right, left = points[:, [36, 39]].mean(1), points[:, [42, 45]].mean(1)  # the corners do not move in a blink
    centre, across = (right + left) / 2, left - right
    ocular = np.maximum(np.linalg.norm(across, axis=-1), 1e-6)
    roll = np.arctan2(across[:, 1], across[:, 0])
    nose = points[:, _NOSE_TIP] - centre
    cosine, sine = np.cos(roll), np.sin(roll)
    yaw = (nose[:, 0] * cosine + nose[:, 1] * sine) / ocular
    pitch = (nose[:, 1] * cosine - nose[:, 0] * sine) / ocular
    lids = relative_opening(eye_opening(landmarks))
    position = (centre + 0.5) / size - 0.5
    irises = np.zeros((len(points), 2)) if mesh is None else gaze(mesh)
    in_plane = [position[:, 0], position[:, 1], np.log(ocular / size), roll]
    return np.stack([*in_plane, yaw, pitch, lids, irises[:, 0], irises[:, 1]], 1)

"""Poses for tests: a plain standing person, and videos of it."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import BODY, INDEX, JOINTS, PoseTrack, PoseVideo

_STANDING = {
    "nose": (0.0, -0.42), "left_eye": (0.03, -0.45), "right_eye": (-0.03, -0.45), "left_ear": (0.06, -0.43),
    "right_ear": (-0.06, -0.43), "left_shoulder": (0.13, -0.3), "right_shoulder": (-0.13, -0.3),
    "left_elbow": (0.22, -0.15), "right_elbow": (-0.22, -0.15), "left_wrist": (0.2, 0.02), "right_wrist": (-0.26, 0.0),
    "left_hip": (0.09, 0.02), "right_hip": (-0.09, 0.02), "left_knee": (0.11, 0.25), "right_knee": (-0.1, 0.25),
    "left_ankle": (0.1, 0.48), "right_ankle": (-0.12, 0.48),
}  # fmt: skip
"""The 17 points of a person of height 1 who faces the viewer, around the middle of the body."""


def standing(centre: tuple[float, float], height: float) -> NDArray[np.float32]:
    """Points (65, 2) of a person at `centre`, `height` pixels tall; feet and hands are at 0."""
    points = np.zeros((len(JOINTS), 2), np.float32)
    for name in BODY:
        points[INDEX[name]] = np.array(centre) + height * np.array(_STANDING[name])
    return points


def body_confidence(value: float = 0.9) -> NDArray[np.float32]:
    """Confidence (65,) of a person whose body is known and whose feet and hands are not."""
    confidence = np.zeros(len(JOINTS), np.float32)
    confidence[: len(BODY)] = value
    return confidence


def a_video(frames: int = 4, people: int = 1, size: tuple[int, int] = (160, 200)) -> PoseVideo:
    """People side by side who move to the right by two pixels a frame, at 30000/1001 frames a second."""
    tracks = []
    for person in range(people):
        points = np.stack([standing((40.0 + 60 * person + 2 * frame, 100.0), 120.0) for frame in range(frames)])
        tracks.append(PoseTrack(points, np.tile(body_confidence(), (frames, 1)), person))
    return PoseVideo(*size, Fraction(30000, 1001), tuple(tracks), frames)

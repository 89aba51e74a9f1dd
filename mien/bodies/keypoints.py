"""Key points of people: names, and the poses of a video.

Points are in pixels of the upright picture, x to the right and y downwards; the centre of the first pixel is at
(0.5, 0.5). Left and right are the person's own. A confidence of 0 means that the point is unknown; its position then
means nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

BODY = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder", "left_elbow",
    "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle",
    "right_ankle",
)  # fmt: skip
"""The 17 points of COCO, in its order."""

FEET = (
    "left_big_toe", "left_small_toe", "left_heel", "right_big_toe", "right_small_toe", "right_heel",
)  # fmt: skip
"""The 6 points of feet of COCO-WholeBody, in its order."""

_FINGERS = tuple(f"{finger}_{number}" for finger in ("thumb", "index", "middle", "ring", "little") for number in "1234")
HAND = ("wrist", *_FINGERS)
"""The 21 points of a hand, in the order of COCO-WholeBody and MediaPipe: wrist, then each finger from its root."""

JOINTS = (*BODY, *FEET, *(f"left_hand_{name}" for name in HAND), *(f"right_hand_{name}" for name in HAND))
"""All 65 points of a pose: body, feet, left hand, right hand."""

INDEX = {name: number for number, name in enumerate(JOINTS)}

BODY_COUNT = len(BODY)
BODY_AND_FEET = len(BODY) + len(FEET)
"""The first 23 points: body and feet."""

LEFT_HAND = slice(BODY_AND_FEET, BODY_AND_FEET + len(HAND))
RIGHT_HAND = slice(LEFT_HAND.stop, LEFT_HAND.stop + len(HAND))

LIMBS = (
    ("left_shoulder", "left_elbow"), ("left_elbow", "left_wrist"), ("right_shoulder", "right_elbow"),
    ("right_elbow", "right_wrist"), ("left_hip", "left_knee"), ("left_knee", "left_ankle"),
    ("right_hip", "right_knee"), ("right_knee", "right_ankle"), ("left_shoulder", "right_shoulder"),
    ("left_hip", "right_hip"), ("left_shoulder", "left_hip"), ("right_shoulder", "right_hip"),
)  # fmt: skip
"""Bones of the body as pairs of names."""


def mirrored_order() -> NDArray[np.int64]:
    """For each of the 65 points the index of the same point of the other side."""
    other = {"left": "right", "right": "left"}
    names = [other.get(name.split("_")[0], "") + name.removeprefix(name.split("_")[0]) for name in JOINTS]
    return np.array([INDEX.get(name, number) for number, name in enumerate(names)])


class PoseError(ValueError):
    """Poses cannot be found, read or used; the message is one sentence with what to do."""


@dataclass(frozen=True)
class PoseTrack:
    """The poses of one person in a video.

    points: float32 (T, 65, 2) pixels. confidence: float32 (T, 65) in [0, 1]; 0 is unknown. person: the person's number.
    """

    points: NDArray[np.float32]
    confidence: NDArray[np.float32]
    person: int = 0

    def __post_init__(self) -> None:
        frames = len(self.points)
        if self.points.shape != (frames, len(JOINTS), 2) or self.confidence.shape != (frames, len(JOINTS)):
            raise PoseError(f"poses are (T, 65, 2) with (T, 65), not {self.points.shape} with {self.confidence.shape}")
        if not np.isfinite(self.points).all() or not np.isfinite(self.confidence).all():
            raise PoseError("poses have numbers that are not finite")

    def __len__(self) -> int:
        return len(self.points)

    def known(self) -> NDArray[np.bool_]:
        """Which points are known, bool (T, 65)."""
        return self.confidence > 0

    def present(self) -> NDArray[np.bool_]:
        """In which frames any point of the body is known, bool (T,)."""
        return np.any(self.confidence[:, :BODY_COUNT] > 0, axis=1)


@dataclass(frozen=True)
class PoseVideo:
    """The poses of all people of a video.

    width, height: of the upright picture in pixels. fps: exact. people: one track each, all of the same length.
    """

    width: int
    height: int
    fps: Fraction
    people: tuple[PoseTrack, ...]
    frames: int

    def __post_init__(self) -> None:
        if any(len(track) != self.frames for track in self.people):
            raise PoseError(f"every track has the {self.frames} frames of its video")

    def only(self, people: tuple[PoseTrack, ...]) -> PoseVideo:
        """The same video with these people."""
        return replace(self, people=people)

    @property
    def seconds(self) -> float:
        """Its length."""
        return float(self.frames / self.fps)

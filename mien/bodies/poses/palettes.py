"""The colours in which skeletons are drawn: OpenPose's 18 points and mmpose's 17 points of COCO."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import BODY, INDEX

Colour = tuple[int, int, int]

OPENPOSE_POINTS = (
    "nose", "neck", "right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow", "left_wrist",
    "right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle", "right_eye", "left_eye",
    "right_ear", "left_ear",
)  # fmt: skip
"""OpenPose's 18 points in its order; the neck is the middle of the shoulders."""

_OPENPOSE_LIMBS = (
    (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13), (1, 0),
    (0, 14), (14, 16), (0, 15), (15, 17),
)  # fmt: skip

_OPENPOSE_COLOURS: tuple[Colour, ...] = (
    (255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0), (0, 255, 0), (0, 255, 85),
    (0, 255, 170), (0, 255, 255), (0, 170, 255), (0, 85, 255), (0, 0, 255), (85, 0, 255), (170, 0, 255),
    (255, 0, 255), (255, 0, 170), (255, 0, 85),
)  # fmt: skip

LIMB_SHADE = 0.6
"""Brightness of OpenPose's limbs in parts of its points'."""

_GREEN, _ORANGE, _BLUE = (0, 255, 0), (255, 128, 0), (51, 153, 255)

_COCO_LIMBS = (
    ("left_ankle", "left_knee"), ("left_knee", "left_hip"), ("right_ankle", "right_knee"), ("right_knee", "right_hip"),
    ("left_hip", "right_hip"), ("left_shoulder", "left_hip"), ("right_shoulder", "right_hip"),
    ("left_shoulder", "right_shoulder"), ("left_shoulder", "left_elbow"), ("right_shoulder", "right_elbow"),
    ("left_elbow", "left_wrist"), ("right_elbow", "right_wrist"), ("left_eye", "right_eye"), ("nose", "left_eye"),
    ("nose", "right_eye"), ("left_eye", "left_ear"), ("right_eye", "right_ear"), ("left_ear", "left_shoulder"),
    ("right_ear", "right_shoulder"),
)  # fmt: skip

_ARMS_AND_LEGS = ("elbow", "wrist", "knee", "ankle")


@dataclass(frozen=True)
class Limb:
    """A line of a skeleton. first, last: names of points; colour: RGB."""

    first: str
    last: str
    colour: Colour


@dataclass(frozen=True)
class Palette:
    """How skeletons are drawn. points: name and colour in the order in which they are drawn over the limbs."""

    name: str
    limbs: tuple[Limb, ...]
    points: tuple[tuple[str, Colour], ...]


def _openpose() -> Palette:
    shaded = [tuple(int(LIMB_SHADE * value) for value in colour) for colour in _OPENPOSE_COLOURS]
    limbs = tuple(
        Limb(OPENPOSE_POINTS[first], OPENPOSE_POINTS[last], (shade[0], shade[1], shade[2]))
        for (first, last), shade in zip(_OPENPOSE_LIMBS, shaded, strict=False)
    )
    return Palette("openpose", limbs, tuple(zip(OPENPOSE_POINTS, _OPENPOSE_COLOURS, strict=True)))


def _coco(torso: Colour, left: Colour, right: Colour, name: str) -> Palette:
    def colour(*names: str) -> Colour:
        limb = next((one for one in names if one.endswith(_ARMS_AND_LEGS)), None)
        return torso if limb is None else left if limb.startswith("left") else right

    limbs = tuple(Limb(first, last, colour(first, last)) for first, last in _COCO_LIMBS)

    def of_point(point: str) -> Colour:
        if point in ("nose", "left_eye", "right_eye", "left_ear", "right_ear"):
            return torso
        return left if point.startswith("left") else right

    return Palette(name, limbs, tuple((point, of_point(point)) for point in BODY))


OPENPOSE = _openpose()
COCO = _coco(_BLUE, _GREEN, _ORANGE, "coco")
COCO_SWAPPED = _coco(_BLUE[::-1], _GREEN, _ORANGE[::-1], "coco_swapped")
"""mmpose's colours with red and blue exchanged, as in the skeletons of Follow-Your-Pose."""

PALETTES = {palette.name: palette for palette in (OPENPOSE, COCO, COCO_SWAPPED)}


def named_point(
    points: NDArray[np.float32], confidence: NDArray[np.float32], name: str
) -> tuple[NDArray[np.float32], float]:
    """Position (2,) and confidence of a point by name, `neck` included; 0 is unknown."""
    if name != "neck":
        return points[INDEX[name]], float(confidence[INDEX[name]])
    pair = [INDEX["left_shoulder"], INDEX["right_shoulder"]]
    return points[pair].mean(axis=0), float(confidence[pair].min())

"""OpenPose's JSON: people with flat lists of x, y, confidence; a folder with a file a frame, or a list in one file.

Read are bodies of 18 points (COCO), 25 (BODY_25), 135 (BODY_135, hands included), 17 (COCO's own order) and 133
(COCO-WholeBody), and `hand_left_keypoints_2d` and `hand_right_keypoints_2d` of 21. Written is BODY_25 with hands.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import BODY, FEET, INDEX, JOINTS, LEFT_HAND, RIGHT_HAND, PoseError
from mien.bodies.poses.found import Found, nobody
from mien.bodies.poses.palettes import OPENPOSE_POINTS, named_point

BODY_25 = (
    "nose", "neck", "right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow", "left_wrist",
    "mid_hip", "right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle", "right_eye",
    "left_eye", "right_ear", "left_ear", "left_big_toe", "left_small_toe", "left_heel", "right_big_toe",
    "right_small_toe", "right_heel",
)  # fmt: skip
_LEFT_HAND, _RIGHT_HAND = JOINTS[LEFT_HAND], JOINTS[RIGHT_HAND]
BODY_135 = (*BODY, "neck", "head_top", *FEET, *_LEFT_HAND[1:], *_RIGHT_HAND[1:], *["face"] * 70)
WHOLE_BODY = (*BODY, *FEET, *["face"] * 68, *_LEFT_HAND, *_RIGHT_HAND)

ORDERS: Mapping[int, tuple[str, ...]] = {
    len(order): order for order in (BODY, OPENPOSE_POINTS, BODY_25, WHOLE_BODY, BODY_135)
}
"""Names of the points by their count; those that are not among our 65 are left out."""

MOST_PEOPLE = 100


def read_people(content: Any, scale: tuple[float, float] = (1.0, 1.0)) -> list[tuple[int | None, Found]]:
    """The people of a frame with their number, if one is given. scale: factor of x and y.

    Raises PoseError for anything that is no frame of OpenPose's.
    """
    people = content.get("people") if isinstance(content, dict) else None
    if not isinstance(people, list) or len(people) > MOST_PEOPLE:
        raise PoseError("this is no frame of OpenPose: it has no list `people`")
    return [(_number(one), _person(one, scale)) for one in people]


def write_people(people: list[tuple[int, NDArray[np.float32], NDArray[np.float32]]]) -> list[dict[str, Any]]:
    """The list `people` of a frame from number, points (65, 2) and confidence (65,) of each person."""
    return [
        {
            "person_id": [number],
            "pose_keypoints_2d": _flat([_named(points, confidence, name) for name in BODY_25]),
            "hand_left_keypoints_2d": _flat(list(zip(points[LEFT_HAND], confidence[LEFT_HAND], strict=True))),
            "hand_right_keypoints_2d": _flat(list(zip(points[RIGHT_HAND], confidence[RIGHT_HAND], strict=True))),
        }
        for number, points, confidence in people
    ]


def canvas_size(content: Any) -> tuple[int, int] | None:
    """Width and height that a frame states, as ControlNet's tools do; None where it states none."""
    if not isinstance(content, dict):
        return None
    width, height = content.get("canvas_width"), content.get("canvas_height")
    if isinstance(width, int) and isinstance(height, int) and 0 < width <= 65_536 and 0 < height <= 65_536:
        return width, height
    return None


def _named(points: NDArray[np.float32], confidence: NDArray[np.float32], name: str) -> tuple[Any, float]:
    if name != "mid_hip":
        return named_point(points, confidence, name)
    pair = [INDEX["left_hip"], INDEX["right_hip"]]
    return points[pair].mean(axis=0), float(confidence[pair].min())


def _flat(points: list[tuple[Any, Any]]) -> list[float]:
    values: list[float] = []
    for point, sure in points:
        known = float(sure) > 0
        values += [round(float(one), 3) if known else 0.0 for one in point] + [round(float(sure), 4)]
    return values


def _number(person: Any) -> int | None:
    given = person.get("person_id") if isinstance(person, dict) else None
    first = given[0] if isinstance(given, list) and given else given
    return first if isinstance(first, int) and not isinstance(first, bool) and first >= 0 else None


def _person(person: Any, scale: tuple[float, float]) -> Found:
    if not isinstance(person, dict):
        raise PoseError("this is no frame of OpenPose: a person is not an object")
    body = _triples(person.get("pose_keypoints_2d"), "pose_keypoints_2d")
    found = nobody()
    if body is not None:
        if len(body) not in ORDERS:
            raise PoseError(f"a body of OpenPose has 17, 18, 25, 133 or 135 points, not {len(body)}")
        _place(found, ORDERS[len(body)], body, scale)
    for key, names in (("hand_left_keypoints_2d", _LEFT_HAND), ("hand_right_keypoints_2d", _RIGHT_HAND)):
        hand = _triples(person.get(key), key)
        if hand is not None:
            if len(hand) != len(names):
                raise PoseError(f"a hand of OpenPose has {len(names)} points, not {len(hand)}")
            _place(found, names, hand, scale)
    return found


def _place(found: Found, names: tuple[str, ...], values: NDArray[np.float64], scale: tuple[float, float]) -> None:
    for name, (x, y, sure) in zip(names, values, strict=True):
        if name in INDEX and sure > 0:
            found.points[INDEX[name]] = (x * scale[0], y * scale[1])
            found.confidence[INDEX[name]] = min(float(sure), 1.0)
    if len(names) == len(BODY_135):  # it has no wrists of its own for the hands
        for side, part in (("left", LEFT_HAND), ("right", RIGHT_HAND)):
            wrist = INDEX[f"{side}_wrist"]
            if np.any(found.confidence[part] > 0):
                found.points[part.start], found.confidence[part.start] = found.points[wrist], found.confidence[wrist]


def _triples(values: Any, key: str) -> NDArray[np.float64] | None:
    if values is None or values == []:
        return None
    plain = isinstance(values, list) and all(isinstance(one, int | float) and math.isfinite(one) for one in values)
    if not plain or len(values) % 3 or len(values) > 3 * 1000 or any(abs(one) > 1e6 for one in values):
        raise PoseError(f"{key} is a list of x, y, confidence for each point")
    return np.array(values, np.float64).reshape(-1, 3)

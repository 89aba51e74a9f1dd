"""The mouth's layer: what is drawn between the lips, where, and in which colours."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mien.faces.alignment import mean_shape
from mien.talking.compose.layer import Field, Goal, Points, Portrait
from mien.talking.compose.mouth.mouth_layer import MouthLayer

STILL = np.array([[1.0, 0, 0], [0, 1, 0]])
UPPER, LOWER = [61, 62, 63], [67, 66, 65]
SIDE = 256


def closed_face(side: int = SIDE) -> Points:
    points = mean_shape(side)
    line = (points[UPPER, 1] + points[LOWER, 1]) / 2
    points[UPPER, 1] = points[LOWER, 1] = line
    return points.astype(np.float32)


def portrait(side: int = SIDE, skin: tuple[int, int, int] = (205, 160, 135)) -> Portrait:
    points = closed_face(side)
    crop = np.full((side, side, 3), skin, np.uint8)
    for eye in (slice(36, 42), slice(42, 48)):
        cv2.fillPoly(crop, [np.rint(points[eye]).astype(np.int32)], tuple(min(value + 30, 255) for value in skin))
    return Portrait(crop, points)


def opened(points: Points, up: float, down: float) -> Points:
    """The lips opened by `up` and `down` of the side, the chin following the lower one."""
    goal, side = points.copy(), SIDE
    goal[[*UPPER, 50, 51, 52], 1] -= up * side
    goal[[*LOWER, 56, 57, 58, 7, 8, 9], 1] += down * side
    return goal


def drawn(layer: MouthLayer, goal: Points, side: int = SIDE) -> Field:
    frame = np.full((side, side, 3), 100, np.float32)
    layer.draw(frame, Goal(goal, STILL, 0.0))
    return frame


def test_a_closed_mouth_changes_no_pixel() -> None:
    face = portrait()
    np.testing.assert_array_equal(drawn(MouthLayer(face), face.landmarks), 100)


@pytest.mark.parametrize("side", [64, 256, 768])
def test_an_open_mouth_is_drawn_between_the_inner_lips_only(side: int) -> None:
    face = portrait(side)
    layer = MouthLayer(face)
    goal = face.landmarks.copy()
    goal[LOWER, 1] += 0.05 * side
    goal[[56, 57, 58, 7, 8, 9], 1] += 0.05 * side
    changed = np.abs(drawn(layer, goal, side) - 100).max(-1) > 1
    lips = layer.warp_goal(Goal(goal, STILL, 0.0))[60:68]
    margin = 4 * layer.tone.blur + 1 + side / 150
    rows, columns = np.nonzero(changed)
    assert len(rows) > 0.3 * cv2.contourArea(lips)
    assert rows.min() >= lips[:, 1].min() - margin
    assert rows.max() <= lips[:, 1].max() + margin
    assert columns.min() >= lips[:, 0].min() - margin
    assert columns.max() <= lips[:, 0].max() + margin

"""Lids that are drawn over the photo: what closes, what stays, what is covered by what."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mien.faces.alignment import mean_shape
from mien.talking.compose.layer import Goal, Portrait
from mien.talking.compose.lids.layer import LidLayer

SIDE = 256
SKIN, SCLERA, IRIS, LASH = (200, 150, 120), (240, 240, 240), (40, 90, 160), (30, 20, 20)
STILL = np.eye(2, 3)
EYES = (36, 42)


def eyes_polygons(points: NDArray[np.float64], fine: int) -> list[NDArray[np.int32]]:
    """Outlines of the eyes: arcs through the landmarks of each lid, `fine` times enlarged."""
    outlines = []
    for first in EYES:
        eye = points[first : first + 6]
        u = np.linspace(0, 1, 41)
        line = eye[0] + u[:, None] * (eye[3] - eye[0])
        halves = []
        for pair in ((1, 2), (4, 5)):
            height = float(np.mean([eye[point, 1] - (eye[0, 1] + eye[3, 1]) / 2 for point in pair]))
            halves.append(line + np.stack([0 * u, 4.5 * u * (1 - u) * height], 1))
        outline = np.concatenate([halves[0], halves[1][::-1]])
        outlines.append(np.rint((outline + 0.5) * fine).astype(np.int32))
    return outlines


def drawn_portrait(side: int = SIDE) -> tuple[Portrait, NDArray[np.bool_]]:
    """A plain face with eyes of flat colours, and the mask (side, side) of their insides."""
    points = mean_shape(side)
    points[[37, 38, 43, 44], 1] -= 0.012 * side
    points[[40, 41, 46, 47], 1] += 0.012 * side
    fine = 8
    picture = np.full((side * fine, side * fine, 3), SKIN, np.uint8)
    inside = np.zeros(picture.shape[:2], np.uint8)
    outlines = eyes_polygons(points, fine)
    cv2.fillPoly(inside, outlines, 1)
    eyes = np.full_like(picture, SCLERA)
    for first in EYES:
        centre = points[first : first + 6].mean(0)
        cv2.circle(eyes, tuple(int(v) for v in np.rint((centre + 0.5) * fine)), round(0.024 * side * fine), IRIS, -1)
    picture[inside > 0] = eyes[inside > 0]
    for outline in outlines:
        cv2.polylines(picture, [outline[:41]], False, LASH, round(0.006 * side * fine))
    small = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
    covered = cv2.resize(inside.astype(np.float32), (side, side), interpolation=cv2.INTER_AREA) > 0.5
    return Portrait(small, points.astype(np.float32)), covered


def goal_of(portrait: Portrait, lids: float = 0.0, wider: float = 0.0) -> Goal:
    """The portrait's own shape with lids at a pose, and eyes wider by a part of their opening."""
    points = portrait.landmarks.copy()
    for first in EYES:
        opening = points[[first + 4, first + 5], 1].mean() - points[[first + 1, first + 2], 1].mean()
        points[[first + 1, first + 2], 1] -= wider * opening
    return Goal(points, STILL, lids)


def drawn(portrait: Portrait, goal: Goal) -> NDArray[np.float32]:
    frame = portrait.crop.astype(np.float32)
    LidLayer(portrait).draw(frame, goal)
    return frame


def eyeball_share(frame: NDArray[np.float32], mask: NDArray[np.bool_]) -> float:
    """Share of the pixels of a mask whose colour is nearer to sclera or iris than to skin or lashes."""
    mixed = [tuple(np.array(SKIN) + share * (np.array(LASH) - SKIN)) for share in np.linspace(0, 1, 9)]
    colours = np.array([SCLERA, IRIS, *mixed], np.float32)
    nearest = np.linalg.norm(frame[mask][:, None] - colours, axis=2).argmin(1)
    return float((nearest < 2).mean())


def test_eyes_as_in_the_portrait_change_no_pixel() -> None:
    portrait, _ = drawn_portrait()
    np.testing.assert_array_equal(drawn(portrait, goal_of(portrait)), portrait.crop)


def test_closed_lids_cover_the_eyes_with_skin_and_half_closed_ones_half() -> None:
    portrait, inside = drawn_portrait()
    assert eyeball_share(portrait.crop.astype(np.float32), inside) > 0.75
    assert eyeball_share(drawn(portrait, goal_of(portrait, -1)), inside) == 0
    assert 0.3 < eyeball_share(drawn(portrait, goal_of(portrait, -0.45)), inside) < 0.7


def test_the_more_the_lids_close_the_less_of_the_eye_is_seen() -> None:
    portrait, inside = drawn_portrait()
    shares = [eyeball_share(drawn(portrait, goal_of(portrait, -0.1 * step)), inside) for step in range(11)]
    assert all(later <= earlier for earlier, later in pairwise(shares))
    assert shares[0] > shares[3] > shares[6] > shares[8] == 0


def test_nothing_changes_away_from_the_eyes() -> None:
    portrait, _ = drawn_portrait()
    changed = np.abs(drawn(portrait, goal_of(portrait, -1)) - portrait.crop).max(2) > 0
    rows, columns = np.nonzero(changed)
    eyes = portrait.landmarks[36:48]
    width = eyes[3, 0] - eyes[0, 0]
    assert columns.min() >= eyes[:, 0].min() - 0.1 * width
    assert columns.max() <= eyes[:, 0].max() + 0.1 * width
    assert rows.min() >= eyes[:, 1].min() - 0.8 * width
    assert rows.max() <= eyes[:, 1].max() + 0.5 * width
    between = (columns > eyes[3, 0] + 0.1 * width) & (columns < eyes[6, 0] - 0.1 * width)
    assert not between.any()


def test_the_mirrored_portrait_blinks_as_the_mirror_image() -> None:
    portrait, _ = drawn_portrait()
    order = list(range(68))
    order[36:48] = [45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40]
    order[17:27] = list(range(26, 16, -1))
    points = portrait.landmarks[order] * np.array([-1, 1], np.float32) + np.array([SIDE - 1, 0], np.float32)
    mirrored = Portrait(np.ascontiguousarray(portrait.crop[:, ::-1]), points)
    there = drawn(mirrored, goal_of(mirrored, -0.7))[:, ::-1]
    np.testing.assert_allclose(there, drawn(portrait, goal_of(portrait, -0.7)), atol=2.0)


def test_the_warp_leaves_the_lids_to_the_layer() -> None:
    portrait, _ = drawn_portrait()
    layer, goal = LidLayer(portrait), goal_of(portrait, -1, wider=-0.8)
    np.testing.assert_allclose(layer.warp_goal(goal), portrait.landmarks, atol=1e-3)
    turned = cv2.getRotationMatrix2D((100.0, 120.0), 20, 1.1)
    moved = Goal((goal.landmarks @ turned[:, :2].T + turned[:, 2]).astype(np.float32), turned, -1)
    rigid = portrait.landmarks @ turned[:, :2].T + turned[:, 2]
    np.testing.assert_allclose(layer.warp_goal(moved), rigid, atol=1e-2)


@pytest.mark.parametrize("lids", [-1e9, 1e9, float("nan"), float("inf")])
@pytest.mark.parametrize("shift", [0.0, 1e6, float("nan"), float("-inf")])
def test_a_hostile_goal_gives_a_finite_frame(lids: float, shift: float) -> None:
    portrait, _ = drawn_portrait(64)
    points = portrait.landmarks.copy()
    points[37] += np.float32(shift)
    for landmarks in (points, points + np.float32(shift), np.zeros_like(points)):
        frame = drawn(portrait, Goal(landmarks, STILL, lids))
        assert np.isfinite(frame).all()
        assert frame.min() >= 0
        assert frame.max() <= 255


def test_lids_close_in_small_crops_too() -> None:
    portrait, inside = drawn_portrait(64)
    assert eyeball_share(drawn(portrait, goal_of(portrait, -1)), inside) == 0

"""Lids that are drawn over the photo: what closes, what stays, what is covered by what."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.interpolate import RBFInterpolator

from mien.faces.alignment import mean_shape
from mien.media.coordinates import to_normalised
from mien.talking.compose.composer import Composer
from mien.talking.compose.layer import Goal, Portrait
from mien.talking.compose.lids.layer import LidLayer
from mien.talking.compose.lids.portrait_eye import MESH_IRIS, MESH_LOWER, MESH_UPPER
from mien.talking.networks.decoding import DecoderOutput, WarpLayers

SIDE = 256
SKIN, SCLERA, IRIS, LASH = (200, 150, 120), (240, 240, 240), (40, 90, 160), (30, 20, 20)
STILL = np.eye(2, 3)
EYES = (36, 42)
PLAIN_LAYERS = ((2, 64), (2, 32), (1, 64), (3, 64))


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


def drawn_portrait(side: int = SIDE, iris: float = 0.024) -> tuple[Portrait, NDArray[np.bool_]]:
    """A plain face with eyes of flat colours, and the mask (side, side) of their insides.

    `iris`: radius of the irises in sides.
    """
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
        cv2.circle(eyes, tuple(int(v) for v in np.rint((centre + 0.5) * fine)), round(iris * side * fine), IRIS, -1)
    picture[inside > 0] = eyes[inside > 0]
    for outline in outlines:
        cv2.polylines(picture, [outline[:41]], False, LASH, round(0.006 * side * fine))
    small = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
    covered = cv2.resize(inside.astype(np.float32), (side, side), interpolation=cv2.INTER_AREA) > 0.5
    return Portrait(small, points.astype(np.float32)), covered


def mesh_of(portrait: Portrait, iris: float) -> Portrait:
    """The portrait with a mesh, of which only the points of the eyes are set."""
    mesh = np.zeros((478, 3), np.float32)
    for side, first in enumerate(EYES):
        eye = portrait.landmarks[first : first + 6]
        u = np.linspace(0, 1, 9)[1:-1, None]
        line = eye[0] + u * (eye[3] - eye[0])
        for points, pair in ((MESH_UPPER, (1, 2)), (MESH_LOWER, (4, 5))):
            height = np.mean([eye[point, 1] - (eye[0, 1] + eye[3, 1]) / 2 for point in pair])
            mesh[list(points[side]), :2] = line + [0, 1] * (4.5 * u * (1 - u) * height)
        radius = iris * portrait.side
        circle = np.array([(0, 0), (radius, 0), (0, -radius), (-radius, 0), (0, radius)])
        mesh[list(MESH_IRIS[side]), :2] = eye.mean(0) + circle
    return Portrait(portrait.crop, portrait.landmarks, mesh)


def warped(portrait: Portrait, points: NDArray[np.float32]) -> NDArray[np.float32]:
    """The crop (side, side, 3) warped so that its landmarks come to `points` (68, 2), by thin-plate splines."""
    side = portrait.side
    edge = np.array(
        [(x, y) for x in (0, side / 2, side) for y in (0, side / 2, side) if (x, y) != (side / 2, side / 2)]
    )
    kept = list(range(60))  # the inner lips may coincide
    targets = np.concatenate([points[kept], edge])
    back = np.concatenate([portrait.landmarks[kept] - points[kept], np.zeros_like(edge)])
    grid = np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1).astype(np.float32)
    coarse = np.arange(0, side, 2)
    move = RBFInterpolator(targets, back)(np.stack(np.meshgrid(coarse, coarse), -1).reshape(-1, 2).astype(float))
    move = cv2.resize(move.reshape(len(coarse), len(coarse), 2), (side, side)).astype(np.float32)
    return np.asarray(cv2.remap(portrait.crop, grid + move, None, cv2.INTER_LINEAR), np.float32)


def goal_of(portrait: Portrait, lids: float = 0.0, wider: float = 0.0) -> Goal:
    """The portrait's own shape with lids at a pose, and eyes wider by a part of their opening."""
    points = portrait.landmarks.copy()
    for first in EYES:
        opening = points[[first + 4, first + 5], 1].mean() - points[[first + 1, first + 2], 1].mean()
        points[[first + 1, first + 2], 1] -= wider * opening
    return Goal(points, STILL, lids)


def drawn_over(portrait: Portrait, goal: Goal) -> NDArray[np.float32]:
    """What the layer draws over the portrait without a warp."""
    frame = portrait.crop.astype(np.float32)
    LidLayer(portrait).draw(frame, goal)
    return frame


def drawn(portrait: Portrait, goal: Goal, rest: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
    """A frame of the composer whose only layer are the lids, with a network that adds nothing."""
    points = to_normalised(torch.from_numpy(goal.landmarks), portrait.side)[None]
    flow, half, shade, paint = (torch.zeros(1, channels, side, side) for channels, side in PLAIN_LAYERS)
    output = DecoderOutput(paint, WarpLayers(flow, half, shade, paint, shade, points))
    composer = Composer(portrait, layers=[LidLayer(portrait, rest)], inside=True)
    return next(composer.frames(output, torch.eye(3)[None], np.float32([goal.lids]))).astype(np.float32)


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


def test_the_warp_moves_eyes_as_rigid_parts_and_lowers_the_upper_lid_of_closed_ones_by_half() -> None:
    portrait, _ = drawn_portrait()
    layer, still = LidLayer(portrait), goal_of(portrait)
    np.testing.assert_allclose(layer.warp_goal(still), portrait.landmarks, atol=1e-3)
    turned = cv2.getRotationMatrix2D((100.0, 120.0), 20, 1.1)
    moved = Goal((still.landmarks @ turned[:, :2].T + turned[:, 2]).astype(np.float32), turned, 0)
    rigid = portrait.landmarks @ turned[:, :2].T + turned[:, 2]
    np.testing.assert_allclose(layer.warp_goal(moved), rigid, atol=1e-2)
    down = (layer.warp_goal(goal_of(portrait, -1, wider=-0.8)) - portrait.landmarks)[:, 1]
    opening = portrait.landmarks[[40, 41], 1].mean() - portrait.landmarks[[37, 38], 1].mean()
    assert 0.4 * opening < down[[37, 38, 43, 44]].min() <= down[[37, 38, 43, 44]].max() < 0.6 * opening
    np.testing.assert_allclose(down[[40, 41, 46, 47]], 0, atol=1e-3)
    assert (down[[36, 39, 42, 45]] > 0.5).all()  # a closed eye's line is flatter than the lower lid


def test_wide_eyes_show_the_rest_of_the_iris_and_white_above_it() -> None:
    radius = 0.04
    portrait = mesh_of(drawn_portrait(iris=radius)[0], radius)
    layer, goal = LidLayer(portrait), goal_of(portrait, wider=0.3)
    frame = warped(portrait, layer.warp_goal(goal))
    layer.draw(frame, goal)
    for first in EYES:
        x, y = portrait.landmarks[first : first + 6].mean(0)
        before = portrait.crop[:, round(float(x))].astype(np.float32)
        after = frame[:, round(float(x))]

        def extent(column: NDArray[np.float32], colour: tuple[int, int, int]) -> NDArray[np.intp]:
            return np.flatnonzero(np.linalg.norm(column - colour, axis=1) < 40)

        iris_before, iris_after = extent(before, IRIS), extent(after, IRIS)
        assert np.ptp(iris_before) < 1.8 * radius * SIDE  # both lids hide part of it
        assert iris_after.min() < iris_before.min() - 1
        assert 0.9 < (y - iris_after.min()) / (radius * SIDE) < 1.3  # now its upper half is a half of the circle
        assert np.linalg.norm(after[iris_after.min() : iris_after.max()] - LASH, axis=1).min() > 60  # no lash in it


def test_wide_eyes_show_a_round_iris_at_its_own_width() -> None:
    radius = 0.034
    portrait = mesh_of(drawn_portrait(iris=radius)[0], radius)
    layer, goal = LidLayer(portrait), goal_of(portrait, wider=0.4)
    frame = warped(portrait, layer.warp_goal(goal))
    stretched = frame.copy()
    layer.draw(frame, goal)
    for first in EYES:
        x, y = (round(float(value)) for value in portrait.landmarks[first : first + 6].mean(0))
        across, down = (np.linalg.norm(line - IRIS, axis=1) < 60 for line in (frame[y], frame[:, x]))
        across = across[x - 20 : x + 21]
        assert abs(across.sum() - 2 * radius * SIDE) <= 2
        assert 0.9 < down.sum() / across.sum() < 1.25
    middle = int(portrait.landmarks[36:48, 1].mean())
    assert np.abs(frame - stretched)[middle - 20 : middle + 20].max() > 60  # the warp alone does not do it


def test_the_lower_lid_goes_down_with_the_goal_in_a_wide_eye_alone() -> None:
    portrait, inside = drawn_portrait()
    layer, wide = LidLayer(portrait), goal_of(portrait, wider=0.3)
    lowered = Goal(wide.landmarks.copy(), STILL, 0.0)
    for first in EYES:
        lowered.landmarks[[first + 4, first + 5], 1] += 0.006 * SIDE
    below = layer.warp_goal(lowered)[[40, 41, 46, 47], 1] - layer.warp_goal(wide)[[40, 41, 46, 47], 1]
    assert (below > 0.005 * SIDE).all()
    around = cv2.dilate(inside.astype(np.uint8), np.ones((31, 1), np.uint8)) > 0
    closed = Goal(lowered.landmarks, STILL, -1.0)
    shares = [eyeball_share(drawn(portrait, goal), around) for goal in (wide, lowered, closed)]
    assert shares[1] > 1.03 * shares[0]
    assert shares[2] == 0  # a blink closes it as well
    low = goal_of(portrait)
    low.landmarks[[37, 38, 40, 41, 43, 44, 46, 47], 1] += 0.006 * SIDE
    np.testing.assert_allclose(
        layer.warp_goal(low)[[40, 41, 46, 47], 1], portrait.landmarks[[40, 41, 46, 47], 1], atol=1e-3
    )


def test_wider_lids_uncover_more_and_at_most_four_fifths_of_the_opening() -> None:
    portrait, inside = drawn_portrait()
    around = cv2.dilate(inside.astype(np.uint8), np.ones((31, 1), np.uint8)) > 0
    layer, shown = LidLayer(portrait), []
    for part in (0.0, 0.15, 0.3, 5.0):
        goal = goal_of(portrait, wider=part)
        frame = warped(portrait, layer.warp_goal(goal))
        layer.draw(frame, goal)
        shown.append(eyeball_share(frame, around))
    assert shown[0] < shown[1] < shown[2] < 1.6 * shown[0]
    assert shown[3] < 1.8 * shown[0]


def test_raised_cheeks_close_the_eye_from_below() -> None:
    portrait, inside = drawn_portrait()
    points = portrait.landmarks.copy()
    for first in EYES:
        points[[first + 4, first + 5], 1] -= 0.02 * SIDE
    frame = drawn(portrait, Goal(points, STILL, 0))
    lower_half = inside & (np.arange(SIDE)[:, None] > portrait.landmarks[36:48, 1].mean())
    upper_half = inside & ~lower_half
    crop = portrait.crop.astype(np.float32)
    assert eyeball_share(frame, lower_half) < 0.7 * eyeball_share(crop, lower_half)
    assert eyeball_share(frame, upper_half) > 0.85 * eyeball_share(crop, upper_half)


def test_openings_count_from_the_goal_at_rest() -> None:
    portrait, _ = drawn_portrait()
    narrow = goal_of(portrait, wider=-0.2)
    frame = drawn(portrait, narrow, rest=narrow.landmarks)
    np.testing.assert_array_equal(frame, portrait.crop)
    assert np.abs(drawn(portrait, narrow) - portrait.crop).max() > 50


def test_lids_meet_at_the_lower_one_in_a_blink_even_if_the_goal_raises_it() -> None:
    portrait, _ = drawn_portrait()
    raised = goal_of(portrait, -1)
    raised.landmarks[[40, 41, 46, 47], 1] -= 0.015 * SIDE
    np.testing.assert_allclose(drawn(portrait, raised), drawn(portrait, goal_of(portrait, -1)), atol=1.0)


def test_both_eyes_close_where_the_goal_closes_them_unequally() -> None:
    portrait, inside = drawn_portrait()
    points = portrait.landmarks.copy()
    points[[37, 38], 1] += 0.02 * SIDE
    frame = drawn(portrait, Goal(points, STILL, 0))
    left = inside & (np.arange(SIDE) < SIDE / 2)
    shares = [eyeball_share(frame, mask) for mask in (left, inside & ~left)]
    assert shares[0] < shares[1] < eyeball_share(portrait.crop.astype(np.float32), inside & ~left) - 0.05


def test_eyes_that_are_closed_in_the_portrait_or_hidden_are_left_alone() -> None:
    portrait, _ = drawn_portrait()
    points = portrait.landmarks.copy()
    for first in EYES:
        line = points[[first, first + 3], 1].mean()
        points[[first + 1, first + 2, first + 4, first + 5], 1] = line
    plain = np.full_like(portrait.crop, SKIN)
    closed = Portrait(plain, points)
    for goal in (goal_of(closed, -1), goal_of(closed, wider=0.4), goal_of(portrait)):
        assert np.abs(drawn(closed, goal) - plain).max() < 60
    hidden = portrait.landmarks.copy()
    hidden[36:42, 0] = hidden[36, 0] + np.array([0, 0.3, 0.7, 1, 0.7, 0.3])  # an eye of one pixel's width
    turned = Portrait(portrait.crop, hidden)
    changed = np.abs(drawn(turned, goal_of(turned, -1)) - portrait.crop).max((0, 2)) > 0
    assert not changed[: SIDE // 2].any()
    assert changed[SIDE // 2 :].any()


@pytest.mark.parametrize("lids", [-1e9, 1e9, float("nan"), float("inf")])
@pytest.mark.parametrize("shift", [0.0, 1e6, float("nan"), float("-inf")])
def test_a_hostile_goal_gives_a_finite_frame(lids: float, shift: float) -> None:
    portrait, _ = drawn_portrait(64)
    points = portrait.landmarks.copy()
    points[37] += np.float32(shift)
    for landmarks in (points, points + np.float32(shift), np.zeros_like(points)):
        frame = drawn_over(portrait, Goal(landmarks, STILL, lids))
        assert np.isfinite(frame).all()
        assert frame.min() >= 0
        assert frame.max() <= 255


def test_lids_close_in_small_crops_too() -> None:
    portrait, inside = drawn_portrait(64)
    assert eyeball_share(drawn(portrait, goal_of(portrait, -1)), inside) == 0

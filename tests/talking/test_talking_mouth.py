"""The mouth's layer: what is drawn between the lips, where, and in which colours."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mien.faces.alignment import mean_shape
from mien.heads.embedded.head import head_surface
from mien.heads.landmarks import landmark_vertices
from mien.talking.compose.layer import Field, Goal, Points, Portrait
from mien.talking.compose.mouth.lips import LOWER_INNER, LOWER_OUTER, UPPER_INNER, UPPER_OUTER, opening
from mien.talking.compose.mouth.mouth_layer import MouthLayer
from mien.talking.compose.mouth.pose import SKULL, SKULL_POINTS, frame_pose, portrait_pose
from mien.talking.compose.mouth.tone import photo_tone
from mien.talking.data.augmentation import MIRRORED

STILL = np.array([[1.0, 0, 0], [0, 1, 0]])
UPPER, LOWER, LOWER_PART = list(UPPER_INNER), list(LOWER_INNER), [*LOWER_INNER, 56, 57, 58, 7, 8, 9]
SIDE, GREY = 256, 100.0
SKIN = (205, 160, 135)


def closed_face(side: int = SIDE) -> Points:
    points = mean_shape(side)
    points[UPPER, 1] = points[LOWER, 1] = (points[UPPER, 1] + points[LOWER, 1]) / 2
    return np.asarray(points, np.float32)


def portrait(points: Points | None = None, side: int = SIDE, skin: tuple[int, ...] = SKIN) -> Portrait:
    """A face of one colour with eyes a little lighter and nostrils darker."""
    points = closed_face(side) if points is None else points
    crop = np.full((side, side, 3), skin, np.uint8)
    for part, light in ((slice(36, 42), 1.1), (slice(42, 48), 1.1), (slice(31, 36), 0.2)):
        colour = tuple(min(int(value * light), 255) for value in skin)
        cv2.fillPoly(crop, [np.rint(points[part]).astype(np.int32)], colour)
    return Portrait(crop, points)


def opened(points: Points, up: float, down: float) -> Points:
    """The lips opened by `up` and `down` pixels, the chin following the lower one."""
    goal = points.copy()
    goal[[*UPPER, *UPPER_OUTER], 1] -= up
    goal[LOWER_PART, 1] += down
    return goal


def drawn(layer: MouthLayer, landmarks: Points, side: int = SIDE, in_plane: NDArray[np.float64] = STILL) -> Field:
    frame = np.full((side, side, 3), GREY, np.float32)
    layer.draw(frame, Goal(landmarks, in_plane, 0.0))
    return frame


def test_a_closed_mouth_changes_no_pixel() -> None:
    face = portrait()
    np.testing.assert_array_equal(drawn(MouthLayer(face), face.landmarks), GREY)


@pytest.mark.parametrize("side", [64, 256, 768])
def test_an_open_mouth_is_drawn_between_the_inner_lips_only(side: int) -> None:
    face = portrait(side=side)
    layer = MouthLayer(face)
    goal = opened(face.landmarks, 0.01 * side, 0.05 * side)
    frame = drawn(layer, goal, side)
    lips = layer.warp_goal(Goal(goal, STILL, 0.0))[60:68]
    inside = np.zeros((side, side), np.uint8)
    cv2.fillPoly(inside, [np.rint(lips).astype(np.int32)], 1)
    reach = int(4 * layer.tone.blur + 1 + side / 100)
    around = cv2.dilate(inside, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    np.testing.assert_allclose(frame[around == 0], GREY, atol=0.05)
    core = cv2.erode(inside, np.ones((3, 3), np.uint8)) > 0
    assert np.abs(frame[core] - GREY).max(-1).min() > 1, "something of the warped photo is left inside"


def bared(points: Points, down: float) -> Points:
    """Opened by a jaw that drops by `down` pixels, with a lower lip that is drawn below the teeth."""
    goal = opened(points, 4, down)
    goal[[*LOWER, *LOWER_OUTER], 1] += 3
    return goal


def column(frame: Field) -> NDArray[np.float32]:
    """Brightness down the middle of an upper and a lower incisor on the viewer's right."""
    x = round(float(closed_face()[62, 0])) + 2
    return np.asarray(frame[:, x : x + 2].mean((1, 2)))


def bright_rows(frame: Field) -> list[tuple[int, int]]:
    """First and last row of each run of teeth in `column`, which are brighter than tongue and frame."""
    bright = np.flatnonzero(column(frame) > GREY + 15)
    runs = np.split(bright, np.flatnonzero(np.diff(bright) > 1) + 1)
    return [(int(run[0]), int(run[-1])) for run in runs]


def test_the_upper_teeth_stay_at_the_skull_and_the_lower_ones_follow_the_jaw() -> None:
    face = portrait()
    layer = MouthLayer(face)
    near, far = (bright_rows(drawn(layer, bared(face.landmarks, down))) for down in (12, 22))
    assert near[0][1] == pytest.approx(far[0][1], abs=1), "the upper biting edge moved with the jaw"
    assert len(near) == len(far) == 2, "two rows of teeth with the dark between them"
    assert far[1][0] - near[1][0] == pytest.approx(10, abs=2)


def test_the_teeth_move_with_the_head() -> None:
    face = portrait()
    layer = MouthLayer(face)
    turn = np.asarray(cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), 8, 1.1), np.float64)
    goal = opened(face.landmarks, 4, 16)
    moved = goal @ turn[:, :2].T.astype(np.float32) + turn[:, 2].astype(np.float32)
    wanted = cv2.warpAffine(drawn(layer, goal), turn, (SIDE, SIDE), borderValue=(GREY, GREY, GREY))
    difference = np.abs(drawn(layer, moved, in_plane=turn) - wanted).mean(-1)
    assert np.abs(drawn(layer, moved, in_plane=turn) - GREY).max() > 50
    assert difference[difference > 0].mean() < 4


@pytest.mark.parametrize("fold", [0, 6, 14])
def test_lips_keep_their_thickness(fold: float) -> None:
    face = portrait()
    layer = MouthLayer(face)
    goal = opened(face.landmarks, 2, 12)
    goal[UPPER, 1] -= fold  # as far as above the outer lip
    goal[LOWER, 1] += fold
    lips = layer.warp_goal(Goal(goal, STILL, 0.0))
    for outer, inner, sign in ((UPPER_OUTER, UPPER_INNER, 1), (LOWER_OUTER, LOWER_INNER, -1)):
        own, left = (sign * (array[list(inner), 1] - array[list(outer), 1]) for array in (face.landmarks, lips))
        assert (left >= 0.74 * own).all()
    untouched = [index for index in range(68) if index not in range(60, 68)]
    np.testing.assert_array_equal(lips[untouched], goal[untouched])


def test_lips_that_are_thick_enough_are_left_alone() -> None:
    face = portrait()
    goal = opened(face.landmarks, 3, 10)
    np.testing.assert_allclose(MouthLayer(face).warp_goal(Goal(goal, STILL, 0.0)), goal, atol=1e-3)


def test_inner_lips_never_cross() -> None:
    face = portrait()
    layer = MouthLayer(face)
    generator = np.random.default_rng(0)
    for _ in range(50):
        goal = face.landmarks + generator.normal(0, 12, (68, 2)).astype(np.float32)
        lips = layer.warp_goal(Goal(goal, STILL, 0.0))
        pose = frame_pose(portrait_pose(face.landmarks), face.landmarks, Goal(goal, STILL, 0.0))
        x, y = (lips - pose.shift) @ pose.across, (lips - pose.shift) @ pose.down
        assert (y[LOWER] >= y[UPPER] - 1e-3).all()
        for chain in ([60, *UPPER, 64], [60, *LOWER, 64]):
            assert (np.diff(x[chain]) > 0).all()


def inside_colour(face: Portrait) -> NDArray[np.float32]:
    """Colour of the upper incisors."""
    frame = drawn(MouthLayer(face), opened(face.landmarks, 5, 16))
    first, last = bright_rows(frame)[0]
    x = round(float(face.landmarks[62, 0])) + 2
    return np.asarray(frame[first + 2 : last - 1, x : x + 2].mean((0, 1)))


def test_the_colours_follow_the_white_balance_of_the_photo() -> None:
    plain, red = inside_colour(portrait()), inside_colour(portrait(skin=(225, 140, 115)))
    blue = inside_colour(portrait(skin=(150, 150, 190)))
    assert red[0] / red[1] > 1.05 * plain[0] / plain[1]
    for teeth in (plain, red, blue):
        assert teeth[2] < teeth[1] <= 1.03 * teeth[0], "teeth are never bluish"


def test_the_brightness_follows_the_photo() -> None:
    dark, bright = (photo_tone(portrait(skin=skin)) for skin in ((90, 60, 45), (235, 190, 165)))
    for tone, skin in ((dark, 90), (bright, 235)):
        luminance = 255 * np.sqrt(tone.enamel @ [0.2126, 0.7152, 0.0722])
        assert luminance < 1.15 * skin
        assert tone.cavity.max() > 0.01, "a black hole"
        assert (tone.cavity < tone.tongue).all()
        assert (tone.tongue < tone.enamel).all()
    assert (bright.enamel > 2 * dark.enamel).all()


@pytest.mark.parametrize("exposure", [0.5, 0.15, 0.08])
def test_a_mouth_in_a_dark_photo_is_as_dark_as_the_face(exposure: float) -> None:
    plain = portrait()
    whole = photo_tone(plain)
    dim = photo_tone(replace(plain, crop=np.rint(plain.crop * exposure).astype(np.uint8)))
    for name in ("enamel", "warm", "gum", "tongue"):
        assert getattr(dim, name) == pytest.approx(exposure**2 * getattr(whole, name), rel=0.25), name
    assert (dim.cavity < dim.enamel).all(), "the depth of the mouth does not glow"


def test_the_light_comes_from_the_side_of_the_brighter_cheek() -> None:
    face = portrait()
    crop = face.crop.astype(np.float32) * np.linspace(0.7, 1.1, SIDE)[None, :, None]
    lit = Portrait(np.clip(crop, 0, 255).astype(np.uint8), face.landmarks)
    frame = drawn(MouthLayer(lit), opened(face.landmarks, 5, 16)) - drawn(
        MouthLayer(face), opened(face.landmarks, 5, 16)
    )
    middle = round(float(face.landmarks[62, 0]))
    assert frame[:, middle + 4 :].sum() > frame[:, : middle - 4].sum()


def mirrored(points: Points) -> Points:
    result = points[list(MIRRORED)].copy()
    result[:, 0] = SIDE - 1 - result[:, 0]
    return result


def test_a_mirrored_photo_gives_the_mirrored_mouth() -> None:
    face = portrait()
    goal = opened(face.landmarks, 4, 14)
    goal[48:60, 0] += 2
    other = Portrait(np.ascontiguousarray(face.crop[:, ::-1]), mirrored(face.landmarks))
    plain, flipped = drawn(MouthLayer(face), goal), drawn(MouthLayer(other), mirrored(goal))
    assert np.abs(plain - flipped[:, ::-1]).max() < 6


def test_the_photo_s_own_inside_is_covered_when_the_mouth_closes() -> None:
    shut = closed_face()
    open_face = portrait(opened(shut, 2, 12))
    frame = drawn(MouthLayer(open_face), shut)
    seam = frame[np.rint(shut[[61, 62, 63], 1]).astype(int), np.rint(shut[[61, 62, 63], 0]).astype(int)]
    assert (seam.mean(-1) < GREY - 15).all(), "a dark line between the lips"


def test_an_opened_mouth_in_the_photo_has_its_teeth_where_the_closed_one_has() -> None:
    shut = closed_face()
    goal = opened(shut, 5, 18)
    rows = [bright_rows(drawn(MouthLayer(portrait(face)), goal))[0][1] for face in (shut, opened(shut, 2, 8))]
    assert rows[0] == pytest.approx(rows[1], abs=2)


def test_a_photo_without_contrast_gives_a_mouth_without_colour() -> None:
    tone = photo_tone(portrait(skin=(140, 140, 140)))
    assert np.ptp(tone.tongue) / tone.tongue.max() < 0.35
    colourful = photo_tone(portrait())
    assert np.ptp(colourful.tongue) / colourful.tongue.max() > 0.5


HOSTILE: dict[str, Any] = {
    "all points in one": lambda points: np.full_like(points, 100),
    "crossed lips": lambda points: points[[*range(60), 60, 67, 66, 65, 64, 63, 62, 61]],
    "left and right exchanged": lambda points: points[list(MIRRORED)],
    "outside of the picture": lambda points: points + 10_000,
    "partly outside": lambda points: opened(points, 10, 60) + np.array([140, 60]),
    "huge": lambda points: 1e6 * points,
    "not finite": lambda points: np.where(np.arange(68)[:, None] == 62, np.nan, points),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_goal_breaks_a_frame(name: str) -> None:
    face = portrait()
    goal = np.asarray(HOSTILE[name](face.landmarks), np.float32)
    for in_plane in (STILL, 0 * STILL, 1e4 * STILL):
        frame = drawn(MouthLayer(face), goal, in_plane=in_plane)
        assert np.isfinite(frame).all()
        assert frame.min() >= -1e-3
        assert frame.max() <= 255


@pytest.mark.parametrize("points", [np.full((68, 2), 30.0), np.zeros((68, 2)), 1e5 + mean_shape(SIDE)])
def test_no_portrait_breaks_a_frame(points: NDArray[np.float64]) -> None:
    layer = MouthLayer(Portrait(np.full((SIDE, SIDE, 3), 90, np.uint8), points.astype(np.float32)))
    assert np.isfinite(drawn(layer, opened(closed_face(), 4, 14))).all()


def test_the_pose_is_that_of_a_projected_head() -> None:
    surface = head_surface()
    points = surface.skin.positions[landmark_vertices(surface.skin)] * [10, -10, 10]
    np.testing.assert_allclose(points[list(SKULL_POINTS)], SKULL, atol=0.8)
    for yaw in (-25, 0, 25):
        sine, cosine = np.sin(np.deg2rad(yaw)), np.cos(np.deg2rad(yaw))
        linear = 1.3 * np.array([[cosine, 0, sine], [0, 1, 0]])
        found = portrait_pose((points @ linear.T + [120, 90]).astype(np.float32))
        np.testing.assert_allclose(found.linear, linear, atol=0.05)
        np.testing.assert_allclose(found.project(points[62]), points[62] @ linear.T + [120, 90], atol=2)


def test_the_opening_passes_through_the_inner_lips() -> None:
    points = opened(closed_face(), 3, 20).astype(np.float64)
    gap = opening(points)
    for chain, curve in ((UPPER, gap.upper), (LOWER, gap.lower)):
        np.testing.assert_allclose(np.interp(points[chain, 0], gap.x, curve), points[chain, 1], atol=0.3)
    assert gap.upper[0] == gap.lower[0]
    assert gap.height == pytest.approx(23, abs=0.5)

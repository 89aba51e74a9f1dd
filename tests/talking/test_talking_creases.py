"""Expression creases that are drawn over the photo: what moves them, where they lie, what they leave alone."""

from __future__ import annotations

from dataclasses import fields
from fractions import Fraction

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from mien.faces.alignment import mean_shape
from mien.media.coordinates import to_normalised
from mien.talking.compose.creases.folds import FOLDS, MIRRORED
from mien.talking.compose.creases.layer import CreaseLayer
from mien.talking.compose.creases.movement import AT_REST, HeadAxes, Movement, movement
from mien.talking.compose.layer import Goal, Portrait
from mien.talking.generate.frame_generator import CREASES, FrameGenerator
from mien.talking.networks.generator import Generator, GeneratorConfig

SIDE = 256
SKIN = (200, 150, 120)
STILL = np.eye(2, 3)

Points = NDArray[np.float64]


def size_of(points: Points) -> float:
    return float(np.linalg.norm(points[45] - points[36]))


def portrait(side: int = SIDE, hair: bool = False) -> Portrait:
    """A face of plain skin; `hair`: a dark fringe over the forehead."""
    points = mean_shape(side)
    crop = np.full((side, side, 3), SKIN, np.uint8)
    if hair:
        crop[: int(points[19:25, 1].min() - 0.08 * size_of(points))] = (40, 30, 25)
    return Portrait(crop, points.astype(np.float32))


def moved(points: Points, name: str, amount: float = 1.0) -> Points:
    """The landmarks with one movement, as large as in an unmistakable expression."""
    shift = np.zeros_like(points)
    if name == "smile":
        shift[[48, 60, 54, 64]] = [[-0.12, -0.05], [-0.12, -0.05], [0.12, -0.05], [0.12, -0.05]]
    if name == "sneer":
        shift[49:54, 1] = -0.06
    if name == "frown":
        shift[[48, 60, 54, 64], 1] = 0.08
    if name == "lowered":
        shift[[20, 21, 22, 23], 1], shift[[17, 18, 19, 24, 25, 26], 1] = 0.1, 0.06
    if name == "raised":
        shift[[20, 21, 22, 23], 1] = -0.07
    if name == "arched":
        shift[17:27, 1] = -0.06
    return np.asarray(points + amount * shift * size_of(points))


def drawn(
    layer: CreaseLayer, points: Points, side: int = SIDE, matrix: NDArray[np.float64] = STILL
) -> NDArray[np.float32]:
    """Mean relative change (R, R) of the brightness of a plain frame."""
    frame = np.broadcast_to(np.asarray(SKIN, np.float32), (side, side, 3)).copy()
    layer.draw(frame, Goal(points.astype(np.float32), matrix, 0.0))
    return np.asarray((frame / np.asarray(SKIN, np.float32)).mean(-1) - 1, np.float32)


NAMES = [one.name for one in fields(Movement)]


@pytest.mark.parametrize("name", NAMES)
def test_a_movement_is_measured_under_its_name_and_grows(name: str) -> None:
    rest = mean_shape(SIDE)
    found = [getattr(movement(rest, moved(rest, name, part).astype(np.float32)), name) for part in (0, 0.33, 0.66, 1)]
    assert found[0] == pytest.approx(0, abs=1e-3)
    assert np.all(np.diff(found) > 0.05)
    assert found[-1] > 0.5
    assert 0.12 < found[1] / found[-1] < 0.55
    opposite = getattr(movement(rest, moved(rest, name, -1).astype(np.float32)), name)
    assert opposite == pytest.approx(0, abs=1e-3)


def test_movements_are_those_of_the_face_and_not_of_the_head() -> None:
    rest = mean_shape(SIDE)
    turn = 1.3 * np.array([[np.cos(0.2), -np.sin(0.2)], [np.sin(0.2), np.cos(0.2)]])
    nodding = movement(rest, rest @ turn.T + [30, -12])
    assert all(getattr(nodding, name) < 1e-4 for name in NAMES)
    smiling = moved(rest, "smile")
    assert movement(rest, smiling @ turn.T + [5, 9]).smile == pytest.approx(movement(rest, smiling).smile, abs=1e-4)
    assert movement(rest, np.full((68, 2), np.nan, np.float32)) == AT_REST


def test_axes_follow_the_skull_alone() -> None:
    own = mean_shape(SIDE)
    now = moved(own, "smile") * 2 + 7
    axes = HeadAxes.of(own).moved(own, now)
    assert axes.size == pytest.approx(2 * size_of(own), rel=1e-3)
    np.testing.assert_allclose(axes.pixels(axes.coordinates(now)), now, atol=1e-3)


def test_each_fold_has_one_of_the_other_side() -> None:
    assert all(MIRRORED[MIRRORED[one]] == one for one in range(68))
    crossing = [one for one in FOLDS if one.places[0].mirrored == one.places[-1]]
    sided = [one for one in FOLDS if one not in crossing]
    assert sided
    assert all(one.mirrored in FOLDS and one.mirrored.mirrored == one for one in sided)


def test_nothing_is_drawn_at_rest() -> None:
    face = portrait()
    rest = moved(mean_shape(SIDE), "smile", 0.4)  # the model's habit, which is no expression of the person
    frame = np.random.default_rng(0).uniform(0, 255, (SIDE, SIDE, 3)).astype(np.float32)
    before = frame.copy()
    CreaseLayer(face, rest.astype(np.float32)).draw(frame, Goal(rest.astype(np.float32), STILL, 0.0))
    np.testing.assert_array_equal(frame, before)


@pytest.mark.parametrize("name", NAMES)
def test_every_movement_darkens_a_fold_and_the_more_the_further_it_goes(name: str) -> None:
    layer, points = CreaseLayer(portrait()), mean_shape(SIDE)
    changes = [drawn(layer, moved(points, name, part)) for part in (0.33, 0.66, 1.0)]
    darkest = [float(-change.min()) for change in changes]
    assert darkest[0] < 0.6 * darkest[2]
    assert darkest[0] < darkest[1] < darkest[2]
    assert 0.03 < darkest[2] < 0.45


def test_the_fold_of_a_smile_runs_from_the_nose_round_the_mouth_below_a_lighter_cheek() -> None:
    points = mean_shape(SIDE)
    smiling, size = moved(points, "smile"), size_of(points)
    change = drawn(CreaseLayer(portrait()), smiling)
    for wing, corner, out in ((31, 48, -1), (35, 54, 1)):
        middle = (smiling[wing] + smiling[corner]) / 2
        row = round(middle[1])
        beside = [round(middle[0] + out * part * size) for part in (0.02, 0.42)]
        across = change[row, min(beside) : max(beside)][::out]
        darkest, lightest = int(across.argmin()), int(across.argmax())
        assert across[darkest] < -0.05
        assert across[lightest] > 0.01
        assert 0 < darkest < 0.2 * size
        assert lightest > darkest


def test_lowered_brows_furrow_the_skin_between_them_and_raised_ones_the_forehead() -> None:
    points, layer = mean_shape(SIDE), CreaseLayer(portrait())
    size = size_of(points)
    between = points[[21, 22]].mean(0)
    lowered, raised = (drawn(layer, moved(points, name)) for name in ("lowered", "raised"))

    def row(change: NDArray[np.float32], up: float, reach: float) -> NDArray[np.float32]:
        columns = np.round(between[0] + np.array([-reach, reach]) * size).astype(int)
        return change[round(between[1] - up * size), columns[0] : columns[1] + 1]

    furrows = row(lowered, -0.06, 0.1)
    middle = len(furrows) // 2
    assert furrows[:middle].min() < -0.08
    assert furrows[middle + 1 :].min() < -0.08
    assert furrows[middle] > furrows.min() + 0.03  # two furrows, not a spot
    column = raised[: round(between[1] - 0.1 * size), round(between[0])]
    falls = np.diff(column) < 0
    lines = 1 + np.flatnonzero(falls[:-1] & ~falls[1:])
    assert len(lines[column[lines] < -0.05]) == 3
    assert np.abs(row(lowered, 0.3, 0.1)).max() < 0.02


def test_lips_eyes_and_what_lies_outside_the_face_stay() -> None:
    points, layer = mean_shape(SIDE), CreaseLayer(portrait())
    face = np.zeros((SIDE, SIDE), np.uint8)
    outline = np.concatenate([points[:17], points[[26, 17]] - [0, 0.75 * size_of(points)]])
    cv2.fillPoly(face, [np.rint(outline).astype(np.int32)], 1)
    outside = cv2.dilate(face, np.ones((9, 9), np.uint8)) == 0
    for name in NAMES:
        goal = moved(points, name)
        change = np.abs(drawn(layer, goal))
        assert not change[outside].any(), name
        features = np.zeros((SIDE, SIDE), np.uint8)
        for part in (slice(48, 60), slice(36, 42), slice(42, 48)):
            middle = goal[part].mean(0)
            cv2.fillPoly(features, [np.rint(middle + 0.8 * (goal[part] - middle)).astype(np.int32)], 1)
        assert change[features > 0].max() < 0.03


def test_no_line_crosses_the_hair_over_the_forehead() -> None:
    points = moved(mean_shape(SIDE), "raised")
    bare, covered = (np.abs(drawn(CreaseLayer(portrait(hair=hair)), points)) for hair in (False, True))
    above = round(mean_shape(SIDE)[19:25, 1].min() - 0.14 * size_of(points))
    assert bare[:above].max() > 0.04
    assert covered[:above].max() < 0.01


def test_creases_keep_their_place_in_pictures_of_another_size_and_turn_with_the_head() -> None:
    points = moved(mean_shape(SIDE), "smile")
    layer = CreaseLayer(portrait())
    small = drawn(layer, points)
    large = drawn(CreaseLayer(portrait(2 * SIDE)), moved(mean_shape(2 * SIDE), "smile"), 2 * SIDE)
    assert np.abs(cv2.resize(large, (SIDE, SIDE), interpolation=cv2.INTER_AREA) - small).max() < 0.05
    assert np.abs(large).sum() / 4 == pytest.approx(np.abs(small).sum(), rel=0.1)
    matrix = np.asarray(cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), 12, 0.95), np.float64)
    turned = drawn(layer, points @ matrix[:, :2].T + matrix[:, 2], matrix=matrix)
    expected = cv2.warpAffine(small, matrix, (SIDE, SIDE))
    assert np.abs(turned - expected).max() < 0.03


def test_light_from_a_side_falls_on_the_cheek_that_faces_it() -> None:
    points = moved(mean_shape(SIDE), "smile")
    lit = portrait()
    crop = (lit.crop * np.linspace(0.75, 1.2, SIDE)[None, :, None]).clip(0, 255).astype(np.uint8)
    changes = [drawn(CreaseLayer(Portrait(one, lit.landmarks)), points) for one in (crop, crop[:, ::-1].copy())]
    middle = round(mean_shape(SIDE)[33, 0])
    row = slice(round(points[33, 1]) - 10, round(points[48, 1]))
    even, mirrored = (one[row, :middle].max() for one in changes)
    assert abs(float(even) - float(mirrored)) > 0.01
    np.testing.assert_array_equal(CreaseLayer(lit).warp_goal(Goal(lit.landmarks, STILL, 0.0)), lit.landmarks)


def test_a_goal_without_a_face_and_a_tiny_crop_leave_the_frame() -> None:
    layer = CreaseLayer(portrait())
    assert not drawn(layer, np.full((68, 2), np.nan)).any()
    assert not drawn(layer, moved(mean_shape(SIDE), "smile") + 1e4).any()
    tiny = drawn(CreaseLayer(portrait(16)), moved(mean_shape(16), "smile"), 16)
    assert np.isfinite(tiny).all()
    flat = Portrait(np.zeros((64, 64, 3), np.uint8), np.zeros((68, 2), np.float32))
    assert not drawn(CreaseLayer(flat), np.zeros((68, 2)), 64).any()


def test_the_composer_of_a_generator_draws_them_unless_they_are_left_out() -> None:
    config = GeneratorConfig(
        size=16,
        fps=Fraction(25),
        sample_rate=16000,
        image_channels=(8, 8),
        speech_width=8,
        code_width=8,
        architecture="warp",
    )
    generator = FrameGenerator(Generator(config), torch.device("cpu"), "test")
    face = portrait(64)
    points = to_normalised(torch.from_numpy(face.landmarks), 64)
    layers = generator._composer(face.crop, points, points, None, 0.0).layers
    assert isinstance(layers[0], CreaseLayer)  # below the lids, which move the skin that has them
    generator.left_out = frozenset({CREASES})
    layers = generator._composer(face.crop, points, points, None, 0.0).layers
    assert layers
    assert not any(isinstance(layer, CreaseLayer) for layer in layers)

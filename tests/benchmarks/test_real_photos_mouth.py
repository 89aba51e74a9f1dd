"""Figures of drawn mouths whose answers are known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from real_photos_drawing import DARK, EYES_APART, LIPS, SKIN, TOOTH, Picture, drawn, drawn_face
from skimage.color import deltaE_ciede2000, rgb2lab

from benchmarks.real_photos.face import INNER_LIPS, OUTER_LIPS, Face, grown, polygon
from benchmarks.real_photos.mouth import MouthMeasure, lips_and_inside, mouth_box, relative_sharpness, warped

CLOSED, OPEN = drawn_face(), drawn_face(0.5)


def measure() -> MouthMeasure:
    return MouthMeasure(drawn(CLOSED), CLOSED)


def lab(colour: tuple[int, int, int]) -> np.ndarray:
    return rgb2lab(np.array(colour, np.uint8)[None, None])[0, 0]


def with_teeth(face: Face, part: float) -> Picture:
    """An open mouth whose inside is teeth in its upper part of the area."""
    picture = drawn(face)
    rows, columns = np.nonzero(polygon(picture.shape, face.mesh[list(INNER_LIPS)]))
    upper = rows <= np.quantile(rows, part)
    gap = columns % 6 == 0
    picture[rows[upper], columns[upper]] = TOOTH
    picture[rows[upper & gap], columns[upper & gap]] = DARK
    return picture


def test_the_drawn_face_has_the_measures_it_was_drawn_with() -> None:
    assert pytest.approx(EYES_APART, abs=0.01) == OPEN.eyes_apart
    assert pytest.approx(0.5, abs=0.02) == OPEN.opening
    lips, inside = lips_and_inside((240, 240), OPEN)
    assert not (lips & inside).any()
    assert inside.sum() == pytest.approx(np.pi * 20 * 10, rel=0.1)


def test_the_photo_itself_has_the_sharpness_one_and_neither_smudge_nor_another_colour() -> None:
    figures = measure().measure(drawn(CLOSED), CLOSED)
    assert figures["sharpness"] == pytest.approx(1)
    assert figures["lip_delta_e"] == pytest.approx(0, abs=1e-9)
    assert figures["smudge"] < 0.02
    assert "teeth" not in figures, "a closed mouth has no inside"


def test_a_blurred_mouth_is_less_sharp() -> None:
    blurred = cv2.GaussianBlur(drawn(CLOSED), (0, 0), 2)
    assert measure().measure(blurred, CLOSED)["sharpness"] < 0.3


def test_sharpness_does_not_depend_on_the_contrast() -> None:
    picture = drawn(CLOSED)
    pale = (picture // 2 + 90).astype(np.uint8)
    box = mouth_box(picture.shape, CLOSED)
    assert relative_sharpness(pale, box) == pytest.approx(relative_sharpness(picture, box), rel=0.1)


def test_the_lip_that_changes_its_colour_more_gives_the_colour_difference() -> None:
    picture = drawn(CLOSED)
    rows, columns = np.nonzero(polygon(picture.shape, CLOSED.mesh[list(OUTER_LIPS)]))
    grey = (150, 140, 145)
    upper = rows < 160
    picture[rows[upper], columns[upper]] = grey
    expected = float(deltaE_ciede2000(lab(grey), lab(LIPS)))
    assert measure().measure(picture, CLOSED)["lip_delta_e"] == pytest.approx(expected, abs=0.5)


def test_teeth_are_the_part_of_the_inside_that_was_drawn_as_teeth() -> None:
    figures = measure().measure(with_teeth(OPEN, 0.5), OPEN)
    assert figures["teeth"] == pytest.approx(0.5 * 5 / 6, abs=0.05)
    assert figures["teeth_seen"] == 1
    assert figures["inside_light"] < 1


def test_a_grey_plate_is_no_teeth_nor_is_a_red_or_a_dark_inside() -> None:
    for inside in ((160, 158, 160), LIPS, DARK):
        figures = measure().measure(cv2.GaussianBlur(drawn(OPEN, inside), (0, 0), 1.5), OPEN)
        assert figures["teeth"] == 0, inside
        assert figures["teeth_seen"] == 0, inside


def test_a_wide_mouth_that_is_painted_over_is_less_sharp_than_one_with_teeth() -> None:
    plate = measure().measure(cv2.GaussianBlur(drawn(OPEN, (150, 148, 150)), (0, 0), 1.5), OPEN)
    teeth = measure().measure(with_teeth(OPEN, 0.5), OPEN)
    assert plate["wide_sharpness"] < 0.5 * teeth["wide_sharpness"]


def test_dark_corners_are_smudge_unless_the_photo_has_them() -> None:
    def with_spots(face: Face) -> Picture:
        picture = drawn(face)
        x, y = (int(value) for value in face.mesh[61])
        cv2.circle(picture, (x - 8, y), 3, DARK, -1)
        return picture

    clean = measure().measure(drawn(CLOSED), CLOSED)["smudge"]
    dirty = measure().measure(with_spots(CLOSED), CLOSED)["smudge"]
    assert dirty > clean + 0.3
    own = MouthMeasure(with_spots(CLOSED), CLOSED)
    assert own.measure(with_spots(CLOSED), CLOSED)["smudge"] < 0.1 * dirty
    moved = drawn_face(shift=(6, 3))
    assert own.measure(with_spots(moved), moved)["smudge"] < 0.3 * dirty, "it moved with the face"


def test_the_warp_puts_the_photo_where_the_other_face_is() -> None:
    photo = drawn(CLOSED)
    moved = drawn_face(shift=(7, -4))
    box = mouth_box(photo.shape, moved)
    expected = np.roll(photo, (-4, 7), (0, 1))[box].astype(int)
    assert np.abs(warped(photo, CLOSED, moved, box).astype(int) - expected).max() <= 1


def test_masks_grow_and_shrink_by_pixels() -> None:
    mask = np.zeros((40, 40), bool)
    mask[10:30, 10:30] = True
    assert grown(mask, 3).any(1).sum() == 26
    assert grown(mask, -3).any(1).sum() == 14
    assert np.asarray(SKIN).sum() > np.asarray(DARK).sum()

"""Lines, flow, stretch and seams of drawn pictures that were moved by known amounts."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from real_photos_drawing import OVAL, SIDE, Picture, drawn, drawn_face

from benchmarks.real_photos.background import (
    INK,
    PAPER,
    SPACING,
    WINDOW,
    BackgroundMeasure,
    Segmenter,
    ears_and_hair,
    flow,
    line_shifts,
    lined,
    seam,
    stretch,
)
from benchmarks.real_photos.face import polygon

NOBODY = np.zeros((SIDE, SIDE), bool)
FACE = drawn_face()


def paper() -> Picture:
    return lined(np.zeros((SIDE, SIDE, 3), np.uint8), NOBODY)


def moved(picture: Picture, x: float, y: float) -> Picture:
    matrix = np.array([[1, 0, x], [0, 1, y]], float)
    return cv2.warpAffine(picture, matrix, (SIDE, SIDE), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)


def texture(seed: int = 0) -> Picture:
    noise = np.random.default_rng(seed).normal(0, 1, (SIDE, SIDE))
    smooth = cv2.GaussianBlur(noise, (0, 0), 3)
    return np.repeat((128 + 40 * smooth / smooth.std()).clip(0, 255).astype(np.uint8)[..., None], 3, 2)


class _Drawn(Segmenter):
    """A person who is known: the face's outline and two ears."""

    def __init__(self) -> None:
        super().__init__(None)

    def person(self, picture: Picture) -> np.ndarray:
        mask = polygon(picture.shape, FACE.mesh[list(OVAL)])
        mask[100:130, 20:220] = True
        return mask


def test_lines_stand_where_they_were_drawn_and_are_not_measured_where_they_are_hidden() -> None:
    shifts = line_shifts(paper(), NOBODY)
    assert len(shifts) > 2 * (SIDE // SPACING - 2) ** 2
    assert shifts.max() < 0.1
    assert len(line_shifts(paper(), ~NOBODY)) == 0
    assert PAPER > INK


@pytest.mark.parametrize("by", [0.5, 1.0, 2.0])
def test_lines_that_move_sideways_are_seen_and_those_along_the_movement_are_not(by: float) -> None:
    shifts = line_shifts(moved(paper(), by, 0), NOBODY)
    half = len(shifts) // 2
    assert np.median(shifts[:half]) == pytest.approx(by, abs=0.12)
    assert np.median(shifts[half:]) < 0.1


def test_a_line_that_is_lost_has_moved_by_the_window() -> None:
    assert (line_shifts(np.full((SIDE, SIDE, 3), 190, np.uint8), NOBODY) == WINDOW).all()


def test_the_person_stays_before_the_lines() -> None:
    person = _Drawn().person(drawn(FACE))
    picture = lined(drawn(FACE), person)
    assert np.abs(picture[115:125, 80:160].astype(int) - drawn(FACE)[115:125, 80:160]).max() <= 1


def test_the_flow_of_a_moved_texture_is_how_far_it_was_moved() -> None:
    found = flow(texture(), moved(texture(), 2.5, -1))[20:-20, 20:-20]
    assert np.median(found.reshape(-1, 2), axis=0) == pytest.approx((2.5, -1), abs=0.1)


def test_a_turned_and_grown_head_is_not_stretched_and_a_widened_one_is() -> None:
    rows, columns = np.mgrid[:SIDE, :SIDE].astype(float)
    places = np.stack([columns, rows], -1) - SIDE / 2
    turned = 1.1 * np.array([[np.cos(0.2), -np.sin(0.2)], [np.sin(0.2), np.cos(0.2)]])
    everywhere = ~NOBODY
    assert stretch(places @ turned.T - places, everywhere, 60) == pytest.approx(1, abs=0.01)
    assert stretch(places @ np.diag([1.3, 1.0]) - places, everywhere, 60) == pytest.approx(1.3, abs=0.02)


def test_ears_and_hair_are_beside_the_face_and_above_the_chin() -> None:
    person = _Drawn().person(drawn(FACE))
    person[215:] = True  # shoulders
    beside = ears_and_hair(person, FACE)
    assert beside[115, 30]
    assert not beside[120, 120]
    assert not beside[int(FACE.mesh[152, 1]) :].any()


def test_a_step_at_the_border_of_what_moves_is_a_seam_and_a_fading_change_is_none() -> None:
    picture = texture()
    square, ramp = np.zeros((SIDE, SIDE), np.float32), np.zeros((SIDE, SIDE), np.float32)
    square[60:180, 60:180] = 1
    axis = np.clip(np.minimum(np.arange(SIDE) - 60, 180 - np.arange(SIDE)) / 60, 0, 1)
    ramp[:] = np.minimum(axis[:, None], axis[None])
    shifted = picture.astype(np.float32) + 30
    frames = {
        name: (picture + weight[..., None] * (shifted - picture)).clip(0, 255).astype(np.uint8)
        for name, weight in (("step", square), ("fade", ramp))
    }
    assert seam(picture, [frames["step"]], 60) > 5
    assert seam(picture, [frames["fade"]], 60) < 1
    assert np.isnan(seam(picture, [picture], 60))


def test_a_still_frame_moves_nothing_and_a_moved_one_moves_the_lines_behind() -> None:
    photo = lined(drawn(FACE), _Drawn().person(drawn(FACE)))
    measure = BackgroundMeasure(photo, FACE, _Drawn(), has_lines=True)
    still, shaken = measure.measure([photo]), measure.measure([moved(photo, 1.5, 1.5)])
    assert still["lines_95"] < 0.1
    assert still["flow_95"] < 0.1
    assert still["stretch_95"] == pytest.approx(1, abs=0.01)
    assert shaken["lines_median"] == pytest.approx(1.5, abs=0.2)
    assert shaken["flow_median"] == pytest.approx(1.5 * 2**0.5, abs=0.3)

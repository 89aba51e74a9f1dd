"""Quality figures and thresholds."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
import pytest
from faces_drawing import REAL, talking_frames
from numpy.typing import NDArray
from pydantic import ValidationError

from mien.clips import ClipError
from mien.faces.alignment import align_image
from mien.faces.detectors.open import open_detector
from mien.faces.filters import SHARPNESS_SIZE, Quality, check_quality, loudness, sharpness
from mien.faces.options import FilterOptions
from mien.media.reading.audio_selection import SILENCE_DB
from mien.media.video import decode_frames

GOOD = Quality(
    frames=75, seconds=3.0, found_fraction=1.0, several_fraction=0.0, longest_gap=0, inter_ocular=60.0, sharpness=0.5,
    yaw=0.05, loudness=-20.0,
)  # fmt: skip


def test_a_good_clip_passes() -> None:
    check_quality(GOOD, FilterOptions(), Fraction(25))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"frames": 12, "seconds": 0.48}, "too_short"),
        ({"loudness": None}, "no_audio"),
        ({"loudness": -71.0}, "silent"),
        ({"inter_ocular": None, "sharpness": None, "yaw": None, "found_fraction": 0.0, "longest_gap": 75}, "no_face"),
        ({"several_fraction": 0.2}, "several_faces"),
        ({"inter_ocular": 20.0}, "face_too_small"),
        ({"longest_gap": 13, "found_fraction": 0.8}, "face_lost"),
        ({"sharpness": 0.001}, "blurred"),
    ],
)
def test_each_fault_has_its_reason(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(ClipError) as error:
        check_quality(replace(GOOD, **change), FilterOptions(), Fraction(25))
    assert error.value.reason == reason


def test_the_limits_themselves_pass() -> None:
    options = FilterOptions()
    limit = replace(
        GOOD, several_fraction=options.max_several_fraction, inter_ocular=options.min_inter_ocular,
        longest_gap=options.max_lost_frames, sharpness=options.min_sharpness, loudness=options.min_loudness,
    )  # fmt: skip
    check_quality(limit, options, Fraction(25))


def test_a_clip_of_the_least_length_is_counted_exactly() -> None:
    options = FilterOptions(min_seconds=1.0)
    check_quality(replace(GOOD, frames=30), options, Fraction(30000, 1001))
    with pytest.raises(ClipError):
        check_quality(replace(GOOD, frames=29), options, Fraction(30000, 1001))


def test_options_out_of_bounds_or_unknown_are_refused_by_name() -> None:
    with pytest.raises(ValidationError, match="max_several_fraction"):
        FilterOptions(max_several_fraction=1.5)
    with pytest.raises(ValidationError, match="min_sharpnes"):
        FilterOptions.model_validate({"min_sharpnes": 1})


def test_loudness_of_known_signals() -> None:
    time = np.arange(16_000) / 16_000
    sine = np.sin(2 * np.pi * 400 * time).astype(np.float32)
    assert loudness(sine) == pytest.approx(-3.01, abs=0.05)
    assert loudness(0.01 * sine) == pytest.approx(-43.01, abs=0.05)
    assert loudness(np.concatenate([np.zeros(64_000, np.float32), sine])) == pytest.approx(-3.01, abs=0.05)
    assert loudness(np.zeros(16_000, np.float32)) == loudness(np.zeros(0, np.float32)) == -120


def _sharpness(frame: NDArray[np.uint8]) -> float:
    with open_detector(tracking=False) as detector:
        return sharpness(align_image(frame, SHARPNESS_SIZE, detector).crop)


def test_sharpness_does_not_depend_on_contrast() -> None:
    crop = np.random.default_rng(0).integers(50, 200, (64, 64, 3), dtype=np.uint8)
    dim = (crop * 0.5 + 30).astype(np.uint8)
    assert sharpness(dim) == pytest.approx(sharpness(crop), rel=0.05)
    assert sharpness(np.full((64, 64, 3), 9, np.uint8)) == 0


def test_sharpness_sees_blur_and_not_resolution() -> None:
    frame = talking_frames(1)[0]
    sharp = _sharpness(frame)
    large = _sharpness(np.asarray(cv2.resize(frame, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC), np.uint8))
    small = _sharpness(np.asarray(cv2.resize(frame, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA), np.uint8))
    blurred = _sharpness(np.asarray(cv2.GaussianBlur(frame, (0, 0), 6), np.uint8))
    assert large == pytest.approx(sharp, rel=0.25)
    assert small == pytest.approx(sharp, rel=0.35)
    assert blurred < 0.1 * sharp


@pytest.mark.real
def test_real_faces_stand_well_above_the_threshold_and_blurred_ones_below() -> None:
    clips = sorted((REAL / "talking/grid").glob("*.mpg"))
    if not clips:
        pytest.skip(f"real media not present: {REAL / 'talking/grid'}")
    threshold = FilterOptions().min_sharpness
    for path in clips:
        frame = next(iter(decode_frames(path)))
        assert _sharpness(frame) > 10 * threshold
        assert _sharpness(np.asarray(cv2.GaussianBlur(frame, (0, 0), 9), np.uint8)) < threshold


def test_a_clip_is_silent_below_minus_50_decibels() -> None:
    assert FilterOptions().min_loudness == SILENCE_DB, "clips are refused where speech counts as silence"
    quiet = np.tile(np.float32([1, -1]), 8000) * np.float32(10 ** (-51 / 20))
    assert loudness(quiet) == pytest.approx(-51, abs=0.01)
    assert loudness(np.concatenate([quiet, 10 * quiet[:800]])) == pytest.approx(-31, abs=0.01)

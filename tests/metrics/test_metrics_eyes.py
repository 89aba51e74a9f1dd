"""Gaze and blinks against curves whose distance and agreement are known."""

from __future__ import annotations

import numpy as np
import pytest

from mien.metrics.eyes import blink_correlation, gaze_error, relative_opening


def blinking(frames: int, at: list[int]) -> np.ndarray:
    lids = np.zeros(frames)
    for start in at:
        lids[start : start + 4] = [-0.5, -1, -0.9, -0.4]
    return lids


def test_gaze_error_is_the_mean_distance_over_frames_in_which_the_eyes_are_open() -> None:
    real = np.zeros(4)
    ours = np.array([-0.05, 0, 0.5, np.nan])
    assert gaze_error(real, real) == 0
    assert gaze_error(ours, real, np.array([0, 0, -0.9, 0])) == pytest.approx(0.025)  # the third is a blink
    assert gaze_error(ours, real) == pytest.approx((0.05 + 0 + 0.5) / 3)
    assert gaze_error(np.full(4, np.nan), real) is None
    with pytest.raises(ValueError, match=r"\(T,\)"):
        gaze_error(real, real[:3])


def test_lids_are_relative_to_the_clips_usual_opening() -> None:
    for usual in (0.2, 0.4):
        opening = usual * (1 + blinking(40, [10]))
        assert relative_opening(opening) == pytest.approx(blinking(40, [10]))
    gap = relative_opening(np.array([0.3, np.nan, 0.3, 0.15]))
    assert np.isnan(gap[1])
    assert gap[3] == pytest.approx(-0.5)


def test_blinks_are_compared_over_all_clips_together() -> None:
    real = [blinking(50, [10]), blinking(50, []), blinking(50, [20, 40])]
    assert blink_correlation(real, real) == pytest.approx(1)
    assert blink_correlation([one * 0.5 for one in real], real) == pytest.approx(1)
    assert blink_correlation([np.zeros(50)] * 3, real) == 0
    late = blink_correlation([np.roll(one, 10) for one in real], real)
    assert late is not None
    assert late < 0.1
    together = blink_correlation([real[0], real[1], np.zeros(50)], real)
    by_hand = np.corrcoef(np.concatenate([real[0], real[1], np.zeros(50)]), np.concatenate(real))[0, 1]
    assert together == pytest.approx(by_hand)


def test_where_nothing_blinks_or_nothing_is_seen_nothing_is_said() -> None:
    assert blink_correlation([blinking(50, [3])], [np.zeros(50)]) is None
    squint = 0.03 * np.sin(np.arange(50))
    assert blink_correlation([squint], [squint]) is None  # lids that quiver are no blink
    assert blink_correlation([np.full(50, np.nan)], [blinking(50, [3])]) is None
    assert blink_correlation([], []) is None
    with pytest.raises(ValueError, match="equal length"):
        blink_correlation([np.zeros(4)], [np.zeros(5)])

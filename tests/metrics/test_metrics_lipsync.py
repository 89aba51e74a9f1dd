"""Lip sync: loudness, mouth opening, lag and permutation AUC on signals whose truth is known."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mien.metrics.lipsync import (
    FLOOR_RMS,
    band_pass,
    common_lag_scores,
    correlations,
    lip_sync,
    loudness,
    mouth_opening,
    permutation_auc,
    sync_correlations,
    sync_scores,
)

RATE, FPS = 16_000, Fraction(25)


def syllables(seed: int, frames: int = 100) -> NDArray[np.float64]:
    """An opening curve that lives between 1 and 8 Hz."""
    random = np.random.default_rng(seed)
    seconds = np.arange(frames) / float(FPS)
    return 0.5 + sum(
        random.uniform(0.05, 0.2) * np.sin(2 * np.pi * hertz * seconds + random.uniform(0, 7))
        for hertz in random.uniform(1.5, 6.5, 6)
    )


def spoken(opening: NDArray[np.float64], seed: int = 0) -> NDArray[np.float32]:
    """Noise whose loudness in each frame follows the opening: log RMS = 3·(opening − 1)."""
    random = np.random.default_rng(seed)
    gains = np.repeat(np.exp(3 * (opening - 1)), RATE // 25)
    return (0.3 * gains * random.choice([-1.0, 1.0], len(gains))).astype(np.float32)


def test_loudness_is_the_logarithm_of_each_frames_rms() -> None:
    speech = np.concatenate([np.full(640, 0.5), np.tile([0.2, -0.2], 320), np.zeros(640)]).astype(np.float32)
    expected = [math.log(0.5), math.log(0.2), math.log(FLOOR_RMS), math.log(FLOOR_RMS)]
    assert loudness(speech, RATE, 4, FPS) == pytest.approx(expected, abs=1e-5)


def test_loudness_keeps_time_at_uneven_rates() -> None:
    # 29.97 frames a second for a minute: the last frame's sound is the last sound.
    fps = Fraction(30000, 1001)
    speech = np.zeros(60 * RATE, np.float32)
    speech[-500:] = 0.5
    curve = loudness(speech, RATE, math.ceil(60 * fps), fps)
    assert (curve[:-2] == math.log(FLOOR_RMS)).all()
    assert curve[-2:].max() > math.log(0.3)


def test_mouth_opening_is_mean_height_over_width() -> None:
    landmarks = np.zeros((1, 68, 2))
    landmarks[0, 60], landmarks[0, 64] = (10, 50), (50, 50)
    for above, below, height in ((61, 67, 4), (62, 66, 10), (63, 65, 4)):
        landmarks[0, above], landmarks[0, below] = (30, 50 - height / 2), (30, 50 + height / 2)
    assert mouth_opening(landmarks) == pytest.approx([6 / 40])
    assert mouth_opening(2.5 * landmarks + 7) == pytest.approx([6 / 40])


def test_the_band_keeps_syllables_and_drops_drift_and_buzz() -> None:
    seconds = np.arange(250) / 25
    inside = slice(50, 200)
    for hertz, least, most in ((4, 0.9, 1.02), (0.1, 0, 0.05), (11.5, 0, 0.1)):
        kept = np.abs(band_pass(np.sin(2 * np.pi * hertz * seconds), FPS)[inside]).max()
        assert least <= kept <= most, hertz
    assert band_pass(np.full(100, 3.7), FPS) == pytest.approx(np.zeros(100), abs=1e-9)


def test_a_mouth_that_follows_its_voice_correlates_perfectly_without_lag() -> None:
    opening = syllables(1)
    sync = lip_sync(opening, loudness(spoken(opening), RATE, 100, FPS), FPS)
    assert sync.correlation == pytest.approx(1, abs=1e-3)
    assert sync.lag_ms == 0


@settings(max_examples=30)
@given(st.integers(-5, 5), st.integers(0, 1000), st.floats(0.05, 10), st.floats(-3, 3))
def test_a_shifted_sound_shifts_the_lag_by_what_it_was_shifted(
    shift: int, seed: int, gain: float, offset: float
) -> None:
    opening = syllables(seed, 400)
    speech = spoken(opening)
    samples = shift * RATE // 25
    # The sound comes `shift` frames later, so the mouth is that much early: a negative lag.
    late = np.concatenate([np.zeros(max(samples, 0), np.float32), speech[max(-samples, 0) :]])
    voice = loudness(late, RATE, 400, FPS)[10:-10]
    sync = lip_sync(gain * opening[10:-10] + offset, voice, FPS)
    assert sync.lag_ms == pytest.approx(-40 * shift)
    # not 1: at its ends the filter sees other frames of the two, which count for more the shorter the clip is
    assert sync.correlation > 0.9


def test_correlations_are_pearsons_over_the_overlap() -> None:
    random = np.random.default_rng(0)
    one, other = random.normal(size=40), random.normal(size=43)
    values = correlations(one, other, 3)
    assert values[3] == pytest.approx(np.corrcoef(one, other[:40])[0, 1])
    assert values[5] == pytest.approx(np.corrcoef(one[2:], other[:38])[0, 1])  # lag +2
    assert values[0] == pytest.approx(np.corrcoef(one[:37], other[3:40])[0, 1])  # lag −3


def test_a_still_mouth_has_no_sync_and_no_lag() -> None:
    voice = loudness(spoken(syllables(1)), RATE, 100, FPS)
    sync = lip_sync(np.full(100, 0.123), voice, FPS)
    assert sync.correlation == 0
    assert sync.lag_ms is None
    assert lip_sync(np.full(100, np.nan), voice, FPS).lag_ms is None


def test_missing_frames_are_bridged() -> None:
    opening = syllables(2)
    voice = loudness(spoken(opening), RATE, 100, FPS)
    opening[40:42] = np.nan
    assert lip_sync(opening, voice, FPS).correlation > 0.95


def test_too_short_or_too_slow_is_refused() -> None:
    with pytest.raises(ValueError, match="frames"):
        band_pass(np.zeros(15), FPS)
    with pytest.raises(ValueError, match="16"):
        band_pass(np.zeros(100), Fraction(16))


def test_permutation_auc_by_hand() -> None:
    scores = np.array([[0.9, 0.1, 0.2], [0.5, 0.4, 0.4], [0.7, 0.8, 0.6]])
    assert permutation_auc(scores) == pytest.approx((1 + 0.25 + 0) / 3)
    comparable = np.array([[True, True, False], [False, True, True], [True, True, True]])
    assert permutation_auc(scores, comparable) == pytest.approx((1 + 0.5 + 0) / 3)
    assert permutation_auc(scores, np.zeros((3, 3), bool)) is None
    assert permutation_auc(np.ones((1, 1))) is None


def test_own_voices_score_one_strangers_and_still_mouths_a_half() -> None:
    openings = [syllables(seed) for seed in range(12)]
    voices = [loudness(spoken(opening), RATE, 100, FPS) for opening in openings]
    assert permutation_auc(sync_scores(openings, voices, FPS)) == 1
    unrelated = [syllables(seed + 500) for seed in range(12)]
    assert 0.2 < (permutation_auc(sync_scores(unrelated, voices, FPS)) or 0) < 0.8
    still = [np.full(100, 0.2) for _ in range(12)]
    assert permutation_auc(sync_scores(still, voices, FPS)) == 0.5


def test_the_voice_of_another_clip_is_found_out() -> None:
    openings = [syllables(seed) for seed in range(8)]
    voices = [loudness(spoken(opening), RATE, 100, FPS) for opening in openings]
    shuffled = openings[1:] + openings[:1]
    assert (permutation_auc(sync_scores(shuffled, voices, FPS)) or 1) < 0.7


def test_at_a_common_lag_late_mouths_fit_their_voices_and_lags_are_not_chosen_in_ones_own_favour() -> None:
    openings = [syllables(seed) for seed in range(10)]
    voices = [loudness(spoken(opening), RATE, 100, FPS) for opening in openings]
    late = [np.roll(opening, 3) for opening in openings]
    assert permutation_auc(common_lag_scores(sync_correlations(late, voices, FPS))) == 1
    values = np.zeros((3, 3, 2))
    values[0, 0], values[1, 1], values[2, 2] = (0.9, 0.0), (0.0, 0.4), (0.0, 0.3)
    values[0, 1], values[1, 0] = (0.5, 0.2), (0.6, 0.1)
    scores = common_lag_scores(values)
    # The others of clip 0 prefer the second lag, those of clips 1 and 2 the first.
    assert scores.tolist() == [[0, 0.2, 0], [0.6, 0, 0], [0, 0, 0]]
    assert np.array_equal(sync_scores(late, voices, FPS), sync_correlations(late, voices, FPS).max(-1))

"""Blinks that are added for a video: as many and as long as people's, and only where the eyes have time for them."""

from __future__ import annotations

import numpy as np
import pytest
from motion_making import bump, performance
from numpy.typing import NDArray

from mien.heads.performance import EXPRESSION_INDEX, Performance
from mien.motion.generate.blinks import LONGEST, SHORTEST, add_blinks, mentions_eyes

LIDS = [EXPRESSION_INDEX[name] for name in ("eyeBlinkLeft", "eyeBlinkRight")]


def closed(made: Performance) -> NDArray[np.int64]:
    """The frames in which the eyes are wholly closed."""
    return np.flatnonzero(made.expression[:, LIDS].min(1) > 0.99)


def test_a_quiet_face_blinks_about_15_times_a_minute_and_shortly() -> None:
    made = add_blinks(performance(25 * 60 * 10), seed=3)
    peaks = closed(made)
    assert 12 * 10 < len(peaks) < 18 * 10, "over ten minutes"
    gaps = np.diff(peaks) / 25
    assert gaps.min() > 1
    assert 0.3 < gaps.std() / gaps.mean() < 0.9, "neither a clock nor bursts"
    away = np.diff(np.concatenate([[0], made.expression[:, LIDS[0]] > 0, [0]]).astype(int))
    lengths = (np.flatnonzero(away < 0) - np.flatnonzero(away > 0)) / 25
    assert lengths.min() >= SHORTEST - 0.08
    assert lengths.max() <= LONGEST + 0.04
    np.testing.assert_array_equal(made.expression[:, LIDS[0]], made.expression[:, LIDS[1]])
    others = np.delete(made.expression, LIDS, axis=1)
    assert not others.any(), "nothing else moves"


def test_the_seed_decides_and_nothing_else() -> None:
    still = performance(1000)
    one, same, other = add_blinks(still, 1), add_blinks(still, 1), add_blinks(still, 2)
    np.testing.assert_array_equal(one.expression, same.expression)
    assert closed(one).tolist() != closed(other).tolist()
    assert not still.expression.any(), "the motion itself stays as it is"
    rotate = add_blinks(performance(1000, yaw=bump(1000, 2, 30, 0.4)), 1)
    np.testing.assert_array_equal(rotate.expression, one.expression)


def test_there_is_none_where_the_motion_has_its_own_lids() -> None:
    frames = 25 * 60
    own = {name: bump(frames, 10, 40, 0.6) for name in ("eyeBlinkLeft",)}
    made = add_blinks(performance(frames, **own), seed=0)
    peaks = closed(made) / 25
    assert len(peaks) > 3
    assert ((peaks < 10 - 0.3) | (peaks > 40 + 0.3)).all()
    np.testing.assert_array_equal(made.expression[250:1000, LIDS[1]], 0)


def test_there_is_none_where_the_words_ask_for_lids() -> None:
    made = add_blinks(performance(25 * 60), seed=0, excluded=[(0, 20), (30, 70)])
    peaks = closed(made) / 25
    assert len(peaks) >= 1
    assert ((peaks > 20) & (peaks < 30)).all()


@pytest.mark.parametrize("frames", [1, 2, 10, 12])
def test_what_is_too_short_for_a_blink_has_none(frames: int) -> None:
    assert not add_blinks(performance(frames), seed=0).expression.any()


def test_a_video_neither_begins_nor_ends_in_a_blink() -> None:
    for seed in range(40):
        made = add_blinks(performance(60), seed)
        assert not made.expression[[0, -1]].any()


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("blinks twice", True), ("Winks with the left eye", True), ("closes her eyes", True), ("eyelids", True),
        ("looks to the left", False), ("raises her eyebrows", False), ("nods", False), ("slides away", False),
    ],
)  # fmt: skip
def test_which_words_ask_for_lids(text: str, asks: bool) -> None:
    assert mentions_eyes(text) is asks

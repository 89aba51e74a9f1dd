"""Blinks as events: how many, how long, how deep."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.faces.measures import FACE_POSE
from mien.talking.generate.blinks import LONGEST, SHORTEST, blink_lids, with_blinks

LIDS = FACE_POSE.index("lids")


def blinks(lids: NDArray[np.floating]) -> list[NDArray[np.floating]]:
    """The runs of frames in which the lids are not open."""
    moving = np.flatnonzero(lids < 0)
    return [lids[run] for run in np.split(moving, np.flatnonzero(np.diff(moving) > 1) + 1)]


@pytest.mark.parametrize("fps", [Fraction(25), Fraction(30000, 1001), Fraction(60)])
def test_blinks_are_as_many_and_as_long_as_peoples_and_complete(fps: Fraction) -> None:
    found = blinks(blink_lids(round(600 * fps), fps, np.random.default_rng(0)))
    assert 120 <= len(found) <= 200  # in ten minutes
    for one in found[1:-1]:
        assert one.min() == pytest.approx(-1, abs=1e-5)
        assert SHORTEST - 2 / fps <= len(one) / fps <= LONGEST + 1 / fps


def test_lids_close_faster_than_they_open() -> None:
    fps = Fraction(100)
    for one in blinks(blink_lids(3000, fps, np.random.default_rng(1)))[:-1]:
        lowest = np.flatnonzero(one < -0.999)
        assert 1.5 * lowest[0] < len(one) - lowest[-1]
        assert (np.diff(one[: lowest[0]]) < 0).all()
        assert (np.diff(one[lowest[-1] :]) > 0).all()


def test_sampled_flashes_of_the_lids_are_replaced_and_all_else_is_kept() -> None:
    random = np.random.default_rng(2)
    pose = random.normal(0, 0.02, (750, 9)).astype(np.float32)
    pose[::40, LIDS] = -0.8
    given = pose.copy()
    made = with_blinks(pose, Fraction(25), np.random.default_rng(3))
    np.testing.assert_array_equal(pose, given)
    others = [column for column in range(9) if column != LIDS]
    np.testing.assert_array_equal(made[:, others], pose[:, others])
    expected = blink_lids(750, Fraction(25), np.random.default_rng(3))
    assert (made[expected == 0, LIDS] > -0.15).all()
    np.testing.assert_allclose(made[expected == -1, LIDS], -1, atol=1e-6)
    assert np.abs(np.diff(made[expected == 0, LIDS])).max() < 0.03


@pytest.mark.parametrize("frames", [0, 1, 2])
def test_short_videos_are_no_exception(frames: int) -> None:
    made = with_blinks(np.zeros((max(frames, 1), 9), np.float32), Fraction(25), np.random.default_rng(0))
    assert made.shape == (max(frames, 1), 9)
    assert blink_lids(frames, Fraction(25), np.random.default_rng(0)).shape == (frames,)

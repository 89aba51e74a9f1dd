"""LMD, NLMD and jitter: hand-computed values and what they must not depend on."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mien.metrics.landmarks import FACE, MOUTH, interocular_distance, jitter, lmd, nlmd, procrustes


def shapes(seed: int = 0, frames: int = 6) -> NDArray[np.float64]:
    random = np.random.default_rng(seed)
    return random.uniform(20, 100, (1, 68, 2)) + random.normal(0, 1.5, (frames, 68, 2))


def moved(points: NDArray[np.float64], angle: float, scale: float, shift: tuple[float, float]) -> NDArray[np.float64]:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return scale * points @ turn.T + np.array(shift)


def test_lmd_of_one_moved_point_is_the_hand_computed_one() -> None:
    reference = shapes()
    changed = reference.copy()
    changed[:, 50, 1] += 20  # one of the mouth's 20 points by 20 px: its centroid moves by 1
    assert lmd(changed, reference, MOUTH) == pytest.approx((19 * 1 + 19) / 20)
    assert lmd(changed, reference, FACE) == pytest.approx((67 * 20 / 68 + 20 - 20 / 68) / 68)


def test_a_perfect_copy_scores_zero() -> None:
    points = shapes()
    assert lmd(points, points) == 0
    assert nlmd(points, points) == pytest.approx(0, abs=1e-12)


@settings(max_examples=40)
@given(
    st.floats(-3.1, 3.1), st.floats(0.2, 5), st.tuples(st.floats(-500, 500), st.floats(-500, 500)), st.integers(0, 99)
)
def test_nlmd_does_not_see_shift_scale_or_rotation(
    angle: float, scale: float, shift: tuple[float, float], seed: int
) -> None:
    points, reference = shapes(seed), shapes(seed + 1000)
    plain = nlmd(points, reference)
    assert plain is not None
    assert plain > 0.01
    assert nlmd(moved(points, angle, scale, shift), reference) == pytest.approx(plain, rel=1e-6)
    # In parts of the reference's own eye distance, so both may move together too.
    assert nlmd(points, moved(reference, angle, scale, shift)) == pytest.approx(plain, rel=1e-6)
    assert nlmd(moved(reference, angle, scale, shift), reference) == pytest.approx(0, abs=1e-9)


@given(st.floats(-300, 300), st.floats(-300, 300))
def test_lmd_does_not_see_a_shift(x: float, y: float) -> None:
    points, reference = shapes(1), shapes(2)
    assert lmd(points + np.array([x, y]), reference, MOUTH) == pytest.approx(lmd(points, reference, MOUTH))


def test_lmd_sees_scale_and_rotation() -> None:
    points = shapes()
    assert (lmd(moved(points, 0, 1.1, (0, 0)), points) or 0) > 1
    assert (lmd(moved(points, 0.1, 1, (0, 0)), points) or 0) > 1


def test_procrustes_is_the_least_squares_similarity_and_no_reflection() -> None:
    scipy_spatial = pytest.importorskip("scipy.spatial")
    points, targets = shapes(3, 1), shapes(4, 1)
    targets = moved(points, 0.7, 2.5, (4, -9)) + np.random.default_rng(0).normal(0, 3, points.shape)
    ours = ((procrustes(points, targets) - targets) ** 2).sum()
    # scipy's disparity is relative to the energy of the centred target, and for these points needs no reflection.
    energy = ((targets - targets.mean(axis=1, keepdims=True)) ** 2).sum()
    assert ours / energy == pytest.approx(scipy_spatial.procrustes(targets[0], points[0])[2], rel=1e-9)
    mirrored = points * np.array([-1, 1])
    assert ((procrustes(mirrored, points) - points) ** 2).sum() > 1000


def test_nlmd_against_numbers_worked_out_by_hand() -> None:
    reference = np.zeros((1, 68, 2))
    reference[0, :, 0] = np.where(np.arange(68) % 2 == 0, -1.0, 1.0)  # half at −1, half at +1: eyes 2 apart
    points = reference.copy()
    points[0, :34, 1], points[0, 34:, 1] = 0.5, -0.5
    # No similarity helps against up-and-down that is unrelated to left-and-right, but the scale shrinks to
    # x·y / x·x = 68 / (68 + 17) = 0.8: each point is left with the length of (0.2, 0.4).
    assert nlmd(points, reference) == pytest.approx(np.hypot(0.2, 0.4) / 2)


def test_frames_without_a_face_are_left_out() -> None:
    points, reference = shapes(1), shapes(2)
    holed = points.copy()
    holed[2] = np.nan
    keep = [0, 1, 3, 4, 5]
    assert lmd(holed, reference) == pytest.approx(lmd(points[keep], reference[keep]))
    assert nlmd(holed, reference) == pytest.approx(nlmd(points[keep], reference[keep]))
    nothing = np.full_like(points, np.nan)
    assert lmd(nothing, reference) is None
    assert nlmd(nothing, reference) is None
    assert jitter(nothing, Fraction(25)) is None


def test_jitter_of_a_known_movement() -> None:
    seconds = np.arange(20) / 25
    points = np.repeat(shapes(5, 1), 20, axis=0)
    eyes = interocular_distance(points)[0]
    points[:, :, 1] += (7 * seconds**3)[:, None]  # the third derivative is 42 px/s³ everywhere
    assert jitter(points, Fraction(25)) == pytest.approx(42 / eyes)
    assert jitter(moved(points, 0.3, 3, (5, 5)), Fraction(25)) == pytest.approx(42 / eyes)


def test_a_parabola_has_no_jerk_and_a_still_face_none() -> None:
    frames = np.arange(10.0)
    points = np.repeat(shapes(6, 1), 10, axis=0)
    assert jitter(points, Fraction(25)) == 0
    points[:, :, 0] += (frames**2)[:, None]
    assert jitter(points, Fraction(25)) == pytest.approx(0, abs=1e-6)


def test_trembling_raises_jitter() -> None:
    calm = np.repeat(shapes(7, 1), 30, axis=0)
    shaken = calm + np.random.default_rng(0).normal(0, 0.3, calm.shape)
    assert (jitter(shaken, Fraction(25)) or 0) > 100


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="68"):
        lmd(np.zeros((3, 60, 2)), np.zeros((3, 60, 2)))
    with pytest.raises(ValueError, match="68"):
        nlmd(shapes(0, 3), shapes(0, 4))

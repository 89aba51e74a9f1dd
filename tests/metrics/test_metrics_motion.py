"""R-precision, matching and Fréchet distance, diversity, multimodality, jerk: hand-computed values and invariances."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mien.metrics.motion import (
    diversity,
    expression_jerk,
    frechet_distance,
    head_jerk,
    matching_distance,
    multimodality,
    r_precision,
)

FPS = Fraction(25)


def normal(seed: int, *shape: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(0, 1, shape)


def test_r_precision_worked_out_by_hand() -> None:
    text = np.array([[0.0], [10.0], [20.0], [30.0]])
    # ranks of the own motion: text 0 second (1 is nearer than 2), text 10 first, text 20 third, text 30 last
    motion = np.array([[2.0], [11.0], [1.0], [-50.0]])
    # distances: 0: 2 11 1 50 → own second; 10: 8 1 9 60 → first; 20: 18 9 19 70 → third; 30: 28 19 29 80 → fourth
    assert r_precision(text, motion, batch=4).tolist() == [0.25, 0.5, 0.75]
    assert r_precision(text, motion, batch=4, top=4).tolist() == [0.25, 0.5, 0.75, 1.0]


def test_r_precision_is_one_for_equal_embeddings_whatever_the_remainder() -> None:
    text = normal(0, 100, 8)
    assert r_precision(text, text).tolist() == [1, 1, 1]
    # the remainder of 100 = 3 · 32 + 4 is dropped, so the rates are parts of 96
    rates = r_precision(text, text[::-1]) * 96
    np.testing.assert_allclose(rates, np.round(rates), atol=1e-9)


def test_r_precision_of_strangers_is_chance() -> None:
    rates = r_precision(normal(1, 32 * 400, 16), normal(2, 32 * 400, 16))
    np.testing.assert_allclose(rates, np.array([1, 2, 3]) / 32, atol=0.006)


def test_equal_texts_are_one_text() -> None:
    text = np.repeat(normal(3, 16, 4) * 100, 2, axis=0)
    motion = text.copy()
    motion[0::2] += 1.0  # of two motions of one text, the other one is always the nearer
    assert r_precision(text, motion).tolist() == [1, 1, 1]
    # texts that are told apart by a hair are two texts, and half of them find the other's motion first
    text[0::2] += 1e-9
    assert r_precision(text, motion).tolist() == [0.5, 1, 1]


def test_embeddings_that_all_coincide_are_worth_nothing() -> None:
    texts = normal(4, 64, 4)
    assert r_precision(texts, np.zeros((64, 4))).tolist() == [0, 0, 0]
    assert r_precision(texts, np.ones((64, 4)), batch=8, top=8)[-2:].tolist() == [0, 1]


@settings(max_examples=30)
@given(st.integers(0, 1000), st.floats(0.01, 100), st.integers(0, 1000))
def test_r_precision_does_not_see_scale_rotation_or_shift(seed: int, scale: float, other: int) -> None:
    text = normal(seed, 70, 5)
    motion = text + normal(seed + 1, 70, 5)
    turn = np.linalg.qr(normal(other, 5, 5))[0]
    plain = r_precision(text, motion, seed=other)
    moved = [scale * x @ turn + 3.0 for x in (text, motion)]
    np.testing.assert_allclose(r_precision(*moved, seed=other), plain, atol=1 / 64 + 1e-9)  # type: ignore[misc]
    assert (np.diff(plain) >= 0).all()
    assert 0 <= plain[0] <= plain[-1] <= 1


def test_the_seed_shuffles_and_reproduces() -> None:
    text = normal(5, 320, 3)
    motion = text + normal(6, 320, 3)
    rates = [r_precision(text, motion, seed=seed).tolist() for seed in (0, 0, 1)]
    assert rates[0] == rates[1] != rates[2]


def test_torch_tensors_are_taken() -> None:
    text, motion = normal(7, 64, 4), normal(8, 64, 4)
    assert (r_precision(torch.tensor(text), torch.tensor(motion)) == r_precision(text, motion)).all()


def test_matching_distance_by_hand() -> None:
    assert matching_distance([[0, 0], [1, 1]], [[3, 4], [1, 2]]) == 3.0
    text = normal(9, 40, 6)
    assert matching_distance(text, text) == 0


def test_frechet_distance_of_equal_sets_is_nothing() -> None:
    embeddings = normal(10, 500, 24)
    assert frechet_distance(embeddings, embeddings[::-1]) == pytest.approx(0, abs=1e-9)
    # of rank 9 in 200 dimensions, where the root of the product of the covariances is none too stable
    few = normal(11, 10, 200) * 100
    assert frechet_distance(few, few) == pytest.approx(0, abs=1e-6)


def test_frechet_distance_against_the_closed_form() -> None:
    a = np.array([[-1.0, 0.0], [1.0, 0.0], [0.0, -2.0], [0.0, 2.0]])  # covariance diag(2, 8) / 3
    assert frechet_distance(a, a + np.array([3, 4])) == pytest.approx(25)
    # commuting covariances: Σ (σa − σb)²
    b = a * [2, 3] + np.array([1, 0])
    expected = 1 + (np.sqrt(2 / 3) * (2 - 1)) ** 2 + (np.sqrt(8 / 3) * (3 - 1)) ** 2
    assert frechet_distance(a, b) == pytest.approx(expected)


def test_frechet_distance_against_the_root_of_the_matrix() -> None:
    linalg = pytest.importorskip("scipy.linalg")
    a, b = normal(12, 300, 8) @ normal(13, 8, 8), normal(14, 200, 8) @ normal(15, 8, 8) + 0.5
    root = linalg.sqrtm(np.cov(a.T) @ np.cov(b.T)).real
    expected = ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(np.cov(a.T) + np.cov(b.T) - 2 * root)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-8)


@settings(max_examples=30)
@given(st.integers(0, 1000), st.integers(2, 30), st.integers(2, 30), st.integers(1, 20))
def test_frechet_distance_is_symmetric_and_does_not_see_a_rotation(seed: int, n: int, m: int, width: int) -> None:
    a, b = normal(seed, n, width), normal(seed + 1, m, width) * 2 + 1
    distance = frechet_distance(a, b)
    assert distance >= 0
    assert frechet_distance(b, a) == pytest.approx(distance, rel=1e-7, abs=1e-9)
    turn = np.linalg.qr(normal(seed + 2, width, width))[0]
    assert frechet_distance(a @ turn - 5, b @ turn - 5) == pytest.approx(distance, rel=1e-6, abs=1e-8)
    assert frechet_distance(3 * a, 3 * b) == pytest.approx(9 * distance, rel=1e-6, abs=1e-8)


def test_diversity_by_hand_and_as_the_mean_of_all_pairs() -> None:
    assert diversity([[0.0, 0.0], [3.0, 4.0]]) == 5.0, "two motions: every pair is the same one"
    assert diversity(np.ones((9, 4))) == 0
    motion = normal(16, 50, 6)
    every = np.linalg.norm(motion[:, None] - motion[None], axis=-1).sum() / (50 * 49)
    assert diversity(motion, pairs=40_000) == pytest.approx(every, rel=0.01)
    assert diversity(motion) == diversity(motion) != diversity(motion, seed=1)


def test_multimodality_looks_within_a_text_only() -> None:
    apart = np.array([[[0.0], [2.0]], [[1000.0], [1004.0]]])
    assert multimodality(apart) == 3.0
    assert multimodality(np.repeat(normal(17, 5, 1, 4), 3, axis=1)) == 0
    motion = normal(18, 4, 30, 6)
    every = np.linalg.norm(motion[:, :, None] - motion[:, None], axis=-1).sum() / (4 * 30 * 29)
    assert multimodality(motion, pairs=10_000) == pytest.approx(every, rel=0.01)
    assert multimodality(motion) == multimodality(motion) != multimodality(motion, seed=1)


def test_jerk_of_known_movements() -> None:
    seconds = np.arange(30) / 25
    neck = np.zeros((30, 3))
    neck[:, 1] = np.radians(5 * seconds**3)  # 30 deg/s³ in pitch, nothing in yaw and roll
    assert head_jerk(neck, FPS) == pytest.approx(30 / 3)
    assert head_jerk(neck * [1, -1, 1], FPS) == pytest.approx(10), "its amount, not its sign"
    parabola = np.stack([seconds**2, -seconds, seconds * 0 + 0.3], axis=1)
    assert head_jerk(parabola, FPS) == pytest.approx(0, abs=1e-6)
    expression = np.zeros((30, 52))
    expression[:, 17] = 0.1 * seconds**3
    assert expression_jerk(expression, FPS) == pytest.approx(0.6 / 52)


def test_a_full_turn_is_no_leap() -> None:
    turning = np.linspace(0, 9, 60)[:, None] * [1.0, 0.0, 0.0]
    wrapped = (turning + np.pi) % (2 * np.pi) - np.pi
    assert head_jerk(wrapped, FPS) == pytest.approx(0, abs=1e-6)


def test_the_frame_rate_hardly_changes_the_jerk_of_a_nod_and_trembling_does() -> None:
    def nod(fps: int) -> NDArray[np.float64]:
        return 0.2 * np.sin(2 * np.pi * np.arange(4 * fps) / fps)[:, None] * [0.0, 1.0, 0.0]

    calm = head_jerk(nod(25), FPS) or 0
    assert head_jerk(nod(50), Fraction(50)) == pytest.approx(calm, rel=0.02)
    # the third derivative of A sin(wt) has the mean amount A w³ · 2/π
    assert calm == pytest.approx(np.degrees(0.2) * (2 * np.pi) ** 3 * 2 / np.pi / 3, rel=0.03)
    assert (head_jerk(nod(25) + 0.01 * normal(19, 100, 3), FPS) or 0) > 10 * calm


def test_too_short_for_jerk() -> None:
    assert head_jerk(np.zeros((3, 3)), FPS) is None
    assert expression_jerk(np.zeros((3, 52)), FPS) is None
    assert head_jerk(np.zeros((4, 3)), FPS) == 0


def test_wrong_shapes_and_values_are_refused() -> None:
    good = normal(20, 40, 4)
    with pytest.raises(ValueError, match="needs its motion"):
        r_precision(good, good[:39])
    with pytest.raises(ValueError, match="at least one batch"):
        r_precision(good[:31], good[:31])
    with pytest.raises(ValueError, match="at most a batch"):
        r_precision(good, good, batch=2, top=3)
    with pytest.raises(ValueError, match="not finite"):
        matching_distance(good, good * np.nan)
    with pytest.raises(ValueError, match="at least two each"):
        frechet_distance(good, good[:1])
    with pytest.raises(ValueError, match="at least two each"):
        frechet_distance(good, good[:, :3])
    with pytest.raises(ValueError, match="at least two motions"):
        diversity(good[:1])
    with pytest.raises(ValueError, match="texts, samples, D"):
        multimodality(good)
    with pytest.raises(ValueError, match="at least two motions"):
        multimodality(good[:, None])
    with pytest.raises(ValueError, match="embeddings"):
        diversity(np.zeros((0, 4)))
    with pytest.raises(ValueError, match=r"\(T, 3\)"):
        head_jerk(np.zeros((9, 2)), FPS)
    with pytest.raises(ValueError, match=r"\(T, E\)"):
        expression_jerk(np.zeros(9), FPS)

"""Features and their store: a performance survives the way there and back."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mien.heads.embedded.head import rotation
from mien.heads.performance import Performance
from mien.motion.corpus.embedded import embedded_motions
from mien.motion.data.features import (
    WIDTH,
    resample,
    rotation_angles,
    rotation_from_6d,
    rotation_matrices,
    rotation_to_6d,
    to_features,
    to_performance,
)
from mien.motion.data.store import MotionClip, MotionStore, write_motions
from mien.storage.clip_store import ClipStoreError

angle = st.floats(-1.4, 1.4)


@given(yaw=st.floats(-3, 3), pitch=angle, roll=angle)
def test_matrices_are_the_heads_own(yaw: float, pitch: float, roll: float) -> None:
    angles = np.array([[yaw, pitch, roll]])
    ours = rotation_matrices(angles)
    heads = rotation(*torch.tensor(angles).unbind(1)).numpy()
    assert np.allclose(ours, heads, atol=1e-6)
    assert np.allclose(rotation_angles(ours), angles, atol=1e-6)


@given(st.lists(st.floats(-5, 5), min_size=6, max_size=6))
def test_any_six_numbers_are_a_rotation(numbers: list[float]) -> None:
    a, b = np.array(numbers[:3]), np.array(numbers[3:])
    if np.linalg.norm(np.cross(a, b)) < 1e-3:
        return  # parallel: the one case that is excluded
    matrix = rotation_from_6d(np.array(numbers))
    assert np.allclose(matrix @ matrix.T, np.eye(3), atol=1e-6)
    assert np.linalg.det(matrix) == pytest.approx(1)
    assert np.allclose(rotation_from_6d(rotation_to_6d(matrix)), matrix, atol=1e-6)


def test_a_performance_survives_its_features() -> None:
    clip = next(iter(embedded_motions(1, 0, 0, 3)))
    features = to_features(clip.performance)
    assert features.shape == (len(clip.performance), WIDTH)
    again = to_performance(features)
    for name in ("expression", "neck", "translation", "gaze"):
        assert np.allclose(getattr(again, name), getattr(clip.performance, name), atol=1e-5), name
    with pytest.raises(ValueError, match="63"):
        to_performance(features[:, :-1])


def test_resampling_keeps_the_motion_in_time() -> None:
    frames = np.arange(61)
    ramp = Performance(Fraction(30), np.zeros((61, 52)), np.stack([frames / 30, 0 * frames, 0 * frames], 1),
                       np.zeros((61, 3)), np.zeros((61, 2)))  # fmt: skip
    again = resample(ramp, Fraction(25))
    assert again.fps == 25
    assert again.seconds == pytest.approx(ramp.seconds, abs=0.04)
    assert np.allclose(again.neck[:, 0], np.arange(len(again)) / 25, atol=1e-5)


def test_a_store_gives_back_what_was_written(tmp_path: Path) -> None:
    clips = list(embedded_motions(5, 2, 2, 0))
    write_motions(tmp_path, iter(clips))
    store = MotionStore(tmp_path)
    assert len(store) == 9
    assert [len(store.numbers(part)) for part in ("train", "val", "held_out")] == [5, 2, 2]
    for clip, again in zip(clips, store, strict=True):
        assert (again.clip_id, again.texts, again.plan) == (clip.clip_id, clip.texts, clip.plan)
        assert np.allclose(again.performance.neck, clip.performance.neck, atol=1e-5)


def test_a_broken_store_is_told(tmp_path: Path) -> None:
    with pytest.raises(match="run the motion_clips stage"):
        MotionStore(tmp_path / "nothing")
    write_motions(tmp_path, embedded_motions(2, 0, 0, 0))
    (tmp_path / "motions.h5").write_bytes((tmp_path / "motions.h5").read_bytes()[:3000])
    with pytest.raises(ClipStoreError):
        MotionStore(tmp_path)


def test_what_cannot_be_stored_is_refused(tmp_path: Path) -> None:
    clip = next(iter(embedded_motions(1, 0, 0, 0)))
    wordless = MotionClip("a", "folder", "train", (), clip.performance)
    with pytest.raises(ValueError, match="a has no text"):
        write_motions(tmp_path, [wordless])
    with pytest.raises(ValueError, match="unknown part"):
        write_motions(tmp_path, [MotionClip("a", "folder", "best", ("nods",), clip.performance)])
    with pytest.raises(ValueError, match="two motions are called"):
        write_motions(tmp_path, [clip, clip])
    with pytest.raises(ValueError, match="no motion"):
        write_motions(tmp_path, [])

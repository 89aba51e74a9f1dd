"""The second judge's features and its folder."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from mien.clips import EMOTIONS
from mien.metrics.emotion_hog import CONFIG, FEATURES, WEIGHTS, HogJudge, grey_frames, hog_features


def pictures(seed: int = 0, size: int = 64) -> np.ndarray:
    random = np.random.default_rng(seed)
    noise = [cv2.GaussianBlur(one, (0, 0), 2) for one in random.normal(size=(3, size, size))]
    return np.stack([np.clip(128 + 45 * one / one.std(), 0, 255).astype(np.uint8) for one in noise])


def distance(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.linalg.norm(hog_features(one) - hog_features(other)) / np.linalg.norm(hog_features(one)))


def test_features_do_not_see_light_contrast_or_the_side_but_see_the_picture() -> None:
    plain = pictures()
    assert hog_features(plain).shape == (FEATURES,)
    assert distance(plain, plain[:, :, ::-1]) < 0.02
    assert distance(plain, (plain * 0.6 + 40).astype(np.uint8)) < 0.05
    assert distance(plain, pictures(1)) > 0.3


def test_features_are_of_mouth_and_eyes_at_any_size() -> None:
    plain = pictures()
    outside = plain.copy()
    outside[:, :5] = 0  # above the brows
    outside[:, :, :5] = 0  # hair and background
    assert distance(plain, outside) < 1e-6
    mouth = plain.copy()
    mouth[:, 36:50, 20:44] = 128
    assert distance(plain, mouth) > 0.2
    large = np.stack([cv2.resize(one, (128, 128), interpolation=cv2.INTER_CUBIC) for one in plain])
    assert distance(plain, large) < 0.1


def test_the_mean_over_frames_is_the_mean_of_the_features() -> None:
    plain = pictures()
    each = np.mean([hog_features(one[None]) for one in plain], axis=0)
    assert hog_features(plain) == pytest.approx(each, abs=1e-6)
    video = np.repeat(plain[..., None], 3, axis=-1)
    assert np.abs(grey_frames(video, 3).astype(int) - plain).max() <= 1


def test_a_judge_answers_by_its_weights_and_comes_back_from_its_folder(tmp_path: Path) -> None:
    video = np.repeat(pictures()[..., None], 3, axis=-1)
    features = hog_features(grey_frames(video, 2))
    weights = np.zeros((6, FEATURES), np.float32)
    weights[EMOTIONS.index("SAD")] = features / float(features @ features)
    judge = HogJudge(weights, np.zeros(6, np.float32), 2, 7)
    answer = judge.predict(video)
    assert answer.sum() == pytest.approx(1)
    assert answer[EMOTIONS.index("SAD")] == pytest.approx(np.e / (np.e + 5), rel=1e-4)
    judge.save(tmp_path)
    again = HogJudge.load(tmp_path)
    assert again.trained_clips == 7
    assert np.array_equal(again.predict(video), answer)


def test_a_folder_without_it_or_with_a_damaged_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no second emotion judge"):
        HogJudge.load(tmp_path)
    HogJudge.untrained(2).save(tmp_path)
    assert HogJudge.load(tmp_path).trained_clips == 0
    (tmp_path / WEIGHTS).write_bytes(b"x")
    with pytest.raises(ValueError, match="damaged"):
        HogJudge.load(tmp_path)
    HogJudge.untrained(2).save(tmp_path)
    (tmp_path / CONFIG).write_text("[]")
    with pytest.raises(ValueError, match="damaged"):
        HogJudge.load(tmp_path)
    HogJudge(np.zeros((6, 4), np.float32), np.zeros(6, np.float32), 2, 1).save(tmp_path)
    with pytest.raises(ValueError, match="another version"):
        HogJudge.load(tmp_path)

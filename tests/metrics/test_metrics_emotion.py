"""The judge's network, its folder, and how its answers are counted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from mien.clips import EMOTIONS
from mien.metrics.emotion import (
    EmotionJudge,
    EmotionJudgeConfig,
    accuracy,
    confusion,
    evenly,
    local_contrast,
    prepare,
)
from mien.storage.checksummed_json import write_checksummed_json

TINY = EmotionJudgeConfig(size=24, width=4, frames=3)


def test_local_contrast_does_not_see_brightness_or_contrast() -> None:
    picture = torch.rand((2, 1, 32, 32), generator=torch.Generator().manual_seed(0))
    plain = local_contrast(picture)
    assert torch.allclose(local_contrast(0.3 * picture + 0.5), plain, atol=1e-3)
    assert not torch.allclose(local_contrast(picture.flip(-1)), plain, atol=0.1)


def test_local_contrast_evens_out_a_shadow() -> None:
    picture = torch.rand((1, 1, 48, 48), generator=torch.Generator().manual_seed(0))
    shadow = torch.linspace(0.2, 1, 48)
    shaded = picture * shadow

    def ratio(values: torch.Tensor) -> float:
        return float(values[..., 8:20].std() / values[..., 28:40].std())

    assert ratio(shaded) < 0.62
    assert ratio(local_contrast(shaded)) > 0.7


def test_a_flat_picture_gives_zeros_not_nan() -> None:
    assert local_contrast(torch.full((1, 1, 16, 16), 0.5)).abs().max() < 1e-3


def test_frames_are_taken_from_the_whole_clip() -> None:
    assert evenly(75, 5).tolist() == [7, 22, 37, 52, 67]
    assert evenly(2, 4).tolist() == [0, 0, 1, 1]
    frames = np.zeros((10, 24, 24, 3), np.uint8)
    frames[5] = (255, 0, 0)
    grey = prepare(frames, TINY.model_copy(update={"frames": 1}))
    assert grey.shape == (1, 24, 24)
    assert float(grey.mean()) == pytest.approx(0.299, abs=1e-4)


def test_predictions_are_probabilities_and_do_not_depend_on_the_frames_order_of_magnitude() -> None:
    torch.manual_seed(0)
    judge = EmotionJudge(TINY)
    frames = np.random.default_rng(0).integers(0, 256, (9, 40, 40, 3)).astype(np.uint8)
    answer = judge.predict(frames)
    assert answer.shape == (len(EMOTIONS),)
    assert answer.sum() == pytest.approx(1, abs=1e-5)
    assert np.array_equal(answer, judge.predict(frames))


def test_a_saved_judge_answers_the_same(tmp_path: Path) -> None:
    torch.manual_seed(1)
    judge = EmotionJudge(TINY)
    judge.trained_clips = 12
    judge.save(tmp_path / "judge", "# card\n")
    again = EmotionJudge.load(tmp_path / "judge")
    frames = np.random.default_rng(0).integers(0, 256, (5, 24, 24, 3)).astype(np.uint8)
    assert np.array_equal(again.predict(frames), judge.predict(frames))
    assert again.trained_clips == 12
    assert {path.name for path in (tmp_path / "judge").iterdir()} == {"model.safetensors", "config.json", "card.md"}


def test_a_folder_that_is_no_judge_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="dvc repro emotion_judge"):
        EmotionJudge.load(tmp_path)
    write_checksummed_json(tmp_path / "config.json", {"kind": "generator"})
    with pytest.raises(ValueError, match="it is generator"):
        EmotionJudge.load(tmp_path)


def test_accuracy_and_confusion_by_hand() -> None:
    named, actual = ["HAP", "SAD", "HAP", "ANG"], ["HAP", "SAD", "NEU", "NEU"]
    assert accuracy(named, actual) == 0.5
    assert accuracy([], []) is None
    table = confusion(named, actual)
    assert table.sum() == 4
    assert table[EMOTIONS.index("NEU")].tolist() == [1, 0, 0, 1, 0, 0]
    assert table[EMOTIONS.index("SAD"), EMOTIONS.index("SAD")] == 1
    with pytest.raises(ValueError):
        accuracy(["HAP"], [])

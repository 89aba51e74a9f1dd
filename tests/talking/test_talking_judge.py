"""The emotion judge learns from the train actors only, resumes to the same bits, and says what it could not learn."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch

from mien.clips import EMOTIONS
from mien.corpora.split import read_split
from mien.faces.shards import FaceShards, ShardClip, write_shards
from mien.files import sha256_file
from mien.metrics.emotion import EmotionJudge
from mien.talking import judge as judging
from mien.talking.judge import augment, labelled_clips, train_emotion_judge
from mien.talking.options import EmotionJudgeOptions
from mien.training.curves import no_log
from mien.training.randomness import torch_generator

TINY = EmotionJudgeOptions(
    samples=240,
    clips_per_step=8,
    frames_per_clip=2,
    frames_judged=2,
    size=24,
    width=4,
    frames_kept=4,
    device="cpu",
    log_samples=48,
)


def clips_that_differ(actors: int = 4) -> list[ShardClip]:
    """Clips whose emotion shows as a dark bar at one of six heights, before actors of different brightness."""
    clips = []
    for actor in range(actors):
        for number, emotion in enumerate(EMOTIONS):
            random = np.random.default_rng(100 * actor + number)
            video = np.full((6, 32, 32, 3), 90 + 30 * actor, np.uint8) + random.integers(
                0, 12, (6, 32, 32, 3), np.uint8
            )
            video[:, 3 + 5 * number : 5 + 5 * number, 6:26] = 10
            clip = ShardClip(
                f"{actor}_{emotion}",
                Fraction(25),
                video,
                np.zeros((6, 68, 2), np.float32),
                np.zeros(3840, np.float32),
                np.tile(np.eye(2, 3), (6, 1, 1)),
                np.ones(6, bool),
                labels={"actor": str(actor), "emotion": emotion},
            )
            clips.append(clip)
    return clips


@pytest.fixture(scope="module")
def barred(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Shards of `clips_that_differ` and a split with actor 3 in val."""
    root = tmp_path_factory.mktemp("barred")
    (root / "faces").mkdir()
    write_shards(root / "faces", clips_that_differ())
    with (root / "split.csv").open("w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["clip_id", "actor", "part"])
        for actor in range(4):
            writer.writerows([f"{actor}_{emotion}", actor, "val" if actor == 3 else "train"] for emotion in EMOTIONS)
    return root / "faces", root / "split.csv"


def test_it_learns_what_shows_the_emotion_and_knows_it_on_unseen_actors(
    barred: tuple[Path, Path], tmp_path: Path
) -> None:
    options = TINY.model_copy(update={"samples": 4800, "width": 8, "clips_per_step": 16})
    curve: list[tuple[float, int]] = []
    scores = train_emotion_judge(
        *barred,
        options,
        tmp_path / "judge",
        tmp_path / "resume",
        lambda values, at: curve.append((values.get("loss", 0), at)),
    )
    assert scores["train_clips"] == 18
    assert scores["val_clips"] == 6
    assert scores["val_accuracy"] >= 5 / 6
    assert scores["val_accuracy_HAP"] in (0.0, 1.0)
    losses = [loss for loss, _ in curve if loss]
    assert losses[-1] < 0.7 * losses[0]
    assert [at for _, at in curve] == sorted(at for _, at in curve)
    judge = EmotionJudge.load(tmp_path / "judge")
    assert judge.trained_clips == 18
    shards = FaceShards(barred[0])
    named = [EMOTIONS[int(judge.predict(shards.clip(f"3_{emotion}").video).argmax())] for emotion in EMOTIONS]
    assert sum(one == other for one, other in zip(named, EMOTIONS, strict=True)) / 6 == scores["val_accuracy"]


def test_only_the_train_actors_are_learned_from(barred: tuple[Path, Path], tmp_path: Path) -> None:
    first = train_emotion_judge(*barred, TINY, tmp_path / "one", tmp_path / "r1", no_log)
    # The val actor's pictures change, the judge's weights do not.
    changed = tmp_path / "faces"
    changed.mkdir()
    clips = [
        clip if not clip.clip_id.startswith("3_") else ShardClip(**{**clip.__dict__, "video": 255 - clip.video})
        for clip in clips_that_differ()
    ]
    write_shards(changed, clips)
    train_emotion_judge(changed, barred[1], TINY, tmp_path / "two", tmp_path / "r2", no_log)
    weights = [sha256_file(tmp_path / name / "model.safetensors") for name in ("one", "two")]
    assert weights[0] == weights[1]
    assert first["train_clips"] == 18


def test_stopped_and_resumed_it_ends_in_the_same_bits(
    barred: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = TINY.model_copy(update={"checkpoint_seconds": 0.0})
    whole = train_emotion_judge(*barred, options, tmp_path / "whole", tmp_path / "r1", no_log)
    steps = judging.JudgeTraining.train_step

    def dies(self: judging.JudgeTraining, batch: tuple[torch.Tensor, torch.Tensor], step: int) -> object:
        if step == 9:
            raise KeyboardInterrupt
        return steps(self, batch, step)

    with monkeypatch.context() as patch:
        patch.setattr(judging.JudgeTraining, "train_step", dies)
        with pytest.raises(KeyboardInterrupt):
            train_emotion_judge(*barred, options, tmp_path / "parts", tmp_path / "r2", no_log)
    assert not (tmp_path / "parts").exists()
    count = [0]

    def counts(self: judging.JudgeTraining, batch: tuple[torch.Tensor, torch.Tensor], step: int) -> object:
        count[0] += 1
        return steps(self, batch, step)

    monkeypatch.setattr(judging.JudgeTraining, "train_step", counts)
    parts = train_emotion_judge(*barred, options, tmp_path / "parts", tmp_path / "r2", no_log)
    assert count[0] == options.steps - 9
    assert parts == whole
    for name in ("model.safetensors", "config.json", "card.md"):
        assert (tmp_path / "parts" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_a_corpus_without_emotions_gives_a_judge_that_judges_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "faces"
    folder.mkdir()
    clips = [ShardClip(**{**clip.__dict__, "labels": {"actor": "0"}}) for clip in clips_that_differ(1)]
    write_shards(folder, clips)
    split = tmp_path / "split.csv"
    split.write_text("clip_id,actor,part\n" + "".join(f"{clip.clip_id},0,train\n" for clip in clips))
    scores = train_emotion_judge(folder, split, TINY, tmp_path / "judge", tmp_path / "resume", no_log)
    assert scores == {"train_clips": 0.0, "val_clips": 0.0}
    assert EmotionJudge.load(tmp_path / "judge").trained_clips == 0


def test_pictures_that_do_not_fit_are_refused_before_training(barred: tuple[Path, Path], tmp_path: Path) -> None:
    options = TINY.model_copy(update={"cache_megabytes": 0})
    with pytest.raises(ValueError, match="frames_kept"):
        train_emotion_judge(*barred, options, tmp_path / "judge", tmp_path / "resume", no_log)
    assert list(tmp_path.iterdir()) == []


def test_labelled_clips_are_those_of_the_part(barred: tuple[Path, Path]) -> None:
    shards, split = FaceShards(barred[0]), read_split(barred[1])
    assert labelled_clips(shards, split, "val") == sorted(f"3_{emotion}" for emotion in EMOTIONS)
    assert len(labelled_clips(shards, split, "train")) == 18
    assert labelled_clips(shards, split, "test") == []


def test_augmentation_is_a_function_of_its_generator_and_treats_a_clips_frames_alike() -> None:
    grey = torch.rand((3, 1, 24, 24), generator=torch_generator(0, "x")).repeat(1, 2, 1, 1)
    one, again = augment(grey, torch_generator(1, "a")), augment(grey, torch_generator(1, "a"))
    assert torch.equal(one, again)
    assert not torch.allclose(one, augment(grey, torch_generator(2, "a")), atol=0.05)
    # Both frames of each clip were equal: but for noise they still are.
    assert float((one[:, 0] - one[:, 1]).abs().mean()) < 0.08
    assert float((one - grey).abs().mean()) > 0.08

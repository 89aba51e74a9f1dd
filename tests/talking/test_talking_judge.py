"""The emotion judge learns from the train actors only, resumes to the same bits, and says what it could not learn."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from tiny import a_run, assert_resumes, tiny, with_training

from mien.clips import EMOTIONS
from mien.corpora.split import read_split
from mien.faces.shards import FaceShards, ShardClip, write_shards
from mien.files import sha256_file
from mien.metrics.emotion import EmotionJudge
from mien.metrics.emotion_hog import HogJudge
from mien.talking.judge.hog import augment_frames, train_hog_judge
from mien.talking.judge.train import (
    augment,
    labelled_clips,
    soft,
    train_emotion_judge,
)
from mien.training.randomness import torch_generator

TINY = tiny("emotion_judge")


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
    options = with_training(TINY, samples=4800, batch=16)
    curve: list[tuple[float, int]] = []
    scores = train_emotion_judge(
        *barred,
        options,
        tmp_path / "judge",
        a_run(tmp_path / "resume", lambda values, at: curve.append((values.get("loss", 0), at))),
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
    first = train_emotion_judge(*barred, TINY, tmp_path / "one", a_run(tmp_path / "r1"))
    # The val actor's pictures change, the judge's weights do not.
    augment_frames = tmp_path / "faces"
    augment_frames.mkdir()
    clips = [
        clip if not clip.clip_id.startswith("3_") else ShardClip(**{**clip.__dict__, "video": 255 - clip.video})
        for clip in clips_that_differ()
    ]
    write_shards(augment_frames, clips)
    train_emotion_judge(augment_frames, barred[1], TINY, tmp_path / "two", a_run(tmp_path / "r2"))
    for file in ("model.safetensors", "hog.safetensors"):
        assert sha256_file(tmp_path / "one" / file) == sha256_file(tmp_path / "two" / file)
    assert first["train_clips"] == 18


def test_an_interrupted_training_resumes_to_the_same_bits(barred: tuple[Path, Path], tmp_path: Path) -> None:
    assert_resumes(lambda out, run: train_emotion_judge(*barred, TINY, out, run), tmp_path)


def test_a_corpus_without_emotions_gives_a_judge_that_judges_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "faces"
    folder.mkdir()
    clips = [ShardClip(**{**clip.__dict__, "labels": {"actor": "0"}}) for clip in clips_that_differ(1)]
    write_shards(folder, clips)
    split = tmp_path / "split.csv"
    split.write_text("clip_id,actor,part\n" + "".join(f"{clip.clip_id},0,train\n" for clip in clips))
    scores = train_emotion_judge(folder, split, TINY, tmp_path / "judge", a_run(tmp_path / "resume"))
    assert scores == {"train_clips": 0.0, "val_clips": 0.0}
    assert EmotionJudge.load(tmp_path / "judge").trained_clips == 0
    assert HogJudge.load(tmp_path / "judge").trained_clips == 0


def test_pictures_that_do_not_fit_are_refused_before_training(barred: tuple[Path, Path], tmp_path: Path) -> None:
    run = a_run(tmp_path / "resume", cache_megabytes=0)
    with pytest.raises(ValueError, match="frames_kept"):
        train_emotion_judge(*barred, TINY, tmp_path / "judge", run)
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


def smiling(actors: int, seed: int) -> list[ShardClip]:
    """Clips of noise in which the mouth is a bar that leans one way, the other, or lies; HAP, SAD and NEU."""
    clips = []
    for actor in range(actors):
        for lean, emotion in ((8, "HAP"), (-8, "SAD"), (0, "NEU")):
            random = np.random.default_rng(100 + seed + 10 * actor + lean)
            frames = []
            for _ in range(4):
                picture = cv2.GaussianBlur(random.integers(90, 166, (64, 64), np.uint8), (0, 0), 1)
                for side in (-1, 1):  # the corners of the mouth go up or down
                    cv2.line(picture, (32, 44), (32 + 12 * side, 44 - lean), 20, 2, cv2.LINE_AA)
                frames.append(np.repeat(picture[..., None], 3, axis=-1))
            labels = {"actor": str(actor), "emotion": emotion}
            still = np.zeros((4, 68, 2), np.float32)
            moved = np.tile(np.eye(2, 3), (4, 1, 1))
            video, speech = np.stack(frames), np.zeros(2560, np.float32)
            clips.append(
                ShardClip(
                    f"{actor}_{emotion}", Fraction(25), video, still, speech, moved, np.ones(4, bool), labels=labels
                )
            )
    return clips


def test_the_second_judge_knows_a_smile_sharp_or_soft_and_never_names_what_it_never_saw(tmp_path: Path) -> None:
    for name, actors, seed in (("train", 5, 0), ("val", 4, 1000)):
        (tmp_path / name).mkdir()
        write_shards(tmp_path / name, smiling(actors, seed))
    train, val = FaceShards(tmp_path / "train"), FaceShards(tmp_path / "val")
    options = TINY.model_copy(update={"hog_copies": 12})
    judge = train_hog_judge(train, list(train), options)
    assert judge.trained_clips == 15
    again = train_hog_judge(train, list(train), options)
    assert np.array_equal(judge.weights, again.weights)
    for degree in (None, 0.02, 0.03):
        right = 0
        for clip_id in val:
            video = val.clip(clip_id).video
            answer = judge.predict(video if degree is None else soft(video, degree))
            right += EMOTIONS[int(answer.argmax())] == clip_id.split("_")[1]
            assert answer[EMOTIONS.index("FEA")] < 1e-6
        assert right >= 11, (degree, right)
    two = train_hog_judge(train, [clip_id for clip_id in train if "NEU" not in clip_id], options)
    answers = [EMOTIONS[int(two.predict(val.clip(clip_id).video).argmax())] for clip_id in ("0_HAP", "0_SAD")]
    assert answers == ["HAP", "SAD"]
    assert train_hog_judge(train, ["0_HAP", "1_HAP"], options).trained_clips == 0  # nothing to tell apart


def test_changed_pictures_move_and_soften_alike_in_a_clip() -> None:
    picture = np.random.default_rng(0).integers(0, 255, (1, 64, 64), np.uint8)
    twice = np.repeat(picture, 2, axis=0)
    sharpness = []
    for seed in range(8):
        one = augment_frames(twice, np.random.default_rng(seed))
        assert np.array_equal(one[0], one[1])
        assert np.array_equal(one, augment_frames(twice, np.random.default_rng(seed)))
        sharpness.append(cv2.Laplacian(one[0], cv2.CV_64F).var())
    assert max(sharpness) > 20 * min(sharpness)

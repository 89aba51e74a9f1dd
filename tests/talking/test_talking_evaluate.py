"""The evaluation against talkers whose worth is known: a perfect one, and one that repeats the reference."""

from __future__ import annotations

import csv
import importlib.util
import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from mien.clips import EMOTIONS
from mien.corpora.split import read_split
from mien.faces.measures import FACE_POSE
from mien.faces.shards import FaceShards, ShardClip, write_shards
from mien.files import sha256_file
from mien.media.ffmpeg import open_media, probe
from mien.metrics.emotion import EmotionJudge, EmotionJudgeConfig
from mien.metrics.emotion_hog import FEATURES, HogJudge
from mien.talking.data.batches import TalkingData
from mien.talking.evaluate import evaluate as evaluating
from mien.talking.evaluate.evaluate import evaluate_talking
from mien.talking.evaluate.measure import (
    AVERAGED,
    OVERALL,
    VERDICTS,
    as_aligned,
)
from mien.talking.evaluate.motion import real_pose
from mien.talking.evaluate.trials import choose_trials
from mien.talking.options import EvaluateTalkingOptions
from mien.training.curves import no_log

SIZE, FRAMES, FPS = 64, 30, Fraction(25)
ROWS = ("real", "repeated", "shuffled", "generated", "real_motion")
OPTIONS = EvaluateTalkingOptions(max_clips=4, videos=1, sheet_rows=2, panel=64)


def _drawing() -> Any:
    path = Path(__file__).parents[1] / "faces" / "faces_drawing.py"
    specification = importlib.util.spec_from_file_location("faces_drawing_for_evaluation", path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def talking_clip(actor: int, emotion: str, sentence: str, drawing: Any) -> ShardClip:
    """A drawn face whose mouth opens with the loudness of its speech, at a rhythm of its own."""
    random = np.random.default_rng(10 * actor + EMOTIONS.index(emotion))
    seconds = np.arange(FRAMES) / 25
    waves = [np.sin(2 * np.pi * random.uniform(1.5, 5) * seconds + random.uniform(0, 7)) for _ in range(4)]
    opening = 0.5 + 0.16 * np.sum(waves, axis=0)
    video, landmarks = [], []
    for value in opening:
        picture = np.full((2 * SIZE, 2 * SIZE, 3), 120, np.uint8)
        points = drawing.draw_face(picture, np.eye(2, 3), float(value), 30 * actor)
        video.append(picture[::2, ::2] // 2 + picture[1::2, 1::2] // 2)
        landmarks.append((points + 0.5) / 2 - 0.5)
    gains = np.repeat(np.exp(3 * (opening - 1)), 640)
    speech = 0.3 * gains * random.choice([-1.0, 1.0], len(gains))
    return ShardClip(
        f"{actor}_{emotion}",
        FPS,
        np.stack(video),
        np.asarray(landmarks, np.float32),
        speech.astype(np.float32),
        np.tile(np.eye(2, 3), (FRAMES, 1, 1)),
        np.ones(FRAMES, bool),
        labels={"actor": str(actor), "emotion": emotion, "intensity": 1.0, "sentence_id": sentence},
    )


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """faces/, split.csv, judge/: actor 1 with NEU, HAP, SAD and actor 2 with HAP in val, actor 0 in train."""
    root = tmp_path_factory.mktemp("evaluation")
    drawing = _drawing()
    plan = [(0, "HAP", "A"), (1, "HAP", "A"), (1, "NEU", "B"), (1, "SAD", "C"), (2, "HAP", "D")]
    (root / "faces").mkdir()
    write_shards(root / "faces", [talking_clip(*one, drawing) for one in plan])
    lines = [f"{actor}_{emotion},{actor},{'train' if actor == 0 else 'val'}" for actor, emotion, _ in plan]
    (root / "split.csv").write_text("\n".join(["clip_id,actor,part", *lines]) + "\n")
    torch.manual_seed(0)
    judge = EmotionJudge(EmotionJudgeConfig(size=24, width=4, frames=2))
    judge.trained_clips = 1
    weights = np.random.default_rng(0).normal(size=(6, FEATURES)).astype(np.float32)
    judge.save(root / "judge", "# card\n", HogJudge(weights, np.zeros(6, np.float32), 2, 1))
    return root


class PerfectTalker:
    """Recognises the speech and plays the real clip to it; keeps what it was asked for."""

    size = SIZE
    mean_pose = np.zeros(len(FACE_POSE), np.float32)

    def __init__(self, shards: FaceShards) -> None:
        self.shards = shards
        self.asked: list[tuple[str | None, float | None, int]] = []
        self.references: list[NDArray[np.uint8]] = []
        self.poses: list[NDArray[np.float32] | None] = []

    def generate(
        self,
        crop: NDArray[np.uint8],
        speech: NDArray[np.float32],
        emotion: str | None,
        intensity: float | None,
        seed: int,
        pose: NDArray[np.float32] | None = None,
        landmarks: NDArray[np.float32] | None = None,
    ) -> Iterator[NDArray[np.uint8]]:
        assert landmarks is not None
        assert landmarks.shape == (68, 2), "the landmarks that the detector found in the reference"
        self.poses.append(pose)
        self.asked.append((emotion, intensity, seed))
        self.references.append(crop)
        for clip_id in self.shards:
            window = self.shards.clip(clip_id)
            if np.array_equal(window.speech[: len(speech)], speech):
                yield from window.video[: len(speech) * 25 // 16000]
                return
        raise AssertionError("the speech is no clip's")


class RepeatingTalker:
    """Repeats the reference at another size, one frame too many."""

    size = 48
    mean_pose = np.zeros(len(FACE_POSE), np.float32)

    def generate(
        self, crop: NDArray[np.uint8], speech: NDArray[np.float32], *_: object, **__: object
    ) -> Iterator[NDArray[np.uint8]]:
        assert crop.shape == (48, 48, 3)
        for _frame in range(len(speech) * 25 // 16000 + 1):
            yield crop


def run(
    corpus: Path, out: Path, talker: object, monkeypatch: pytest.MonkeyPatch, options: EvaluateTalkingOptions = OPTIONS
) -> dict[str, Any]:
    monkeypatch.setattr(evaluating.FrameGenerator, "load", staticmethod(lambda _: talker))
    return evaluate_talking(
        corpus / "faces", corpus / "split.csv", corpus / "model", corpus / "judge", options, out, no_log
    )


@pytest.fixture(scope="module")
def perfect(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path, PerfectTalker]:
    out = tmp_path_factory.mktemp("out") / "evaluation"
    talker = PerfectTalker(FaceShards(corpus / "faces"))
    with pytest.MonkeyPatch.context() as patch:
        return run(corpus, out, talker, patch), out, talker


def test_a_perfect_talker_scores_as_the_real_clips_do(perfect: tuple[dict[str, Any], Path, PerfectTalker]) -> None:
    metrics = perfect[0]
    real, generated = metrics["real"]["val"], metrics["generated"]["val"]
    assert real["psnr"] == 100
    assert real["ssim"] == real["ssim_mouth"] == real["ssim_eyes"] == 1
    assert real["sharpness"] == real["sharpness_mouth"] == real["sharpness_eyes"] == 1
    assert real["face_found"] >= 0.9
    assert real["sync_correlation"] > 0.8
    assert real["sync_auc"] == real["sync_auc_common_lag"] == 1
    assert real["identity_cosine"] is None  # no network was named
    assert generated == metrics["real_motion"]["val"] == real
    assert metrics["generated"]["overall"] == metrics["real"]["overall"]
    assert metrics["generated"]["frames_per_second"] > 0
    assert "frames_per_second" not in metrics["real"]


def test_another_clips_speech_and_a_still_picture_score_worse(
    perfect: tuple[dict[str, Any], Path, PerfectTalker],
) -> None:
    metrics = perfect[0]
    real, still, shuffled = (metrics[row]["val"] for row in ("real", "repeated", "shuffled"))
    for row in (still, shuffled):
        assert row["ssim_mouth"] < 0.99
        assert row["lmd_mouth"] > 1.5 * real["lmd_mouth"]
        assert row["sync_correlation"] < real["sync_correlation"] - 0.1
    assert still["sync_correlation"] == 0
    assert still["lag_ms"] is None
    assert still["sync_auc"] == 0.5
    assert still["jitter"] == 0
    assert shuffled["sync_auc"] < 0.5


def test_the_dictionary_is_stable_plain_and_small(perfect: tuple[dict[str, Any], Path, PerfectTalker]) -> None:
    metrics = perfect[0]
    keys = {*AVERAGED, "lag_ms", "sync_auc", "sync_auc_common_lag", "blink_correlation"}
    assert list(metrics) == [*ROWS, "evaluated"]
    assert all(set(metrics[row]["val"]) == {*keys, *VERDICTS} for row in ROWS)
    assert all(set(metrics[row]) - {"frames_per_second"} == {"val", "overall"} for row in ROWS)
    text = json.dumps(metrics, allow_nan=False)
    assert len(text) < 6000
    assert metrics["evaluated"] == {
        "val": 4, "frames": 4 * FRAMES, "actors": 2, "clips_with_emotion": 4,
        "neutral_references": 2, "own_first_frame_references": 2,
        "data": metrics["evaluated"]["data"], "fingerprint": metrics["evaluated"]["fingerprint"],
    }  # fmt: skip


def test_the_reference_is_a_neutral_frame_of_another_clip_of_the_actor(
    corpus: Path, perfect: tuple[dict[str, Any], Path, PerfectTalker]
) -> None:
    shards, talker = FaceShards(corpus / "faces"), perfect[2]
    neutral, own = shards.clip("1_NEU").video[0], shards.clip("2_HAP").video[0]
    # By clip id: 1_HAP, 1_NEU, 1_SAD, 2_HAP; each with its own speech, another's, and its own with its motion.
    expected = [neutral, neutral, neutral, own]
    assert len(talker.references) == 12
    for place, reference in enumerate(talker.references):
        assert np.array_equal(reference, expected[place // 3])
    assert talker.asked[0] == ("HAP", 1.0, 0)
    assert [emotion for emotion, _, _ in talker.asked[::3]] == ["HAP", "NEU", "SAD", "HAP"]
    for place, pose in enumerate(talker.poses):
        assert (pose is not None) == (place % 3 == 2)


def test_the_given_motion_is_the_clips_own_as_training_measures_it(corpus: Path) -> None:
    shards = FaceShards(corpus / "faces")
    data = TalkingData(corpus / "faces", corpus / "split.csv", "val")
    usual = np.linspace(0.1, 0.2, len(FACE_POSE))
    for trial in choose_trials(shards, read_split(corpus / "split.csv"), "val", None, 0):
        given = real_pose(shards, trial, FRAMES + 2, usual)
        assert given.shape == (FRAMES + 2, len(FACE_POSE))
        assert np.array_equal(given[-1], given[FRAMES - 1])
        own = data.features[trial.clip_id].pose
        assert given[:FRAMES, 4:] == pytest.approx(own[:, 4:], abs=1e-6)
        # Placing is told from the talker's usual place by as much as the clip's face lies off the reference's.
        off = data.features[trial.clip_id].in_plane_pose - data.features[trial.reference_clip].in_plane_pose[0]
        assert given[:FRAMES, :4] - usual[:4] == pytest.approx(off, abs=1e-6)


def test_the_fingerprint_names_clips_judges_and_options_but_not_what_is_shown(corpus: Path, tmp_path: Path) -> None:
    shards, split = FaceShards(corpus / "faces"), read_split(corpus / "split.csv")

    def named(folder: Path = corpus / "judge", clips: int = 4, **options: object) -> str:
        trials = choose_trials(shards, split, "val", clips, 0)
        return evaluating.evaluation_identity(shards, trials, folder, OPTIONS.model_copy(update=options))["fingerprint"]

    plain = named()
    assert len(plain) == 12
    assert named(videos=0, panel=128, sheet_rows=1) == plain
    HogJudge.untrained(2).save(tmp_path)
    assert len({plain, named(max_seconds=1.0), named(clips=3), named(tmp_path)}) == 4


def test_identity_is_measured_where_a_network_is_given(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Colour:
        def __init__(self, _: Path) -> None:
            pass

        def embed(self, frames: NDArray[np.uint8], landmarks: NDArray[np.float32]) -> NDArray[np.float32]:
            assert len(frames) == len(landmarks) <= 4
            mean = frames.mean(axis=(0, 1, 2)) - 60
            return np.asarray(mean / np.linalg.norm(mean), np.float32)

    monkeypatch.setattr(evaluating, "IdentityJudge", Colour)
    options = OPTIONS.model_copy(update={"max_clips": 1, "identity_model": tmp_path / "any.onnx"})
    metrics = run(corpus, tmp_path / "out", RepeatingTalker(), monkeypatch, options)
    assert metrics["repeated"]["val"]["identity_cosine"] == pytest.approx(1)
    assert 0.9 < metrics["generated"]["val"]["identity_cosine"] <= 1


def test_a_face_that_lies_elsewhere_is_shown_to_the_judges_where_real_ones_lie(corpus: Path) -> None:
    window = FaceShards(corpus / "faces").clip("1_HAP")
    every = np.arange(FRAMES)
    home = as_aligned(window.video, window.landmarks, every)  # the drawn face lies where alignment puts faces
    assert float(np.abs(home.astype(float) - window.video).mean()) < 1
    matrix = np.array([[1.05, 0, 3.0], [0, 1.05, -5.0]])
    moved = np.stack([cv2.warpAffine(frame, matrix, (SIZE, SIZE)) for frame in window.video])
    landmarks = (window.landmarks @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
    landmarks[3] = np.nan
    back = as_aligned(moved, landmarks, every)
    assert np.array_equal(as_aligned(moved, landmarks, every[5:7]), back[5:7])
    inside = (slice(None), slice(12, 52), slice(12, 52))
    assert float(np.abs(moved[inside].astype(float) - window.video[inside]).mean()) > 10
    assert float(np.abs(back[inside].astype(float) - window.video[inside]).mean()) < 4
    assert np.array_equal(as_aligned(moved, np.full_like(landmarks, np.nan), every), moved)


def test_what_is_written(perfect: tuple[dict[str, Any], Path, PerfectTalker]) -> None:
    out = perfect[1]
    names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    videos = [name for name in names if name.startswith("videos/")]
    assert len(videos) == 1
    assert names - set(videos) == {
        "confusions.csv", "contact_sheet.png", "plots/confusions.png", "plots/mouth_opening.png",
        "plots/rates.png", "rates.csv", "samples.csv",
    }  # fmt: skip
    info = probe(out / videos[0])
    assert (info.width, info.frames, info.fps) == (3 * 64, FRAMES, FPS)
    assert info.audio_hz == 16_000
    with open_media(out / videos[0]) as container:
        assert "generated by AI: mien" in container.metadata["comment"]
    with (out / "samples.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["row"], row["clip_id"]) for row in rows[::4]] == [(row, "1_HAP") for row in ROWS]
    assert len(rows) == 20
    assert rows[0]["reference_clip"] == "1_NEU"
    mean = np.mean([float(row["ssim"]) for row in rows if row["row"] == "shuffled"])
    assert mean == pytest.approx(perfect[0]["shuffled"]["val"]["ssim"], abs=1e-4)
    with (out / "confusions.csv").open(newline="") as stream:
        assert sum(int(line["count"]) for line in csv.DictReader(stream)) == 40  # two judges


def test_a_talker_that_repeats_the_reference_scores_as_that_row_and_every_file_is_the_same_again(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = OPTIONS.model_copy(update={"max_clips": 2})
    first = run(corpus, tmp_path / "one", RepeatingTalker(), monkeypatch, options)
    second = run(corpus, tmp_path / "two", RepeatingTalker(), monkeypatch, options)
    still, generated = first["repeated"]["val"], first["generated"]["val"]
    assert generated["sync_auc"] == still["sync_auc"] == 0.5
    assert generated["jitter"] == 0
    assert still["blink_correlation"] in (0, None)
    measured = [still[key] for key in OVERALL if still[key] is not None]
    assert first["repeated"]["overall"] == pytest.approx(np.mean(measured), abs=1e-4)  # figures are rounded
    assert 25 < generated["psnr"] < still["psnr"]  # less: it went through 48 pixels
    assert generated["nlmd"] == pytest.approx(still["nlmd"], abs=0.01)
    for metrics in (first, second):
        metrics["generated"].pop("frames_per_second")
    assert first == second
    files = [path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file()]
    assert len(files) >= 6
    for name in files:
        assert sha256_file(tmp_path / "one" / name) == sha256_file(tmp_path / "two" / name), name


def test_a_talker_of_the_wrong_length_is_refused_and_nothing_is_left(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Short(RepeatingTalker):
        def generate(self, crop: NDArray[np.uint8], *_: object, **__: object) -> Iterator[NDArray[np.uint8]]:
            yield crop

    with pytest.raises(ValueError, match="1 frames"):
        run(corpus, tmp_path / "out", Short(), monkeypatch)
    assert list(tmp_path.iterdir()) == []


def test_an_untrained_judge_leaves_emotions_unmeasured(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    EmotionJudge(EmotionJudgeConfig(size=24, width=4, frames=2)).save(tmp_path / "judge", "", HogJudge.untrained(2))
    for name in ("faces", "split.csv"):
        (tmp_path / name).symlink_to(corpus / name)
    metrics = run(
        tmp_path, tmp_path / "out", RepeatingTalker(), monkeypatch, OPTIONS.model_copy(update={"max_clips": 1})
    )
    assert metrics["real"]["val"]["emotion_accuracy"] is None
    assert metrics["real"]["val"]["emotion_accuracy_hog"] is None
    assert metrics["real"]["val"]["sync_auc"] is None  # a single clip has no stranger
    assert not (tmp_path / "out/plots/confusions.png").exists()


def test_no_clip_in_the_part_is_said(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = OPTIONS.model_copy(update={"part": "test"})
    with pytest.raises(ValueError, match=r"split\.test_ratio"):
        run(corpus, tmp_path / "out", RepeatingTalker(), monkeypatch, options)


def test_the_choice_of_clips_is_spread_over_emotions_and_actors(faces: Path) -> None:
    shards = FaceShards(faces)
    split = dict.fromkeys(map(str, shards.index.index), "val")
    trials = choose_trials(shards, split, "val", 12, 0)
    assert [trial.clip_id for trial in trials] == sorted(trial.clip_id for trial in trials)
    assert all(sum(trial.emotion == emotion for trial in trials) == 2 for emotion in EMOTIONS)
    assert len({trial.actor for trial in trials}) == 4
    for trial in trials:
        assert trial.reference_clip == (f"{trial.actor}_NEU" if trial.emotion != "NEU" else trial.clip_id)
        assert trial.other_speech != trial.clip_id
    assert trials == choose_trials(shards, split, "val", 12, 0)
    assert trials != choose_trials(shards, split, "val", 12, 1)
    assert len(choose_trials(shards, split, "val", None, 0)) == 24

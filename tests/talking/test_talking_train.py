"""The three phases: they learn, end in the same bits every time, and refuse what they cannot use."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from talking_corpus import SIZE, TINY_EMOTION, TINY_GENERATOR, TINY_TALKING_FACE, drawn_clip
from tiny import a_run, with_training

from mien.clips import EMOTIONS
from mien.faces.shards import write_shards
from mien.storage.checksummed_json import read_checksummed_json, write_checksummed_json
from mien.talking.data.batches import BatchPlan, TalkingData, make_batch
from mien.talking.generate.frame_generator import load_generator
from mien.talking.options import EmotionDiscriminatorOptions, GeneratorOptions, TalkingFaceOptions
from mien.talking.train.emotion_discriminator import train_emotion_discriminator
from mien.talking.train.generator import new_generator, train_generator
from mien.talking.train.landmarks import LandmarkTrainer
from mien.talking.train.pixel_loss import forward
from mien.talking.train.speech_encoder import SpeechTrainer
from mien.talking.train.talking_face import train_talking_face
from mien.training.train import train


def test_the_speech_encoder_learns_the_mouth_and_the_generator_the_picture(
    faces: Path, split: Path, tmp_path: Path
) -> None:
    curves: dict[str, list[float]] = {}

    def log(values: dict[str, float], samples: int) -> None:
        assert samples > 0
        for name, value in values.items():
            curves.setdefault(name, []).append(value)

    changes = {"speech_samples": 20_000, "landmark_samples": 20_000}
    options = with_training(TINY_GENERATOR, samples=640).model_copy(update=changes)
    figures = train_generator(faces, split, options, tmp_path / "out", a_run(tmp_path / "resume", log))  # type: ignore[arg-type]
    assert np.mean(curves["speech_mouth_shape"][-3:]) < 0.5 * curves["speech_mouth_shape"][0]
    assert np.mean(curves["landmark_position"][-3:]) < 0.8 * curves["landmark_position"][0]
    assert np.mean(curves["paint"][-3:]) < 0.6 * curves["paint"][0]
    assert figures["val_l1"] == pytest.approx(curves["val_l1"][-1])
    assert figures["val_l1"] < 0.06
    assert figures["perceptual_loss_used"] == 0
    assert figures["parameters"] > 1000


def test_the_mouth_is_told_to_open_before_a_frame_is_drawn(faces: Path, split: Path, tmp_path: Path) -> None:
    torch.set_num_threads(1)
    options = TINY_GENERATOR.model_copy(update={"speech_samples": 20_000, "landmark_samples": 30_000})
    data = TalkingData(faces, split, "train")
    generator = new_generator(data, options)
    train(SpeechTrainer(generator.speech_encoder, data, options), a_run(tmp_path / "speech"))
    train(LandmarkTrainer(generator, data, options), a_run(tmp_path / "landmarks"))
    held_out = TalkingData(faces, split, "val")
    real, told = [], []
    for step in range(8):
        batch = make_batch(held_out, BatchPlan(0, "test", 6, 4, reference_shares=(0, 1, 0)), step)
        with torch.no_grad():
            layers = forward(generator, batch).decoded.layers
        assert layers is not None
        landmarks = layers.landmarks
        real.append(batch.landmarks.flatten(0, 1)[:, 66, 1] - batch.landmarks.flatten(0, 1)[:, 62, 1])
        told.append(landmarks[:, 66, 1] - landmarks[:, 62, 1])
    assert np.corrcoef(torch.cat(real), torch.cat(told))[0, 1] > 0.5


def test_a_direct_generator_trains_as_in_2020(faces: Path, split: Path, tmp_path: Path) -> None:
    names: set[str] = set()
    options = TINY_GENERATOR.model_copy(update={"architecture": "direct"})
    train_generator(
        faces, split, options, tmp_path / "out", a_run(tmp_path / "resume", lambda values, _: names.update(values))
    )
    assert not names & {"flow", "cover", "landmark_displacement"}
    assert load_generator(tmp_path / "out")[0].config.architecture == "direct"


def test_the_same_configuration_ends_in_the_same_bytes(
    faces: Path, split: Path, generator: Path, emotion_discriminator: Path, talking_face: Path, tmp_path: Path
) -> None:
    torch.set_num_threads(1)
    again = tmp_path / "again"
    train_talking_face(faces, split, TINY_TALKING_FACE, emotion_discriminator, generator, again, a_run(tmp_path / "r"))
    for name in ("model.safetensors", "discriminators.safetensors", "config.json", "card.md"):
        assert (again / name).read_bytes() == (talking_face / name).read_bytes()
    other = with_training(TINY_TALKING_FACE, seed=1)
    train_talking_face(faces, split, other, emotion_discriminator, generator, again, a_run(tmp_path / "other"))
    assert (again / "model.safetensors").read_bytes() != (talking_face / "model.safetensors").read_bytes()


def test_the_joint_training_starts_from_both_models_and_moves_all_three(
    generator: Path, talking_face: Path, emotion_discriminator: Path
) -> None:
    before, after = (load_generator(folder)[0].state_dict() for folder in (generator, talking_face))
    moved = [float((before[name] - after[name]).abs().max()) for name in before if before[name].dim() > 1]
    assert max(moved) > 1e-4
    drift = np.mean([float((before[name] - after[name]).abs().mean()) for name in before])
    assert drift < 0.02  # it is the generator of phase 2, further trained, not a new one
    from safetensors.torch import load_file

    discriminators = load_file(talking_face / "discriminators.safetensors")
    first = load_file(emotion_discriminator / "model.safetensors")
    name = "classifier.weight"
    distance = float((discriminators[f"emotion_discriminator.{name}"] - first[name]).abs().max())
    assert 0 < distance < 0.1


def test_the_emotion_discriminator_learns_what_is_there_to_learn(tmp_path: Path) -> None:
    (tmp_path / "faces").mkdir()
    clips = []
    for actor in range(3):
        for number, emotion in enumerate(("HAP", "SAD")):
            clip = drawn_clip(f"{actor}_{emotion}", actor, emotion, number)
            clip.video[:, 20:, :, 0 if emotion == "HAP" else 2] = 255  # a plain sign, on actors of all colours
            clips.append(clip)
    write_shards(tmp_path / "faces", clips)
    rows = ["clip_id,actor,part"] + [
        f"{actor}_{emotion},{1001 + actor},{'val' if actor == 2 else 'train'}"
        for actor in range(3)
        for emotion in ("HAP", "SAD")
    ]
    (tmp_path / "split.csv").write_text("\n".join(rows) + "\n")
    figures = train_emotion_discriminator(
        tmp_path / "faces", tmp_path / "split.csv", TINY_EMOTION, tmp_path / "out", a_run(tmp_path / "resume")
    )
    assert figures["emotions"] == 2
    assert figures["val_accuracy"] == 1


def test_a_corpus_without_emotions_and_without_val_goes_all_the_way(tmp_path: Path) -> None:
    (tmp_path / "faces").mkdir()
    clips = [drawn_clip(f"clip{number}", number, "NEU", number) for number in range(2)]
    write_shards(tmp_path / "faces", [type(clip)(**{**clip.__dict__, "labels": {}}) for clip in clips])
    (tmp_path / "split.csv").write_text("clip_id,actor,part\nclip0,clip0,train\nclip1,clip1,train\n")
    faces, split, resume = tmp_path / "faces", tmp_path / "split.csv", tmp_path / "resume"
    figures = train_emotion_discriminator(faces, split, TINY_EMOTION, tmp_path / "e", a_run(resume / "e"))
    assert figures["emotions"] == 0
    assert "val_accuracy" not in figures
    train_generator(faces, split, TINY_GENERATOR, tmp_path / "g", a_run(resume / "g"))
    figures = train_talking_face(
        faces, split, TINY_TALKING_FACE, tmp_path / "e", tmp_path / "g", tmp_path / "t", a_run(resume / "t")
    )
    assert "val_l1" not in figures


def test_a_generator_of_another_crop_size_is_refused(
    faces: Path, split: Path, generator: Path, emotion_discriminator: Path, tmp_path: Path
) -> None:
    other = tmp_path / "generator"
    shutil.copytree(generator, other)
    write_checksummed_json(other / "config.json", {**read_checksummed_json(other / "config.json"), "size": 2 * SIZE})
    with pytest.raises(ValueError, match=f"makes frames of {2 * SIZE} pixels"):
        train_talking_face(
            faces, split, TINY_TALKING_FACE, emotion_discriminator, other, tmp_path / "t", a_run(tmp_path / "r")
        )
    assert not (tmp_path / "t").exists()


def test_perceptual_weights_that_are_named_and_missing_are_an_error(faces: Path, split: Path, tmp_path: Path) -> None:
    options = TINY_GENERATOR.model_copy(update={"perceptual_weights": tmp_path / "none.pth", "speech_samples": 0})
    with pytest.raises(ValueError, match="not VGG19's published weights"):
        train_generator(faces, split, options, tmp_path / "out", a_run(tmp_path / "resume"))


@pytest.mark.parametrize(
    ("options", "change"),
    [
        (GeneratorOptions, {"speech_lr": 0.0}),
        (GeneratorOptions, {"architecture": "imagined"}),
        (GeneratorOptions, {"learning_rate": 0.1}),
        (TalkingFaceOptions, {"training": {"ema_decay": 1.0}}),
        (EmotionDiscriminatorOptions, {"training": {"samples": -1}}),
    ],
)
def test_a_wrong_knob_fails_at_once_and_is_named(options: type[GeneratorOptions], change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(change))):
        options.model_validate(change)


def test_every_knob_says_what_it_is() -> None:
    for options in (GeneratorOptions, TalkingFaceOptions, EmotionDiscriminatorOptions):
        for name, field in options.model_fields.items():
            assert field.description, f"{options.__name__}.{name}"
        assert options().training.samples > 0
    assert len(EMOTIONS) == 6

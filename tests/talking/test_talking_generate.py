"""Model folders and what is generated from them."""

from __future__ import annotations

import json
import shutil
import tracemalloc
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from bit_flips import flip_bit
from numpy.typing import NDArray
from talking_corpus import SIZE, drawn_face, drawn_landmarks

from mien.storage.checksummed_json import read_checksummed_json, write_checksummed_json
from mien.talking.generate.frame_generator import FrameGenerator as Talker
from mien.talking.generate.frame_generator import constant_emotion
from mien.talking.train.emotion_discriminator import load_emotion_discriminator


@pytest.fixture(scope="module")
def talker(talking_face: Path) -> Talker:
    return Talker.load(talking_face, "cpu")


@pytest.fixture(scope="module")
def crop() -> NDArray[np.uint8]:
    return drawn_face(drawn_landmarks(0.1), np.array([190.0, 160, 140]))


def noise(samples: int, seed: int = 0) -> NDArray[np.float32]:
    return (0.2 * np.random.default_rng(seed).standard_normal(samples)).astype(np.float32)


def unspecified(frames: int) -> NDArray[np.float32]:
    return constant_emotion(frames, None, None)


@pytest.mark.parametrize(("samples", "frames"), [(1, 1), (640, 1), (641, 2), (16000, 25), (10_000, 16)])
def test_frames_cover_the_speech(talker: Talker, crop: NDArray[np.uint8], samples: int, frames: int) -> None:
    made = list(talker.generate(crop, noise(samples), "HAP", 0.7, seed=1))
    assert len(made) == frames
    assert all(frame.shape == (SIZE, SIZE, 3) and frame.dtype == np.uint8 for frame in made)
    assert talker.fps == Fraction(25)


def test_pieces_of_any_length_give_the_same_frames(talker: Talker, crop: NDArray[np.uint8]) -> None:
    speech = noise(20_000)
    whole = np.stack(list(talker.generate(crop, speech, "SAD", 1.0, seed=3, chunk_frames=64))).astype(int)
    for chunk in (1, 5, 16):
        pieces = np.stack(list(talker.generate(crop, speech, "SAD", 1.0, seed=3, chunk_frames=chunk)))
        difference = np.abs(pieces - whole)
        assert difference.max() <= 1  # rounding: sums of another shape are added in another order
        assert (difference > 0).mean() < 1e-3


def test_the_same_seed_gives_the_same_bytes_and_another_moves_the_head(talker: Talker, crop: NDArray[np.uint8]) -> None:
    speech = noise(12_800)
    first, again, other = (np.stack(list(talker.generate(crop, speech, seed=seed))) for seed in (5, 5, 6))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert not np.allclose(talker.sample_pose(unspecified(20), 5), talker.sample_pose(unspecified(20), 6))


def test_speech_and_emotion_and_given_motion_are_heard(talker: Talker, crop: NDArray[np.uint8]) -> None:
    still = np.repeat(talker.sample_pose(unspecified(20), 0).mean(0, keepdims=True), 20, 0)

    def make(speech: NDArray[np.float32], emotion: str | None) -> NDArray[np.uint8]:
        return np.stack(list(talker.generate(crop, speech, emotion, 1.0, pose=still)))

    plain = make(noise(12_800), "NEU")
    assert not np.array_equal(plain, make(noise(12_800, 1), "NEU"))
    assert not np.array_equal(plain, make(noise(12_800), "ANG"))
    nod = still.copy()
    nod[10:, 1] += 0.05
    nodded = np.stack(list(talker.generate(crop, noise(12_800), "NEU", 1.0, pose=nod)))
    assert np.array_equal(plain[:10], nodded[:10])
    assert not np.array_equal(plain[10:], nodded[10:])


def test_memory_does_not_grow_with_the_frames(talker: Talker, crop: NDArray[np.uint8]) -> None:
    def peak(seconds: int) -> int:
        speech = noise(16_000 * seconds)
        tracemalloc.start()
        for _ in talker.generate(crop, speech, "HAP", 1.0):
            pass
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    frames = 20 * 25 * SIZE * SIZE * 3
    peak(4)
    assert peak(24) - peak(4) < frames  # what grows is the speech with its spectra, not pictures


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"crop": np.zeros((SIZE, SIZE + 1, 3), np.uint8)}, "the face must be a square uint8"),
        ({"crop": np.zeros((SIZE, SIZE, 3), np.float32)}, "the face must be a square uint8"),
        ({"speech": np.zeros(0, np.float32)}, "non-empty"),
        ({"speech": np.array([0, np.nan], np.float32)}, "finite"),
        ({"emotion": "BORED"}, "unknown emotion 'BORED': choose from ANG"),
        ({"intensity": 1.5}, "between 0 and 1"),
        ({"intensity": float("nan")}, "between 0 and 1"),
        ({"crop": np.zeros((8, 8, 3), np.uint8)}, "at least 16 pixels"),
        ({"emotion_weights": np.zeros((3, 6), np.float32)}, "emotion_weights must be finite"),
        ({"emotion_weights": np.full((10, 6), 2, np.float32)}, "between 0 and 1"),
        ({"emotion_weights": np.full((10, 6), np.nan, np.float32)}, "emotion_weights must be finite"),
        ({"hold_border": 0.5}, "hold_border"),
        ({"landmarks": np.zeros((67, 2), np.float32)}, "landmarks must be"),
        ({"landmarks": np.full((68, 2), np.nan, np.float32)}, "landmarks must be"),
        ({"pose": np.zeros((3, 9), np.float32)}, "pose must be finite"),
    ],
)
def test_what_cannot_be_generated_is_refused_at_once(
    talker: Talker, crop: NDArray[np.uint8], change: dict[str, object], words: str
) -> None:
    arguments = {"crop": crop, "speech": noise(6400), "emotion": "HAP", "intensity": 0.5, **change}
    with pytest.raises(ValueError, match=words):
        talker.generate(**arguments)  # type: ignore[arg-type]


def edited(**changes: object) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        config = read_checksummed_json(folder / "config.json")
        write_checksummed_json(folder / "config.json", {**config, **changes})

    return edit


def flip_a_bit(folder: Path) -> None:
    flip_bit(folder / "model.safetensors")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda folder: (folder / "config.json").unlink(), "no config.json"),
        (lambda folder: (folder / "config.json").write_text("{"), "config.json is damaged"),
        (lambda folder: (folder / "config.json").write_text("[]"), "not a JSON object"),
        (lambda folder: (folder / "model.safetensors").unlink(), "no model.safetensors"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b""), "damaged"),
        (flip_a_bit, "digest"),
        (edited(format=99), "format 99"),
        (edited(kind="emotion_judge"), "holds emotion_judge"),
        (edited(network={"size": 32}), "not described as this version does"),
        (edited(network=None), "not described as this version does"),
    ],
)
def test_a_folder_that_is_no_whole_model_is_refused_in_a_sentence(
    talking_face: Path, tmp_path: Path, damage: Callable[[Path], object], words: str
) -> None:
    folder = tmp_path / "model with a space"
    shutil.copytree(talking_face, folder)
    damage(folder)
    with pytest.raises(ValueError, match=words) as error:
        Talker.load(folder)
    assert "\n" not in str(error.value)


def test_weights_of_another_shape_are_refused(talking_face: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(talking_face, folder)
    network = json.loads((folder / "config.json").read_text())["network"]
    edited(network={**network, "code_width": 32})(folder)
    with pytest.raises(ValueError, match="do not fit"):
        Talker.load(folder)


def test_folders_are_whole_and_say_what_they_are(talking_face: Path, generator: Path) -> None:
    for folder, kind in ((talking_face, "talking_face"), (generator, "generator")):
        config = json.loads((folder / "config.json").read_text())
        assert config["kind"] == kind
        assert config["network"]["size"] == SIZE
        assert config["figures"]["perceptual_loss_used"] == 0
        card = (folder / "card.md").read_text()
        for words in ("generates synthetic media", config["data"], "Apache-2.0", "Intended use", "`frames_per_clip`"):
            assert words in card
        assert Talker.load(folder).size == SIZE
    assert (talking_face / "discriminators.safetensors").is_file()
    with pytest.raises(ValueError, match="holds talking_face, not emotion_discriminator"):
        load_emotion_discriminator(talking_face)


def test_the_head_goes_where_the_motion_says(talker: Talker, crop: NDArray[np.uint8]) -> None:
    still = np.repeat(talker.sample_pose(unspecified(3), 0).mean(0, keepdims=True), 3, 0)
    shifted = still.copy()
    shifted[:, 0] += 4 / SIZE
    speech = noise(1920)
    plain = np.stack(list(talker.generate(crop, speech, pose=still))).astype(int)
    moved = np.stack(list(talker.generate(crop, speech, pose=shifted))).astype(int)
    face, before = np.s_[:, 12:24, 14:22], np.s_[:, 12:24, 10:18]  # four pixels to the viewer's right
    assert np.abs(moved[face] - plain[before]).max() <= 4


def test_the_mouth_is_painted_where_the_landmarks_are(talker: Talker, crop: NDArray[np.uint8]) -> None:
    speech = noise(6400)
    still = np.repeat(talker.mean_pose[None], 10, 0)
    own = drawn_landmarks(1.0)  # an open mouth, whose inside is painted
    higher = own - np.array([0, 8], np.float32)

    def mouth(landmarks: NDArray[np.float32]) -> NDArray[np.float64]:
        frames = np.stack(list(talker.generate(crop, speech, pose=still, landmarks=landmarks))).astype(float)
        return np.asarray(np.abs(frames - crop).mean((0, 3)))

    below, above = own[60:68].mean(0).astype(int), higher[60:68].mean(0).astype(int)
    assert mouth(own)[below[1], below[0]] > mouth(higher)[below[1], below[0]]
    assert mouth(higher)[above[1], above[0]] > mouth(own)[above[1], above[0]]


def test_sampled_heads_sway_smoothly(talker: Talker) -> None:
    """Measured poses have errors, which a large picture would show as a tremor."""
    pose = talker.sample_pose(unspecified(250), 3)[:, :2].astype(np.float64)  # what moves in the drawn corpus
    speed = np.diff(pose, axis=0)
    assert (np.diff(speed, axis=0).std(0) < 0.35 * speed.std(0)).all()
    assert (pose.std(0) > 0).any()

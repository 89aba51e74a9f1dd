"""Drawn faces as real shards, and tiny models trained on them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import soundfile
import torch
from made_once import made_once
from PIL import Image
from talk_making import ARCHITECTURES, Picture, textured, tone, untrained_model, wall, with_faces
from talking_corpus import TINY_EMOTION, TINY_GENERATOR, TINY_TALKING_FACE, drawn_clip
from tiny import a_run

from mien.clips import EMOTIONS
from mien.faces.shards import write_shards
from mien.talking.train.emotion_discriminator import train_emotion_discriminator
from mien.talking.train.generator import train_generator
from mien.talking.train.talking_face import train_talking_face


@pytest.fixture(scope="session")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shards of 4 actors with a clip for each emotion."""
    folder = tmp_path_factory.mktemp("drawn") / "faces"
    folder.mkdir()
    clips = [
        drawn_clip(f"{1001 + actor}_{emotion}", actor, emotion, 10 * actor + number)
        for actor in range(4)
        for number, emotion in enumerate(EMOTIONS)
    ]
    write_shards(folder, clips)
    return folder


@pytest.fixture(scope="session")
def split(faces: Path) -> Path:
    """Actor 1004 in val, the others in train."""
    path = faces.parent / "split.csv"
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["clip_id", "actor", "part"])
        for actor in range(4):
            for emotion in EMOTIONS:
                writer.writerow([f"{1001 + actor}_{emotion}", 1001 + actor, "val" if actor == 3 else "train"])
    return path


@pytest.fixture(scope="session")
def emotion_discriminator(faces: Path, split: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny emotion discriminator."""
    torch.set_num_threads(1)
    run = a_run(faces.parent / "resume_emotion")
    return made_once(
        tmp_path_factory,
        "emotion_discriminator",
        lambda out: train_emotion_discriminator(faces, split, TINY_EMOTION, out, run),
    )


@pytest.fixture(scope="session")
def generator(faces: Path, split: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny generator."""
    torch.set_num_threads(1)
    run = a_run(faces.parent / "resume_generator")
    return made_once(tmp_path_factory, "generator", lambda out: train_generator(faces, split, TINY_GENERATOR, out, run))


@pytest.fixture(scope="session")
def talking_face(
    faces: Path, split: Path, emotion_discriminator: Path, generator: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A tiny talking face."""
    torch.set_num_threads(1)
    run = a_run(faces.parent / "resume_talking_face")
    return made_once(
        tmp_path_factory,
        "talking_face",
        lambda out: train_talking_face(faces, split, TINY_TALKING_FACE, emotion_discriminator, generator, out, run),
    )


@pytest.fixture(scope="session")
def picture() -> Picture:
    """A drawn face (288, 360, 3) before a wall with structure."""
    return textured(with_faces(wall(), (180, 144, 170)))


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An untrained generator of 32 pixels of each architecture as a model folder."""
    folder = tmp_path_factory.mktemp("models")
    return {name: untrained_model(folder / name, 32, name) for name in ARCHITECTURES}


@pytest.fixture(scope="session")
def model(models: dict[str, Path]) -> Path:
    return models["warp"]


@pytest.fixture(scope="session")
def inputs(tmp_path_factory: pytest.TempPathFactory, picture: Picture) -> Path:
    """A folder with face.png and voice.wav (half a second)."""
    folder = tmp_path_factory.mktemp("inputs")
    Image.fromarray(picture).save(folder / "face.png")
    soundfile.write(folder / "voice.wav", tone(0.5), 16_000)
    return folder

"""Interrupted trainings of the talking face resume to the same bits."""

from __future__ import annotations

from pathlib import Path

import torch
from talking_corpus import TINY_EMOTION, TINY_GENERATOR, TINY_TALKING_FACE
from tiny import assert_resumes, with_training

from mien.talking.train.emotion_discriminator import train_emotion_discriminator
from mien.talking.train.generator import train_generator
from mien.talking.train.talking_face import train_talking_face


def test_the_joint_training(
    faces: Path, split: Path, emotion_discriminator: Path, generator: Path, tmp_path: Path
) -> None:
    torch.set_num_threads(1)
    models = (emotion_discriminator, generator)
    assert_resumes(lambda out, run: train_talking_face(faces, split, TINY_TALKING_FACE, *models, out, run), tmp_path)


def test_the_generator_in_its_second_pre_training(faces: Path, split: Path, tmp_path: Path) -> None:
    torch.set_num_threads(1)
    assert_resumes(lambda out, run: train_generator(faces, split, TINY_GENERATOR, out, run), tmp_path, after=8)


def test_the_emotion_discriminator(faces: Path, split: Path, tmp_path: Path) -> None:
    torch.set_num_threads(1)
    options = with_training(TINY_EMOTION, samples=96)
    assert_resumes(lambda out, run: train_emotion_discriminator(faces, split, options, out, run), tmp_path)

"""Fixtures that several rooms share: a toy git and DVC repository."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from toy_pipeline import make_repository


@pytest.fixture(scope="session")
def head_motion_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model of head motion: it knows a few words and hardly moves."""
    # torch is loaded for those who ask
    from tiny import a_run, tiny

    from mien.motion.corpus.embedded import embedded_motions
    from mien.motion.data.store import write_motions
    from mien.motion.train import train_head_motion

    folder = tmp_path_factory.mktemp("moving")
    (folder / "motions").mkdir()
    write_motions(folder / "motions", embedded_motions(24, 4, 4, 0))
    train_head_motion(folder / "motions", tiny("head_motion"), folder / "head_motion", a_run(folder / "resume"))
    return folder / "head_motion"


@pytest.fixture(scope="session")
def toy_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_repository(tmp_path_factory.mktemp("toy") / "template")


@pytest.fixture
def toy(toy_template: Path, tmp_path: Path) -> Path:
    """A fresh copy of the toy repository."""
    return Path(shutil.copytree(toy_template, tmp_path / "toy", symlinks=True))

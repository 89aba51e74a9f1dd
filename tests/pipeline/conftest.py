"""The real pipeline in a temporary git and DVC repository, on the tiny configuration."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from made_once import made_once
from toy_pipeline import ROOT, command

CODE = ("mien", "stages", "flows", "params", "dvc.yaml", "constraints.txt", ".dvcignore", ".gitignore")


COMPILED = (".pyc", ".nbi", ".nbc")
"""Endings of what Python and numba have compiled; other names in their folders are files that are being written."""


def being_written(folder: str, names: list[str]) -> list[str]:
    """What `copytree` leaves out of a folder of code, from which other tests import at the same time."""
    return [name for name in names if not name.endswith(COMPILED)] if Path(folder).name == "__pycache__" else []


def make_project(folder: Path) -> Path:
    """A committed copy of the project with params/tiny.yaml as its parameters."""
    folder.mkdir(parents=True)
    for name in CODE:
        source = ROOT / name
        if source.is_dir():
            # with what is compiled: numba would else compile the renderers anew, half a minute of it
            shutil.copytree(source, folder / name, ignore=being_written)
        else:
            shutil.copy(source, folder / name)
    shutil.copy(ROOT / "params" / "tiny.yaml", folder / "params.yaml")
    (folder / "data" / "raw").mkdir(parents=True)
    (folder / "data" / "raw" / "README.md").write_text("clips go here\n")
    for words in (
        ("git", "init", "-q", "-b", "main"),
        ("git", "config", "user.email", "tests@example.org"),
        ("git", "config", "user.name", "Tests"),
        ("dvc", "init", "-q"),
        ("dvc", "config", "core.analytics", "false"),
        ("git", "add", "-A"),
        ("git", "commit", "-q", "-m", "project"),
    ):
        command(folder, *words)
    return folder


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has run up to the generator and the emotion discriminator; to be copied, not changed."""

    def make(folder: Path) -> None:
        project = make_project(folder)
        command(project, "dvc", "repro", "-q", "generator", "emotion_discriminator", seconds=400, tracking="off")

    return made_once(tmp_path_factory, "trained_project", make)


@pytest.fixture
def project(trained: Path, tmp_path: Path) -> Path:
    """A fresh copy of the trained project."""
    return Path(shutil.copytree(trained, tmp_path / "project", symlinks=True))

"""Fixtures that several rooms share: a toy git and DVC repository."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from toy_pipeline import make_repository


@pytest.fixture(scope="session")
def toy_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_repository(tmp_path_factory.mktemp("toy") / "template")


@pytest.fixture
def toy(toy_template: Path, tmp_path: Path) -> Path:
    """A fresh copy of the toy repository."""
    return Path(shutil.copytree(toy_template, tmp_path / "toy", symlinks=True))

"""Fixtures that several rooms share: a tiny model, a toy git and DVC repository; how tests are dealt out to workers."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from made_once import made_once
from toy_pipeline import make_repository

# how fast an example runs is no property of what it tests
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_configure() -> None:
    """Tiny models gain nothing from threads, and with `pytest -n` every core has its worker."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Workers begin with the files that have slow tests, so that none is left alone with one at the end."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def head_motion_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model of head motion: it knows a few words and hardly moves."""
    # torch is loaded for those who ask
    from tiny import a_run, tiny

    from mien.motion.corpus.embedded import embedded_motions
    from mien.motion.data.store import write_motions
    from mien.motion.train import train_head_motion

    def make(out: Path) -> None:
        folder = tmp_path_factory.mktemp("moving")
        (folder / "motions").mkdir()
        write_motions(folder / "motions", embedded_motions(24, 4, 4, 0))
        train_head_motion(folder / "motions", tiny("head_motion"), out, a_run(folder / "resume"))

    return made_once(tmp_path_factory, "head_motion_model", make)


@pytest.fixture(scope="session")
def toy_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "toy_template", make_repository)


@pytest.fixture
def toy(toy_template: Path, tmp_path: Path) -> Path:
    """A fresh copy of the toy repository."""
    return Path(shutil.copytree(toy_template, tmp_path / "toy", symlinks=True))

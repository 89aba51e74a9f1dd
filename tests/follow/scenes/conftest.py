"""A model of scenes that several tests share, trained once."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_once import made_once
from scene_prior_making import trained_scene_prior
from tiny import a_run

from mien.follow.scenes.options import ScenePriorOptions
from mien.follow.scenes.prior import ScenePrior

SMALL = ScenePriorOptions(
    training=ScenePriorOptions().training.model_copy(update={"samples": 110_000, "precision": "float32"}),
    captions=24_000,
)
"""Trained for about 35 seconds, three quarters of the default."""


@pytest.fixture(scope="session")
def scene_prior_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of scenes after a short training."""
    run = a_run(tmp_path_factory.mktemp("scenes") / "resume")

    def make(folder: Path) -> None:
        figures = trained_scene_prior(SMALL, folder, run)
        assert figures["held_out_facts"] > 0.9

    return made_once(tmp_path_factory, "scene_prior", make)


@pytest.fixture(scope="session")
def scene_prior(scene_prior_folder: Path) -> ScenePrior:
    """The model of `scene_prior_folder`."""
    return ScenePrior.load(scene_prior_folder)

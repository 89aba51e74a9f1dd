"""The lifter's training: interrupted and resumed it ends in the same bytes; its figures say what is hidden."""

from __future__ import annotations

from pathlib import Path

import pytest

from mien.bodies.lifting.measure import SCENES
from mien.bodies.lifting.options import LifterOptions
from mien.bodies.lifting.train import train_lifter
from mien.training.model_folder import save_models
from mien.training.options import TrainingOptions
from mien.training.run import Run
from tests.tiny import a_run, assert_resumes

TINY = LifterOptions(
    training=TrainingOptions(samples=24, batch=4, lr=1e-3, precision="float32"),
    motions=13,
    seconds=1.0,
    frames=8,
    width=16,
    dilations=(1,),
)


@pytest.mark.slow
def test_an_interrupted_training_ends_in_the_same_bytes(tmp_path: Path) -> None:
    def training(out: Path, run: Run) -> None:
        save_models(out, {"": train_lifter(TINY, run)})

    assert_resumes(training, tmp_path)


@pytest.mark.slow
def test_figures_are_given_for_every_way_of_hiding(tmp_path: Path) -> None:
    files = train_lifter(TINY, a_run(tmp_path))
    assert {f"{scene}_{name}" for scene in SCENES for name in ("mpjpe", "facing", "jerk")} <= set(files.figures)
    assert "30" in files.card({"figures": dict(files.figures)})

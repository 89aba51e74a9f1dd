"""A model of scenes, trained and written to a folder of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mien.follow.scenes.options import ScenePriorOptions
from mien.follow.scenes.train import train_scene_prior
from mien.training.model_folder import save_models
from mien.training.run import Run


def trained_scene_prior(options: ScenePriorOptions, out: Path, run: Run) -> Mapping[str, float]:
    """Train a model of scenes, write it to `out`, and return its figures."""
    model = train_scene_prior(options, run)
    save_models(out, {"": model})
    return model.figures

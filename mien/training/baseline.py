"""Training of a model and of the baseline that it is compared with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from mien.options import Options
from mien.training.model_folder import ModelFiles, save_models
from mien.training.run import Run

O = TypeVar("O", bound=Options)  # noqa: E741 - as S and M elsewhere

BASELINE = "baseline"


def train_with_baseline(
    train_model: Callable[[O, str, Run], ModelFiles], name: str, options: O, baseline: O | None, out: Path, run: Run
) -> dict[str, float]:
    """Train a model, then its baseline unless that is None; write them to `out` and `out/baseline`, both or none.

    train_model: (options, name of the training, run) → the trained model. Returns the figures of both; those of the
    baseline, and its curves, are named `baseline_…`.
    """
    models = {"": train_model(options, name, run)}
    figures = dict(models[""].figures)
    if baseline is not None:
        own = models[BASELINE] = train_model(baseline, f"{name}_{BASELINE}", run.phase(BASELINE, f"{BASELINE}_"))
        figures |= {f"{BASELINE}_{key}": value for key, value in own.figures.items()}
    save_models(out, models)
    return figures

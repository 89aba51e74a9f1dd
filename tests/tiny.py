"""The tiny configurations of params/tiny.yaml, and the run of a training in a test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from mien.execution import Execution
from mien.training.curves import Log, no_log
from mien.training.run import Run
from stages.options import parse_options

TINY = Path(__file__).parents[1] / "params" / "tiny.yaml"


def tiny(stage: str, **training: Any) -> Any:
    """A stage's tiny options, with some of the block `training` changed."""
    function = getattr(import_module(f"stages.{stage}"), stage)
    options = parse_options(TINY, stage, next(iter(get_type_hints(function).values())))
    return with_training(options, **training) if training else options


def with_training(options: Any, **changes: Any) -> Any:
    """Options with some of their block `training` changed."""
    return options.model_copy(update={"training": options.training.model_copy(update=changes)})


def a_run(resume: Path, log: Log = no_log, identity: str = "test", **execution: Any) -> Run:
    """A run on the CPU that keeps its checkpoints in `resume`."""
    return Run(resume, identity, log, Execution(device="cpu", **execution))


class StoppedError(Exception):
    """Stands for an interruption between two steps."""


def assert_resumes(training: Callable[[Path, Run], object], folder: Path, after: int = 3) -> None:
    """A training that is interrupted after so many points of its curves ends in the bytes of an undisturbed one.

    training: writes a model folder to a path, as a run says.
    """
    curves: list[list[tuple[dict[str, float], int]]] = []

    def run(name: str, limit: int | None) -> Run:
        rows: list[tuple[dict[str, float], int]] = []
        curves.append(rows)

        def log(values: Mapping[str, float], samples: int) -> None:
            rows.append((dict(values), samples))
            if len(rows) == limit:
                raise StoppedError

        return a_run(folder / name, log, checkpoint_seconds=0.0, curve_points=1000)

    with pytest.raises(StoppedError):
        training(folder / "resumed", run("checkpoints", after))
    assert not (folder / "resumed").exists()
    figures = training(folder / "resumed", run("checkpoints", None)), training(folder / "whole", run("other", None))
    assert figures[0] == figures[1]
    assert curves[1] == curves[2]
    for path in sorted((folder / "whole").rglob("*")):
        if path.is_file():
            assert (folder / "resumed" / path.relative_to(folder / "whole")).read_bytes() == path.read_bytes(), path

"""The loop around a training step: progress, curves, checkpoints, resume.

What is trained is a `Trainee`; what its step does is its own business and reads like the paper's algorithm.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from torch import Tensor

from mien.progress import progress_bar
from mien.training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from mien.training.curves import Curves, Log
from mien.training.device import core_for_batches
from mien.training.prefetch import prefetch

Batch = TypeVar("Batch")
BatchIn = TypeVar("BatchIn", contravariant=True)


class Trainee(Protocol[BatchIn]):
    """Something that can be trained, saved and restored."""

    def train_step(self, batch: BatchIn, step: int) -> Mapping[str, Tensor | float]:
        """One step of every optimiser; returns scalars for the curves."""

    def validate(self) -> Mapping[str, float]:
        """Scalars on held-out data; empty when there is none."""

    def tensors(self) -> dict[str, Tensor]:
        """Everything that the next step depends on."""

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Go back to what `tensors` gave."""


class TrainingDivergedError(RuntimeError):
    """A loss is no longer a number."""


@dataclass(frozen=True)
class Course(Generic[Batch]):
    """How a training runs: `steps` steps of `samples_per_step` samples, each on `make_batch(step)`.

    `identity` is the fingerprint of everything that the result depends on; `unit` says what a sample is.
    `validations`: how often over the course the held-out data are looked at. `light_batches`: a batch is made in no
    time, so that no core is kept free for it.
    """

    description: str
    identity: str
    steps: int
    samples_per_step: int
    make_batch: Callable[[int], Batch]
    unit: str = "frames"
    log_samples: int = 1000
    validations: int = 4
    checkpoint_seconds: float = 30.0
    light_batches: bool = False


def run_course(trainee: Trainee[Batch], course: Course[Batch], resume: Path, log: Log) -> None:
    """Train to the end of the course, from the newest checkpoint of the same identity in `resume` if there is one.

    Raises TrainingDivergedError as soon as a recorded loss is not finite; the last checkpoint then stays as it was.
    """
    curves = Curves(log)
    first = _restore(trainee, course, resume, curves)
    log_steps = max(1, course.log_samples // course.samples_per_step)
    validate_steps = max(1, math.ceil(course.steps / course.validations))
    saved = time.monotonic()
    batches = prefetch(course.make_batch, first, course.steps)
    total, resumed = course.steps * course.samples_per_step, first * course.samples_per_step
    cores = nullcontext() if course.light_batches else core_for_batches()
    with cores, progress_bar(course.description, total, course.unit, resumed) as advance:
        for step, batch in enumerate(batches, first):
            scalars = trainee.train_step(batch, step)
            done = step + 1
            if done % log_steps == 0 or done == course.steps:
                _record(curves, scalars, done * course.samples_per_step)
            if done % validate_steps == 0 or done == course.steps:
                _record(curves, trainee.validate(), done * course.samples_per_step)
            if done == course.steps or time.monotonic() - saved >= course.checkpoint_seconds:
                checkpoint = Checkpoint(done * course.samples_per_step, trainee.tensors(), {"curves": curves.rows})
                save_checkpoint(resume, course.identity, checkpoint)
                saved = time.monotonic()
            advance(course.samples_per_step)


def _restore(trainee: Trainee[Batch], course: Course[Batch], resume: Path, curves: Curves) -> int:
    checkpoint = load_checkpoint(resume, course.identity)
    if checkpoint is None:
        return 0
    trainee.restore(checkpoint.tensors)
    curves.restore(checkpoint.state["curves"])
    return checkpoint.samples // course.samples_per_step


def _record(curves: Curves, scalars: Mapping[str, Tensor | float], samples: int) -> None:
    values = {name: float(value) for name, value in scalars.items()}
    bad = [name for name, value in values.items() if not math.isfinite(value)]
    if bad:
        raise TrainingDivergedError(
            f"after {samples} samples {', '.join(bad)} is not a finite number: use a smaller lr"
        )
    if values:
        curves.record(values, samples)

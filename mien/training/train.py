"""`train()`: everything around a loss. Device, precision, schedule, EMA, checkpoints, exact resume, curves, ranks."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor

from mien.progress import progress_bar
from mien.training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from mien.training.curves import Curves
from mien.training.device import best_device, core_for_batches
from mien.training.distributed import Ranks, distribute, local_batch, mean_over_ranks, one_rank, process_group
from mien.training.optimization.parts import minimise
from mien.training.optimization.schedule import warmup_cosine
from mien.training.prefetch import prefetch
from mien.training.randomness import derived_seed
from mien.training.run import Run
from mien.training.trainer import Step, Trainer


class TrainingDivergedError(RuntimeError):
    """A loss is not a finite number."""


def train(trainer: Trainer[Any], run: Run) -> dict[str, float]:
    """Train to the end, from the newest checkpoint in `run.resume` if there is one; returns the last validation.

    Interrupted anywhere and called again, it ends in the same bits as an undisturbed run. Under torchrun every rank
    calls it: each computes its rows of the global batch, gradients are averaged, and rank 0 validates, logs and saves.
    Raises TrainingDivergedError as soon as a recorded loss is not finite (the last checkpoint stays), ValueError when
    the batch cannot be shared by the ranks.
    """
    device = best_device(run.execution.device)
    with process_group(device) as ranks:
        return _Loop(trainer, run, device, ranks).run_to_end()


class _Loop:
    """A training under way."""

    def __init__(self, trainer: Trainer[Any], run: Run, device: torch.device, ranks: Ranks) -> None:
        self.trainer, self.run, self.device, self.ranks = trainer, run, device, ranks
        ranks.rows(trainer.options.batch)
        self.parts = trainer.all_parts()
        self.parts.place(device, trainer.options.precision)
        self.loss = distribute(trainer.loss, trainer.parts.modules, device)
        for adversary in trainer.adversaries:
            adversary.distribute(device)
        self.curves = Curves(run.log if ranks.main else None)
        self.figures: dict[str, float] = {}

    def run_to_end(self) -> dict[str, float]:
        trainer, steps, size = self.trainer, self.trainer.steps, self.trainer.samples_per_step
        first = self._restore()
        log_steps = max(1, steps // self.run.execution.curve_points)
        validate_steps = max(1, math.ceil(steps / trainer.validations))
        saved = time.monotonic()
        description = trainer.name.replace("_", " ")
        bar = progress_bar(description, steps * size, trainer.unit, first * size) if self.ranks.main else nullcontext()
        with nullcontext() if trainer.light_batches else core_for_batches(), bar as advance:
            for number, batch in enumerate(prefetch(trainer.batch, first, steps), first):
                values = self._step(batch, number)
                done = number + 1
                if done % log_steps == 0 or done == steps:
                    self._record(mean_over_ranks(values), done * size)
                if (done % validate_steps == 0 or done == steps) and self.ranks.main:
                    self._validate()
                    self._record(self.figures, done * size)
                if done == steps or time.monotonic() - saved >= self.run.execution.checkpoint_seconds:
                    self._save(done * size)
                    saved = time.monotonic()
                if advance is not None:
                    advance(size)
        if first == steps and self.ranks.main:
            self._validate()
        return self.figures

    def _validate(self) -> None:
        with one_rank():
            self.figures = {name: float(value) for name, value in self.trainer.validate().items()}

    def _step(self, batch: Any, number: int) -> Mapping[str, Tensor | float]:
        trainer, options = self.trainer, self.trainer.options
        factor = warmup_cosine(number, trainer.steps, round(options.warmup * trainer.steps))
        self.parts.set_rates(factor)
        torch.manual_seed(derived_seed(options.seed, f"{trainer.name} layers {self.ranks.rank}", number))  # dropout
        step = Step(number, trainer.steps, options, self.device, self.ranks)
        loss, values = self.loss(local_batch(batch, self.ranks, self.device), step)
        minimise(trainer.optimizer, loss, trainer.gradient_norm)
        for ema in self.parts.averages.values():
            ema.update(number)
        return {"loss": loss.detach(), **values, "lr": options.lr * factor}

    def _restore(self) -> int:
        """Load the newest checkpoint; the step to go on with."""
        checkpoint = load_checkpoint(self.run.resume, self.run.identity)
        if checkpoint is None:
            return 0
        self.parts.restore(checkpoint.tensors)
        self.curves.restore(checkpoint.state["curves"])
        return checkpoint.samples // self.trainer.samples_per_step

    def _save(self, samples: int) -> None:
        if self.ranks.main:
            state = {"curves": self.curves.rows}
            save_checkpoint(self.run.resume, self.run.identity, Checkpoint(samples, self.parts.tensors(), state))

    def _record(self, values: Mapping[str, float], samples: int) -> None:
        bad = [name for name, value in values.items() if not math.isfinite(value)]
        if bad:
            raise TrainingDivergedError(
                f"{self.trainer.name}: after {samples} samples {', '.join(bad)} is not finite: use a smaller lr"
            )
        if values:
            self.curves.record(values, samples)

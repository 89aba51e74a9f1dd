"""A tiny adversarial problem that has every kind of part, for tests of `train()`: also a program for real processes."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from mien.execution import Execution
from mien.training.distributed import global_mean, ranks
from mien.training.optimization.adversarial import Adversary, Values, gradient_penalty, paired_relativistic_loss
from mien.training.optimization.optimizers import adamw, two_rates
from mien.training.optimization.schedule import ramp
from mien.training.options import TrainingOptions
from mien.training.randomness import seed_weights, torch_generator
from mien.training.run import Run
from mien.training.train import train
from mien.training.trainer import Step, Trainer


@dataclass(frozen=True)
class Pairs:
    """Inputs (B, 4) and targets (B, 2)."""

    inputs: Tensor
    targets: Tensor


class Critic(Adversary[nn.Sequential]):
    """Separates targets from outputs."""

    def objective(self, *batch: Any) -> tuple[Tensor, Values]:
        real, fake = batch
        real, fake = real.detach().requires_grad_(), fake.detach().requires_grad_()
        scores, fake_scores = self.discriminator(real).squeeze(1), self.discriminator(fake).squeeze(1)
        loss = paired_relativistic_loss(scores, fake_scores) + 0.05 * gradient_penalty(scores, real)
        return loss, {"critic": loss.detach()}


class TinyTrainer(Trainer[Pairs]):
    """Regression with noise, an average, two learning rates, a frozen module, a buffer and a critic."""

    name, unit, gradient_norm, light_batches = "tiny", "pairs", 1.0, True

    def __init__(self, options: TrainingOptions, broken_at: int | None = None) -> None:
        super().__init__(options, samples_per_item=2)
        self.broken_at = broken_at
        seed_weights(options.seed, self.name)
        network = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))
        network.register_buffer("steps_done", torch.zeros(()))
        self.network = self.parts.module("network", network)
        self.frozen = self.parts.module("frozen", nn.Linear(4, 2).requires_grad_(False))
        self.ema = self.parts.average("ema", network, options.ema_decay)
        self.parts.optimizer("optimizer", adamw(two_rates(network, network[0], options.lr, 0.5), options))
        self.critic = Critic("critic", nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1)), 1e-2, (0.0, 0.99))
        self.adversaries = [self.critic]

    def batch(self, step: int) -> Pairs:
        inputs = torch.randn(self.options.batch, 4, generator=torch_generator(self.options.seed, "inputs", step))
        return Pairs(inputs, torch.tanh(inputs[:, :2]) - inputs[:, 2:])

    def loss(self, batch: Pairs, step: Step) -> tuple[Tensor, Values]:
        self.network.steps_done += 1
        noise = 0.1 * step.normal("noise", *batch.inputs.shape)
        output = self.network(batch.inputs + noise) + self.frozen(batch.inputs)
        values = self.critic.train_step(batch.targets, output)
        fake = self.critic.discriminator(output).squeeze(1)
        adversarial = paired_relativistic_loss(fake, self.critic.discriminator(batch.targets).squeeze(1).detach())
        wrong = (output - batch.targets).square()
        error = global_mean(wrong.sum(), torch.tensor(wrong.numel()))
        if step.number == self.broken_at:
            error = error * torch.nan
        return error + 0.1 * ramp(step.progress, 0.2) * adversarial, {"error": error.detach(), **values}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        inputs = torch.randn(64, 4, generator=torch_generator(1, "validation"))
        targets = torch.tanh(inputs[:, :2]) - inputs[:, 2:]
        wrong = (self.ema.average(inputs) + self.frozen(inputs) - targets).square()
        return {"val_error": float(global_mean(wrong.sum(), torch.tensor(wrong.numel())))}


OPTIONS = TrainingOptions(samples=480, batch=12, lr=2e-2, ema_decay=0.9)
"""20 steps of 24 samples."""


def main(folder: Path, execution: Execution, samples: int) -> None:
    """Train, and write the end state and the curves into `folder`."""
    torch.set_num_threads(1)
    rows: list[tuple[int, dict[str, float]]] = []
    trainer = TinyTrainer(OPTIONS.model_copy(update={"samples": samples}))
    run = Run(folder / "resume", "tiny", lambda values, at: rows.append((at, dict(values))), execution)
    train(trainer, run)
    if ranks().main:
        torch.save(trainer.all_parts().tensors(), folder / "tensors.pt")
        (folder / "curves.json").write_text(json.dumps(rows))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Execution.model_validate_json(sys.argv[2]), int(sys.argv[3]))

"""Training of the lifter on computed motions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.bodies.lifting.data import MotionPool, Windows
from mien.bodies.lifting.features import features
from mien.bodies.lifting.measure import SCENES, figures_of
from mien.bodies.lifting.network import KIND, LifterNetwork
from mien.bodies.lifting.options import LifterOptions
from mien.files import fingerprint
from mien.training.model_folder import ModelFiles
from mien.training.optimization.optimizers import adamw
from mien.training.randomness import numpy_generator, seed_weights
from mien.training.run import Run
from mien.training.train import train
from mien.training.trainer import Step, Trainer, Values

VALIDATION_MOTIONS, VALIDATION_WINDOWS = 65, 96
SEEN_WEIGHT = 0.2
"""Weight of x and y of points that are known, beside those that are not."""
SPEED_WEIGHT = 3.0
"""Weight of the error of movements from frame to frame, beside that of places."""


@dataclass(frozen=True)
class LiftBatch:
    """inputs (B, T, 92), base (B, T, 23, 2), known (B, T, 23), truth (B, T, 23, 3) about the same centre."""

    inputs: Tensor
    base: Tensor
    known: Tensor
    truth: Tensor


def batch_of(windows: Windows) -> LiftBatch:
    """Windows as the network takes them, in body sizes as far as these can be told."""
    seen = features(windows.points, windows.known, windows.size)
    truth = windows.truth.copy()
    truth[..., :2] -= seen.centre
    truth /= windows.size[..., None, None]
    return LiftBatch(*(torch.from_numpy(one) for one in (seen.inputs, seen.base, seen.known, truth)))


class LifterTrainer(Trainer[LiftBatch]):
    """Absolute errors of places and of movements."""

    name, unit, gradient_norm, light_batches = KIND, "windows", 1.0, True

    def __init__(self, network: LifterNetwork, options: LifterOptions) -> None:
        super().__init__(options.training)
        self.stage_options = options
        self.pool = MotionPool(options.motions, options.seconds, options.training.seed)
        self.network = self.parts.module("network", network)
        self.ema = self.parts.average("ema", network, options.training.ema_decay)
        self.parts.optimizer("optimizer", adamw(network.parameters(), options.training))
        self.held_out = MotionPool(VALIDATION_MOTIONS, 4.0, options.training.seed, "val")

    def batch(self, step: int) -> LiftBatch:
        """Random windows of random motions."""
        rng = numpy_generator(self.options.seed, f"{KIND} windows", step)
        return batch_of(self.pool.draw(rng, self.options.batch, self.stage_options.frames))

    def loss(self, batch: LiftBatch, step: Step) -> tuple[Tensor, Values]:
        """Mean absolute errors of z everywhere, of x and y mostly where they are unknown, and of their movements."""
        with step.autocast():
            found = self.network(batch.inputs).float()
        placed = found + torch.nn.functional.pad(batch.base, (0, 1))
        error = (placed - batch.truth).abs()
        weight = torch.where(batch.known, SEEN_WEIGHT, 1.0)[..., None]
        depth, flat = error[..., 2].mean(), (error[..., :2] * weight).mean()
        moved = (placed.diff(dim=1) - batch.truth.diff(dim=1)).abs().mean()
        return depth + flat + SPEED_WEIGHT * moved, {"depth": depth.detach(), "flat": flat.detach()}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Figures on held-out motions, by what is hidden; see `measure`."""
        found: dict[str, float] = {}
        for name, hide in SCENES.items():
            rng = numpy_generator(self.options.seed, f"{KIND} val", 0)
            windows = hide(self.held_out.draw(rng, VALIDATION_WINDOWS, self.stage_options.frames, hide=0.0), rng)
            found |= {
                f"{name}_{key}": value for key, value in figures_of(placed(self.ema.average, windows), windows).items()
            }
        return found


@torch.no_grad()
def placed(network: LifterNetwork, windows: Windows) -> NDArray[np.float32]:
    """Where the network puts the points: (B, T, 23, 3) in the units of the windows; known x and y are kept."""
    batch = batch_of(windows)
    device = network.first.weight.device
    found = network(batch.inputs.to(device)).float().cpu() + torch.nn.functional.pad(batch.base, (0, 1))
    result = found.numpy() * windows.size[..., None, None]
    centre = windows.truth[..., :2] - batch.truth.numpy()[..., :2] * windows.size[..., None, None]
    result[..., :2] += centre
    result[..., :2] = np.where(windows.known[..., None], windows.points, result[..., :2])
    return result


def train_lifter(options: LifterOptions, run: Run) -> ModelFiles:
    """The lifter, trained on computed motions."""
    seed_weights(options.training.seed, KIND)
    trainer = LifterTrainer(LifterNetwork(options.width, options.dilations), options)
    figures = train(trainer, run)
    network = trainer.ema.average
    digest = fingerprint("motions", options.motions, options.seconds, float(trainer.pool.motions[0].sum()))[:12]
    return ModelFiles(KIND, network, {"model": network.config()}, options, digest, figures, _card)


def _card(config: Mapping[str, Any]) -> str:
    figures = "\n".join(f"- {name}: {value:.4g}" for name, value in sorted(config["figures"].items()))
    return (
        "# lifter\n\nKey points of a person in a video → joints in space, those that are not seen included. Trained on "
        "motions computed by the project, seen by random cameras, with points hidden; no recording of a person is "
        f"behind them. Errors are in parts of the body's height.\n\n## Figures\n{figures}\n"
    )

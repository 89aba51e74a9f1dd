"""Training of the baseline: a GAN of single frames with binary cross-entropy and Adam, as in 2024."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from mien.shapes.data.batches import FramesBatch, ShapesData
from mien.shapes.networks.frames import FrameDiscriminator
from mien.shapes.networks.model import ShapesModel
from mien.shapes.options import ShapesOptions
from mien.training.optimization.adversarial import Adversary, Values
from mien.training.trainer import Step, Trainer

FRAMES_PER_CLIP = 2
BETAS = (0.5, 0.999)


class FrameAdversary(Adversary[FrameDiscriminator]):
    """Binary cross-entropy of real against generated frames."""

    def objective(self, *batch: Any) -> tuple[Tensor, Values]:
        """batch: real and generated frames (B, 3, 64, 64)."""
        real, fake = batch
        loss = _cross_entropy(self.discriminator(real), 1.0) + _cross_entropy(self.discriminator(fake.detach()), 0.0)
        return loss, {"discriminator": loss.detach()}


class FramesTrainer(Trainer[FramesBatch]):
    """The baseline; `FRAMES_PER_CLIP` frames of each clip."""

    name, unit = "shapes_baseline", "clips"

    def __init__(self, model: ShapesModel, data: ShapesData, options: ShapesOptions) -> None:
        super().__init__(options.training)
        self.data, self.model = data, self.parts.module("model", model)
        lr = options.training.lr
        self.parts.optimizer("optimizer", torch.optim.Adam(model.parameters(), lr, BETAS, fused=True), scheduled=False)
        discriminator = FrameDiscriminator(options.width // 2)
        self.adversary = FrameAdversary("frame", discriminator, lr, BETAS, optimizer=torch.optim.Adam)
        self.adversaries = [self.adversary]

    @property
    def result(self) -> ShapesModel:
        """The last weights: the baseline has no EMA."""
        return self.model.eval().requires_grad_(False)

    def batch(self, step: int) -> FramesBatch:
        """Single frames, each with one text of its clip."""
        return self.data.frames_batch(
            self.model.text, self.options.seed, self.name, step, self.options.batch, FRAMES_PER_CLIP
        )

    def loss(self, batch: FramesBatch, step: Step) -> tuple[Tensor, Values]:
        """One step of the discriminator, then the non-saturating loss of the generator."""
        noise = step.normal("noise", len(batch.frames), *self.model.noise_shape)
        fake = self.model.single_frames(batch.tokens, batch.mask, noise)
        values = self.adversary.train_step(batch.frames, fake)
        loss = _cross_entropy(self.adversary.discriminator(fake), 1.0)
        return loss, {"adversarial": loss.detach(), **values}


def _cross_entropy(logits: Tensor, real: float) -> Tensor:
    return functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, real))

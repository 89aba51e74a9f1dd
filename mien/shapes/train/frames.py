"""How the baseline of single frames learns: as in 2024, binary cross-entropy and Adam."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional

from mien.shapes.data.batches import FramesBatch, ShapesData
from mien.shapes.networks.frames import FrameDiscriminator
from mien.shapes.networks.model import ShapesModel
from mien.shapes.options import ShapesOptions
from mien.training.checkpoint import load_module, load_optimizer, module_tensors, optimizer_tensors
from mien.training.device import best_device
from mien.training.randomness import torch_generator

PURPOSE = "shapes_baseline"
FRAMES_PER_CLIP = 2


class FramesPhase:
    """The baseline; see `mien.training.loop.Trainee`. Of each clip `FRAMES_PER_CLIP` frames are taken."""

    def __init__(self, model: ShapesModel, data: ShapesData, options: ShapesOptions) -> None:
        self.data, self.options = data, options
        self.device = best_device(options.device)
        self.model = model.to(self.device)
        self.discriminator = FrameDiscriminator(options.width // 2).to(self.device)
        betas = (0.5, 0.999)
        self.optimizer = torch.optim.Adam(self.model.parameters(), options.lr, betas, fused=True)
        self.discriminator_optimizer = torch.optim.Adam(self.discriminator.parameters(), options.lr, betas, fused=True)

    @property
    def result(self) -> ShapesModel:
        """The last weights: it has no average."""
        return self.model.eval().requires_grad_(False)

    def make_batch(self, step: int) -> FramesBatch:
        """The batch of a step."""
        options = self.options
        return self.data.frames_batch(
            self.model.text, options.seed, PURPOSE, step, options.clips_per_step, FRAMES_PER_CLIP
        )

    def train_step(self, batch: FramesBatch, step: int) -> dict[str, Tensor | float]:
        """One step of the discriminator, then one of the generator."""
        random = torch_generator(self.options.seed, f"{PURPOSE} noise", step)
        real, tokens, mask = (tensor.to(self.device) for tensor in (batch.frames, batch.tokens, batch.mask))
        noise = self.model.draw_noise(len(real), random).to(self.device)
        fake = self.model.single_frames(tokens, mask, noise)
        judged = self.discriminator(real), self.discriminator(fake.detach())
        told = _cross_entropy(judged[0], 1.0) + _cross_entropy(judged[1], 0.0)
        self.discriminator_optimizer.zero_grad(set_to_none=True)
        told.backward()
        self.discriminator_optimizer.step()
        fooled = _cross_entropy(self.discriminator(fake), 1.0)
        self.optimizer.zero_grad(set_to_none=True)
        fooled.backward()
        self.optimizer.step()
        return {"discriminator": told.detach(), "adversarial": fooled.detach()}

    def validate(self) -> dict[str, float]:
        """Nothing: the evaluation measures it."""
        return {}

    def tensors(self) -> dict[str, Tensor]:
        """Everything that the next step depends on."""
        return {
            **module_tensors("model", self.model),
            **module_tensors("discriminator", self.discriminator),
            **optimizer_tensors("optimizer", self.optimizer),
            **optimizer_tensors("discriminator_optimizer", self.discriminator_optimizer),
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Go back to what `tensors` gave."""
        load_module("model", self.model, tensors)
        load_module("discriminator", self.discriminator, tensors)
        load_optimizer("optimizer", self.optimizer, tensors)
        load_optimizer("discriminator_optimizer", self.discriminator_optimizer, tensors)


def _cross_entropy(scores: Tensor, real: float) -> Tensor:
    return functional.binary_cross_entropy_with_logits(scores, torch.full_like(scores, real))

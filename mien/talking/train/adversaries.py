"""The adversaries of the generator: each is one object that owns its discriminator and its optimiser."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from mien.talking.losses import emotion_loss
from mien.talking.networks.discriminators import FAKE, EmotionDiscriminator, FrameDiscriminator
from mien.training.adversarial import gradient_penalty, paired_relativistic_loss
from mien.training.checkpoint import load_module, load_optimizer, module_tensors, optimizer_tensors


class FrameAdversary:
    """Tells generated from real frames by the paired relativistic loss with R1 and R2 (R3GAN, Huang et al. 2024).

    Frames are (N, C, S, S) in [−1, 1], C channels as the discriminator takes them; real and generated ones come in
    pairs beside the same reference. `name` stands before its curves and its tensors.
    """

    def __init__(self, discriminator: FrameDiscriminator, lr: float, gamma: float, name: str = "frame") -> None:
        self.discriminator = discriminator
        self.gamma = gamma
        self.name = name
        self.optimizer = torch.optim.AdamW(discriminator.parameters(), lr, betas=(0.0, 0.99), weight_decay=0.0)

    def train_step(
        self, real: Tensor, fake: Tensor, reference: Tensor, weights: Tensor | None = None
    ) -> dict[str, Tensor]:
        """One step of the discriminator; returns its loss, its penalties and the mean gap real − fake.

        `weights` (N, 1, S, S): how much each place of the pictures counts.
        """
        real, fake = real.detach().requires_grad_(), fake.detach().requires_grad_()
        real_scores, fake_scores = (self.discriminator(one, reference, weights) for one in (real, fake))
        adversarial = paired_relativistic_loss(real_scores, fake_scores)
        penalty = gradient_penalty(real_scores, real) + gradient_penalty(fake_scores, fake)
        self.optimizer.zero_grad(set_to_none=True)
        (adversarial + self.gamma / 2 * penalty).backward()
        self.optimizer.step()
        gap = (real_scores - fake_scores).mean()
        prefix = "d" if self.name == "frame" else self.name
        values = {"loss": adversarial, "penalty": penalty, "gap": gap}
        return {f"{prefix}_{key}": value.detach() for key, value in values.items()}

    def loss(self, fake: Tensor, real: Tensor, reference: Tensor, weights: Tensor | None = None) -> Tensor:
        """What the generator minimises: generated frames score above the real ones. Gradients flow into `fake` only."""
        self.discriminator.requires_grad_(False)
        with torch.no_grad():
            real_scores = self.discriminator(real, reference, weights)
        value = paired_relativistic_loss(self.discriminator(fake, reference, weights), real_scores)
        self.discriminator.requires_grad_(True)
        return value

    def tensors(self) -> dict[str, Tensor]:
        """Everything that the next step depends on."""
        return {
            **module_tensors(f"{self.name}_discriminator", self.discriminator),
            **optimizer_tensors(f"{self.name}_optimizer", self.optimizer),
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Go back to what `tensors` gave."""
        load_module(f"{self.name}_discriminator", self.discriminator, tensors)
        load_optimizer(f"{self.name}_optimizer", self.optimizer, tensors)


class EmotionAdversary:
    """Tells the emotion of real clips, and generated clips as `FAKE`; the generator wants its clips told as real ones.

    Clips are (B, T, 3, S, S) in [−1, 1]. Because it goes on learning what is generated, it cannot be fooled for long
    by patterns that only look like an emotion to a frozen network.
    """

    def __init__(self, discriminator: EmotionDiscriminator, lr: float) -> None:
        self.discriminator = discriminator
        self.optimizer = torch.optim.AdamW(discriminator.parameters(), lr, betas=(0.5, 0.99), weight_decay=0.01)

    def train_step(self, real: Tensor, fake: Tensor, emotion: Tensor, intensity: Tensor) -> dict[str, Tensor]:
        """One step of the discriminator on real clips with emotions (B,), intensities (B,), and generated clips."""
        self.discriminator.train()
        told = self.discriminator(real.detach())
        real_loss = emotion_loss(told, emotion, intensity, smoothing=0.05)
        fakes = torch.full_like(emotion, FAKE)
        fake_loss = torch.nn.functional.cross_entropy(self.discriminator(fake.detach()), fakes)
        self.optimizer.zero_grad(set_to_none=True)
        (real_loss + 0.5 * fake_loss).backward()
        self.optimizer.step()
        return {"e_real": real_loss.detach(), "e_fake": fake_loss.detach()}

    def loss(self, fake: Tensor, emotion: Tensor, intensity: Tensor) -> Tensor:
        """What the generator minimises: its clips are told to show the wanted emotion."""
        self.discriminator.requires_grad_(False).eval()
        value = emotion_loss(self.discriminator(fake), emotion, intensity)
        self.discriminator.requires_grad_(True)
        return value

    def tensors(self) -> dict[str, Tensor]:
        """Everything that the next step depends on."""
        return {
            **module_tensors("emotion_discriminator", self.discriminator),
            **optimizer_tensors("emotion_optimizer", self.optimizer),
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Go back to what `tensors` gave."""
        load_module("emotion_discriminator", self.discriminator, tensors)
        load_optimizer("emotion_optimizer", self.optimizer, tensors)

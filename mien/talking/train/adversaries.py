"""The adversaries of the generator."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from mien.talking.losses import emotion_loss
from mien.talking.networks.discriminators import FAKE, EmotionDiscriminator, FrameDiscriminator
from mien.training.adversarial import Adversary, Values, gradient_penalty, paired_relativistic_loss


class FrameAdversary(Adversary[FrameDiscriminator]):
    """Separates generated from real frames by the paired relativistic loss with R1 and R2 (R3GAN).

    Frames are (N, 3, S, S) in [−1, 1]; real and generated ones are paired by their reference. gamma: weight of R1, R2.
    """

    def __init__(self, discriminator: FrameDiscriminator, lr: float, gamma: float) -> None:
        super().__init__("frame", discriminator, lr, betas=(0.0, 0.99))
        self.gamma = gamma

    def objective(self, *batch: Any) -> tuple[Tensor, Values]:
        """The loss on real and generated frames, references, and pixel weights (N, 1, S, S)."""
        real, fake, reference, weights = batch
        real, fake = real.detach().requires_grad_(), fake.detach().requires_grad_()
        real_scores, fake_scores = (self.discriminator(one, reference, weights) for one in (real, fake))
        adversarial = paired_relativistic_loss(real_scores, fake_scores)
        penalty = gradient_penalty(real_scores, real) + gradient_penalty(fake_scores, fake)
        values = {"d_loss": adversarial, "d_penalty": penalty, "d_gap": (real_scores - fake_scores).mean()}
        return adversarial + self.gamma / 2 * penalty, {name: value.detach() for name, value in values.items()}

    def loss(self, fake: Tensor, real: Tensor, reference: Tensor, weights: Tensor | None = None) -> Tensor:
        """The generator's loss: generated frames are to score above the real ones. Gradients flow into `fake` only."""
        self.discriminator.requires_grad_(False)
        with torch.no_grad():
            real_scores = self.discriminator(real, reference, weights)
        value = paired_relativistic_loss(self.discriminator(fake, reference, weights), real_scores)
        self.discriminator.requires_grad_(True)
        return value


class EmotionAdversary(Adversary[EmotionDiscriminator]):
    """Classifies the emotion of real clips, and generated clips as `FAKE`.

    Clips are (B, T, 3, S, S) in [−1, 1]. It keeps learning from generated clips, so that adversarial patterns which
    fool a frozen classifier do not fool it for long.
    """

    def __init__(self, discriminator: EmotionDiscriminator, lr: float) -> None:
        super().__init__("emotion", discriminator, lr, betas=(0.5, 0.99), weight_decay=0.01)

    def objective(self, *batch: Any) -> tuple[Tensor, Values]:
        """Cross-entropy on real clips with emotions (B,) and intensities (B,), and on generated clips."""
        real, fake, emotion, intensity = batch
        self.discriminator.train()
        real_loss = emotion_loss(self.discriminator(real.detach()), emotion, intensity, smoothing=0.05)
        labels = torch.full_like(emotion, FAKE)
        fake_loss = torch.nn.functional.cross_entropy(self.discriminator(fake.detach()), labels)
        return real_loss + 0.5 * fake_loss, {"e_real": real_loss.detach(), "e_fake": fake_loss.detach()}

    def loss(self, fake: Tensor, emotion: Tensor, intensity: Tensor) -> Tensor:
        """The generator's loss: its clips are to be classified as the requested emotion."""
        self.discriminator.requires_grad_(False).eval()
        value = emotion_loss(self.discriminator(fake), emotion, intensity)
        self.discriminator.requires_grad_(True)
        return value

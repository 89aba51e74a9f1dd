"""Adversarial losses of the generator: each owns its discriminator and optimiser."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from mien.talking.losses import emotion_loss
from mien.talking.networks.discriminators import FAKE, EmotionDiscriminator, FrameDiscriminator
from mien.training.optimization.adversarial import Adversary, Values, gradient_penalty, paired_relativistic_loss


class FrameAdversary(Adversary[FrameDiscriminator]):
    """Paired relativistic loss with the gradient penalties R1 and R2 (R3GAN: Huang et al., NeurIPS 2024).

    Frames are (N, 3, S, S) in [−1, 1]; real and generated frames are paired by their reference. `gamma`: weight γ of
    R1 and R2.
    """

    def __init__(self, discriminator: FrameDiscriminator, lr: float, gamma: float) -> None:
        super().__init__("frame", discriminator, lr, betas=(0.0, 0.99))
        self.gamma = gamma

    def objective(self, *batch: Any) -> tuple[Tensor, Values]:
        """The discriminator's loss: E softplus(D(fake) − D(real)) + γ/2 (R1 + R2).

        The batch: real frames, generated frames, references, and pixel weights (N, 1, S, S).
        """
        real, fake, reference, weights = batch
        real, fake = real.detach().requires_grad_(), fake.detach().requires_grad_()
        real_scores, fake_scores = (self.discriminator(one, reference, weights) for one in (real, fake))
        adversarial = paired_relativistic_loss(real_scores, fake_scores)
        penalty = gradient_penalty(real_scores, real) + gradient_penalty(fake_scores, fake)
        values = {"d_loss": adversarial, "d_penalty": penalty, "d_gap": (real_scores - fake_scores).mean()}
        return adversarial + self.gamma / 2 * penalty, {name: value.detach() for name, value in values.items()}

    def loss(self, fake: Tensor, real: Tensor, reference: Tensor, weights: Tensor | None = None) -> Tensor:
        """The generator's loss: E softplus(D(real) − D(fake)); gradients flow into `fake` only."""
        self.discriminator.requires_grad_(False)
        with torch.no_grad():
            real_scores = self.discriminator(real, reference, weights)
        value = paired_relativistic_loss(self.discriminator(fake, reference, weights), real_scores)
        self.discriminator.requires_grad_(True)
        return value


class EmotionAdversary(Adversary[EmotionDiscriminator]):
    """Emotion classifier with an additional class `FAKE` for generated clips (Salimans et al., NeurIPS 2016).

    Clips are (B, T, 3, S, S) in [−1, 1]. It is trained jointly with the generator, so that adversarial patterns which
    deceive a frozen classifier are learned as `FAKE`.
    """

    def __init__(self, discriminator: EmotionDiscriminator, lr: float) -> None:
        super().__init__("emotion", discriminator, lr, betas=(0.5, 0.99), weight_decay=0.01)

    def objective(self, *batch: Any) -> tuple[Tensor, Values]:
        """The discriminator's loss: cross-entropy of real clips, plus half of that of generated clips as `FAKE`.

        The batch: real clips, generated clips, emotions (B,), intensities (B,).
        """
        real, fake, emotion, intensity = batch
        self.discriminator.train()
        real_loss = emotion_loss(self.discriminator(real.detach()), emotion, intensity, smoothing=0.05)
        labels = torch.full_like(emotion, FAKE)
        fake_loss = torch.nn.functional.cross_entropy(self.discriminator(fake.detach()), labels)
        return real_loss + 0.5 * fake_loss, {"e_real": real_loss.detach(), "e_fake": fake_loss.detach()}

    def loss(self, fake: Tensor, emotion: Tensor, intensity: Tensor) -> Tensor:
        """The generator's loss: cross-entropy of generated clips for the emotions (B,) that condition them."""
        self.discriminator.requires_grad_(False).eval()
        value = emotion_loss(self.discriminator(fake), emotion, intensity)
        self.discriminator.requires_grad_(True)
        return value

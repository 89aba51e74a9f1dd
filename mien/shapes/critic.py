"""The adversary of the video GAN: its discriminator, what reads the words for it, and their optimiser."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from mien.shapes.discriminator import ClipDiscriminator, mismatch_loss, score, scores_with_all
from mien.shapes.layers import Layers
from mien.shapes.options import ShapesOptions
from mien.text.encoder import TextEncoder, features_of
from mien.training.adversarial import gradient_penalty, paired_relativistic_loss
from mien.training.checkpoint import load_module, load_optimizer, module_tensors, optimizer_tensors


class Critic(nn.Module):
    """Tells generated from real clips by R3GAN's loss, and a clip's own words from those of others."""

    def __init__(self, text: TextEncoder, frames: int, options: ShapesOptions) -> None:
        super().__init__()
        self.text, self.options = text, options
        self.discriminator = ClipDiscriminator(text.width, frames, options.width)
        self.optimizer = torch.optim.AdamW(
            self.parameters(), options.discriminator_lr, betas=(0.0, 0.99), weight_decay=0.0, fused=True
        )

    def train_step(
        self, real: Layers, fake: Layers | None, tokens: Tensor, mask: Tensor, slower: float, penalty: bool
    ) -> dict[str, Tensor | float]:
        """One step; without `fake` on words alone. slower: factor on the rate. penalty: whether R1 and R2 are taken."""
        options = self.options
        self.optimizer.param_groups[0]["lr"] = options.discriminator_lr * slower
        asked = self.discriminator.read(features_of(self.text, tokens, mask), mask)
        real = real.watched()
        with_all = scores_with_all(self.discriminator.see(real), asked)
        mismatch = mismatch_loss(with_all)
        values: dict[str, Tensor | float] = {"mismatch": mismatch.detach()}
        loss = options.mismatch_weight * mismatch
        if fake is not None:
            fake, real_scores = fake.watched(), with_all.diagonal()
            fake_scores = score(self.discriminator.see(fake), asked)
            loss = loss + paired_relativistic_loss(real_scores, fake_scores)
            values["gap"] = (real_scores - fake_scores).mean().detach()
            if penalty:
                steep = gradient_penalty(real_scores, *real.parts) + gradient_penalty(fake_scores, *fake.parts)
                # taken now and then, it counts for the steps between as well
                loss = loss + options.penalty_every * options.gamma / 2 * steep
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return {"discriminator": loss.detach(), **values}

    def loss(self, fake: Layers, real: Layers, tokens: Tensor, mask: Tensor) -> Tensor:
        """What the generator minimises: its clips go better with the words than the real ones."""
        self.requires_grad_(False)
        with torch.no_grad():
            asked = self.discriminator.read(features_of(self.text, tokens, mask), mask)
            real_scores = score(self.discriminator.see(real), asked)
        value = paired_relativistic_loss(score(self.discriminator.see(fake), asked), real_scores)
        self.requires_grad_(True)
        return value

    def tensors(self) -> dict[str, Tensor]:
        """Everything that the next step depends on."""
        return {**module_tensors("critic", self), **optimizer_tensors("critic_optimizer", self.optimizer)}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Go back to what `tensors` gave."""
        load_module("critic", self, tensors)
        load_optimizer("critic_optimizer", self.optimizer, tensors)

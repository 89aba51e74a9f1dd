"""The discriminator's training: real against generated clips, and a clip's own text against others."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from mien.shapes.data.layers import Layers, concatenate
from mien.shapes.networks.discriminator import ClipDiscriminator, mismatch_loss, score, scores_with_all
from mien.shapes.options import ShapesOptions
from mien.training.optimization.adversarial import Adversary, Values, gradient_penalty, paired_relativistic_loss


class ClipAdversary(Adversary[ClipDiscriminator]):
    """R3GAN's paired relativistic loss with R1 and R2, and matching of clips with texts within the rank's batch.

    `generator_gradient`: gradient of the generator's adversarial loss with respect to the generated layers, at the
    discriminator's weights before its step. So both networks are trained on one forward pass of the discriminator.
    """

    generator_gradient: tuple[Tensor, ...]

    def __init__(self, discriminator: ClipDiscriminator, options: ShapesOptions) -> None:
        super().__init__("critic", discriminator, options.discriminator_lr, betas=(0.0, 0.99), scheduled=True)
        self.options = options

    def objective(self, *batch: Any) -> tuple[Tensor, Values]:
        """batch: real and generated layers, token ids or features and their mask, whether R1 and R2 are computed in
        this step, and a generator of random numbers. Sets `generator_gradient`."""
        real, fake, tokens, mask, penalty, random = batch
        options, encode = self.options, self.discriminator.encode_clip
        text_codes = self.discriminator.encode_text(tokens, mask)
        real, fake = real.detached_leaf(), fake.detached_leaf()
        encoded, mixed = encode(concatenate([real, mixed_clips(real, random)])).halves()
        all_scores = scores_with_all(encoded, text_codes)
        own = all_scores.diagonal()
        mismatch = mismatch_loss(all_scores) + functional.softplus(score(mixed, text_codes) - own).mean()
        fake_scores = score(encode(fake), text_codes)
        adversarial = paired_relativistic_loss(fake_scores, own.detach())
        self.generator_gradient = torch.autograd.grad(adversarial, fake.tensors, retain_graph=True)
        loss = options.mismatch_weight * mismatch + paired_relativistic_loss(own, fake_scores)
        if penalty:
            gradients = gradient_penalty(own, *real.tensors) + gradient_penalty(fake_scores, *fake.tensors)
            # lazy regularisation (Karras et al., CVPR 2020): scaled by the interval
            loss = loss + options.penalty_every * options.gamma / 2 * gradients
        values = {
            "discriminator": loss, "mismatch": mismatch, "gap": (own - fake_scores).mean(), "adversarial": adversarial,
        }  # fmt: skip
        return loss, {name: value.detach() for name, value in values.items()}

    def loss(self, fake: Layers) -> Tensor:
        """A scalar whose gradient at the generated layers is `generator_gradient`; after `train_step` on them."""
        return torch.stack(
            [(part * slope).sum() for part, slope in zip(fake.tensors, self.generator_gradient, strict=True)]
        ).sum()


def mixed_clips(layers: Layers, random: torch.Generator) -> Layers:
    """Clips in which one part (paths, pictures or colours) is another's: the two figures of a clip exchange it, and a
    single figure takes that of another single figure.

    Negatives with the text of another clip differ in nearly every word, so that a discriminator can ignore most words.
    These differ in one attribute or, with two figures, only in its assignment.
    """
    pairs = layers.presence.prod(1) > 0.5
    alone = (~pairs).nonzero().squeeze(1)
    partner = torch.arange(len(pairs), device=pairs.device)
    partner[alone] = alone.roll(1)
    kinds = torch.randint(4, (len(pairs),), generator=random).to(pairs.device)

    def exchanged(part: Tensor, chosen: Tensor) -> Tensor:
        shape = (-1, *[1] * (part.dim() - 1))
        other = torch.where(pairs.view(shape), part.flip(1), part[partner])
        return torch.where(chosen.view(shape), other, part)

    return Layers(
        exchanged(layers.paths, kinds < 2), exchanged(layers.pictures, kinds == 2),
        exchanged(layers.colours, kinds == 3), layers.presence,
    )  # fmt: skip

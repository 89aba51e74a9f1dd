"""How the discriminator learns, and what the generator learns from it."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from mien.shapes.data.layers import Layers, joined
from mien.shapes.networks.discriminator import (
    ClipDiscriminator,
    mismatch_loss,
    score,
    scores_with_all,
)
from mien.shapes.options import ShapesOptions
from mien.training.adversarial import gradient_penalty, paired_relativistic_loss


class Critic:
    """Teaches a discriminator to tell generated from real clips by R3GAN's loss, and a clip's own words from others."""

    def __init__(self, discriminator: ClipDiscriminator, options: ShapesOptions) -> None:
        self.discriminator, self.options = discriminator, options
        self.parameters = [parameter for parameter in discriminator.parameters() if parameter.requires_grad]
        self.optimizer = torch.optim.AdamW(
            self.parameters, options.discriminator_lr, betas=(0.0, 0.99), weight_decay=0.0, fused=True
        )

    def train_step(
        self, real: Layers, fake: Layers | None, tokens: Tensor, mask: Tensor, slower: float, penalty: bool,
        random: torch.Generator,
    ) -> tuple[dict[str, Tensor | float], Layers | None]:  # fmt: skip
        """One step; without `fake` on words alone. slower: factor on the rate. penalty: whether R1 and R2 are taken.

        The second that it returns is the gradient, at `fake`, of what the generator minimises: that its clips go better
        with the words than the real ones, by the opinion of before the step. So both learn from one look.
        """
        options, see = self.options, self.discriminator.see
        self.optimizer.param_groups[0]["lr"] = options.discriminator_lr * slower
        asked = self.discriminator.read(tokens, mask)
        real = real.watched()
        seen, wrong = see(joined([real, chimeras(real, random)])).halves()
        with_all = scores_with_all(seen, asked)
        own = with_all.diagonal()
        mismatch = mismatch_loss(with_all) + functional.softplus(score(wrong, asked) - own).mean()
        values: dict[str, Tensor | float] = {"mismatch": mismatch.detach()}
        loss, pull = options.mismatch_weight * mismatch, None
        # R1 from the beginning: what has grown steep on words alone would throw the game as it begins
        steep = gradient_penalty(own, *real.parts) if penalty else None
        if fake is not None:
            fake = fake.watched()
            fake_scores = score(see(fake), asked)
            opinion = paired_relativistic_loss(fake_scores, own.detach())
            pull = Layers(*torch.autograd.grad(opinion, fake.parts, retain_graph=True))
            loss = loss + paired_relativistic_loss(own, fake_scores)
            values |= {"gap": (own - fake_scores).mean().detach(), "adversarial": opinion.detach()}
            if steep is not None:
                steep = steep + gradient_penalty(fake_scores, *fake.parts)
        if steep is not None:
            # taken now and then, it counts for the steps between as well
            loss = loss + options.penalty_every * options.gamma / 2 * steep
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward(inputs=self.parameters)
        self.optimizer.step()
        return {"discriminator": loss.detach(), **values}, pull


def chimeras(layers: Layers, random: torch.Generator) -> Layers:
    """Clips of which one part, paths, pictures or colours, is not theirs: the figures of a pair exchange it, and a
    figure alone gets that of another one alone.

    The words of another clip are wrong in nearly everything, so most of them can be left unread. Here one thing is
    wrong, and with two figures nothing but whose it is.
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

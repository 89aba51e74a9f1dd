"""How the video GAN learns: to make real clips again, and to play R3GAN's game with its critic."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from mien.shapes.data.batches import LayersBatch, ShapesData
from mien.shapes.data.layers import Layers, draw
from mien.shapes.measure.scene import find_figures, matches
from mien.shapes.networks.generator import NOISE, LayerGenerator
from mien.shapes.networks.model import ShapesModel
from mien.shapes.networks.posterior import ClipReader, divergence, orders
from mien.shapes.options import ShapesOptions
from mien.shapes.train.adversary import Critic
from mien.text.encoder import features_of, read_tokens
from mien.training.checkpoint import load_module, load_optimizer, module_tensors, optimizer_tensors
from mien.training.device import best_device
from mien.training.ema import Ema
from mien.training.randomness import torch_generator
from mien.training.schedule import warmup_cosine

PURPOSE = "shapes"
VALIDATION_CLIPS = 64
GRADIENT_NORM = 5.0
PATH_WEIGHT, STEP_WEIGHT, PRESENCE_WEIGHT = 4.0, 16.0, 0.1
"""Of places and of steps between them, where the error of pictures and that of colours count 1; and of presence."""


class VideoPhase:
    """The video GAN; see `mien.training.loop.Trainee`.

    The generator learns to make real clips again from their words and what a reader tells of them, and the critic
    which words go with which clip; from `adversarial_start` on they play the game of R3GAN as well.
    """

    def __init__(self, model: ShapesModel, data: ShapesData, val: ShapesData | None, options: ShapesOptions) -> None:
        self.data, self.val, self.options = data, val, options
        self.device = best_device(options.device)
        self.model = model.to(self.device)
        assert isinstance(model.generator, LayerGenerator)
        assert model.discriminator is not None
        self.generator, self.critic = model.generator, Critic(model.discriminator, options)
        self.reader = ClipReader(model.frames, options.width, NOISE).to(self.device)
        self.ema = Ema(self.model, options.ema_decay)
        self.optimizer = torch.optim.AdamW(
            [*model.text.parameters(), *self.generator.parameters(), *self.reader.parameters()], options.lr,
            betas=(0.5, 0.99), weight_decay=options.weight_decay, fused=True,
        )  # fmt: skip

    @property
    def result(self) -> ShapesModel:
        """The averaged weights."""
        return self.ema.average

    def make_batch(self, step: int) -> LayersBatch:
        """The batch of a step."""
        options = self.options
        return self.data.layers_batch(self.model.text, options.seed, PURPOSE, step, options.clips_per_step)

    def train_step(self, batch: LayersBatch, step: int) -> dict[str, Tensor | float]:
        """One step of the critic, then one of the generator."""
        options = self.options
        samples, total = step * options.samples_per_step, options.steps * options.samples_per_step
        slower = warmup_cosine(samples, total, round(options.warmup * total))
        self.optimizer.param_groups[0]["lr"] = options.lr * slower
        random = torch_generator(options.seed, f"{PURPOSE} noise", step)
        real = batch.layers.each(lambda part: part.to(self.device))
        tokens, mask = batch.tokens.to(self.device), batch.mask.to(self.device)
        generator = self.generator
        picked = generator.pick(features_of(self.model.text, tokens, mask), mask)
        aims, twice = orders(real), torch.cat([picked, picked])
        mean, log_variance = self.reader(aims, twice)
        drawn = torch.randn(mean.shape, generator=random).to(self.device)
        noise = mean + (log_variance / 2).exp() * drawn
        fake = None
        if samples >= options.adversarial_start * total:
            free = self.model.draw_noise(len(tokens), random).to(self.device)
            made = generator.make(torch.cat([twice, picked]), torch.cat([noise, free]))
            made, fake = made.each(lambda part: part[: len(twice)]), made.each(lambda part: part[len(twice) :])
        else:
            made = generator.make(twice, noise)
        penalty = step % options.penalty_every == 0
        values, pull = self.critic.train_step(real, fake, tokens, mask, slower, penalty, random)
        error, told = self._made_again(made, aims, divergence(mean, log_variance))
        loss = options.reconstruction_weight * error + options.divergence_weight * told
        self.optimizer.zero_grad(set_to_none=True)
        if fake is None or pull is None:
            loss.backward()
        else:
            pulled = [options.adversarial_weight * part for part in pull.parts]
            torch.autograd.backward([loss, *fake.parts], [torch.ones_like(loss), *pulled])
        nn.utils.clip_grad_norm_(self.optimizer.param_groups[0]["params"], GRADIENT_NORM)
        self.optimizer.step()
        self.ema.update(self.model, step)
        return {"reconstruction": error.detach(), "divergence": told.detach(), **values}

    def _made_again(self, made: Layers, aims: Layers, told: Tensor) -> tuple[Tensor, Tensor]:
        """The error of real clips made again, and the nats (B, F) that were told of them: means over the clips.

        Which figure is the one that the words name first is what costs less.
        """
        options = self.options
        errors = unlikeness(made, aims).view(2, -1)
        nats = (told * aims.presence).sum(1).view(2, -1)
        best = (options.reconstruction_weight * errors + options.divergence_weight * nats).argmin(0, keepdim=True)
        return errors.gather(0, best).mean(), nats.gather(0, best).mean()

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """How many clips of the averaged weights are what held-back prompts ask for, told from their pixels."""
        if self.val is None:
            return {}
        numbers = self.val.numbers[:VALIDATION_CLIPS]
        average = self.ema.average
        tokens, mask = read_tokens(average.text, [self.val.store.prompts[number][0] for number in numbers])
        noise = average.draw_noise(len(numbers), torch_generator(self.options.seed, f"{PURPOSE} validation", 0))
        clips = draw(average.layers(tokens.to(self.device), mask.to(self.device), noise.to(self.device))).cpu().numpy()
        verdicts = [matches(self.val.store.scenes[n], find_figures(c)) for n, c in zip(numbers, clips, strict=True)]
        rates = {"val_exact": "exact", "val_shape": "shape", "val_motion": "motion"}
        return {name: sum(getattr(v, field) for v in verdicts) / len(verdicts) for name, field in rates.items()}

    def tensors(self) -> dict[str, Tensor]:
        """Everything that the next step depends on."""
        return {
            **module_tensors("model", self.model),
            **module_tensors("ema", self.ema.average),
            **module_tensors("reader", self.reader),
            **optimizer_tensors("optimizer", self.optimizer),
            **optimizer_tensors("critic_optimizer", self.critic.optimizer),
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Go back to what `tensors` gave."""
        load_module("model", self.model, tensors)
        load_module("ema", self.ema.average, tensors)
        load_module("reader", self.reader, tensors)
        load_optimizer("optimizer", self.optimizer, tensors)
        load_optimizer("critic_optimizer", self.critic.optimizer, tensors)


def unlikeness(made: Layers, aim: Layers) -> Tensor:
    """How far clips are from others (B,): squared errors of the figures that are to be there, and of which are."""
    wrong = made.paths - aim.paths
    error = (
        PATH_WEIGHT * wrong.square().mean((-1, -2))
        + STEP_WEIGHT * wrong.diff(dim=-1).square().mean((-1, -2))
        + (made.pictures - aim.pictures).square().mean((-1, -2))
        + (made.colours - aim.colours).square().mean(-1)
    )
    presence = made.presence.clamp(1e-4, 1 - 1e-4)
    missing = -(aim.presence * presence.log() + (1 - aim.presence) * (1 - presence).log())
    return (error * aim.presence + PRESENCE_WEIGHT * missing).sum(1)

"""Training of the video GAN: a conditional VAE-GAN on layers (CVAE-GAN: Bao et al., ICCV 2017)."""

from __future__ import annotations

import torch
from torch import Tensor

from mien.shapes.data.batches import LayersBatch, ShapesData
from mien.shapes.data.layers import Layers, concatenate, render
from mien.shapes.losses import kl_divergence, layers_error
from mien.shapes.measure.scene import matches, measure_scene
from mien.shapes.networks.generator import NOISE, LayerGenerator
from mien.shapes.networks.model import ShapesModel
from mien.shapes.networks.posterior import Posterior
from mien.shapes.options import ShapesOptions
from mien.shapes.train.adversary import ClipAdversary
from mien.text.encoder import features_of, read_tokens
from mien.training.optimization.optimizers import adamw
from mien.training.randomness import torch_generator
from mien.training.trainer import Step, Trainer, Values

KIND = "shapes"
VALIDATION_CLIPS = 64


class VideoTrainer(Trainer[LayersBatch]):
    """Reconstruction of real clips from posterior samples, KL divergence, and R3GAN's loss on prior samples."""

    name, unit, gradient_norm = KIND, "clips", 5.0

    def __init__(self, model: ShapesModel, data: ShapesData, val: ShapesData | None, options: ShapesOptions) -> None:
        super().__init__(options.training)
        data.cache_layers()
        self.data, self.val, self.stage_options = data, val, options
        assert isinstance(model.generator, LayerGenerator)
        assert model.discriminator is not None
        self.model = model
        self.text = self.parts.module("text", model.text)
        self.generator = self.parts.module("generator", model.generator)
        self.posterior = self.parts.module("posterior", Posterior(model.frames, options.width, NOISE))
        self.ema = self.parts.average("ema", model, options.training.ema_decay)
        trained = [*model.text.parameters(), *model.generator.parameters(), *self.posterior.parameters()]
        self.parts.optimizer("optimizer", adamw(trained, options.training, betas=(0.5, 0.99)))
        self.adversary = ClipAdversary(model.discriminator, options)
        self.adversaries = [self.adversary]

    @property
    def result(self) -> ShapesModel:
        """The model with averaged weights (EMA)."""
        return self.ema.average

    def batch(self, step: int) -> LayersBatch:
        """Clips as layers with one of their texts."""
        return self.data.layers_batch(self.text, self.options.seed, KIND, step, self.options.batch)

    def loss(self, batch: LayersBatch, step: Step) -> tuple[Tensor, Values]:
        """One step of the discriminator, then reconstruction, KL divergence and the adversarial loss."""
        options, generator, real = self.stage_options, self.generator, batch.layers
        attended = generator.attend(features_of(self.text, batch.tokens, batch.mask), batch.mask)
        # either order: the assignment of figures to the text is unknown
        targets, twice = concatenate([real, real.swapped()]), torch.cat([attended, attended])
        mean, log_variance = self.posterior(targets, twice)
        noise = step.normal("posterior", len(attended), 2, *mean.shape[1:]).transpose(0, 1).reshape(mean.shape)
        sampled = mean + (log_variance / 2).exp() * noise
        prior = step.normal("prior", len(attended), *mean.shape[1:])
        generated = generator.decode(torch.cat([twice, attended]), torch.cat([sampled, prior]))
        reconstructed = generated.map(lambda part: part[: len(twice)])
        fake = generated.map(lambda part: part[len(twice) :])
        penalty = step.number % options.penalty_every == 0
        random = step.generator("mixed clips")
        values = self.adversary.train_step(real, fake, batch.tokens, batch.mask, penalty, random)
        error, nats = self._reconstruction(reconstructed, targets, kl_divergence(mean, log_variance))
        loss = (
            options.reconstruction_weight * error
            + options.divergence_weight * nats
            + options.adversarial_weight * self.adversary.loss(fake)
        )
        return loss, {"reconstruction": error.detach(), "divergence": nats.detach(), **values}

    def _reconstruction(self, generated: Layers, targets: Layers, nats: Tensor) -> tuple[Tensor, Tensor]:
        """Mean reconstruction error and mean KL, for the assignment of figures to the text with the lower loss."""
        options = self.stage_options
        errors = layers_error(generated, targets).view(2, -1)
        nats = (nats * targets.presence).sum(1).view(2, -1)
        best = (options.reconstruction_weight * errors + options.divergence_weight * nats).argmin(0, keepdim=True)
        return errors.gather(0, best).mean(), nats.gather(0, best).mean()

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Fractions of the averaged weights' clips that match val prompts, measured in their pixels."""
        if self.val is None:
            return {}
        numbers = self.val.numbers[:VALIDATION_CLIPS]
        average = self.ema.average
        device = next(average.parameters()).device
        tokens, mask = read_tokens(average.text, [self.val.store.texts[number][0] for number in numbers])
        noise = average.sample_noise(len(numbers), torch_generator(self.options.seed, f"{KIND} validation", 0))
        clips = render(average.layers(tokens.to(device), mask.to(device), noise.to(device))).cpu().numpy()
        found = [matches(self.val.store.scenes[n], measure_scene(c)) for n, c in zip(numbers, clips, strict=True)]
        rates = {"val_exact": "exact", "val_shape": "shape", "val_motion": "motion"}
        return {name: sum(bool(one[field]) for one in found) / len(found) for name, field in rates.items()}

"""Text → moving shapes: how the video GAN and its baseline learn."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.files import atomic_directory, fingerprint
from mien.shapes.cards import shapes_card
from mien.shapes.clip_reader import ClipReader, divergence
from mien.shapes.critic import Critic
from mien.shapes.data import ShapesBatch, ShapesData
from mien.shapes.frames_training import FramesPhase
from mien.shapes.generator import NOISE
from mien.shapes.measure import find_figures, matches
from mien.shapes.model import ShapesModel, build_model
from mien.shapes.options import ShapesOptions
from mien.shapes.seeing import SMALL_SIDE, View
from mien.shapes.sprites import Sprites
from mien.text.encoder import features_of, open_encoder, read_tokens, vocabulary_of
from mien.training.checkpoint import load_module, load_optimizer, module_tensors, optimizer_tensors
from mien.training.curves import Log
from mien.training.device import best_device
from mien.training.ema import Ema
from mien.training.loop import Course, run_course
from mien.training.model_folder import FORMAT, save_model
from mien.training.randomness import seed_weights, torch_generator
from mien.training.schedule import warmup_cosine

KIND = "shapes"
VALIDATION_CLIPS = 64
GRADIENT_NORM = 5.0
CLOSE_WEIGHT = 4.0
MOMENTS_WEIGHT = 0.5
CLOSE_WEIGHT = 4.0
MOMENTS_WEIGHT = 0.5
CLOSE_FRAMES = 1
"""Frames of each clip that are looked at in full size."""


class VideoPhase:
    """The video GAN; see `mien.training.loop.Trainee`.

    First the generator learns to make real clips again from their words and what a reader tells of them, and the
    critic which words go with which clip; from `adversarial_start` on they play the game of R3GAN as well.
    """

    def __init__(self, model: ShapesModel, critic: Critic, data: ShapesData, val: ShapesData | None,
                 options: ShapesOptions) -> None:  # fmt: skip
        self.data, self.val, self.options = data, val, options
        self.device = best_device(options.device)
        self.model, self.critic = model.to(self.device), critic.to(self.device)
        self.reader = ClipReader(model.text.width, model.frames, options.width, NOISE).to(self.device)
        self.ema = Ema(self.model, options.ema_decay)
        self.optimizer = torch.optim.AdamW(
            [*self.model.parameters(), *self.reader.parameters()], options.lr, betas=(0.5, 0.99),
            weight_decay=options.weight_decay, fused=True,
        )  # fmt: skip

    def make_batch(self, step: int) -> ShapesBatch:
        """The batch of a step."""
        options = self.options
        return self.data.training_batch(self.model.text, options.seed, KIND, step, options.clips_per_step)

    def train_step(self, batch: ShapesBatch, step: int) -> dict[str, Tensor | float]:
        """One step of the critic, then one of the generator."""
        options = self.options
        samples, total = step * options.samples_per_step, options.steps * options.samples_per_step
        slower = warmup_cosine(samples, total, round(options.warmup * total))
        self.optimizer.param_groups[0]["lr"] = options.lr * slower
        random = torch_generator(options.seed, f"{KIND} noise", step)
        small, tokens, mask = (x.to(self.device) for x in (batch.small, batch.tokens, batch.mask))
        chosen = torch.rand(batch.clips.shape[:2], generator=random).argsort(1)[:, :CLOSE_FRAMES]
        close = batch.clips[torch.arange(len(chosen))[:, None], chosen].to(self.device)
        chosen = chosen.to(self.device)
        real = self._view(small, close)
        playing = samples >= options.adversarial_start * total
        fake = self._generated(tokens, mask, chosen, random) if playing else None
        values = self.critic.train_step(real, fake, tokens, mask, slower, penalty=step % options.penalty_every == 0)
        made, told = self._made_again(real, tokens, mask, chosen, random)
        loss = options.reconstruction_weight * made + options.divergence_weight * told
        if fake is not None:
            opinion = self.critic.loss(fake, real, tokens, mask)
            loss = loss + options.adversarial_weight * opinion
            values["adversarial"] = opinion.detach()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.optimizer.param_groups[0]["params"], GRADIENT_NORM)
        self.optimizer.step()
        self.ema.update(self.model, step)
        return {"reconstruction": made.detach(), "divergence": told.detach(), **values}

    def _view(self, whole: Tensor, close: Tensor) -> View:
        return self.critic.discriminator.view(whole, close)

    def _drawn(self, sprites: Sprites, chosen: Tensor) -> tuple[Tensor, Tensor]:
        return self.model.draw(sprites, SMALL_SIDE), self.model.draw(sprites.at(chosen))

    def _generated(self, tokens: Tensor, mask: Tensor, chosen: Tensor, random: torch.Generator) -> View:
        noise = self.model.draw_noise(len(tokens), random).to(self.device)
        return self._view(*self._drawn(self.model.sprites(tokens, mask, noise), chosen))

    def _made_again(
        self, real: View, tokens: Tensor, mask: Tensor, chosen: Tensor, random: torch.Generator
    ) -> tuple[Tensor, Tensor]:
        """The error of real clips made again, and the nats that were told of them."""
        features = features_of(self.model.text, tokens, mask)
        mean, log_variance = self.reader(real, features, mask)
        drawn = torch.randn(mean.shape, generator=random).to(self.device)
        sprites = self.model.generator(features, mask, mean + (log_variance / 2).exp() * drawn)
        made = self._view(*self._drawn(sprites, chosen))
        error = (
            pyramid_error(made.whole - real.whole)
            + CLOSE_WEIGHT * (made.close - real.close).square().mean()
            # pixels say nothing to a figure that is beside its place, moments do from everywhere
            + MOMENTS_WEIGHT * functional.smooth_l1_loss(made.moments, real.moments, beta=0.2)
        )
        return error, divergence(mean, log_variance)

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """How many clips of the averaged weights are what held-back prompts ask for, told from their pixels."""
        if self.val is None:
            return {}
        numbers = self.val.numbers[:VALIDATION_CLIPS]
        average = self.ema.average
        tokens, mask = read_tokens(average.text, [self.val.store.prompts[number][0] for number in numbers])
        noise = average.draw_noise(len(numbers), torch_generator(self.options.seed, f"{KIND} validation", 0))
        sprites = average.sprites(tokens.to(self.device), mask.to(self.device), noise.to(self.device))
        clips = to_bytes(average.draw(sprites)).cpu().numpy()
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
            **self.critic.tensors(),
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Go back to what `tensors` gave."""
        load_module("model", self.model, tensors)
        load_module("ema", self.ema.average, tensors)
        load_module("reader", self.reader, tensors)
        load_optimizer("optimizer", self.optimizer, tensors)
        self.critic.restore(tensors)


def pyramid_error(wrong: Tensor) -> Tensor:
    """Squared error of clips (B, T, 3, S, S) at four sizes, the smaller the weightier: it shows the way from far."""
    error, level = 2 * wrong.square().mean(), wrong.flatten(0, 1)
    for number in range(1, 4):
        level = functional.avg_pool2d(level, 2)
        error = error + 2**number * level.square().mean()
    return error


def to_bytes(clips: Tensor) -> Tensor:
    """Clips (B, T, 3, S, S) in [−1, 1] → uint8 (B, T, S, S, 3)."""
    return ((clips + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(0, 1, 3, 4, 2)


def train_shapes(
    corpus: Path, options: ShapesOptions, out: Path, resume: Path, log: Log, cache: Path | None = None
) -> dict[str, float]:
    """Train the model, and the frames baseline beside it; write them to `out` and `out/baseline`; return their figures.

    corpus: folder of a `ShapesStore`. cache: where features of a pretrained text encoder are kept. Raises ValueError
    for an empty store, TextEncoderError for a text encoder that cannot be had.
    """
    data = ShapesData(corpus)
    val = ShapesData(corpus, ("val",)) if len(data.store.numbers("val")) else None
    digest = fingerprint(data.store.index.to_csv(index=False))[:16]
    prompts = data.prompts

    def trained(own: ShapesOptions, name: str, heard: Log) -> tuple[ShapesModel, dict[str, float]]:
        seed_weights(own.seed, name)
        vocabulary = vocabulary_of(prompts)

        def encoder() -> Any:
            return open_encoder(
                own.text.encoder, vocabulary, cache, own.text.download, width=own.text.width, layers=own.text.layers
            )

        text = encoder()
        text.prepare(prompts)
        model = build_model(text, own.architecture, data.store.frames, own.width, own.hidden)
        phase: VideoPhase | FramesPhase
        if own.architecture == "frames":
            phase = FramesPhase(model, data, own)
        else:
            phase = VideoPhase(model, Critic(encoder(), data.store.frames, own), data, val, own)
        identity = fingerprint(name, own.model_dump(mode="json"), digest, FORMAT)
        course = Course(
            name.replace("_", " "), identity, own.steps, own.samples_per_step, phase.make_batch, "clips",
            own.log_samples, checkpoint_seconds=own.checkpoint_seconds, light_batches=True,
        )  # fmt: skip
        run_course(phase, course, resume, heard)
        return phase.ema.average, phase.validate()

    model, figures = trained(options, KIND, log)
    baseline = None
    if options.baseline_samples and options.architecture == "video":
        own = options.model_copy(update={"architecture": "frames", "samples": options.baseline_samples, "lr": 2e-4})
        baseline, _ = trained(
            own, f"{KIND}_baseline", lambda values, at: log({f"baseline_{k}": v for k, v in values.items()}, at)
        )
    with atomic_directory(out) as folder:
        _save(folder, model, options, figures, digest)
        if baseline is not None:
            (folder / "baseline").mkdir()
            _save(folder / "baseline", baseline, options.model_copy(update={"architecture": "frames"}), {}, digest)
    return figures


def _save(folder: Path, model: ShapesModel, options: ShapesOptions, figures: Mapping[str, float], data: str) -> None:
    config: dict[str, Any] = {
        "model": model.config, "options": options.model_dump(mode="json"), "data": data, "figures": dict(figures),
    }  # fmt: skip
    save_model(folder, KIND, model, config, shapes_card(config))

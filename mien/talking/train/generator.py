"""Phase 2: the generator, from pixels alone; before it, its speech encoder, from the mouth's shape alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from mien.files import atomic_directory, fingerprint
from mien.talking.data.batches import (
    Batch,
    BatchPlan,
    TalkingData,
    make_batch,
)
from mien.talking.losses import PerceptualLoss, default_vgg19, feature_weights, flow_loss, pyramid_l1, weighted_l1
from mien.talking.networks.decoding import Drawing
from mien.talking.networks.generator import Generator, GeneratorConfig, count_parameters
from mien.talking.networks.warp import WarpDecoder
from mien.talking.options import GeneratorOptions
from mien.talking.system import CARDS
from mien.talking.train.landmarks import pretrain_landmarks
from mien.talking.train.speech_encoder import pretrain_speech_encoder
from mien.training.checkpoint import load_module, load_optimizer, module_tensors, optimizer_tensors
from mien.training.curves import Log
from mien.training.device import best_device, mixed_precision, place
from mien.training.ema import Ema
from mien.training.loop import Course, run_course
from mien.training.model_folder import FORMAT, save_model
from mien.training.randomness import seed_weights
from mien.training.schedule import warmup_cosine

KIND = "generator"
VALIDATION_BATCHES = 8


def speech_codes(generator: Generator, batch: Batch) -> Tensor:
    """Speech codes (B, T, width) of a batch's spectra."""
    codes: Tensor = generator.speech_encoder(batch.spectra.flatten(0, 1))
    return codes.view(*batch.spectra.shape[:2], -1)


class Drawn(NamedTuple):
    """What the generator made of a batch: frames, mouth shapes (B, T, 2) and the references' landmarks (B, 68, 2)."""

    drawing: Drawing
    mouth: Tensor
    landmarks: Tensor


def draw(generator: Generator, batch: Batch) -> Drawn:
    """A batch's frames, and what its speech and its references tell."""
    speech = speech_codes(generator, batch)
    maps = generator.image_encoder(batch.reference)
    landmarks = generator.landmarks(maps)
    drawing = generator.draw(maps, landmarks, generator.codes(landmarks, speech, batch.feeling, batch.motion))
    return Drawn(drawing, generator.speech_encoder.mouth_shape(speech), landmarks)


class PixelLoss:
    """What phases 2 and 3 share: weighted L1, the perceptual loss where its weights are, the mouth's shape."""

    def __init__(self, options: GeneratorOptions, size: int, device: torch.device) -> None:
        self.options, self.size = options, size
        weights = options.perceptual_weights or default_vgg19()
        self.perceptual: PerceptualLoss | None = None
        if options.perceptual_weight > 0 and (options.perceptual_weights is not None or weights.is_file()):
            self.perceptual = PerceptualLoss(weights).to(device)

    def weights(self, batch: Batch) -> Tensor:
        """How much each pixel of B · T frames counts, (B · T, 1, S, S) of mean 1."""
        return feature_weights(
            batch.landmarks.flatten(0, 1), self.size, self.options.mouth_weight, self.options.eyes_weight
        )

    def __call__(self, drawn: Drawn, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """The sum and its parts."""
        options, drawing = self.options, drawn.drawing
        weights = self.weights(batch)
        own, real = drawing.frames.float(), batch.video.flatten(0, 1)
        l1 = pyramid_l1(own, real, weights, options.pyramid_levels)
        mouth = nn.functional.mse_loss(drawn.mouth.float(), batch.mouth)
        total = l1 + options.mouth_shape_weight * mouth
        parts = {"l1": l1.detach(), "mouth_shape": mouth.detach()}
        if drawing.flow is not None:
            extra, more = self._moved(drawn, real, weights, batch)
            total, parts = total + extra, parts | more
        if self.perceptual is not None:
            some = slice(None, None, max(1, len(own) // options.perceptual_frames))
            perceived = self.perceptual(own[some], real[some])
            total = total + options.perceptual_weight * perceived
            parts["perceptual"] = perceived.detach()
        return total, parts

    def _moved(self, drawn: Drawn, real: Tensor, weights: Tensor, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """What only a decoder that warps is asked for."""
        options, drawing = self.options, drawn.drawing
        assert drawing.flow is not None
        assert drawing.shade is not None
        assert drawing.paint is not None
        assert drawing.cover is not None
        assert drawing.landmarks is not None
        wanted = (2 * batch.landmarks.flatten(0, 1) + 1) / self.size - 1
        reference_points = batch.reference_points.repeat_interleave(batch.points.shape[1], 0)
        known = (2 * batch.reference_landmarks + 1) / self.size - 1
        losses = {
            "landmarks": nn.functional.l1_loss(drawn.landmarks.float(), known) * self.size / 2,
            "goal": nn.functional.l1_loss(drawing.landmarks.float(), wanted) * self.size / 2,
            "flow": flow_loss(drawing.flow.float(), batch.points.flatten(0, 1), reference_points, self.size),
            "paint": weighted_l1(drawing.paint.float(), real, weights),
            "cover": drawing.cover.float().mean(),
            "shade": drawing.shade.float().abs().mean(),
        }
        total = (
            options.landmark_weight * (losses["landmarks"] + losses["goal"])
            + options.flow_weight * losses["flow"]
            + options.paint_weight * losses["paint"]
            + options.cover_weight * losses["cover"]
            + options.shade_weight * losses["shade"]
        )
        return total, {name: loss.detach() for name, loss in losses.items()}


def generator_optimizer(generator: Generator, lr: float, speech_rate: float, decay: float) -> torch.optim.AdamW:
    """AdamW with the speech encoder as a group of its own, whose rate is `speech_rate` of the others'."""
    speech = list(generator.speech_encoder.parameters())
    known = {id(parameter) for parameter in speech}
    others = [parameter for parameter in generator.parameters() if id(parameter) not in known]
    groups = [{"params": others, "part": 1.0}, {"params": speech, "part": speech_rate}]
    return torch.optim.AdamW(groups, lr, betas=(0.9, 0.99), weight_decay=decay)


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Set every group's learning rate to its part of `rate`."""
    for group in optimizer.param_groups:
        group["lr"] = rate * group.get("part", 1.0)


@torch.no_grad()
def validation_figures(generator: Generator, held_out: TalkingData, device: torch.device) -> dict[str, float]:
    """Mean absolute error in [0, 1] of whole frames and of the mouth's pixels, on held-out actors.

    References are neutral frames of the same actor; head motion is the real clip's. Empty without held-out clips.
    """
    if not len(held_out):
        return {}
    plan = BatchPlan(0, "validation", 8, 2, reference_shares=(0.0, 1.0, 0.0))
    whole, mouth = 0.0, 0.0
    for step in range(VALIDATION_BATCHES):
        batch = make_batch(held_out, plan, step).to(device)
        codes = speech_codes(generator, batch)
        frames = generator(batch.reference, codes, batch.feeling, batch.motion).flatten(0, 1)
        error = (frames - batch.video.flatten(0, 1)).abs() / 2
        weights = feature_weights(batch.landmarks.flatten(0, 1), held_out.size, 1e6, 0.0)
        whole += float(error.mean()) / VALIDATION_BATCHES
        mouth += float((error * weights).mean()) / VALIDATION_BATCHES
    return {"val_l1": whole, "val_mouth_l1": mouth}


class GeneratorPhase:
    """Learns to redraw frames; see `mien.training.loop.Trainee`."""

    def __init__(
        self, generator: Generator, data: TalkingData, held_out: TalkingData, options: GeneratorOptions
    ) -> None:
        self.options, self.data, self.held_out = options, data, held_out
        self.device = best_device(options.device)
        self.generator = generator
        place(generator, self.device)
        self.ema = Ema(generator, options.ema_decay)
        part = options.speech_rate if options.speech_samples else 1.0
        self.optimizer = generator_optimizer(generator, options.lr, part, options.weight_decay)
        self.loss = PixelLoss(options, data.size, self.device)
        self.plan = generator_plan(options)

    def make_batch(self, step: int) -> Batch:
        """The training batch of a step."""
        return make_batch(self.data, self.plan, step)

    def train_step(self, batch: Batch, step: int) -> dict[str, Tensor | float]:
        """One step of the generator on the pixel loss."""
        options, batch = self.options, batch.to(self.device)
        samples = step * options.samples_per_step
        rate = options.lr * warmup_cosine(samples, options.samples, int(options.warmup * options.samples))
        set_rate(self.optimizer, rate)
        with mixed_precision(self.device):
            drawn = draw(self.generator, batch)
        loss, parts = self.loss(drawn, batch)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.generator.parameters(), 1.0)
        self.optimizer.step()
        self.ema.update(self.generator, step)
        return {"loss": loss.detach(), **parts, "lr": rate}

    def validate(self) -> dict[str, float]:
        """See `validation_figures`."""
        return validation_figures(self.ema.average, self.held_out, self.device)

    def tensors(self) -> dict[str, Tensor]:
        """Everything that the next step depends on."""
        return {
            **module_tensors("generator", self.generator),
            **module_tensors("ema", self.ema.average),
            **optimizer_tensors("optimizer", self.optimizer),
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Go back to what `tensors` gave."""
        load_module("generator", self.generator, tensors)
        load_module("ema", self.ema.average, tensors)
        load_optimizer("optimizer", self.optimizer, tensors)


def generator_plan(options: GeneratorOptions) -> BatchPlan:
    """How phase 2 draws its batches."""
    return BatchPlan(
        options.seed, KIND, options.clips_per_step, options.frames_per_clip,
        reference_shares=options.reference_shares, emotion_dropout=options.emotion_dropout,
        intensity_dropout=options.intensity_dropout, augmentation=options.augmentation, blinks=options.blinks,
    )  # fmt: skip


def new_generator(data: TalkingData, options: GeneratorOptions) -> Generator:
    """A generator with first weights, and the head motion of the data."""
    config = GeneratorConfig(
        architecture=options.architecture, size=data.size, fps=data.fps, sample_rate=data.sample_rate,
        image_channels=options.image_channels, speech_width=options.speech_width, code_width=options.code_width,
    )  # fmt: skip
    seed_weights(options.seed, KIND)
    generator = Generator(config)
    generator.noise_encoder.set_statistics(data.motion_statistics())
    return generator


def generator_config(generator: Generator, options: Any, data: str, figures: Mapping[str, float]) -> dict[str, Any]:
    """What `config.json` of a generator or a talking face holds."""
    return {
        "network": generator.config.model_dump(mode="json"),
        "options": options.model_dump(mode="json"),
        "size": generator.config.size,
        "data": data,
        "figures": dict(figures),
    }


def train_generator(
    faces: Path, split: Path, options: GeneratorOptions, out: Path, resume: Path, log: Log
) -> dict[str, float]:
    """Train on the split's train part and write the model folder `out`; returns its figures.

    Raises ValueError when the part is empty or the crops' size does not suit the network.
    """
    data = TalkingData(faces, split, "train", options.cache_megabytes)
    held_out = TalkingData(faces, split, "val", options.cache_megabytes, required=False)
    generator = new_generator(data, options)
    identity = fingerprint(KIND, FORMAT, options.model_dump(mode="json"), data.digest, held_out.digest)
    if options.speech_samples:
        pretrain_speech_encoder(generator.speech_encoder, data, options, identity, resume / "speech", log)
    if options.landmark_samples and isinstance(generator.decoder, WarpDecoder):
        pretrain_landmarks(generator, data, options, identity, resume / "landmarks", log)
    phase = GeneratorPhase(generator, data, held_out, options)
    course = Course(
        "generator", identity, options.steps, options.samples_per_step, phase.make_batch,
        log_samples=options.log_samples, checkpoint_seconds=options.checkpoint_seconds,
    )  # fmt: skip
    run_course(phase, course, resume, log)
    figures = {
        "parameters": float(count_parameters(generator)),
        "perceptual_loss_used": float(phase.loss.perceptual is not None),
        **phase.validate(),
    }
    config = generator_config(generator, options, data.digest, figures)
    with atomic_directory(out) as folder:
        save_model(folder, KIND, phase.ema.average, config, CARDS[KIND].markdown(config))
    return figures


def with_samples(options: GeneratorOptions, other: Any) -> BatchPlan:
    """Phase 3's batches: phase 2's references and changes, but consecutive frames of fewer clips."""
    return replace(
        generator_plan(options), seed=other.seed, purpose="talking_face",
        clips=other.clips_per_step, frames=other.frames_per_clip, spacing=other.spacing,
    )  # fmt: skip

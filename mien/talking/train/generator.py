"""Phase 2: training of the generator with the pixel loss, after pre-training on mouth shapes and landmarks."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from torch import Tensor

from mien.talking.cards import CARDS
from mien.talking.data.batches import Batch, BatchPlan, TalkingData, make_batch
from mien.talking.generate.frame_generator import load_generator
from mien.talking.networks.generator import Generator, GeneratorConfig
from mien.talking.networks.warp import WarpDecoder
from mien.talking.options import GeneratorOptions
from mien.talking.train.landmarks import LandmarkTrainer
from mien.talking.train.pixel_loss import PixelLoss, forward, validation_figures
from mien.talking.train.speech_encoder import SpeechTrainer
from mien.training.model_folder import ModelFiles, count_parameters, save_models
from mien.training.optimization.optimizers import adamw, two_rates
from mien.training.randomness import seed_weights
from mien.training.run import Run
from mien.training.train import train
from mien.training.trainer import Step, Trainer, Values

KIND = "generator"


class GeneratorTrainer(Trainer[Batch]):
    """Reconstruction of real frames.

    `pretrained`: the generator is trained already, so its weights are averaged from the start, as they are where
    `options.initial` names the model that it is.
    """

    name, unit, gradient_norm = KIND, "frames", 1.0
    pretrained: ClassVar[bool] = False

    def __init__(self, generator: Generator, data: TalkingData, val: TalkingData, options: GeneratorOptions) -> None:
        super().__init__(options.training, options.frames_per_clip)
        self.data, self.val = data, val
        self.generator = self.parts.module("generator", generator)
        pretrained = self.pretrained or options.initial is not None
        self.ema = self.parts.average("ema", generator, options.training.ema_decay, pretrained=pretrained)
        rate = options.speech_rate if options.speech_samples or pretrained else 1.0
        groups = two_rates(generator, generator.speech_encoder, options.training.lr, rate)
        self.parts.optimizer("optimizer", adamw(groups, options.training))
        self.pixel_loss = PixelLoss(options, data.size)
        self.plan = BatchPlan(
            options.training.seed, KIND, options.training.batch, options.frames_per_clip,
            reference_shares=options.reference_shares, emotion_dropout=options.emotion_dropout,
            intensity_dropout=options.intensity_dropout, augmentation=options.augmentation, blinks=options.blinks,
        )  # fmt: skip

    def batch(self, step: int) -> Batch:
        return make_batch(self.data, self.plan, step)

    def loss(self, batch: Batch, step: Step) -> tuple[Tensor, Values]:
        with step.autocast():
            output = forward(self.generator, batch)
        return self.pixel_loss(output, batch, self.pixel_loss.weights(batch))

    def validate(self) -> dict[str, float]:
        return validation_figures(self.ema.average, self.val)


def _config(data: TalkingData, options: GeneratorOptions) -> GeneratorConfig:
    return GeneratorConfig(
        architecture=options.architecture, size=data.size, fps=data.fps, sample_rate=data.sample_rate,
        image_channels=options.image_channels, speech_width=options.speech_width, code_width=options.code_width,
    )  # fmt: skip


def new_generator(data: TalkingData, options: GeneratorOptions) -> Generator:
    """A generator with random weights, and the head-motion statistics of the data."""
    seed_weights(options.training.seed, KIND)
    generator = Generator(_config(data, options))
    generator.pose_encoder.set_statistics(data.pose_statistics())
    return generator


def trained_generator(folder: Path, data: TalkingData, options: GeneratorOptions) -> Generator:
    """The generator of a model folder, ready for further training, with the head-motion statistics of the data.

    Raises ValueError, in one sentence, if the folder is missing or damaged, or its network is not the one that the
    data and the options ask for.
    """
    generator, _ = load_generator(folder)
    found, asked = generator.config.model_dump(mode="json"), _config(data, options).model_dump(mode="json")
    differing = [name for name in asked if found[name] != asked[name]]
    if differing:
        name = differing[0]
        raise ValueError(
            f"generator.initial: the model in {folder} has {name} {found[name]}, and {asked[name]} is asked for: "
            "only the same network can be trained further"
        )
    generator.pose_encoder.set_statistics(data.pose_statistics())
    return generator.train().requires_grad_(True)


def _pretrained_generator(data: TalkingData, options: GeneratorOptions, run: Run) -> Generator:
    """A new generator, trained on mouth shapes and landmarks, which is soon done, since no pixel is drawn."""
    generator = new_generator(data, options)
    if options.speech_samples:
        train(SpeechTrainer(generator.speech_encoder, data, options), run.phase("speech"))
    if options.landmark_samples and isinstance(generator.decoder, WarpDecoder):
        train(LandmarkTrainer(generator, data, options), run.phase("landmarks"))
    return generator


def train_generator(faces: Path, split: Path, options: GeneratorOptions, out: Path, run: Run) -> dict[str, float]:
    """Train on the split's train part and write the model folder `out`; returns its metrics.

    With `options.initial` it starts from that model, without pre-training on speech and landmarks.
    Raises ValueError when the part is empty, the network cannot be built for the size of the crops, or the model to
    start from is none or another network.
    """
    data = TalkingData(faces, split, "train", run.execution.cache_megabytes)
    val = TalkingData(faces, split, "val", run.execution.cache_megabytes, required=False)
    if options.initial is None:
        generator = _pretrained_generator(data, options, run)
    else:
        generator = trained_generator(options.initial, data, options)
    trainer = GeneratorTrainer(generator, data, val, options)
    figures = {
        "parameters": float(count_parameters(generator)),
        "perceptual_loss_used": float(trainer.pixel_loss.perceptual is not None),
        **train(trainer, run),
    }
    config = generator.describe()
    save_models(
        out, {"": ModelFiles(KIND, trainer.ema.average, config, options, data.digest, figures, CARDS[KIND].markdown)}
    )
    return figures

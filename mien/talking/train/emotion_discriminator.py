"""Phase 1: training of the emotion discriminator on real clips."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mien.clips import EMOTIONS
from mien.talking.cards import CARDS
from mien.talking.data.batches import Batch, BatchPlan, TalkingData, make_batch
from mien.talking.losses import emotion_loss
from mien.talking.networks.discriminators import EmotionDiscriminator
from mien.talking.options import EmotionDiscriminatorOptions
from mien.training.model_folder import ModelFiles, count_parameters, load_network, save_models
from mien.training.optimization.optimizers import adamw
from mien.training.randomness import seed_weights
from mien.training.run import Run
from mien.training.train import train
from mien.training.trainer import Step, Trainer, Values

KIND = "emotion_discriminator"
SMOOTHING = 0.05
"""Label smoothing of the cross-entropy on real clips."""


class EmotionTrainer(Trainer[Batch]):
    """Cross-entropy of the emotions of real clips."""

    name, unit = KIND, "frames"

    def __init__(self, data: TalkingData, val: TalkingData, options: EmotionDiscriminatorOptions) -> None:
        super().__init__(options.training, options.frames_per_clip)
        self.data, self.val = data, val
        seed_weights(options.training.seed, KIND)
        self.discriminator = self.parts.module("discriminator", new_discriminator(options))
        self.ema = self.parts.average("ema", self.discriminator, options.training.ema_decay)
        self.parts.optimizer("optimizer", adamw(self.discriminator.parameters(), options.training))
        self.plan = BatchPlan(
            options.training.seed, KIND, options.training.batch, options.frames_per_clip, options.spacing,
            augmentation=options.augmentation,
        )  # fmt: skip

    def batch(self, step: int) -> Batch:
        return make_batch(self.data, self.plan, step)

    def loss(self, batch: Batch, step: Step) -> tuple[Tensor, Values]:
        """Cross-entropy, weighted by intensity."""
        self.discriminator.train()
        frames = blurred(batch.video, step)
        with step.autocast():
            logits = self.discriminator(frames)
        loss = emotion_loss(logits.float(), batch.emotion, batch.intensity, SMOOTHING)
        accuracy = (logits[:, : len(EMOTIONS)].argmax(1) == batch.emotion).float().mean()
        return loss, {"accuracy": accuracy}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Accuracy on the val actors' clips, from `frames_per_clip` frames around the middle of each."""
        labelled = [clip_id for clip_id in self.val.clip_ids if self.val.features[clip_id].emotion >= 0]
        correct = 0
        for clip_id in labelled:
            features = self.val.features[clip_id]
            offsets = self.plan.spacing * (np.arange(self.plan.frames) - self.plan.frames // 2)
            numbers = np.clip(features.frames // 2 + offsets, 0, features.frames - 1)
            video = torch.from_numpy(np.stack([self.val.frame(clip_id, int(number)) for number in numbers]))
            device = next(self.discriminator.parameters()).device
            logits = self.ema.average(video.permute(0, 3, 1, 2)[None].to(device).float() / 127.5 - 1)
            correct += int(logits[0, : len(EMOTIONS)].argmax()) == features.emotion
        return {"val_accuracy": correct / len(labelled)} if labelled else {}


def blurred(frames: Tensor, step: Step) -> Tensor:
    """Frames (B, T, 3, S, S), blurred by one random box filter and with added noise, both a function of the step.

    Generated frames are softer than real ones; without this the classifier could use sharpness as a cue.
    """
    kernel = (1, 1, 3, 5)[int(torch.randint(4, (), generator=step.generator("blur kernel")))]
    flat = frames.flatten(0, 1)
    if kernel > 1:
        flat = torch.nn.functional.avg_pool2d(flat, kernel, 1, kernel // 2, count_include_pad=False)
    return flat.view_as(frames) + 0.05 * step.normal("blur noise", *frames.shape)


def new_discriminator(options: EmotionDiscriminatorOptions) -> EmotionDiscriminator:
    """The network with random weights from torch's global generator."""
    return EmotionDiscriminator(options.width, options.levels, options.dropout)


def train_emotion_discriminator(
    faces: Path, split: Path, options: EmotionDiscriminatorOptions, out: Path, run: Run
) -> dict[str, float]:
    """Train on the split's train part and write the model folder `out`; returns its metrics.

    For a corpus without emotion labels the metric `emotions` is 0. Raises ValueError when there is no train clip.
    """
    data = TalkingData(faces, split, "train", run.execution.cache_megabytes)
    trainer = EmotionTrainer(
        data, TalkingData(faces, split, "val", run.execution.cache_megabytes, required=False), options
    )
    figures = {
        "parameters": float(count_parameters(trainer.discriminator)),
        "emotions": float(len({features.emotion for features in data.features.values()} - {-1})),
        **train(trainer, run),
    }
    model = ModelFiles(
        KIND, trainer.ema.average, {"size": data.size}, options, data.digest, figures, CARDS[KIND].markdown
    )
    save_models(out, {"": model})
    return figures


def load_emotion_discriminator(folder: Path) -> EmotionDiscriminator:
    """Load the trained network. Raises ValueError, with one sentence, if the folder does not contain one."""

    def build(content: Mapping[str, Any]) -> EmotionDiscriminator:
        return new_discriminator(EmotionDiscriminatorOptions.model_validate(content["options"]))

    return load_network(folder, (KIND,), build)[0]

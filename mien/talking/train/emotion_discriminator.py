"""Phase 1: the emotion discriminator."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from mien.clips import EMOTIONS
from mien.files import atomic_directory, fingerprint
from mien.talking.data.batches import (
    Batch,
    BatchPlan,
    TalkingData,
    make_batch,
)
from mien.talking.losses import emotion_loss
from mien.talking.networks.discriminators import EmotionDiscriminator
from mien.talking.networks.generator import count_parameters
from mien.talking.options import EmotionDiscriminatorOptions
from mien.talking.system import CARDS
from mien.training.checkpoint import load_module, load_optimizer, module_tensors, optimizer_tensors
from mien.training.curves import Log
from mien.training.device import best_device, mixed_precision, place
from mien.training.ema import Ema
from mien.training.loop import Course, run_course
from mien.training.model_folder import FORMAT, load_into, read_config, save_model
from mien.training.randomness import numpy_generator, seed_weights
from mien.training.schedule import warmup_cosine

KIND = "emotion_discriminator"


class EmotionPhase:
    """Learns to tell emotions; see `mien.training.loop.Trainee`."""

    def __init__(self, data: TalkingData, held_out: TalkingData, options: EmotionDiscriminatorOptions) -> None:
        self.options, self.held_out = options, held_out
        self.device = best_device(options.device)
        seed_weights(options.seed, KIND)
        self.discriminator = EmotionDiscriminator(options.width, options.levels, options.dropout)
        place(self.discriminator, self.device)
        self.ema = Ema(self.discriminator, options.ema_decay)
        self.optimizer = torch.optim.AdamW(
            self.discriminator.parameters(), options.lr, betas=(0.9, 0.99), weight_decay=options.weight_decay
        )
        self.plan = BatchPlan(
            options.seed, KIND, options.clips_per_step, options.frames_per_clip, options.spacing,
            augmentation=options.augmentation,
        )  # fmt: skip
        self.data = data

    def make_batch(self, step: int) -> Batch:
        """The training batch of a step."""
        return make_batch(self.data, self.plan, step)

    def train_step(self, batch: Batch, step: int) -> dict[str, Tensor | float]:
        """Cross-entropy of the real clips' emotions."""
        options = self.options
        batch = batch.to(self.device)
        seed_weights(options.seed, f"dropout {step}")
        samples = step * options.samples_per_step
        rate = options.lr * warmup_cosine(samples, options.samples, int(options.warmup * options.samples))
        self.optimizer.param_groups[0]["lr"] = rate
        self.discriminator.train()
        frames = softened(batch.video, options.seed, step)
        with mixed_precision(self.device):
            logits = self.discriminator(frames)
        loss = emotion_loss(logits.float(), batch.emotion, batch.intensity, smoothing=0.05)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        self.ema.update(self.discriminator, step)
        right = (logits[:, : len(EMOTIONS)].argmax(1) == batch.emotion).float().mean()
        return {"loss": loss.detach(), "accuracy": right, "lr": rate}

    def validate(self) -> dict[str, float]:
        """Accuracy on the held-out actors' clips, from `frames_per_clip` frames around the middle of each."""
        labelled = [clip_id for clip_id in self.held_out.clip_ids if self.held_out.facts[clip_id].emotion >= 0]
        right = 0
        for clip_id in labelled:
            facts = self.held_out.facts[clip_id]
            numbers = [
                min(
                    max(0, facts.frames // 2 + self.options.spacing * (n - self.options.frames_per_clip // 2)),
                    facts.frames - 1,
                )
                for n in range(self.options.frames_per_clip)
            ]
            video = torch.stack([torch.from_numpy(self.held_out.frame(clip_id, number)) for number in numbers])
            frames = video.permute(0, 3, 1, 2)[None].to(self.device).float() / 127.5 - 1
            with torch.no_grad():
                logits = self.ema.average(frames)
            right += int(logits[0, : len(EMOTIONS)].argmax()) == facts.emotion
        return {"val_accuracy": right / len(labelled)} if labelled else {}

    def tensors(self) -> dict[str, Tensor]:
        """Everything that the next step depends on."""
        return {
            **module_tensors("discriminator", self.discriminator),
            **module_tensors("ema", self.ema.average),
            **optimizer_tensors("optimizer", self.optimizer),
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Go back to what `tensors` gave."""
        load_module("discriminator", self.discriminator, tensors)
        load_module("ema", self.ema.average, tensors)
        load_optimizer("optimizer", self.optimizer, tensors)


def softened(frames: Tensor, seed: int, step: int) -> Tensor:
    """Frames (B, T, 3, S, S), at random blurred, all alike, and with noise: a function of (seed, step).

    A generator's frames are softer than real ones, and are to be judged by the face.
    """
    random = numpy_generator(seed, "softened", step)
    kernel = int(random.choice([1, 1, 3, 5]))
    flat = frames.flatten(0, 1)
    if kernel > 1:
        flat = torch.nn.functional.avg_pool2d(flat, kernel, 1, kernel // 2, count_include_pad=False)
    noise = torch.from_numpy(random.standard_normal(flat.shape, np.float32)).to(flat.device)
    return (flat + 0.05 * noise).view_as(frames)


def train_emotion_discriminator(
    faces: Path, split: Path, options: EmotionDiscriminatorOptions, out: Path, resume: Path, log: Log
) -> dict[str, float]:
    """Train on the split's train part and write the model folder `out`; returns its figures.

    A corpus without emotion labels gives a discriminator that knows none, and `emotions` 0 in the figures. Raises
    ValueError when there is no train clip.
    """
    data = TalkingData(faces, split, "train", options.cache_megabytes)
    held_out = TalkingData(faces, split, "val", options.cache_megabytes, required=False)
    phase = EmotionPhase(data, held_out, options)
    identity = fingerprint(KIND, FORMAT, options.model_dump(mode="json"), data.digest, held_out.digest)
    course = Course(
        "emotion discriminator", identity, options.steps, options.samples_per_step, phase.make_batch,
        log_samples=options.log_samples, checkpoint_seconds=options.checkpoint_seconds,
    )  # fmt: skip
    run_course(phase, course, resume, log)
    figures = {
        "parameters": float(count_parameters(phase.discriminator)),
        "emotions": float(len({facts.emotion for facts in data.facts.values()} - {-1})),
        **phase.validate(),
    }
    config = {
        "options": options.model_dump(mode="json"),
        "size": data.size,
        "data": data.digest,
        "figures": figures,
    }
    with atomic_directory(out) as folder:
        save_model(folder, KIND, phase.ema.average, config, CARDS[KIND].markdown(config))
    return figures


def load_emotion_discriminator(folder: Path) -> EmotionDiscriminator:
    """The trained network; raises ValueError in one sentence when the folder is not one."""
    config = read_config(folder, (KIND,))
    options = EmotionDiscriminatorOptions.model_validate(config["options"])
    discriminator = EmotionDiscriminator(options.width, options.levels, options.dropout)
    load_into(discriminator, folder, config)
    return discriminator

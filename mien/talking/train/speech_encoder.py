"""Pre-training before phase 2: the speech encoder learns to predict mouth shapes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from mien.media.log_mel import STEPS_PER_FRAME
from mien.talking.data.batches import TalkingData
from mien.talking.networks.encoders import SPEECH_CONTEXT, SpeechEncoder
from mien.talking.options import GeneratorOptions
from mien.training.optimizers import adamw
from mien.training.randomness import numpy_generator
from mien.training.trainer import Step, Trainer, Values

CLIPS, FRAMES = 8, 25


@dataclass(frozen=True)
class SpeechBatch:
    """Log-mel spectra (B, 40, L) of one second each, and standardised mouth shapes (B, T, 2)."""

    spectra: Tensor
    mouth: Tensor


class SpeechTrainer(Trainer[SpeechBatch]):
    """Trains the speech encoder with the squared error of predicted mouth opening and width."""

    name, unit, validations = "speech_encoder", "frames", 1

    def __init__(self, encoder: SpeechEncoder, data: TalkingData, options: GeneratorOptions) -> None:
        changes = {"samples": options.speech_samples, "lr": options.speech_lr, "batch": CLIPS}
        super().__init__(options.training.model_copy(update=changes), FRAMES)
        self.data = data
        self.encoder = self.parts.module("encoder", encoder)
        self.parts.optimizer("optimizer", adamw(encoder.parameters(), self.options))

    def batch(self, step: int) -> SpeechBatch:
        """One random second of each of `CLIPS` random clips."""
        random = numpy_generator(self.options.seed, "speech", step)
        length = min(FRAMES, min(facts.frames for facts in self.data.facts.values()))
        spectra, mouths = [], []
        for clip_id in self.data.choose_clips(random, CLIPS):
            facts = self.data.facts[clip_id]
            first = int(random.integers(facts.frames - length + 1))
            start = first * STEPS_PER_FRAME
            spectra.append(facts.spectra[:, start : start + SPEECH_CONTEXT + (length - 1) * STEPS_PER_FRAME])
            mouths.append(facts.mouth[first : first + length] / self.data.mouth_scale)
        return SpeechBatch(torch.from_numpy(np.stack(spectra)), torch.from_numpy(np.stack(mouths).astype(np.float32)))

    def loss(self, batch: SpeechBatch, step: Step) -> tuple[Tensor, Values]:  # noqa: ARG002 - of the interface
        """Mean squared error."""
        predicted = self.encoder.mouth_shape(self.encoder(batch.spectra))
        loss = nn.functional.mse_loss(predicted, batch.mouth)
        return loss, {"speech_mouth_shape": loss.detach()}

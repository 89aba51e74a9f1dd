"""Pre-training before phase 2: the speech encoder learns to predict mouth shapes."""

from __future__ import annotations

from torch import Tensor, nn

from mien.media.log_mel import STEPS_PER_FRAME
from mien.talking.data.batches import TalkingData, stacked
from mien.talking.networks.encoders import SPEECH_CONTEXT, SpeechEncoder
from mien.talking.options import GeneratorOptions
from mien.training.optimization.optimizers import adamw
from mien.training.randomness import numpy_generator
from mien.training.trainer import Step, Trainer, Values

CLIPS, FRAMES = 8, 25


class SpeechTrainer(Trainer[tuple[Tensor, Tensor]]):
    """Trains the speech encoder with the squared error of predicted mouth opening and width.

    A batch is log-mels (B, 40, L) of one second each, and standardised mouth shapes (B, T, 2).
    """

    name, unit, validations = "speech_encoder", "frames", 1

    def __init__(self, encoder: SpeechEncoder, data: TalkingData, options: GeneratorOptions) -> None:
        changes = {"samples": options.speech_samples, "lr": options.speech_lr, "batch": CLIPS}
        super().__init__(options.training.model_copy(update=changes), FRAMES)
        self.data = data
        self.encoder = self.parts.module("encoder", encoder)
        self.parts.optimizer("optimizer", adamw(encoder.parameters(), self.options))

    def batch(self, step: int) -> tuple[Tensor, Tensor]:
        """One random second of each of `CLIPS` random clips."""
        random = numpy_generator(self.options.seed, "speech", step)
        length = min(FRAMES, min(clip.frames for clip in self.data.features.values()))
        log_mels, mouths = [], []
        for clip_id in self.data.sample_clips(random, CLIPS):
            clip = self.data.features[clip_id]
            first = int(random.integers(clip.frames - length + 1))
            start = first * STEPS_PER_FRAME
            log_mels.append(clip.log_mels[:, start : start + SPEECH_CONTEXT + (length - 1) * STEPS_PER_FRAME])
            mouths.append(clip.mouth[first : first + length] / self.data.mouth_scale)
        return stacked(log_mels), stacked(mouths)

    def loss(self, batch: tuple[Tensor, Tensor], step: Step) -> tuple[Tensor, Values]:  # noqa: ARG002 - of the interface
        log_mels, mouths = batch
        loss = nn.functional.mse_loss(self.encoder.mouth_shape(self.encoder(log_mels)), mouths)
        return loss, {"speech_mouth_shape": loss.detach()}

"""Before phase 2: the speech encoder learns what the mouth does, from landmarks, in seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from mien.talking.data.batches import TalkingData
from mien.talking.data.speech_features import STEPS_PER_FRAME
from mien.talking.networks.encoders import SPEECH_CONTEXT, SpeechEncoder
from mien.talking.options import GeneratorOptions
from mien.training.checkpoint import load_module, load_optimizer, module_tensors, optimizer_tensors
from mien.training.curves import Log
from mien.training.device import best_device, place
from mien.training.loop import Course, run_course
from mien.training.randomness import numpy_generator
from mien.training.schedule import warmup_cosine

CLIPS, FRAMES = 8, 25


@dataclass(frozen=True)
class SpeechBatch:
    """Spectra (B, 40, L) of a second each, and the mouth's shape (B, T, 2), standardised."""

    spectra: Tensor
    mouth: Tensor


class SpeechPhase:
    """Learns the mouth's opening and width from speech; see `mien.training.loop.Trainee`."""

    def __init__(self, encoder: SpeechEncoder, data: TalkingData, options: GeneratorOptions) -> None:
        self.encoder, self.data, self.options = encoder, data, options
        self.device = best_device(options.device)
        place(encoder, self.device)
        self.optimizer = torch.optim.AdamW(encoder.parameters(), options.speech_lr, betas=(0.9, 0.99))

    def make_batch(self, step: int) -> SpeechBatch:
        """A second from each of some clips."""
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

    def train_step(self, batch: SpeechBatch, step: int) -> dict[str, Tensor | float]:
        """One step on the squared error."""
        total, samples = self.options.speech_samples, step * CLIPS * FRAMES
        rate = self.options.speech_lr * warmup_cosine(samples, total, total // 20)
        self.optimizer.param_groups[0]["lr"] = rate
        told = self.encoder.mouth_shape(self.encoder(batch.spectra.to(self.device)))
        loss = nn.functional.mse_loss(told, batch.mouth.to(self.device))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return {"speech_mouth_shape": loss.detach()}

    def validate(self) -> dict[str, float]:
        """Nothing: phase 2 looks at the whole."""
        return {}

    def tensors(self) -> dict[str, Tensor]:
        """Everything that the next step depends on."""
        return {**module_tensors("encoder", self.encoder), **optimizer_tensors("optimizer", self.optimizer)}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Go back to what `tensors` gave."""
        load_module("encoder", self.encoder, tensors)
        load_optimizer("optimizer", self.optimizer, tensors)


def pretrain_speech_encoder(
    encoder: SpeechEncoder, data: TalkingData, options: GeneratorOptions, identity: str, resume: Path, log: Log
) -> None:
    """Train the encoder in place on `options.speech_samples` frames."""
    course = Course(
        "speech encoder", identity, -(-options.speech_samples // (CLIPS * FRAMES)), CLIPS * FRAMES,
        SpeechPhase(encoder, data, options).make_batch, log_samples=max(options.log_samples, CLIPS * FRAMES * 10),
        checkpoint_seconds=options.checkpoint_seconds,
    )  # fmt: skip
    run_course(SpeechPhase(encoder, data, options), course, resume, log)

"""The warm start: the picture encoder learns the options of all attributes.

Captions are composed of attributes, so their options are known; contrast alone stays at chance on fine attributes for
far longer than this takes.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.sculpt.clip.data import ClipData, scaled
from mien.sculpt.clip.measure import classified
from mien.sculpt.corpus.truth import option_slices
from mien.sculpt.networks.clip import HeadClip
from mien.training.distributed import global_mean
from mien.training.optimization.optimizers import adamw
from mien.training.options import TrainingOptions
from mien.training.randomness import torch_generator
from mien.training.trainer import Step, Trainer, Values

_CONTRAST, _TINT = 0.1, 0.04


@dataclass(frozen=True)
class LabelBatch:
    """Pictures uint8 (B, C, 3, S, S), options int64 (B, A), and whether they can be seen, bool (B, A)."""

    pictures: Tensor
    options: Tensor
    seen: Tensor


class PictureClassifier(nn.Module):
    """The part of a `HeadClip` that is trained here, which shares its weights."""

    def __init__(self, clip: HeadClip) -> None:
        super().__init__()
        self.pictures, self.classifiers = clip.pictures, clip.classifiers

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits (B, O) of the options of all attributes, for pictures in [0, 1]."""
        return self.classifiers(self.pictures(pictures))  # type: ignore[no-any-return]


class LabelTrainer(Trainer[LabelBatch]):
    """Trains the picture encoder and the classifiers of `clip` in place; `finish` puts the averaged weights there."""

    name, unit, light_batches, validations = "head_clip_labels", "pictures", True, 2

    def __init__(self, clip: HeadClip, data: ClipData, val: ClipData | None, options: TrainingOptions) -> None:
        super().__init__(options)
        self.data, self.val = data, val
        self.classifier = self.parts.module("classifier", PictureClassifier(clip))
        self.ema = self.parts.average("ema", self.classifier, options.ema_decay)
        self.parts.optimizer("optimizer", adamw(self.classifier.parameters(), options))

    def batch(self, step: int) -> LabelBatch:
        """The people of a step: every one once, then every one again in another order."""
        size, count = self.options.batch, len(self.data)
        places = torch.arange(step * size, (step + 1) * size)
        orders = {
            epoch: torch.randperm(count, generator=torch_generator(self.options.seed, f"{self.name} order", epoch))
            for epoch in {int(first) // count for first in places}
        }
        rows = torch.stack([orders[int(place) // count][place % count] for place in places])
        return LabelBatch(
            self.data.view(rows, places // count % self.data.pictures.shape[1]),
            self.data.options[rows],
            self.data.seen[rows],
        )

    def loss(self, batch: LabelBatch, step: Step) -> tuple[Tensor, Values]:
        """Sum over the attributes of the cross-entropy, over the pictures in which they can be seen."""
        with step.autocast():
            logits = self.classifier(augmented(scaled(batch.pictures), step))
        total = logits.new_zeros((), dtype=torch.float32)
        for number, columns in enumerate(option_slices().values()):
            seen = batch.seen[:, number].float()
            error = functional.cross_entropy(logits[:, columns].float(), batch.options[:, number], reduction="none")
            total = total + global_mean((error * seen).sum(), seen.sum().clamp(min=1))
        return total, {}

    def validate(self) -> dict[str, float]:
        """Mean accuracy of the averaged classifiers on people of `val`, balanced over the options."""
        if self.val is None:
            return {}
        accuracy = classified(self.ema.average, self.val)
        return {"val_options": sum(accuracy.values()) / len(accuracy)} if accuracy else {}

    def finish(self) -> None:
        """Put the averaged weights into the model."""
        self.classifier.load_state_dict(self.ema.average.state_dict())


def augmented(pictures: Tensor, step: Step) -> Tensor:
    """Pictures (B, C, 3, S, S) of other contrast and tint each; shifts would take more steps than there are."""
    count = len(pictures)
    contrast = 1 + _CONTRAST * step.normal("contrast", count, 1, 1, 1, 1)
    return pictures * contrast + _TINT * step.normal("tint", count, 1, 3, 1, 1)

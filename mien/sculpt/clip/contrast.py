"""Contrastive training on the features of a trained picture encoder, which stays as it is (LiT, Zhai et al., 2022).

A caption is true of many pictures of a large batch, and it is known of which: every true pair is a positive.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from mien.sculpt.clip.data import ClipData, scaled
from mien.sculpt.clip.measure import measured
from mien.sculpt.corpus.truth import true_pairs
from mien.sculpt.networks.clip import HeadClip
from mien.sculpt.networks.guide import OwnGuide
from mien.training.distributed import gather
from mien.training.optimizers import adamw
from mien.training.options import TrainingOptions
from mien.training.trainer import Step, Trainer, Values

COPIES = 2
"""Differently tinted copies of a picture whose features are learned from."""

_TINT = 0.04
_BATCH = 128
_MOST_LOG_SCALE = 4.6


@dataclass(frozen=True)
class PairBatch:
    """Features (B, W) and options (B, O) of people, and tokens, mask and refused options (B, O) of a text of each."""

    features: Tensor
    shown: Tensor
    tokens: Tensor
    mask: Tensor
    refused: Tensor


class ContrastTrainer(Trainer[PairBatch]):
    """Trains the text tower and the embeddings of `clip`; the result is the average `ema`."""

    unit, gradient_norm, light_batches, validations = "pairs", 1.0, True, 1

    def __init__(
        self, name: str, clip: HeadClip, data: ClipData, val: ClipData | None, options: TrainingOptions
    ) -> None:
        super().__init__(options)
        self.name = name  # type: ignore[misc]  # guide and judge draw other random numbers
        self.data, self.val, self.reader = data, val, clip
        self.features = encoded(clip, data)
        clip.pictures.requires_grad_(False)
        clip.classifiers.requires_grad_(False)
        self.clip = self.parts.module("clip", clip)
        self.ema = self.parts.average("ema", clip, options.ema_decay)
        trained = [parameter for parameter in clip.parameters() if parameter.requires_grad]
        self.parts.optimizer("optimizer", adamw(trained, options))
        self.tokens, self.mask = clip.read(data.texts)

    def batch(self, step: int) -> PairBatch:
        """People of the corpus without repetition, if there are enough, each with one of its captions."""
        drawn = Step(step, self.steps, self.options)
        count, size = len(self.data), self.options.batch
        order = torch.randperm(count, generator=drawn.generator(f"{self.name} people"))
        people = order.repeat(-(-size // count))[:size]
        copies = drawn.integers(f"{self.name} copies", size, len(self.features))
        picked = drawn.uniform(f"{self.name} captions", size) * self.data.caption_counts[people]
        captions = self.data.first_caption[people] + picked.long()
        mask = self.mask[captions]
        length = int(mask.sum(dim=1).max())
        return PairBatch(
            self.features[copies, people],
            self.data.shown[people],
            self.tokens[captions, :length],
            mask[:, :length],
            self.data.refused[captions],
        )

    def loss(self, batch: PairBatch, step: Step) -> tuple[Tensor, Values]:
        """See `many_positives`."""
        with step.autocast():
            texts = self.clip.embed_tokens(batch.tokens, batch.mask)
            pictures = self.clip.embed_features(batch.features)
        texts, pictures, shown, refused = (gather(own) for own in (texts, pictures, batch.shown, batch.refused))
        scale = self.clip.log_scale.clamp(max=_MOST_LOG_SCALE).exp()
        return many_positives(texts @ pictures.T * scale, true_pairs(refused, shown)), {"scale": scale.detach()}

    def validate(self) -> dict[str, float]:
        """See `measured`."""
        return {} if self.val is None else measured(OwnGuide.of(self.ema.average), self.val)


def many_positives(logits: Tensor, true: Tensor) -> Tensor:
    """Symmetric cross-entropy of logits (M, N) with the true pairs, each row's and each column's in equal shares.

    As the loss of Khosla et al., "Supervised Contrastive Learning", NeurIPS 2020, eq. 2. Rows and columns without a
    true pair do not count.
    """
    return (_shared(logits, true) + _shared(logits.T, true.T)) / 2


def _shared(logits: Tensor, true: Tensor) -> Tensor:
    has = true.any(dim=1)
    shares = true.float() / true.sum(dim=1, keepdim=True).clamp(min=1)
    return -(shares * logits.log_softmax(dim=1)).sum(dim=1)[has].mean()


def encoded(clip: HeadClip, data: ClipData) -> Tensor:
    """Features (K, N, W) of every view of all people, plain and in tinted copies."""
    generator = torch.Generator().manual_seed(0)
    clip.eval()
    rows = []
    with torch.no_grad():
        for view in range(data.pictures.shape[1]):
            for copy in range(COPIES):
                own = []
                for part in data.pictures[:, view].split(_BATCH):
                    tint = _TINT * min(copy, 1) * torch.randn(len(part), 1, 3, 1, 1, generator=generator)
                    own.append(clip.features((scaled(part) + tint).to(clip.device)).float().cpu())
                rows.append(torch.cat(own))
    clip.train()
    return torch.stack(rows)

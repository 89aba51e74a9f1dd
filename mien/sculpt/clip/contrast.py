"""Contrastive training on what a trained picture encoder says, which stays as it is (LiT, Zhai et al., CVPR 2022).

A caption is true of many pictures of a large batch, and it is known of which: every true pair is a positive. Half of
the people of a batch are imaginary: the caption is true of them, and everything else of them is somebody else's. They
are many more than the corpus has, so that nobody is learned by heart.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from mien.sculpt.clip.data import ClipData, scaled
from mien.sculpt.clip.measure import measured
from mien.sculpt.corpus.truth import one_hot_rows, option_slices, true_pairs
from mien.sculpt.networks.clip import HeadClip
from mien.sculpt.networks.guide import OwnGuide
from mien.training.distributed import gather
from mien.training.optimization.optimizers import adamw
from mien.training.options import TrainingOptions
from mien.training.trainer import Step, Trainer, Values

COPIES = 2
"""Differently tinted copies of a picture of which is learned what is said."""

_JOINT = 0.02  # rate of the embeddings, relative to that of the reader
_NAMED = 0.5  # weight of the error in what a text refuses
_TINT = 0.04
_BATCH = 128
_MOST_LOG_SCALE = 4.6


_DOUBT = (0.02, 0.4)  # probability of other options that is said of imaginary people


@dataclass(frozen=True)
class PairBatch:
    """What is said of the pictures (B, O), `one_hot_options` (B, O), and tokens, mask and refused options of texts."""

    said: Tensor
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
        self.said = encoded(clip, data)
        self._stated = torch.stack([data.refused[:, own].any(dim=1) for own in option_slices().values()], dim=1)
        clip.pictures.requires_grad_(False)
        clip.classifiers.requires_grad_(False)
        self.clip = self.parts.module("clip", clip)
        self.ema = self.parts.average("ema", clip, options.ema_decay)
        joint = [*clip.picture_embedding.parameters(), *clip.text_embedding.parameters(), clip.log_scale]
        others = [one for part in (clip.text, clip.reader, clip.refusals) for one in part.parameters()]
        # the embeddings begin where they fit: at the reader's rate they would lose that first
        groups = [
            {"params": others, "lr": options.lr},
            {"params": joint, "lr": _JOINT * options.lr, "weight_decay": 0.0},
        ]
        self.parts.optimizer("optimizer", adamw(groups, options))
        self.tokens, self.mask = clip.read(data.texts)

    def batch(self, step: int) -> PairBatch:
        """People of the corpus without repetition, if there are enough, each with one of its captions."""
        drawn = Step(step, self.steps, self.options)
        count, size = len(self.data), self.options.batch
        order = torch.randperm(count, generator=drawn.generator(f"{self.name} people"))
        people = order.repeat(-(-size // count))[:size]
        copies = drawn.integers(f"{self.name} copies", size, len(self.said))
        picked = drawn.uniform(f"{self.name} captions", size) * self.data.caption_counts[people]
        captions = self.data.first_caption[people] + picked.long()
        options, said = self._imagined(drawn, people, captions)
        real = torch.arange(size)[:, None] % 2 == 0
        options = torch.where(real, self.data.options[people], options)
        mask = self.mask[captions]
        length = int(mask.sum(dim=1).max())
        return PairBatch(
            torch.where(real, self.said[copies, people], said),
            one_hot_rows(options),
            self.tokens[captions, :length],
            mask[:, :length],
            self.data.refused[captions],
        )

    def _imagined(self, drawn: Step, people: Tensor, captions: Tensor) -> tuple[Tensor, Tensor]:
        """Options (B, A) of imaginary people of whom captions are true, and what could be said of them (B, O)."""
        size, attributes = len(people), self.data.options.shape[1]
        donors = drawn.integers(f"{self.name} donors", size * attributes, len(self.data)).view(size, attributes)
        others = self.data.options.gather(0, donors)
        options = torch.where(self._stated[captions], self.data.options[people], others)
        low, high = _DOUBT
        doubt = low + (high - low) * drawn.uniform(f"{self.name} doubt", size, attributes)
        counts = torch.tensor([own.stop - own.start for own in option_slices().values()])
        certain, shared = 1 - doubt + doubt / counts, (doubt / counts).repeat_interleave(counts, dim=1)
        shown = one_hot_rows(options)
        return options, torch.where(shown > 0, certain.repeat_interleave(counts, dim=1), shared).log()

    def loss(self, batch: PairBatch, step: Step) -> tuple[Tensor, Values]:
        """`many_positives`, and the cross-entropy of what each text refuses."""
        with step.autocast():
            refusals = self.clip.read_words(batch.tokens, batch.mask)
        texts, pictures = self.clip.embed_read(refusals), self.clip.embed_said(batch.said)
        named = functional.binary_cross_entropy_with_logits(refusals, batch.refused, reduction="none").sum(dim=1).mean()
        texts, pictures, shown, refused = (gather(own) for own in (texts, pictures, batch.shown, batch.refused))
        scale = self.clip.log_scale.clamp(max=_MOST_LOG_SCALE).exp()
        contrast = many_positives(texts @ pictures.T * scale, true_pairs(refused, shown))
        return contrast + _NAMED * named, {"contrast": contrast.detach(), "named": named.detach()}

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
    """Log-probabilities (K, N, O) of the options, as seen in every view of all people, plain and tinted."""
    generator = torch.Generator().manual_seed(0)
    clip.eval()
    rows = []
    with torch.no_grad():
        for view in range(data.pictures.shape[1]):
            for copy in range(COPIES):
                own = []
                for part in data.pictures[:, view].split(_BATCH):
                    tint = _TINT * min(copy, 1) * torch.randn(len(part), 1, 3, 1, 1, generator=generator)
                    features = clip.features((scaled(part) + tint).to(clip.device))
                    own.append(clip.log_probabilities(features).cpu())
                rows.append(torch.cat(own))
    clip.train()
    return torch.stack(rows)

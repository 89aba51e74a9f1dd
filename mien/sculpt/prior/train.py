"""Training of the prior: cross-entropy of the options of every attribute, given a caption."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from mien.files import fingerprint
from mien.sculpt.cards import CARDS
from mien.sculpt.corpus.captions import Caption
from mien.sculpt.networks.prior import KIND, HeadPrior
from mien.sculpt.options import HeadPriorOptions
from mien.sculpt.prior.data import CaptionData, draw_captions, draw_held_out, draw_templated, satisfied
from mien.text.encoder import TokensEncoder, encoder_of, read_tokens
from mien.text.tokens import FIRST_WORD, UNKNOWN
from mien.training.model_folder import ModelFiles, save_models
from mien.training.optimization.optimizers import adamw
from mien.training.randomness import derived_seed, numpy_generator, seed_weights
from mien.training.run import Run
from mien.training.train import train
from mien.training.trainer import Step, Trainer, Values

VALIDATION_CAPTIONS = 256


@dataclass(frozen=True)
class CaptionBatch:
    """Tokens (B, L) or features (B, L, W) with mask (B, L); options and named (B, A) as in `CaptionData`."""

    tokens: Tensor
    mask: Tensor
    options: Tensor
    named: Tensor


class HeadPriorTrainer(Trainer[CaptionBatch]):
    """Maximum likelihood of the options; what a caption leaves open counts less."""

    name, unit, gradient_norm, light_batches = KIND, "captions", 1.0, True

    def __init__(self, prior: HeadPrior, data: CaptionData, options: HeadPriorOptions) -> None:
        super().__init__(options.training)
        self.data, self.stage_options = data, options
        self.prior = self.parts.module("prior", prior)
        self.ema = self.parts.average("ema", prior, options.training.ema_decay)
        self.parts.optimizer("optimizer", adamw(prior.parameters(), options.training, betas=(0.9, 0.98)))
        self.checks = {
            "val": draw_templated(VALIDATION_CAPTIONS, derived_seed(options.training.seed, "val")),
            "held_out": draw_held_out(VALIDATION_CAPTIONS, derived_seed(options.training.seed, "val")),
        }

    def batch(self, step: int) -> CaptionBatch:
        """Random captions; a few of their words are read as unknown."""
        rng = numpy_generator(self.options.seed, f"{KIND} captions", step)
        rows = torch.from_numpy(rng.integers(len(self.data.texts), size=self.options.batch))
        tokens, mask = read_tokens(self.prior.text, [self.data.texts[row] for row in rows])
        if isinstance(self.prior.text, TokensEncoder):
            dropped = torch.from_numpy(rng.random(tuple(tokens.shape)) < self.stage_options.word_dropout)
            tokens = tokens.masked_fill(dropped & (tokens >= FIRST_WORD), UNKNOWN)
        return CaptionBatch(tokens, mask, self.data.options[rows], self.data.named[rows])

    def loss(self, batch: CaptionBatch, step: Step) -> tuple[Tensor, Values]:
        """Negative log-likelihood of a caption's head and of what it names, summed over the attributes.

        The options of attributes that a caption leaves open have less weight.
        """
        with step.autocast():
            logits, said = self.prior(batch.tokens, batch.mask)
        errors = functional.cross_entropy(logits.float().permute(1, 2, 0), batch.options, reduction="none")
        weights = torch.where(batch.named, 1.0, self.stage_options.open_weight)
        spoken = functional.binary_cross_entropy_with_logits(said.float().T, batch.named.float(), reduction="none")
        named = (errors * batch.named).sum() / batch.named.sum().clamp(min=1)
        loss = (errors * weights + spoken).sum(dim=1).mean()
        return loss, {"named": named.detach(), "spoken_of": spoken.detach().mean()}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Rate of satisfied facts of captions that are in no training set, the held-out combinations apart."""
        return {f"{part}_attributes": satisfied_rate(self.ema.average, own) for part, own in self.checks.items()}


def satisfied_rate(prior: HeadPrior, captions: Sequence[Caption]) -> float:
    """Rate in [0, 1] of the facts of captions that the most probable options satisfy."""
    read = prior.read([caption.text for caption in captions])
    rates = [
        value
        for caption, one in zip(captions, read, strict=True)
        for value in satisfied(caption.facts, one.likeliest()).values()
    ]
    return float(np.mean(rates))


def train_head_prior(options: HeadPriorOptions, out: Path, run: Run, cache: Path | None = None) -> dict[str, float]:
    """Train the prior on captions composed for it, write it to `out`, and return its figures.

    cache: where features of a pretrained text encoder are kept. Raises TextEncoderError for a text encoder that is not
    available.
    """
    data = draw_captions(options.captions, derived_seed(options.training.seed, "captions"))
    seed_weights(options.training.seed, KIND)
    text = encoder_of(options.text, data.texts, data.texts, cache)
    trainer = HeadPriorTrainer(HeadPrior(text, options.width, options.hidden), data, options)
    figures = {"captions": float(len(data.texts)), **train(trainer, run)}
    prior = trainer.ema.average
    digest = fingerprint("captions", list(data.texts), data.options.tolist())[:12]
    save_models(
        out, {"": ModelFiles(KIND, prior, {"model": prior.config()}, options, digest, figures, CARDS[KIND].markdown)}
    )
    return figures

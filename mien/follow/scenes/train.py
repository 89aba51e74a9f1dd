"""Training of the model of scenes: maximum likelihood of the scenes of composed captions."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from mien.files import fingerprint
from mien.follow.corpus.language.captions import Others
from mien.follow.scenes.attributes import ATTRIBUTES
from mien.follow.scenes.cards import CARD
from mien.follow.scenes.data import CaptionData, compose, prepared, vocabulary_of_captions
from mien.follow.scenes.measure import likeliest_rate
from mien.follow.scenes.network import SceneNetwork
from mien.follow.scenes.options import ScenePriorOptions
from mien.follow.scenes.prior import KIND, ScenePrior
from mien.follow.scenes.reading import Reader
from mien.training.model_folder import ModelFiles
from mien.training.optimization.optimizers import adamw
from mien.training.randomness import derived_seed, numpy_generator, seed_weights
from mien.training.run import Run
from mien.training.train import train
from mien.training.trainer import Step, Trainer, Values

VALIDATION_CAPTIONS = 200

_LIKE = 8
"""Batches of captions of which one is made of captions of like length."""

_ALL_HIDDEN, _HIDDEN = 0.4, 0.2
"""How often none of the attributes before one is shown, and how often a single one is not."""


@dataclass(frozen=True)
class CaptionBatch:
    """Rows of `CaptionData`."""

    words: Tensor
    mask: Tensor
    options: Tensor
    weights: Tensor
    shown: Tensor
    """bool (B, A): which of the options the attributes after them see."""


class ScenePriorTrainer(Trainer[CaptionBatch]):
    """Maximum likelihood of a caption's scene; what the caption leaves open counts less."""

    name, unit, gradient_norm, light_batches = KIND, "captions", 1.0, True

    def __init__(self, network: SceneNetwork, data: CaptionData, options: ScenePriorOptions) -> None:
        super().__init__(options.training)
        self.data, self.stage_options = data, options
        self.network = self.parts.module("network", network)
        self.ema = self.parts.average("ema", network, options.training.ema_decay)
        self.parts.optimizer("optimizer", adamw(network.parameters(), options.training, betas=(0.9, 0.98)))
        self.by_length = data.mask.sum(1).argsort(stable=True)
        seed = derived_seed(options.training.seed, "val")
        self.checks = {
            "val": compose(VALIDATION_CAPTIONS, seed),
            "held_out": compose(VALIDATION_CAPTIONS, seed, wording="held_out", held_out=True),
        }

    def batch(self, step: int) -> CaptionBatch:
        """Random captions; a few of their words are read as unknown, or only as what they are without accents."""
        rng = numpy_generator(self.options.seed, f"{KIND} captions", step)
        # of like length, so that a batch has little padding
        window = min(len(self.data), _LIKE * self.options.batch)
        start = int(rng.integers(len(self.data) - window + 1))
        rows = self.by_length[torch.from_numpy(start + rng.integers(window, size=self.options.batch))]
        words, mask = self.data.words[rows], self.data.mask[rows]
        length = int(mask.sum(1).max())
        words, mask = words[:, :length].clone(), mask[:, :length]
        dropped = torch.from_numpy(rng.random((len(rows), length)) < self.stage_options.word_dropout)
        dropped[:, 0] = False  # the language
        words[dropped] = 0
        hidden = rng.random((len(rows), 1)) < _ALL_HIDDEN
        hidden = hidden | (rng.random((len(rows), len(ATTRIBUTES))) < _HIDDEN)
        shown = torch.from_numpy(~hidden)
        return CaptionBatch(words, mask, self.data.options[rows], self.data.weights[rows], shown)

    def loss(self, batch: CaptionBatch, step: Step) -> tuple[Tensor, Values]:
        """Negative log-likelihood of the scenes, weighted, summed over the attributes."""
        with step.autocast():
            logits = self.network(batch.words, batch.mask, batch.options, batch.shown)
        errors = functional.cross_entropy(logits.float().permute(1, 2, 0), batch.options, reduction="none")
        told = batch.weights == 1
        named = (errors * told).sum() / told.sum().clamp(min=1)
        return (errors * batch.weights).sum(dim=1).mean(), {"named": named.detach()}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Rates of claims that the most probable scene satisfies, for captions in no training set."""
        prior = ScenePrior(self.ema.average)
        return {f"{part}_facts": likeliest_rate(prior, own) for part, own in self.checks.items()}


def train_scene_prior(options: ScenePriorOptions, run: Run) -> ModelFiles:
    """The model of scenes, trained on captions composed for it."""
    seed = derived_seed(options.training.seed, "captions")
    captions = compose(options.captions, seed, others=Others(options.other_things, options.names))
    vocabulary = vocabulary_of_captions(captions)
    data = prepared(captions, Reader(vocabulary), options.open_weight)
    seed_weights(options.training.seed, KIND)
    trainer = ScenePriorTrainer(SceneNetwork(vocabulary, options.width, options.hidden), data, options)
    figures = {"captions": float(len(data)), "words": float(len(vocabulary.words)), **train(trainer, run)}
    network = trainer.ema.average
    digest = fingerprint("captions", [one.text for one in captions], data.options.tolist())[:12]
    return ModelFiles(KIND, network, {"model": network.config()}, options, digest, figures, CARD.markdown)

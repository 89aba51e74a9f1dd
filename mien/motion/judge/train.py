"""Training of the evaluator: on real motions only, independent of every model, with a seed of its own.

Distances in its embedding space compare texts with motions, and motions with each other; they are comparable only
under the same evaluator. With the embedded corpus it is trained on additional sequences of all combinations, so that
it covers those that are held out from the models. `val` and `held_out` are in no training set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.metrics.motion import R_PRECISION_BATCH, r_precision
from mien.motion.data.batches import GROUP_BATCHES, MotionData, pad_motions
from mien.motion.data.store import MotionStore
from mien.motion.judge.network import FRAME_MULTIPLE, KIND, MotionEvaluator
from mien.motion.judge.sequences import EvaluatorSequences, additional_sequences
from mien.motion.losses import info_nce
from mien.motion.options import MotionEvaluatorOptions
from mien.text.tokens import vocabulary_of
from mien.training.model_folder import ModelFiles, save_models
from mien.training.optimization.optimizers import adamw
from mien.training.randomness import numpy_generator, seed_weights
from mien.training.run import Run
from mien.training.train import train
from mien.training.trainer import Step, Trainer, Values

VALIDATION_PARTS = ("val", "held_out")
"""Splits on which the evaluator is validated, never trained."""


@dataclass(frozen=True)
class EvaluatorBatch:
    """Token ids (B, L) with lengths (B,), features (B, T, 63) with lengths (B,), labels (B,) as integers."""

    ids: Tensor
    word_counts: Tensor
    features: Tensor
    frames: Tensor
    labels: Tensor


def label_numbers(labels: Sequence[str]) -> Tensor:
    """Integers (B,): equal for equal labels."""
    numbers = {label: number for number, label in enumerate(dict.fromkeys(labels))}
    return torch.tensor([numbers[label] for label in labels])


class MotionEvaluatorTrainer(Trainer[EvaluatorBatch]):
    """Contrastive training of the two encoders."""

    name, unit, gradient_norm, light_batches = KIND, "sequences", 1.0, True

    def __init__(
        self,
        evaluator: MotionEvaluator,
        sequences: EvaluatorSequences,
        store: MotionStore,
        options: MotionEvaluatorOptions,
    ) -> None:
        super().__init__(options.training)
        self.sequences, self.store, self.temperature = sequences, store, options.temperature
        self.evaluator = self.parts.module("evaluator", evaluator)
        self.ema = self.parts.average("ema", evaluator, options.training.ema_decay)
        self.parts.optimizer("optimizer", adamw(evaluator.parameters(), options.training, betas=(0.9, 0.999)))
        self._rows = lru_cache(maxsize=4)(self._draw_group)

    def _draw_group(self, group: int) -> list[NDArray[np.int64]]:
        random = numpy_generator(self.options.seed, f"{KIND} sequences", group)
        return self.sequences.draw_rows(random, self.options.batch)

    def batch(self, step: int) -> EvaluatorBatch:
        """Motions of similar lengths, each with one of its texts."""
        group, place = divmod(step, GROUP_BATCHES)
        rows = self._rows(group)[place]
        random = numpy_generator(self.options.seed, f"{KIND} texts", step)
        motions, texts = zip(*(self.sequences.draw(int(row), random) for row in rows), strict=True)
        features, frames = pad_motions(motions, FRAME_MULTIPLE)
        ids, word_counts = self.evaluator.tokenise(texts)
        plans = [self.sequences.plans[row] for row in rows]
        labels = label_numbers([plan or text for plan, text in zip(plans, texts, strict=True)])
        return EvaluatorBatch(ids, word_counts, features, frames, labels)

    def loss(self, batch: EvaluatorBatch, step: Step) -> tuple[Tensor, Values]:
        """See `info_nce`."""
        with step.autocast():
            texts = self.evaluator.encode_text(batch.ids, batch.word_counts)
            motions = self.evaluator.encode_motion(batch.features, batch.frames)
        return info_nce(texts, motions, batch.labels, self.temperature), {}

    def validate(self) -> dict[str, float]:
        """R-precision of the averaged weights on each split with at least `R_PRECISION_BATCH` sequences."""
        figures: dict[str, float] = {}
        for part in VALIDATION_PARTS:
            indices = self.store.numbers(part)
            if len(indices) < R_PRECISION_BATCH:
                continue
            texts = self.ema.average.embed_texts([self.store.texts[index][0] for index in indices])
            motions = self.ema.average.embed_motions([self.store.features(index) for index in indices])
            precision = r_precision(texts, motions)
            figures |= {f"{part}_r_precision_{top}": float(rate) for top, rate in enumerate(precision, 1)}
        return figures


def train_motion_evaluator(motions: Path, options: MotionEvaluatorOptions, out: Path, run: Run) -> dict[str, float]:
    """Train the evaluator on the `train` motions of the store in `motions` and write it to the folder `out`.

    Returns R-precision on `val` and `held_out`, in batches of 32, and the number of training sequences. Raises
    ValueError for a store without training motions.
    """
    data = MotionData(motions)
    additional = additional_sequences(data.store, options.own_sequences, options.training.seed)
    sequences = EvaluatorSequences(data, additional)
    vocabulary = vocabulary_of(text for texts in sequences.texts for text in texts)
    seed_weights(options.training.seed, KIND)
    evaluator = MotionEvaluator(vocabulary, options.width, options.embedding)
    evaluator.mean, evaluator.deviation = sequences.scale()
    trainer = MotionEvaluatorTrainer(evaluator, sequences, data.store, options)
    figures = {"sequences": float(len(sequences)), "own_sequences": float(len(additional)), **train(trainer, run)}
    digest = data.store.digest
    model = ModelFiles(
        KIND, trainer.ema.average, {"model": evaluator.config()}, options, digest, figures,
        lambda content: _card(content["figures"]),
    )  # fmt: skip
    save_models(out, {"": model})
    return figures


def _card(figures: Mapping[str, float]) -> str:
    lines = "\n".join(f"| {key.replace('_', ' ')} | {value:.3g} |" for key, value in figures.items())
    return (
        "# Evaluator of head motions\n\nEmbeds texts and head motions in one space, in which matching pairs are close "
        "(Guo et al., CVPR 2022). It measures generated motion and is never part of a loss.\n\n"
        "Trained on the training motions and, with the embedded corpus, on additional sequences of all combinations of "
        "actions, including held-out ones; not on the sequences of any evaluation.\n\n"
        f"| | |\n|---|---|\n{lines}\n\n"
        "## Licence\n\nApache-2.0, as the code. The training clips have a licence of their own, which may bind the "
        "weights too.\n"
    )

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

from mien.files import fingerprint
from mien.metrics.motion import r_precision
from mien.motion.data.batches import GROUP, MotionData
from mien.motion.data.store import MotionStore
from mien.motion.judge.network import KIND, MotionJudge, padded
from mien.motion.judge.sequences import Sequences, own_sequences
from mien.motion.losses import info_nce
from mien.motion.options import MotionJudgeOptions
from mien.text.tokens import vocabulary_of
from mien.training.model_folder import ModelFiles, save_models
from mien.training.optimizers import adamw
from mien.training.randomness import numpy_generator, seed_weights
from mien.training.run import Run
from mien.training.train import train
from mien.training.trainer import Step, Trainer, Values

MEASURED_PARTS = ("val", "held_out")
"""Splits on which the evaluator is validated, never trained."""

RANKED = 32
"""Size of the batches of R-precision (Guo et al., CVPR 2022)."""


@dataclass(frozen=True)
class JudgeBatch:
    """Token ids (B, L) with lengths (B,), features (B, T, 63) with lengths (B,), meanings (B,) as integers."""

    ids: Tensor
    words: Tensor
    features: Tensor
    frames: Tensor
    meanings: Tensor


def meaning_numbers(meanings: Sequence[str]) -> Tensor:
    """Integers (B,): equal for equal meanings."""
    numbers = {meaning: number for number, meaning in enumerate(dict.fromkeys(meanings))}
    return torch.tensor([numbers[meaning] for meaning in meanings])


class MotionJudgeTrainer(Trainer[JudgeBatch]):
    """Contrastive training of the two encoders."""

    name, unit, gradient_norm, light_batches = KIND, "sequences", 1.0, True

    def __init__(
        self, judge: MotionJudge, sequences: Sequences, store: MotionStore, options: MotionJudgeOptions
    ) -> None:
        super().__init__(options.training)
        self.sequences, self.store, self.temperature = sequences, store, options.temperature
        self.judge = self.parts.module("judge", judge)
        self.ema = self.parts.average("ema", judge, options.training.ema_decay)
        self.parts.optimizer("optimizer", adamw(judge.parameters(), options.training, betas=(0.9, 0.999)))
        self._rows = lru_cache(maxsize=4)(self._draw_group)

    def _draw_group(self, group: int) -> list[NDArray[np.int64]]:
        random = numpy_generator(self.options.seed, f"{KIND} sequences", group)
        return self.sequences.draw_rows(random, self.options.batch)

    def batch(self, step: int) -> JudgeBatch:
        """Motions of similar lengths, each with one of its texts."""
        group, place = divmod(step, GROUP)
        rows = self._rows(group)[place]
        random = numpy_generator(self.options.seed, f"{KIND} texts", step)
        motions, texts = zip(*(self.sequences.draw(int(row), random) for row in rows), strict=True)
        features, frames = padded(motions)
        ids, words = self.judge.tokenise(texts)
        plans = [self.sequences.plans[row] for row in rows]
        meanings = meaning_numbers([plan or text for plan, text in zip(plans, texts, strict=True)])
        return JudgeBatch(ids, words, features, frames, meanings)

    def loss(self, batch: JudgeBatch, step: Step) -> tuple[Tensor, Values]:
        """See `info_nce`."""
        with step.autocast():
            texts = self.judge.read(batch.ids, batch.words)
            motions = self.judge.watch(batch.features, batch.frames)
        return info_nce(texts, motions, batch.meanings, self.temperature), {}

    def validate(self) -> dict[str, float]:
        """R-precision of the averaged weights on each of `MEASURED_PARTS` with at least `RANKED` sequences."""
        figures: dict[str, float] = {}
        for part in MEASURED_PARTS:
            numbers = self.store.numbers(part)
            if len(numbers) < RANKED:
                continue
            texts = self.ema.average.embed_texts([self.store.texts[number][0] for number in numbers])
            motions = self.ema.average.embed_motions([self.store.features(number) for number in numbers])
            found = r_precision(texts, motions, RANKED)
            figures |= {f"{part}_r_precision_{top}": float(rate) for top, rate in enumerate(found, 1)}
        return figures


def train_motion_judge(motions: Path, options: MotionJudgeOptions, out: Path, run: Run) -> dict[str, float]:
    """Train the evaluator on the `train` motions of the store in `motions` and write it to the folder `out`.

    Returns R-precision on `val` and `held_out`, in batches of 32, and the number of training sequences. Raises
    ValueError for a store without training motions.
    """
    data = MotionData(motions)
    own = own_sequences(data.store, options.own_sequences, options.training.seed)
    sequences = Sequences(data, own)
    vocabulary = vocabulary_of(text for texts in sequences.texts for text in texts)
    seed_weights(options.training.seed, KIND)
    judge = MotionJudge(vocabulary, options.width, options.embedding)
    judge.mean, judge.deviation = sequences.scale()
    trainer = MotionJudgeTrainer(judge, sequences, data.store, options)
    figures = {"sequences": float(len(sequences)), "own_sequences": float(len(own)), **train(trainer, run)}
    digest = fingerprint(data.store.index.to_csv(index=False))[:16]
    model = ModelFiles(
        KIND, trainer.ema.average, {"model": judge.config()}, options, digest, figures,
        lambda content: _card(content["figures"]),
    )  # fmt: skip
    save_models(out, {"": model})
    return figures


def _card(figures: Mapping[str, float]) -> str:
    lines = "\n".join(f"| {key.replace('_', ' ')} | {value:.3g} |" for key, value in figures.items())
    return (
        "# Judge of motions\n\nPlaces words and motions of a head in one space: how near they are says how well they "
        "fit. It measures generated motion and is never a loss of a model.\n\n"
        "It learned from the training motions, and on the embedded corpus from sequences of its own of all "
        "compositions, also of those that models are never shown; from no sequence that anything is measured on.\n\n"
        f"| | |\n|---|---|\n{lines}\n\n"
        "## Licence\n\nApache-2.0, as the code. The training clips have a licence of their own, which may bind the "
        "weights too.\n"
    )

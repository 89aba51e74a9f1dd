"""Training of the evaluator: on real motions only, apart from every model, with a seed of its own.

Its space says whether a motion fits its words and how far apart two motions are; its numbers compare only under the
same evaluator. It is a judge, not a model: where the corpus is the embedded one it learns from sequences of its own of
all compositions too, so that it can read those that models are never shown. Of `val` and `held_out` it sees nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from mien.files import atomic_directory, fingerprint
from mien.metrics.motion import r_precision
from mien.motion.data.batches import GROUP, MotionData
from mien.motion.data.store import MotionStore
from mien.motion.judge.network import KIND, MotionJudge, padded
from mien.motion.judge.sequences import Sequences, own_sequences
from mien.motion.options import MotionJudgeOptions
from mien.text.tokens import vocabulary_of
from mien.training.checkpoint import load_module, load_optimizer, module_tensors, optimizer_tensors
from mien.training.curves import Log
from mien.training.device import best_device, precise
from mien.training.ema import Ema
from mien.training.loop import Course, run_course
from mien.training.model_folder import FORMAT, save_model
from mien.training.randomness import numpy_generator, seed_weights
from mien.training.schedule import warmup_cosine

MEASURED_PARTS = ("val", "held_out")
"""Parts on which the judge is looked at, never trained."""

RANKED = 32
"""Motions among which a text looks for its own, as in the published protocol."""

GRADIENT_NORM = 1.0


@dataclass(frozen=True)
class JudgeBatch:
    """Words as ids (B, L) with lengths (B,), features (B, T, 63) with lengths (B,), same (B, B): says the same."""

    ids: Tensor
    words: Tensor
    features: Tensor
    frames: Tensor
    same: Tensor


def contrast(texts: Tensor, motions: Tensor, same: Tensor, temperature: float) -> Tensor:
    """Symmetric InfoNCE (van den Oord et al., 2018; Radford et al., ICML 2021) of points (B, D).

    same: bool (B, B), which rows say the same: they are no negatives of each other.
    """
    scores = texts @ motions.T / temperature
    others = same & ~torch.eye(len(same), dtype=torch.bool, device=same.device)
    scores = scores.masked_fill(others, -torch.inf)
    own = torch.arange(len(scores), device=scores.device)
    return (functional.cross_entropy(scores, own) + functional.cross_entropy(scores.T, own)) / 2


def same_meaning(meanings: Sequence[str]) -> Tensor:
    """Bool (B, B): which meanings are equal."""
    numbers = {meaning: number for number, meaning in enumerate(dict.fromkeys(meanings))}
    each = torch.tensor([numbers[meaning] for meaning in meanings])
    return each[:, None] == each[None]


class JudgePhase:
    """Learns the common space; see `mien.training.loop.Trainee`."""

    def __init__(
        self, judge: MotionJudge, sequences: Sequences, store: MotionStore, options: MotionJudgeOptions
    ) -> None:
        self.sequences, self.store, self.options = sequences, store, options
        self.device = best_device(options.device)
        self.judge = judge.to(self.device)
        self.ema = Ema(self.judge, options.ema_decay)
        self.optimizer = torch.optim.AdamW(self.judge.parameters(), options.lr, weight_decay=options.weight_decay)
        self._rows = lru_cache(maxsize=4)(self._draw_group)

    def _draw_group(self, group: int) -> list[NDArray[np.int64]]:
        random = numpy_generator(self.options.seed, f"{KIND} sequences", group)
        return self.sequences.draw_rows(random, self.options.sequences_per_step)

    def make_batch(self, step: int) -> JudgeBatch:
        """The batch of a step, a function of (seed, step)."""
        group, place = divmod(step, GROUP)
        rows = self._rows(group)[place]
        random = numpy_generator(self.options.seed, f"{KIND} texts", step)
        motions, texts = zip(*(self.sequences.draw(int(row), random) for row in rows), strict=True)
        features, frames = padded(motions)
        ids, words = self.judge.tokenise(texts)
        plans = [self.sequences.plans[row] for row in rows]
        same = same_meaning([plan or text for plan, text in zip(plans, texts, strict=True)])
        return JudgeBatch(ids, words, features, frames, same)

    def train_step(self, batch: JudgeBatch, step: int) -> dict[str, Tensor | float]:
        """One step on the contrast of a batch."""
        options = self.options
        samples, total = step * options.samples_per_step, options.steps * options.samples_per_step
        rate = options.lr * warmup_cosine(samples, total, round(options.warmup * total))
        self.optimizer.param_groups[0]["lr"] = rate
        with precise(self.device, options.precision):
            texts = self.judge.read(batch.ids.to(self.device), batch.words)
            motions = self.judge.watch(batch.features.to(self.device), batch.frames.to(self.device))
        loss = contrast(texts, motions, batch.same.to(self.device), options.temperature)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.judge.parameters(), GRADIENT_NORM)
        self.optimizer.step()
        self.ema.update(self.judge, step)
        return {"loss": loss.detach()}

    def validate(self) -> dict[str, float]:
        """R-precision of the averaged weights on sequences that no training sees; none where there are too few."""
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

    def tensors(self) -> dict[str, Tensor]:
        """Everything that the next step depends on."""
        return {
            **module_tensors("judge", self.judge),
            **module_tensors("ema", self.ema.average),
            **optimizer_tensors("optimizer", self.optimizer),
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Go back to what `tensors` gave."""
        load_module("judge", self.judge, tensors)
        load_module("ema", self.ema.average, tensors)
        load_optimizer("optimizer", self.optimizer, tensors)


def train_motion_judge(
    motions: Path, options: MotionJudgeOptions, out: Path, resume: Path, log: Log
) -> dict[str, float]:
    """Train the judge on the `train` motions of the store in `motions` and write it to the folder `out`.

    Returns R-precision on `val` and `held_out`, in batches of 32, and how many sequences it learned from. Stopped at
    any time, it goes on from the checkpoint in `resume` and ends in the same weights. Raises ValueError for a store
    without training motions.
    """
    data = MotionData(motions)
    own = own_sequences(data.store, options.own_sequences, options.seed)
    sequences = Sequences(data, own)
    vocabulary = vocabulary_of(text for texts in sequences.texts for text in texts)
    seed_weights(options.seed, KIND)
    judge = MotionJudge(vocabulary, options.width, options.embedding)
    judge.mean, judge.deviation = sequences.scale()
    phase = JudgePhase(judge, sequences, data.store, options)
    digest = fingerprint(data.store.index.to_csv(index=False))[:16]
    course = Course(
        "motion judge", fingerprint(KIND, options.model_dump(mode="json"), digest, FORMAT), options.steps,
        options.samples_per_step, phase.make_batch, "sequences", options.log_samples,
        checkpoint_seconds=options.checkpoint_seconds, light_batches=True,
    )  # fmt: skip
    run_course(phase, course, resume, log)
    figures = {"sequences": float(len(sequences)), "own_sequences": float(len(own)), **phase.validate()}
    config = {
        "model": judge.config(),
        "options": options.model_dump(mode="json"),
        "data": digest,
        "figures": figures,
    }
    with atomic_directory(out) as folder:
        save_model(folder, KIND, phase.ema.average, config, _card(figures))
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

"""Evaluation of head motion: whether the motion does what its text says.

Rows: `real`, `baseline` (the MLP, where it was trained), `first_sample` and `generated`, of several samples the one
that is measured to agree best with what was understood. Splits: `val`, whose combinations of actions are in the
training set, `held_out`, whose combinations are not, and `written`, sentences by hand. docs/metrics.md explains the
metrics.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mien.files import atomic_directory
from mien.metrics.motion import embedded_figures, multimodality, value_or_none
from mien.motion.data.features import to_features
from mien.motion.data.store import MotionStore
from mien.motion.evaluate.measure import (
    VERDICTS,
    Embeddings,
    Measured,
    Motion,
    Prompt,
    measure,
)
from mien.motion.evaluate.report import MotionReport
from mien.motion.evaluate.samples import (
    Request,
    Sampled,
    generate_best,
    predicted_frames,
    seconds_per_100_frames,
)
from mien.motion.evaluate.written import WRITTEN, written_prompts
from mien.motion.generate.mover import Mover
from mien.motion.judge.network import MotionEvaluator
from mien.motion.networks.transformer import LONGEST
from mien.motion.options import EvaluateMotionOptions
from mien.progress import progress_bar
from mien.systems.errors import RequestError
from mien.systems.evaluation.evaluate import Judge, RowFigures, draw_samples, evaluate, identity_of, load_models
from mien.systems.evaluation.figures import Figures, mean, rates
from mien.systems.evaluation.rows import FIRST_SAMPLE, GENERATED, REAL
from mien.training.curves import Log
from mien.training.device import best_device
from mien.training.model_folder import read_config
from mien.training.randomness import derived_seed

STORED = ("val", "held_out")
PARTS = (*STORED, WRITTEN)

REAL_LENGTH, OWN_LENGTH, REPEATED = "real length", "own length", "repeated"
"""Kinds of generated motions: with the real motion's length, with the predicted length, repeats for multimodality."""


def choose_prompts(store: MotionStore, part: str, most: int, seed: int) -> list[Prompt]:
    """At most `most` motions of a split, sampled with `seed`, in the store's order, each with its first text."""
    prompts = []
    for number in draw_samples(store.numbers(part), most, part, seed):
        clip = store[number]
        prompts.append(Prompt(clip.clip_id, part, clip.texts[0], store.features(number)[:LONGEST], clip.plan))
    return prompts


class MotionEvaluation(Judge[Prompt, Measured]):
    """Evaluation of `movers` (row → model) with an `evaluator`; `reference`: training motions for row `real`."""

    def __init__(
        self,
        evaluator: MotionEvaluator,
        movers: Mapping[str, Mover],
        reference: Sequence[Prompt],
        options: EvaluateMotionOptions,
    ) -> None:
        self.evaluator, self.movers, self.options = evaluator, movers, options
        self.reference = evaluator.embed_motions([prompt.motion for prompt in reference])
        self.seconds: dict[str, Figures] = {}

    def rows(self, prompts: Sequence[Prompt]) -> dict[str, list[Measured]]:
        """The real motions and those of each model; all prompts at once, so that batches have similar lengths."""
        rows = {REAL: self._measured(prompts, [prompt.motion for prompt in prompts])}
        for row, mover in self.movers.items():
            made = self._generated(row, mover, prompts)
            chosen = made.pop("chosen")
            rows |= {**({FIRST_SAMPLE: made["first"]} if mover.model.timer is not None else {}), row: chosen}
        return rows

    def _measured(self, prompts: Sequence[Prompt], motions: Sequence[Motion]) -> list[Measured]:
        embeddings = self.evaluator.embed_motions(motions)
        return [
            replace(measure(motion, prompt.plan), embedding=embedding)
            for prompt, motion, embedding in zip(prompts, motions, embeddings, strict=True)
        ]

    def _generated(self, row: str, mover: Mover, prompts: Sequence[Prompt]) -> dict[str, list[Measured]]:
        """`first` and `chosen` samples of all prompts."""
        options = self.options
        stored = [
            request for part in STORED for request in self._requests([p for p in prompts if p.part == part], mover)
        ]
        written = [prompt for prompt in prompts if prompt.part == WRITTEN]
        started = time.perf_counter()
        with progress_bar(f"motions, {row}", len(stored) + len(written), "motions") as advance:
            requests = [request for _, _, request in stored]
            sampled = generate_best(mover, requests, options.samples, options.batch, options.precision, advance)
            free = [self._perform(mover, prompt, advance) for prompt in written]
        self.seconds[row] = {
            "seconds_per_motion": (time.perf_counter() - started) / (len(stored) + len(written)),
            "seconds_per_100_frames": seconds_per_100_frames(mover, options.precision),
        }
        kinds = [(kind, prompt) for kind, prompt, _ in stored]
        return {
            name: self._measured_row(prompts, kinds, [getattr(one, name) for one in sampled])
            + self._measured(written, [getattr(one, name) for one in free])
            for name in ("first", "chosen")
        }

    def _perform(self, mover: Mover, prompt: Prompt, advance: Callable[[int], None]) -> Sampled:
        """The motions of a written sentence as users get them, with one sample and with the choice.

        A sentence that the model refuses, because it knows none of its words, counts as a head that keeps still.
        """
        seed = derived_seed(self.options.seed, f"motion of {prompt.clip_id}")
        try:
            first, chosen = (
                to_features(mover.move(prompt.text, seed=seed, samples=samples))
                for samples in (1, self.options.samples)
            )
        except RequestError:
            first = chosen = np.zeros_like(prompt.motion)
        advance(1)
        return Sampled(first, chosen)

    def _measured_row(
        self, prompts: Sequence[Prompt], kinds: Sequence[tuple[str, Prompt]], motions: Sequence[Motion]
    ) -> list[Measured]:
        """Measurements of the motions of the real length, with those of the other kinds added."""
        generated: dict[str, list[tuple[Prompt, Motion]]] = {REAL_LENGTH: [], OWN_LENGTH: [], REPEATED: []}
        for (kind, prompt), motion in zip(kinds, motions, strict=True):
            generated[kind].append((prompt, motion))
        exact = {p.clip_id: measure(motion, p.plan).verdict["exact"] for p, motion in generated[OWN_LENGTH]}
        repeats: dict[str, list[Embeddings]] = {}
        if generated[REPEATED]:
            embeddings = self.evaluator.embed_motions([motion for _, motion in generated[REPEATED]])
            for (prompt, _), embedding in zip(generated[REPEATED], embeddings, strict=True):
                repeats.setdefault(prompt.clip_id, []).append(embedding)
        own = [prompt for prompt in prompts if prompt.part in STORED]
        return [
            replace(one, own_length_exact=exact.get(prompt.clip_id), repeats=tuple(repeats.get(prompt.clip_id, ())))
            for prompt, one in zip(own, self._measured(own, [m for _, m in generated[REAL_LENGTH]]), strict=True)
        ]

    def _requests(self, prompts: Sequence[Prompt], mover: Mover) -> list[tuple[str, Prompt, Request]]:
        """What is generated for a split: motions of the real length, of the predicted length, and repeats."""
        options = self.options
        # the texts of measured motions describe what no plan can say, and are read by the model itself
        understood = {p.clip_id: None if p.plan is None else mover.read(p.text).plan for p in prompts}

        def request(kind: str, prompt: Prompt, frames: int, sample: int = 0) -> tuple[str, Prompt, Request]:
            seed = derived_seed(options.seed, f"motion of {prompt.clip_id}", sample)
            return kind, prompt, Request(prompt.text, frames, seed, understood[prompt.clip_id])

        planned = [p for p in prompts if p.plan is not None][: options.own_length_prompts]
        repeated = prompts[: options.repeated_prompts]
        return [
            *(request(REAL_LENGTH, p, p.frames) for p in prompts),
            *(request(OWN_LENGTH, p, predicted_frames(mover, p.text, understood[p.clip_id])) for p in planned),
            *(request(REPEATED, p, p.frames, 1 + k) for p in repeated for k in range(options.repeats)),
        ]

    def part_figures(self, samples: Sequence[Prompt], rows: Mapping[str, Sequence[Measured]]) -> dict[str, Figures]:
        """Rates, embedding metrics and jerks of every row; see docs/metrics.md.

        Written sentences have rates only: the evaluator network was trained on the corpus' own wordings.
        """
        if all(prompt.part == WRITTEN for prompt in samples):
            return {row: {"motions": len(own), **rates(own, VERDICTS)} for row, own in rows.items()}
        texts = self.evaluator.embed_texts([prompt.text for prompt in samples])
        embeddings = {row: np.stack([one.embedding for one in own]) for row, own in rows.items()}
        return {
            row: self._figures(
                own, texts, embeddings[row], self.reference[: len(own)] if row == REAL else embeddings[REAL]
            )
            for row, own in rows.items()
        }

    def _figures(
        self, measured: Sequence[Measured], texts: Embeddings, embeddings: Embeddings, reference: Embeddings
    ) -> Figures:
        seed, repeats = self.options.seed, [one.repeats for one in measured if one.repeats]
        return {
            "motions": len(measured),
            **rates(measured, VERDICTS),
            **embedded_figures(texts, embeddings, reference, seed),
            "head_jerk": mean(one.head_jerk for one in measured),
            "expression_jerk": mean(one.expression_jerk for one in measured),
            "own_length_exact": mean(one.own_length_exact for one in measured),
            "multimodality": value_or_none(lambda: multimodality(np.stack(repeats), seed=seed)) if repeats else None,
        }

    def row_figures(self, row: str, figures: RowFigures) -> Figures:
        """`overall`: the mean of `exact` over the splits, or of `r_precision_3` without plans; times of a model."""
        parts = figures[row].values()
        exact = mean(part["exact"] for part in parts)
        overall = mean(part["r_precision_3"] for part in parts) if exact is None else exact
        return {"overall": overall, **self.seconds.get(row, {})}


def evaluate_motion(
    motions: Path,
    head_motion: Path,
    motion_judge: Path,
    options: EvaluateMotionOptions,
    out: Path,
    log: Log,
    cache: Path | None = None,
) -> dict[str, Any]:
    """Evaluate the model in the folder `head_motion`, and its baseline where it has one.

    Returns the metrics, see `mien.systems.evaluation.evaluate.evaluate`. Writes the report to the folder `out`,
    atomically. Deterministic except for the times. cache: where features of a pretrained text encoder are kept. Raises
    ValueError if there is nothing to evaluate.
    """
    store, evaluator = MotionStore(motions), MotionEvaluator.load(motion_judge).to(best_device())
    movers = load_movers(head_motion, cache)
    parts = {part: choose_prompts(store, part, options.prompts, options.seed) for part in STORED}
    parts[WRITTEN] = written_prompts()[: options.written]
    prompts = [prompt for own in parts.values() for prompt in own]
    reference = choose_prompts(store, "train", max(map(len, parts.values())), options.seed)
    evaluation = MotionEvaluation(evaluator, movers, reference, options)
    about = {
        "with_plan": sum(prompt.plan is not None for prompt in prompts),
        "model": movers[GENERATED].version,
        "architecture": movers[GENERATED].model.architecture,
        "judge": _version(motion_judge),
        **evaluation_identity(prompts, motion_judge, options),
    }
    with atomic_directory(out) as folder:
        report = MotionReport(folder, movers[GENERATED], options.strips, options.seed)
        return evaluate(evaluation.rows, parts, evaluation, report, log, about)


def load_movers(head_motion: Path, cache: Path | None) -> dict[str, Mover]:
    """Row → model: the baseline, if it was trained, and the model."""
    return load_models(head_motion, lambda folder: Mover.load(folder, cache=cache))


def _version(evaluator: Path) -> str:
    return str(read_config(evaluator, ("motion_judge",))["sha256"])


def evaluation_identity(
    prompts: Sequence[Prompt], motion_judge: Path, options: EvaluateMotionOptions
) -> dict[str, str]:
    """Identity of this evaluation: prompts with their motions and plans, the evaluator, the options."""
    digests = [hashlib.sha256(prompt.motion.tobytes()).hexdigest() for prompt in prompts]
    plans = [None if prompt.plan is None else prompt.plan.to_json() for prompt in prompts]
    data = [(p.clip_id, p.part, p.text, *rest) for p, *rest in zip(prompts, digests, plans, strict=True)]
    return identity_of("motion", data, _version(motion_judge), options, shown=("strips", "batch"))

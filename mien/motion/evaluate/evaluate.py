"""Evaluation of head motion: does the model do what the words say, on seen compositions and on others.

Rows: `real`, the store's own motions, the most that a figure can mean; the baseline `mlp`, where it was trained; and
the model, by the name of its architecture. Each is measured on `val`, whose compositions training has, and apart from
it on `held_out`, whose compositions it has not. docs/metrics.md says how to read the figures.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from mien.files import atomic_directory, fingerprint
from mien.motion.data.store import MotionStore
from mien.motion.evaluate.measure import (
    Figures,
    Measured,
    Motion,
    Points,
    Prompt,
    correctness,
    embedded_figures,
    mean,
    measure,
    smoothness,
    spread,
)
from mien.motion.evaluate.report import Report
from mien.motion.evaluate.samples import (
    Request,
    generate,
    own_frames,
    seconds_per_100_frames,
)
from mien.motion.generate.mover import Mover
from mien.motion.judge.network import MotionJudge
from mien.motion.networks.transformer import LONGEST
from mien.motion.options import EvaluateMotionOptions
from mien.progress import progress_bar
from mien.training.curves import Log
from mien.training.device import best_device
from mien.training.model_folder import read_config
from mien.training.randomness import derived_seed, numpy_generator

PARTS = ("val", "held_out")
"""Compositions that training has, and compositions that it has not."""

REAL = "real"

PLACES = 4
"""Decimals of a figure: more than any of these measures means."""


@dataclass(frozen=True)
class PartPoints:
    """The prompts of a part, and where the judge places their texts and their real motions, (N, D)."""

    prompts: list[Prompt]
    texts: Points
    motions: Points


def choose_prompts(store: MotionStore, part: str, most: int, seed: int) -> list[Prompt]:
    """At most `most` motions of a part, drawn by `seed`, in the store's order, each with its first text."""
    numbers = store.numbers(part)
    if len(numbers) > most:
        numbers = np.sort(numpy_generator(seed, f"prompts of {part}").choice(numbers, most, replace=False))
    prompts = []
    for number in numbers:
        clip = store[int(number)]
        motion = store.features(int(number))[:LONGEST]
        prompts.append(Prompt(clip.clip_id, part, clip.texts[0], motion, clip.plan))
    return prompts


class _Evaluation:
    """Rows of the same prompts under the same judge."""

    def __init__(self, store: MotionStore, judge: MotionJudge, options: EvaluateMotionOptions) -> None:
        self.judge, self.options = judge, options
        self.parts: dict[str, PartPoints] = {}
        for part in PARTS:
            prompts = choose_prompts(store, part, options.prompts, options.seed)
            if prompts:
                texts = judge.embed_texts([prompt.text for prompt in prompts])
                self.parts[part] = PartPoints(prompts, texts, judge.embed_motions([p.motion for p in prompts]))
        if not self.parts:
            raise ValueError(f"{store.folder} has no motion in {' or '.join(PARTS)} to measure on")
        most = max(len(part.prompts) for part in self.parts.values())
        others = choose_prompts(store, "train", most, options.seed)
        self._others = judge.embed_motions([prompt.motion for prompt in others]) if others else None

    @property
    def prompts(self) -> list[Prompt]:
        """Those of all parts."""
        return list(chain.from_iterable(part.prompts for part in self.parts.values()))

    def real(self) -> tuple[dict[str, Figures], dict[str, list[Measured]]]:
        """The row of the store's own motions; their Fréchet distance is to as many training motions."""
        figures, measured = {}, {}
        for name, part in self.parts.items():
            measured[name] = [measure(prompt.motion, prompt.plan) for prompt in part.prompts]
            reference = part.motions[:0] if self._others is None else self._others[: len(part.prompts)]
            figures[name] = self._figures(part, measured[name], part.motions, reference)
        return figures, measured

    def model(self, row: str, mover: Mover) -> tuple[dict[str, Any], dict[str, list[Measured]]]:
        """The row of a model: figures for each part, and how long it takes."""
        wanted = {name: self._requests(part, mover) for name, part in self.parts.items()}
        flat = list(chain.from_iterable(chain.from_iterable(wanted.values())))
        started = time.perf_counter()
        with progress_bar(f"motions of {row}", len(flat), "motions") as advance:
            made = iter(generate(mover, flat, self.options.batch, self.options.precision, advance))
        seconds = (time.perf_counter() - started) / len(flat)
        row_figures: dict[str, Any] = {}
        measured = {}
        for name, part in self.parts.items():
            motions, own, again = ([next(made) for _ in requests] for requests in wanted[name])
            measured[name] = [measure(motion, p.plan) for motion, p in zip(motions, part.prompts, strict=True)]
            points = self.judge.embed_motions(motions)
            figures = self._figures(part, measured[name], points, part.motions)
            figures["own_length_exact"] = self._own_length_exact(part, own)
            figures["multimodality"] = self._multimodality(again)
            row_figures[name] = figures
        row_figures["seconds_per_motion"] = seconds
        row_figures["seconds_per_100_frames"] = seconds_per_100_frames(mover, self.options.precision)
        return row_figures, measured

    def _figures(self, part: PartPoints, measured: Sequence[Measured], points: Points, reference: Points) -> Figures:
        return {
            "motions": len(measured),
            **correctness(measured),
            **embedded_figures(part.texts, points, reference, self.options.seed),
            **smoothness(measured),
            "own_length_exact": None,
            "multimodality": None,
        }

    def _requests(self, part: PartPoints, mover: Mover) -> tuple[list[Request], list[Request], list[Request]]:
        """As long as the real motions; as long as the model likes; one text several times."""
        options = self.options

        def request(prompt: Prompt, frames: int, sample: int = 0) -> Request:
            return Request(prompt.text, frames, derived_seed(options.seed, f"motion of {prompt.clip_id}", sample))

        own = [p for p in part.prompts if p.plan is not None][: options.own_length_prompts]
        repeated = part.prompts[: options.repeated_prompts]
        return (
            [request(prompt, prompt.frames) for prompt in part.prompts],
            [request(prompt, own_frames(mover, prompt.text)) for prompt in own],
            [request(prompt, prompt.frames, 1 + k) for prompt in repeated for k in range(options.repeats)],
        )

    def _own_length_exact(self, part: PartPoints, motions: Sequence[Motion]) -> float | None:
        prompts = [prompt for prompt in part.prompts if prompt.plan is not None]
        return correctness([measure(motion, p.plan) for motion, p in zip(motions, prompts, strict=False)])["exact"]

    def _multimodality(self, motions: Sequence[Motion]) -> float | None:
        if not motions:
            return None
        points = self.judge.embed_motions(motions)
        return spread(points.reshape(-1, self.options.repeats, points.shape[1]), self.options.seed)


def evaluate_motion(
    motions: Path,
    head_motion: Path,
    motion_judge: Path,
    options: EvaluateMotionOptions,
    out: Path,
    log: Log,
    cache: Path | None = None,
) -> dict[str, Any]:
    """Evaluate the model in the folder `head_motion`, and its baseline where it has one, by the judge's measures.

    Returns plain values: for each row a dictionary of figures for each part, None where nothing could be measured, for
    models with `overall` and seconds; beside them `evaluated`: what was evaluated, the deciding row, and a fingerprint:
    only evaluations of equal fingerprints may be compared. Writes to the folder `out`, whole or not at all:
    prompts.csv, confusions.csv, plots/, strips.png, videos/. Everything but the seconds is the same for the same input.
    cache: where features of a pretrained text encoder are kept. Raises ValueError when there is nothing to evaluate.
    """
    judge = MotionJudge.load(motion_judge).to(best_device())
    movers = load_movers(head_motion, cache)
    evaluation = _Evaluation(MotionStore(motions), judge, options)
    figures: dict[str, Any] = {}
    measured = {}
    figures[REAL], measured[REAL] = evaluation.real()
    for row, mover in movers.items():
        figures[row], measured[row] = evaluation.model(row, mover)
    for row_figures in figures.values():
        row_figures["overall"] = overall(row_figures)
    decides = list(movers)[-1]
    with atomic_directory(out) as folder:
        report = Report(folder)
        report.tables({name: part.prompts for name, part in evaluation.parts.items()}, measured)
        report.plots({name: part.prompts for name, part in evaluation.parts.items()}, measured)
        report.strips(movers[decides], options.strips, options.seed)
    rounded: dict[str, Any] = _rounded(figures)
    identity = evaluation_fingerprint(evaluation.prompts, motion_judge, options)
    rounded["evaluated"] = {
        **{name: len(part.prompts) for name, part in evaluation.parts.items()},
        "with_plan": sum(prompt.plan is not None for prompt in evaluation.prompts),
        "row": decides,
        "model": movers[decides].version,
        "judge": str(read_config(motion_judge, ("motion_judge",))["sha256"]),
        "fingerprint": identity,
    }
    log(_flat(figures), len(evaluation.prompts))
    return rounded


def load_movers(head_motion: Path, cache: Path | None) -> dict[str, Mover]:
    """The baseline, where there is one, and the model, by their architectures; the model is the last."""
    model = Mover.load(head_motion, cache=cache)
    row = model.model.architecture
    baseline = head_motion / "baseline"
    if row == "mlp" or not baseline.exists():
        return {row: model}
    return {"mlp": Mover.load(baseline, cache=cache), row: model}


def overall(row: Mapping[str, Any]) -> float | None:
    """The mean over parts of the exact rate; where no motion has a plan, of the top-3 R-precision."""
    parts = [row[name] for name in PARTS if name in row]
    exact = mean([part["exact"] for part in parts])
    return mean([part["r_precision_3"] for part in parts]) if exact is None else exact


def evaluation_fingerprint(prompts: Sequence[Prompt], motion_judge: Path, options: EvaluateMotionOptions) -> str:
    """Twelve characters that name what was evaluated and by whom: prompts, motions, judge, options; not the model.

    What is only shown does not count, nor how many motions are made at once.
    """
    content = [
        (prompt.clip_id, prompt.part, prompt.text, hashlib.sha256(prompt.motion.tobytes()).hexdigest())
        for prompt in prompts
    ]
    plans = [None if prompt.plan is None else prompt.plan.to_json() for prompt in prompts]
    judge = read_config(motion_judge, ("motion_judge",))["sha256"]
    used = options.model_dump(mode="json", exclude={"strips", "batch"})
    return fingerprint("motion evaluation 1", content, plans, judge, used)[:12]


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _rounded(inner) for name, inner in value.items()}
    return round(value, PLACES) if isinstance(value, float) else value


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, float]:
    flat: dict[str, float] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        elif value is not None:
            flat[prefix + name] = float(value)
    return flat

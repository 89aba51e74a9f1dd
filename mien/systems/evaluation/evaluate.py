"""The evaluation of a system: its rows are measured on the samples of each part, judged, and reported.

A *sample* is a clip or a prompt of the evaluation set; a *row* is a source of clips that are measured for the samples
(see `mien.systems.evaluation.rows`); a *part* is a subset of the samples, such as `val` or `held_out`. Figures are
named `row.part.figure`; those of a whole row `row.figure`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from mien.files import fingerprint
from mien.progress import progress_bar
from mien.systems.evaluation.figures import Figures, Measured, criteria, mean, rates, rounded
from mien.systems.evaluation.report import Report, Sample
from mien.systems.evaluation.rows import BASELINE, GENERATED
from mien.tracking.values import Figure, numbers
from mien.training.curves import Log
from mien.training.randomness import numpy_generator

S = TypeVar("S", bound=Sample)
M = TypeVar("M", bound=Measured)
Model = TypeVar("Model")
RowFigures = Mapping[str, Mapping[str, Figures]]
"""Row → part → figures."""

EVALUATED = "evaluated"
"""The entry of the metrics that is no row: numbers of samples, model, and fingerprint of the evaluation."""

SELECTION_FIGURE = "overall"
"""The figure of the row `generated` by which versions of a model are compared; higher is better."""


class Judge(Generic[S, M]):
    """Turns the measurements of single samples into the figures of rows.

    By default the figures of a part are the rates of samples that meet each criterion of the verdicts, and `overall` is
    the mean over the parts of the first of them.
    """

    def part_figures(self, samples: Sequence[S], rows: Mapping[str, Sequence[M]]) -> Mapping[str, Figures]:
        """Row → figures of one part; `rows`: row → measurements of `samples`, in their order."""
        del samples
        names = criteria(chain.from_iterable(rows.values()))
        return {row: rates(own, names) for row, own in rows.items()}

    def row_figures(self, row: str, figures: RowFigures) -> Figures:
        """The figures of a whole row, `overall` among them, from those of all rows and parts."""
        return {SELECTION_FIGURE: mean(next(iter(part.values())) for part in figures[row].values())}


def evaluate(
    rows: Callable[[Sequence[S]], Mapping[str, Sequence[M]]],
    parts: Mapping[str, Sequence[S]],
    judge: Judge[S, M],
    report: Report[S, M],
    log: Log,
    identity: Mapping[str, Any],
    batch: int | None = None,
) -> dict[str, Any]:
    """Measure, judge and report; returns the metrics as plain values, rounded.

    rows: measures samples in every row, row → one measurement a sample; called with `batch` samples at a time (None:
    all at once). parts: part → samples; empty ones are left out. identity: further entries of `evaluated`, which also
    holds the number of samples of each part. Figures are logged at the number of samples as the step.
    Raises ValueError where there is no sample.
    """
    everything = list(chain.from_iterable(parts.values()))
    if not everything:
        raise ValueError(f"there is no sample to evaluate in {', '.join(parts)}")
    parts = {part: samples for part, samples in parts.items() if samples}
    measured: dict[str, list[M]] = {}
    with progress_bar("evaluation", len(everything), "samples") as advance:
        size = batch or len(everything)
        for start in range(0, len(everything), size):
            some = everything[start : start + size]
            for row, own in rows(some).items():
                measured.setdefault(row, []).extend(own)
            advance(len(some))
    by_part = _split(measured, parts)
    figures: dict[str, dict[str, Figures]] = {row: {} for row in measured}
    for part, samples in parts.items():
        for row, found in judge.part_figures(samples, by_part[part]).items():
            figures[row][part] = found
    metrics: dict[str, Any] = {row: {**figures[row], **judge.row_figures(row, figures)} for row in figures}
    report.write(parts, by_part)
    log(numbers(metrics), len(everything))
    sizes = {part: len(samples) for part, samples in parts.items()}
    return {**rounded(metrics), EVALUATED: {**sizes, **identity}}


def _split(measured: Mapping[str, Sequence[M]], parts: Mapping[str, Sequence[S]]) -> dict[str, dict[str, Sequence[M]]]:
    split: dict[str, dict[str, Sequence[M]]] = {}
    start = 0
    for part, samples in parts.items():
        split[part] = {row: own[start : start + len(samples)] for row, own in measured.items()}
        start += len(samples)
    return split


def identity_of(system: str, data: Any, judges: Any, options: BaseModel, shown: Iterable[str] = ()) -> dict[str, str]:
    """Identity of an evaluation: `data`, a digest of the samples, and `fingerprint`, of samples, judges and options.

    Only figures of equal fingerprints may be compared. The model is not included, nor are the options named in `shown`,
    which affect display or speed only.
    """
    digest = fingerprint(data)[:12]
    used = options.model_dump(mode="json", exclude=set(shown))
    return {"data": digest, "fingerprint": fingerprint(f"{system} evaluation", digest, judges, used)[:12]}


def deciding_figure(metrics: Mapping[str, Any]) -> Figure:
    """The figure by which the registry selects the champion, with the identity of its evaluation."""
    value, evaluated = metrics[GENERATED][SELECTION_FIGURE], metrics[EVALUATED]
    known = float("nan") if value is None else float(value)
    return Figure(f"{GENERATED}.{SELECTION_FIGURE}", known, True, evaluated["fingerprint"], evaluated["data"])


def load_models(folder: Path, load: Callable[[Path], Model]) -> dict[str, Model]:
    """Row → model: the baseline in `folder/baseline`, where it was trained, then the model in `folder`."""
    baseline = folder / BASELINE
    return {**({BASELINE: load(baseline)} if baseline.exists() else {}), GENERATED: load(folder)}


def draw_samples(numbers: NDArray[np.integer], most: int, part: str, seed: int) -> list[int]:
    """Sample at most `most` of the indices of a part's clips with `seed`, without replacement, ascending."""
    if len(numbers) > most:
        numbers = np.sort(numpy_generator(seed, f"prompts of {part}").choice(numbers, most, replace=False))
    return [int(number) for number in numbers]

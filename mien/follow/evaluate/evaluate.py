"""Evaluation of figures that follow: by judges that are no loss and of another kind.

Rows: `real` (the corpus' own clips), `generated` (the system as users run it), `hidden` and `hidden_no_repair` (part of
the key points is unknown), `diffusion` (the baseline), `shuffled_pose` and `shuffled_text` (chance: generated clips
compared with the key points, or the text, of another sample). Parts: `val`, `wordings` that no training has seen,
`held_out` combinations, and prompts that were `written` by hand. See docs/metrics.md.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from mien.follow.evaluate.measure import LOOKS, POSE, MeasuredFollow, Observation, Observer
from mien.follow.evaluate.report import FollowReport
from mien.follow.evaluate.samples import LANGUAGES, FollowSample
from mien.follow.evaluate.sources import SHUFFLED_POSE, SHUFFLED_TEXT, Source
from mien.metrics.poses import oks_average_precision
from mien.progress import progress_bar
from mien.systems.evaluation.evaluate import Judge, RowFigures
from mien.systems.evaluation.figures import Figures, criteria, interval, mean, rates
from mien.systems.evaluation.rows import GENERATED, REAL
from mien.training.randomness import numpy_generator

_BY_LANGUAGE = ("looks", "place", "pck_10")
_OVERALL = ("looks", "place", "pck_10")


class FollowEvaluation(Judge[FollowSample, MeasuredFollow]):
    """`sources`: row → where its clips come from."""

    def __init__(self, sources: Mapping[str, Source], observer: Observer, report: FollowReport, seed: int) -> None:
        self.sources, self.observer, self.report, self.seed = sources, observer, report, seed
        self.seconds = dict.fromkeys(sources, 0.0)
        self.made = dict.fromkeys(sources, 0)

    def rows(self, samples: Sequence[FollowSample]) -> dict[str, list[MeasuredFollow]]:
        """Measurements of the samples' clips in each row."""
        observed: dict[str, list[Observation | None]] = {}
        with progress_bar("clips", len(self.sources) * len(samples), "clips") as advance:
            for row, source in self.sources.items():
                known: dict[int, Observation] = {}  # a real clip has several texts, and is looked at once
                observed[row] = []
                for sample in samples:
                    observed[row].append(self._observed(row, source, sample, known if row == REAL else {}))
                    advance(1)
        judged = self.observer.judged
        rows = {
            row: [MeasuredFollow(sample, one, judged) for sample, one in zip(samples, own, strict=True)]
            for row, own in observed.items()
        }
        generated = observed[GENERATED]
        for row, aspect in ((SHUFFLED_POSE, POSE), (SHUFFLED_TEXT, LOOKS)):
            others = other_samples(samples, self.seed)
            rows[row] = [
                MeasuredFollow(sample, None if other is None else generated[other], judged, (aspect,))
                for sample, other in zip(samples, others, strict=True)
            ]
        return rows

    def _observed(
        self, row: str, source: Source, sample: FollowSample, known: dict[int, Observation]
    ) -> Observation | None:
        if sample.has_real and id(sample.clip) in known:
            return known[id(sample.clip)]
        started = time.process_time()
        video = source(sample)
        if video is None:
            return None
        self.seconds[row] += time.process_time() - started
        self.made[row] += len(video)
        self.report.keep(row, sample, video)
        found = self.observer.observe(video, sample)
        if sample.has_real:
            known[id(sample.clip)] = found
        return found

    def part_figures(
        self, samples: Sequence[FollowSample], rows: Mapping[str, Sequence[MeasuredFollow]]
    ) -> dict[str, Figures]:
        """Rates of all criteria, OKS-AP, languages apart, flicker and sharpness against real ones, lengths."""
        del samples  # they are part of the measurements
        figures: dict[str, Figures] = {}
        for row, own in rows.items():
            seen = [one for one in own if one.observation is not None]
            low, high = interval(own, "place")
            figures[row] = {
                "clips": len(seen), **rates(own, criteria(own)), "place_low": low, "place_high": high,
                **_average_precision(seen), **_languages(own),
            }  # fmt: skip
            if row in self.sources:
                figures[row] |= _against_real(own, rows[REAL])
        return figures

    def row_figures(self, row: str, figures: RowFigures) -> Figures:
        """`overall`: mean of looks, place and PCK@.1 over the parts; pck_10_of_real; frames per CPU second."""
        parts = figures[row]
        found: Figures = {"overall": mean(mean(part.get(name) for part in parts.values()) for name in _OVERALL)}
        pairs = [(own.get("pck_10"), figures[REAL][part].get("pck_10")) for part, own in parts.items()]
        ratios = [own / real for own, real in pairs if own is not None and real]
        found["pck_10_of_real"] = mean(ratios)
        if row != REAL and self.seconds.get(row):
            found["frames_per_second"] = self.made[row] / self.seconds[row]
        return found


def other_samples(samples: Sequence[FollowSample], seed: int) -> list[int | None]:
    """For each sample the index of a sample of another clip, of its part and language; None where there is none."""
    groups: dict[tuple[str, str], list[int]] = {}
    for number, sample in enumerate(samples):
        groups.setdefault((sample.part, sample.language), []).append(number)
    others: list[int | None] = [None] * len(samples)
    for own in groups.values():
        rng = numpy_generator(seed, f"other samples of {samples[own[0]].part}")
        order = [own[place] for place in rng.permutation(len(own))]
        for number, other in zip(order, [*order[1:], order[0]], strict=True):
            if samples[other].clip is not samples[number].clip:
                others[number] = other
    return others


def _average_precision(measured: Sequence[MeasuredFollow]) -> Figures:
    found: Figures = {}
    for prefix in dict.fromkeys(prefix for one in measured for prefix in one.poses):
        pairs = [one.similarities(prefix) for one in measured]
        similarity = [value for values, _ in pairs for value in values]
        score = [value for _, values in pairs for value in values]
        found[f"{prefix}oks_ap"] = oks_average_precision(similarity, score)
    return found


def _languages(measured: Sequence[MeasuredFollow]) -> Figures:
    found: Figures = {}
    for language in LANGUAGES:
        own = [one for one in measured if one.sample.language == language]
        if any(one.observation is not None for one in own):
            found |= {f"{name}_{language}": mean(one.verdict.get(name) for one in own) for name in _BY_LANGUAGE}
    return found


def _against_real(measured: Sequence[MeasuredFollow], real: Sequence[MeasuredFollow]) -> Figures:
    """Flicker outside the figure and sharpness, in parts of the real clips' own, and whether lengths are as asked."""
    pairs = [
        (one.observation, true.observation)
        for one, true in zip(measured, real, strict=True)
        if one.observation is not None and true.observation is not None
    ]
    flickers = [(a.flicker, b.flicker) for a, b in pairs if a.flicker is not None and b.flicker is not None]
    own, true = (mean(values) for values in zip(*flickers, strict=True)) if flickers else (None, None)
    return {
        "flicker": own,
        "flicker_of_real": own / true if own is not None and true else None,
        "sharpness_of_real": mean(a.sharpness / b.sharpness for a, b in pairs if b.sharpness > 0),
        "length": mean(
            one.observation.frames == len(one.sample.clip.joints) for one in measured if one.observation is not None
        ),
    }


def fingerprint_data(parts: Mapping[str, Sequence[FollowSample]]) -> list[Any]:
    """What identifies the samples."""
    return [
        (one.clip_id, one.part, one.text, sorted((name, sorted(some)) for name, some in one.facts.items()))
        for own in parts.values()
        for one in own
    ]

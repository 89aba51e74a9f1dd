"""The timer: when each action of a plan is done, as in the training motions.

A log-linear model, fitted by least squares: the logarithm of an action's duration is the sum of terms of its kind, its
count and its speed, plus a tempo that all actions of a motion share, plus a deviation of its own. Steps follow each
other after pauses, and the actions of a step have a common middle.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mien.motion.corpus.actions import KINDS, SPEED_FACTOR, Action, usual_timing
from mien.motion.corpus.plan import Plan, Step
from mien.motion.corpus.timeline import AGAIN_SECONDS, Span, Timeline, repeats_kind

Array = NDArray[np.float64]

_KINDS = tuple(KINDS)
TERMS = len(_KINDS) + 3
"""Terms of a duration: kinds, logarithm of the count, fast, slow."""

RIDGE = 1.0
"""Regularisation of the fit, in actions, towards the vocabulary's own durations: a kind that the training motions lack
has those."""

LIMIT = 2.0
"""Deviations are sampled up to this number of standard deviations."""

_MAD_TO_DEVIATION = 1.4826


class Timer(nn.Module):
    """terms (`TERMS`,): of log seconds. spread (3,): standard deviations of the tempo, of a single action and of a
    pause, in log seconds. pause (): median of the pauses in seconds."""

    terms: Tensor
    spread: Tensor
    pause: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("terms", torch.from_numpy(_vocabulary_terms()).float())
        self.register_buffer("spread", torch.zeros(3))
        self.register_buffer("pause", torch.tensor(0.2))

    def fit(self, timelines: Sequence[tuple[Timeline, float]]) -> None:
        """Fit to timelines, each with the length of its motion in seconds; nothing is changed without one."""
        if not timelines:
            return
        rows = np.stack([_terms(action) for timeline, _ in timelines for action in timeline.plan.actions])
        seconds = np.log([span[1] for timeline, _ in timelines for span in timeline.spans])
        normal = rows.T @ rows + RIDGE * np.eye(TERMS)
        before = _vocabulary_terms()
        terms = before + np.linalg.solve(normal, rows.T @ (seconds - rows @ before))
        residuals = iter(seconds - rows @ terms)
        own = [np.array([next(residuals) for _ in timeline.spans]) for timeline, _ in timelines]
        tempo = np.std([residual.mean() for residual in own if len(residual) > 1] or [0.0])
        single = np.sqrt(np.mean([residual.var(ddof=1) for residual in own if len(residual) > 1] or [0.0]))
        pauses = np.log(np.maximum(np.concatenate([_pauses(*one) for one in timelines]), 0.02))
        deviation = _MAD_TO_DEVIATION * np.median(np.abs(pauses - np.median(pauses)))
        self.terms.copy_(torch.from_numpy(terms))
        self.spread.copy_(torch.tensor([tempo, single, deviation]))
        self.pause.copy_(torch.tensor(np.exp(np.median(pauses))))

    def sample(self, plan: Plan, random: np.random.Generator, seconds: float | None = None) -> tuple[Timeline, float]:
        """A timeline of a plan, and the length of its motion in seconds: `seconds`, or None for the usual one.

        A longer motion has slower actions as far as the training motions have them, then longer pauses; a shorter one
        has quicker actions, beyond the training motions where it must.
        """
        tempo, single, between = self.spread.tolist()
        durations = [np.exp(self._usual(step) + single * _normal(random, len(step))) for step in plan.steps]
        lengths = np.array([own.max() for own in durations])
        pauses = float(self.pause) * np.exp(between * _normal(random, len(lengths) + 1))
        pauses[1:-1] = np.where(repeats_kind(plan), np.maximum(pauses[1:-1], AGAIN_SECONDS), pauses[1:-1])
        usual = float(lengths.sum() + pauses.sum())
        if seconds is None:
            factor = float(np.exp(tempo * _normal(random, 1)[0]))
            seconds = usual * factor
        else:
            factor = min(seconds / usual, float(np.exp(LIMIT * tempo)))
            rest = seconds - usual * factor
            if rest > 1e-6:
                pauses += rest / factor * random.dirichlet(np.full(len(pauses), 3.0))
        return Timeline(plan, _spans(durations, lengths, pauses)).scaled(factor), seconds

    def usual_seconds(self, plan: Plan) -> float:
        """The length of a motion of this plan without any deviation, in seconds."""
        lengths = sum(float(np.exp(self._usual(step)).max()) for step in plan.steps)
        again = repeats_kind(plan)
        longer = float(again.sum()) * max(AGAIN_SECONDS - float(self.pause), 0.0)
        return lengths + float(self.pause) * (len(plan.steps) + 1) + longer

    def _usual(self, step: Step) -> Array:
        terms = self.terms.double().cpu().numpy()
        return np.array([_terms(action) @ terms for action in step])


def _terms(action: Action) -> Array:
    terms = np.zeros(TERMS)
    terms[_KINDS.index(action.kind)] = 1
    terms[-3:] = np.log(action.count or KINDS[action.kind].repeats), action.speed == "fast", action.speed == "slow"
    return terms


def _vocabulary_terms() -> Array:
    """The terms of the durations that the vocabulary itself gives."""
    once = [usual_timing(Action(kind.name, kind.sides[0] if kind.sides else None)) for kind in KINDS.values()]
    speeds = [np.log(SPEED_FACTOR[speed]) for speed in ("fast", "slow")]
    return np.array([*(np.log(timing.seconds / timing.count) for timing in once), 1.0, *speeds])


def _normal(random: np.random.Generator, count: int) -> Array:
    return np.clip(random.standard_normal(count), -LIMIT, LIMIT)


def _spans(durations: Sequence[Array], lengths: Array, pauses: Array) -> tuple[Span, ...]:
    starts = np.cumsum(pauses[:-1]) + np.concatenate([[0.0], np.cumsum(lengths[:-1])])
    return tuple(
        (float(start + (length - seconds) / 2), float(seconds))
        for own, length, start in zip(durations, lengths, starts, strict=True)
        for seconds in own
    )


def _pauses(timeline: Timeline, total: float) -> Array:
    """Pauses before, between and after the steps, in seconds."""
    steps = [number for number, step in enumerate(timeline.plan.steps) for _ in step]
    own = [
        [span for _, span in group] for _, group in groupby(zip(steps, timeline.spans, strict=True), lambda one: one[0])
    ]
    edges = [(min(start for start, _ in spans), max(start + seconds for start, seconds in spans)) for spans in own]
    return np.array([edges[0][0], *(after[0] - before[1] for before, after in pairwise(edges)), total - edges[-1][1]])

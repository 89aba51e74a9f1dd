"""What is measured of one motion, and how the motions' figures become one row of the evaluation.

Events are told from the parameters alone and held against the plan that the words were made from; the evaluator's
measures are those of Guo et al. (CVPR 2022), see `mien.metrics.motion`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mien.metrics.motion import (
    diversity,
    expression_jerk,
    frechet_distance,
    head_jerk,
    matching_distance,
    multimodality,
    r_precision,
)
from mien.motion.corpus.actions import KINDS
from mien.motion.corpus.plan import Plan
from mien.motion.data.features import performance_of
from mien.motion.measure.events import (
    Event,
    Verdict,
    find_events,
    matches,
)

Motion = NDArray[np.float32]
Points = NDArray[np.float64]
Figures = dict[str, float | None]
Value = TypeVar("Value")

RANKED, TOP = 32, 3
"""Motions among which a text looks for its own, and how many of the nearest count, as in the published protocol."""

VERDICTS = ("exact", "actions", "counts", "order")
"""The rates over all motions that have a plan; `strengths` is one over those whose words say a strength."""


@dataclass(frozen=True)
class Prompt:
    """A motion of the store with the words that ask for it: what a generated one is held against.

    `motion` float32 (T, 63), at most 10 s of it; `plan` None where it was not made from one.
    """

    clip_id: str
    part: str
    text: str
    motion: Motion
    plan: Plan | None

    @property
    def frames(self) -> int:
        """How long the motion is, and the generated one with it."""
        return len(self.motion)


@dataclass(frozen=True)
class Measured:
    """What one motion does and how smoothly; `verdict` None without a plan, a jerk None for under four frames."""

    events: tuple[Event, ...]
    verdict: Verdict | None
    head_jerk: float | None
    expression_jerk: float | None


def measure(motion: Motion, plan: Plan | None) -> Measured:
    """Find what happens in features (T, 63), and hold it against a plan."""
    performance = performance_of(motion)
    events = find_events(performance)
    verdict = None if plan is None else matches(plan, events)
    jerks = head_jerk(performance.neck, performance.fps), expression_jerk(performance.expression, performance.fps)
    return Measured(events, verdict, *jerks)


def mean(values: Sequence[float | bool | None]) -> float | None:
    """The mean of those that are known; None where none is."""
    known = [float(value) for value in values if value is not None]
    return float(np.mean(known)) if known else None


def correctness(measured: Sequence[Measured]) -> Figures:
    """How many motions do what was asked for: rates in [0, 1] by the names in `VERDICTS`, and `strengths`."""
    verdicts = [one.verdict for one in measured if one.verdict is not None]
    rates: Figures = {name: mean([getattr(verdict, name) for verdict in verdicts]) for name in VERDICTS}
    return rates | {"strengths": mean([verdict.strengths for verdict in verdicts])}


def smoothness(measured: Sequence[Measured]) -> Figures:
    """Mean jerk of head and expression."""
    return {
        "head_jerk": mean([one.head_jerk for one in measured]),
        "expression_jerk": mean([one.expression_jerk for one in measured]),
    }


def embedded_figures(texts: Points, motions: Points, reference: Points, seed: int) -> Figures:
    """The evaluator's measures of motions (N, D) and their texts (N, D).

    reference: points of the real motions that the Fréchet distance is taken to. What too few motions do not allow is
    None.
    """
    found = possible(lambda: r_precision(texts, motions, RANKED, TOP, seed))
    rates = [None] * TOP if found is None else [float(rate) for rate in found]
    return {
        **{f"r_precision_{top}": rate for top, rate in enumerate(rates, 1)},
        "matching_distance": possible(lambda: matching_distance(texts, motions)),
        "frechet": possible(lambda: frechet_distance(motions, reference)),
        "diversity": possible(lambda: diversity(motions, seed=seed)),
    }


def spread(samples: Points, seed: int) -> float | None:
    """Multimodality of samples (texts, samples, D); None where there are too few."""
    return possible(lambda: multimodality(samples, seed=seed))


def possible(figure: Callable[[], Value]) -> Value | None:
    """A figure; None where a metric refuses so few motions."""
    try:
        return figure()
    except ValueError:
        return None


def confusions(plan: Plan, events: Sequence[Event]) -> list[tuple[str, str]]:
    """Pairs of what was asked for and what was seen, `nothing` on one side where there is no partner.

    What agrees in kind and side is paired first; the rest in the order of plan and time.
    """
    asked = [_name(action.kind, action.side) for action in plan.actions]
    seen = [_name(event.kind, event.side) for event in events]
    pairs = []
    for name in list(asked):
        if name in seen:
            pairs.append((name, name))
            asked.remove(name)
            seen.remove(name)
    length = max(len(asked), len(seen))
    asked += ["nothing"] * (length - len(asked))
    seen += ["nothing"] * (length - len(seen))
    return [*pairs, *zip(asked, seen, strict=True)]


def in_words(events: Sequence[Event]) -> str:
    """Events for a person: `nod x2 0.4-1.3 s, smile (strong) 1.6-2.8 s`."""
    words = []
    for event in events:
        graded = KINDS[event.kind].graded and event.strength != "usual"
        count = f" x{event.count}" if KINDS[event.kind].counted else ""
        strength = f" ({event.strength})" if graded else ""
        words.append(f"{_name(event.kind, event.side)}{count}{strength} {event.start:.1f}-{event.end:.1f} s")
    return ", ".join(words)


def plan_in_words(plan: Plan) -> str:
    """A plan for a person: `nod x2, then smile and tilt left (strong)`."""
    return ", then ".join(
        " and ".join(
            _name(action.kind, action.side)
            + (f" x{action.count}" if action.count else "")
            + (f" ({action.strength})" if action.strength else "")
            for action in step
        )
        for step in plan.steps
    )


def _name(kind: str, side: str | None) -> str:
    plain = kind.replace("_", " ")
    return plain if side is None else f"{plain} {side}"

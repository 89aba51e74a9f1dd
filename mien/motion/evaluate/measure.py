"""Metrics of one motion, and embedding metrics of many.

Events are detected in the motion's parameters and compared with the plan from which the text was generated. The
embedding metrics are those of Guo et al. (CVPR 2022), see `mien.metrics.motion`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mien.metrics.motion import expression_jerk, head_jerk
from mien.motion.corpus.plan import Plan
from mien.motion.data.features import to_performance
from mien.motion.measure.events import Event, detect_events
from mien.motion.measure.verdict import match_plan
from mien.systems.evaluation.figures import paired_labels

Motion = NDArray[np.float32]
Embeddings = NDArray[np.float64]

VERDICTS = ("exact", "actions", "counts", "order", "strengths", "speeds")
"""The criteria of a motion that has a plan; `strengths` and `speeds` apply where the text states one."""


@dataclass(frozen=True)
class Prompt:
    """A motion of the store with a text.

    `motion` float32 (T, 63), at most 10 s; `plan` None for a motion that was not computed from one.
    """

    clip_id: str
    part: str
    text: str
    motion: Motion
    plan: Plan | None

    @property
    def frames(self) -> int:
        """Frames of the motion, and of the one that is generated for its text."""
        return len(self.motion)


@dataclass(frozen=True)
class Measured:
    """Events, criteria, jerks and embedding (D,) of a motion.

    `verdict` is empty without a plan; a jerk is None for fewer than four frames. `own_length_exact`: `exact` of another
    motion of the text, with the predicted length; `repeats`: embeddings (D,) of motions of the same text with other
    noise.
    """

    events: tuple[Event, ...]
    verdict: Mapping[str, bool | None]
    head_jerk: float | None
    expression_jerk: float | None
    embedding: Embeddings = field(default_factory=lambda: np.zeros(0))
    own_length_exact: bool | None = None
    repeats: tuple[Embeddings, ...] = ()


def measure(motion: Motion, plan: Plan | None) -> Measured:
    """Detect the events in features (T, 63) and compare them with a plan."""
    performance = to_performance(motion)
    events = detect_events(performance)
    verdict = {} if plan is None else match_plan(plan, events)
    jerks = head_jerk(performance.neck, performance.fps), expression_jerk(performance.expression, performance.fps)
    return Measured(events, verdict, *jerks)


def confusions(plan: Plan, events: Sequence[Event]) -> list[tuple[str, str]]:
    """Pairs (expected, detected) of actions; `nothing` for a missing partner.

    Actions of equal kind and side are paired first, the others in the order of plan and time.
    """
    expected = (_name(action.kind, action.side) for action in plan.actions)
    return paired_labels(expected, (_name(event.kind, event.side) for event in events), "nothing")


def describe_plan(plan: Plan) -> str:
    """A plan in words: `nod x2, then smile and tilt left (strong)`."""
    return ", then ".join(
        " and ".join(
            _name(action.kind, action.side)
            + (f" x{action.count}" if action.count else "")
            + (f" ({action.strength})" if action.strength else "")
            + (f" ({action.speed})" if action.speed else "")
            for action in step
        )
        for step in plan.steps
    )


def _name(kind: str, side: str | None) -> str:
    plain = kind.replace("_", " ")
    return plain if side is None else f"{plain} {side}"

"""Timelines: when each action of a plan is done, and the description of it that a network sees, frame by frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mien.motion.corpus.actions import KINDS, STRENGTH_RANGE, Action, Timing, draw_curve, usual_timing
from mien.motion.corpus.plan import Plan

Span = tuple[float, float]
"""Start and duration of an action in seconds."""

Placed = tuple[Action, Span]
"""An action, and when it is done."""

ROWS: tuple[tuple[str, str | None], ...] = tuple(
    (kind.name, side) for kind in KINDS.values() for side in kind.sides or (None,)
)
"""Kinds with their sides, each of which has two channels of a timeline."""

CHANNELS = 2 * len(ROWS)
"""Channels of a timeline: the activity of all rows, then their progress."""

AGAIN_SECONDS = 0.6
"""Least pause before a step that repeats a kind of the step before, so that both can be told apart."""

_ROW_OF = {row: number for number, row in enumerate(ROWS)}


def shift(placed: Sequence[Placed], seconds: float) -> tuple[Placed, ...]:
    """The actions done `seconds` later."""
    return tuple((action, (start + seconds, duration)) for action, (start, duration) in placed)


@dataclass(frozen=True)
class Timeline:
    """A plan with a span for each action, in the order of `plan.actions`. Raises ValueError for another number."""

    plan: Plan
    spans: tuple[Span, ...]

    def __post_init__(self) -> None:
        if len(self.spans) != len(self.plan.actions):
            raise ValueError(f"{len(self.plan.actions)} actions do not have {len(self.spans)} spans")

    @property
    def placed(self) -> tuple[Placed, ...]:
        """Each action with its span."""
        return tuple(zip(self.plan.actions, self.spans, strict=True))

    def scaled(self, factor: float) -> Timeline:
        """With all times multiplied by a factor."""
        return Timeline(self.plan, tuple((factor * start, factor * seconds) for start, seconds in self.spans))

    @classmethod
    def from_json(cls, plan: Plan, value: Sequence[Sequence[float]]) -> Timeline:
        """The timeline of a plan and of spans as lists."""
        return cls(plan, tuple((float(start), float(seconds)) for start, seconds in value))


def repeats_kind(plan: Plan) -> NDArray[np.bool_]:
    """For each step after the first: whether it repeats a kind of the one before."""
    kinds = [{action.kind for action in step} for step in plan.steps]
    return np.array([bool(one & other) for one, other in pairwise(kinds)], bool)


def timeline_channels(placed: Sequence[Placed], frames: int, fps: float) -> NDArray[np.float32]:
    """Channels (`frames`, `CHANNELS`) of actions with their spans; 0 where nothing is done.

    Activity: the curve of the action at usual pace within its span, times the middle of the range of its strength (1
    for a kind without strengths). Progress: from 0 at its start to 1 at its end.
    """
    times = np.arange(frames) / fps
    channels = np.zeros((frames, CHANNELS), np.float32)
    for action, (start, seconds) in placed:
        row, progress = _ROW_OF[action.kind, action.side], (times - start) / max(seconds, 1e-6)
        inside = (progress >= 0) & (progress < 1)
        channels[inside, row] = _activity(action, seconds, times[inside] - start)
        channels[inside, len(ROWS) + row] = progress[inside]
    return channels


def _activity(action: Action, seconds: float, times: NDArray[np.float64]) -> NDArray[np.float64]:
    usual, graded = usual_timing(action), KINDS[action.kind].graded
    extent = float(np.mean(STRENGTH_RANGE[action.strength or "usual"])) if graded else 1.0
    timing = Timing(seconds, extent, usual.rise * seconds / usual.seconds, usual.count)
    return draw_curve(action, timing, times)

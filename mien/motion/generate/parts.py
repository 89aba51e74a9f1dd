"""How a plan is cut into parts of at most ten seconds, each of which is generated and measured by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mien.motion.corpus.plan import Plan
from mien.motion.networks.timer import Timer

PART_SECONDS = 8.5
"""Longest part: with the overlap with the part before it, it is within the 10 s that the network generates at once."""


@dataclass(frozen=True)
class Part:
    """A part of a cue. plan: None where nothing is done. seconds: None for the usual length of the plan."""

    plan: Plan | None
    seconds: float | None


def cut_plan(timer: Timer, plan: Plan, seconds: float | None) -> list[Part]:
    """The parts of a plan that is to take `seconds`, or its usual time.

    Consecutive steps stay together while they fit. Time that no action needs is divided among the parts, and where it
    is too much for them, it is parts of their own in which nothing is done.
    """
    groups = _groups(timer, plan)
    if seconds is None:
        return [Part(group, None) for group in groups]
    usual = np.array([timer.usual_seconds(group) for group in groups])
    each = seconds * usual / usual.sum()
    return [part for group, own in zip(groups, each, strict=True) for part in _with_rest(group, float(own))]


def _groups(timer: Timer, plan: Plan) -> list[Plan]:
    groups: list[list[tuple]] = [[]]  # type: ignore[type-arg]
    for step in plan.steps:
        longer = [*groups[-1], step]
        if groups[-1] and timer.usual_seconds(Plan(tuple(longer))) > PART_SECONDS:
            groups.append([step])
        else:
            groups[-1] = longer
    return [Plan(tuple(group)) for group in groups]


def _with_rest(plan: Plan, seconds: float) -> list[Part]:
    """The plan in the middle of as many still parts as are needed."""
    if seconds <= PART_SECONDS:
        return [Part(plan, seconds)]
    count = int(np.ceil(seconds / PART_SECONDS))
    own = seconds / count
    return [Part(plan if number == (count - 1) // 2 else None, own) for number in range(count)]


def whole_frames(parts: Sequence[Part], total: int, fps: float) -> list[int]:
    """Frames of parts whose seconds are given; they sum to `total`."""
    edges = np.round(np.cumsum([0.0, *((part.seconds or 0.0) * fps for part in parts)])).astype(int)
    edges[-1] = total
    return [int(frames) for frames in np.diff(edges)]

"""Agreement of what was measured in a motion with the plan that it should follow."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from mien.motion.corpus.actions import Action
from mien.motion.corpus.plan import Plan
from mien.motion.measure.events import Event


def match_plan(plan: Plan, events: Sequence[Event]) -> dict[str, bool | None]:
    """Agreement of the events of a motion with a plan, by criterion.

    actions: exactly the planned actions, on the planned sides. counts: the planned counts. order: the planned order,
    and simultaneous actions overlap in time. exact: all three. strengths, speeds: the planned ones; None if the plan
    has none. If `actions` is False, the others are False.
    """
    graded = any(action.strength is not None for action in plan.actions)
    paced = any(action.speed is not None for action in plan.actions)
    steps = _paired(plan, events)
    if steps is None:
        wrong = dict.fromkeys(("exact", "actions", "counts", "order"), False)
        return {**wrong, "strengths": False if graded else None, "speeds": False if paced else None}
    pairs = [pair for step in steps for pair in step]
    counts = all(action.count is None or action.count == event.count for action, event in pairs)
    order = _in_order(steps)
    strengths = [action.strength == event.strength for action, event in pairs if action.strength is not None]
    speeds = [action.speed == event.speed for action, event in pairs if action.speed is not None]
    return {
        "exact": counts and order, "actions": True, "counts": counts, "order": order,
        "strengths": all(strengths) if strengths else None, "speeds": all(speeds) if speeds else None,
    }  # fmt: skip


Pairs = list[list[tuple[Action, Event]]]


def pair_actions(plan: Plan, events: Sequence[Event]) -> tuple[list[tuple[Action, Event | None]], list[Event]]:
    """Each action of the plan with its event, None where there is none, and the events that are nobody's.

    Of actions of one kind and side, the first of the plan is the first in time.
    """
    left = sorted(events, key=lambda event: event.centre)
    pairs: list[tuple[Action, Event | None]] = []
    for action in plan.actions:
        own = [event for event in left if (event.kind, event.side) == (action.kind, action.side)]
        pairs.append((action, own[0] if own else None))
        if own:
            left.remove(own[0])
    return pairs, left


def _paired(plan: Plan, events: Sequence[Event]) -> Pairs | None:
    """Each action with its event, by step; None unless exactly the planned actions occur."""
    pairs, extra = pair_actions(plan, events)
    if extra or any(event is None for _, event in pairs):
        return None
    rest = iter((action, event) for action, event in pairs if event is not None)
    return [[next(rest) for _ in step] for step in plan.steps]


def _in_order(steps: Pairs) -> bool:
    order = all(
        one.centre < other.centre for before, after in combinations(steps, 2) for _, one in before for _, other in after
    )
    for step in steps:
        for (_, one), (_, other) in combinations(step, 2):
            overlap = min(one.end, other.end) - max(one.start, other.start)
            order = order and overlap > 0.25 * min(one.end - one.start, other.end - other.start)
    return order

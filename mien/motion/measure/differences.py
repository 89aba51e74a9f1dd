"""What a motion does otherwise than its plan, in words, and how good it is among others of the same plan."""

from __future__ import annotations

from collections.abc import Sequence

from mien.motion.corpus.actions import Action
from mien.motion.corpus.plan import Plan
from mien.motion.language.describe import describe_action
from mien.motion.measure.events import Event
from mien.motion.measure.text import describe_event
from mien.motion.measure.verdict import match_plan, pair_actions


def differences(plan: Plan, events: Sequence[Event]) -> tuple[str, ...]:
    """One sentence for each difference, such as `asked: nods twice; measured: nods once`."""
    pairs, extra = pair_actions(plan, events)
    found = []
    for action, event in pairs:
        if event is None:
            found.append(f"asked: {describe_action(action)}; measured: not done")
        elif _differs(action, event):
            found.append(f"asked: {describe_action(action)}; measured: {describe_event(event, action)}")
    found += [f"measured, and not asked: {describe_event(event)}" for event in extra]
    if not found and not match_plan(plan, events)["order"]:
        found.append("the actions are done in another order, or not at the times that were asked")
    return tuple(found)


def _differs(action: Action, event: Event) -> bool:
    return (
        action.count not in (None, event.count)
        or action.strength not in (None, event.strength)
        or action.speed not in (None, event.speed)
    )


def score(plan: Plan, events: Sequence[Event]) -> tuple[float, ...]:
    """Greater is better: first whether all is as planned, then strengths and speeds, then how little differs."""
    verdict = match_plan(plan, events)
    manner = (verdict["strengths"] is not False) + (verdict["speeds"] is not False)
    pairs, extra = pair_actions(plan, events)
    wrong = len(extra) + sum(event is None for _, event in pairs)
    return float(bool(verdict["exact"])), manner * float(bool(verdict["exact"])), -wrong, float(bool(verdict["counts"]))


def is_as_planned(plan: Plan, events: Sequence[Event]) -> bool:
    """Whether nothing differs, so that no other motion could agree better."""
    return not differences(plan, events)


def choose(plan: Plan, motions: Sequence[Sequence[Event]]) -> int:
    """Index of the motion whose events agree best with the plan; of equal ones, the first."""
    return max(range(len(motions)), key=lambda number: (score(plan, motions[number]), -number))

"""Descriptions of the events of a motion, so that users can compare them with their text."""

from __future__ import annotations

from collections.abc import Sequence

from mien.motion.corpus.actions import KINDS
from mien.motion.corpus.language import VERBS
from mien.motion.measure.events import Event

MAX_EVENTS = 12
"""Maximum number of events that are listed; of further ones only the number is given."""

_TIMES = {1: "once", 2: "twice"}


def describe_event(event: Event) -> str:
    """Description of an event, such as `nods twice`, `turns the head to the left slightly` or `sighs slowly`."""
    if event.kind == "look":
        words = f"looks {event.side}" if event.side in ("up", "down") else f"looks to the {event.side}"
    else:
        words = VERBS[event.kind][0][0].format(own="the", side=event.side)
    if KINDS[event.kind].graded and event.strength != "usual":
        words += " slightly" if event.strength == "slight" else " strongly"
    if event.speed is not None:
        words += " slowly" if event.speed == "slow" else " quickly"
    if event.count > 1 and KINDS[event.kind].counted:
        words += f" {_TIMES.get(event.count, f'{event.count} times')}"
    return words


def describe_events(events: Sequence[Event]) -> str:
    """Description of all events in their order, each with start and end in seconds; no full stop."""
    if not events:
        return "nothing but small movements"
    descriptions = [f"{describe_event(event)} ({event.start:.1f}–{event.end:.1f} s)" for event in events[:MAX_EVENTS]]
    rest = len(events) - MAX_EVENTS
    return ", ".join(descriptions) + (f" and {rest} more" if rest > 0 else "")

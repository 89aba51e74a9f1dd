"""What happened in a motion, in words, so that whoever asked sees whether it was done."""

from __future__ import annotations

from collections.abc import Sequence

from mien.motion.corpus.actions import KINDS
from mien.motion.corpus.language import VERBS
from mien.motion.measure.events import Event

MOST = 12
"""Events that are told one by one; of more it is said how many."""

_TIMES = {1: "once", 2: "twice"}


def event_in_words(event: Event) -> str:
    """Such as `nods twice` or `turns the head to the left slightly`."""
    if event.kind == "look":
        words = f"looks {event.side}" if event.side in ("up", "down") else f"looks to the {event.side}"
    else:
        words = VERBS[event.kind][0].plain.format(own="the", side=event.side)
    if KINDS[event.kind].graded and event.strength != "usual":
        words += " slightly" if event.strength == "slight" else " strongly"
    if event.count > 1:
        words += f" {_TIMES.get(event.count, f'{event.count} times')}"
    return words


def events_in_words(events: Sequence[Event]) -> str:
    """All events in the order of time, each with its seconds; a sentence without a full stop."""
    if not events:
        return "nothing but small movements"
    told = [f"{event_in_words(event)} ({event.start:.1f}–{event.end:.1f} s)" for event in events[:MOST]]
    rest = len(events) - MOST
    return ", ".join(told) + (f" and {rest} more" if rest > 0 else "")

"""Descriptions of the events of a motion, so that users can compare them with their text."""

from __future__ import annotations

from collections.abc import Sequence

from mien.motion.corpus.actions import KINDS, Action, Speed, Strength
from mien.motion.corpus.language import VERBS
from mien.motion.measure.events import Event

MAX_EVENTS = 12
"""Maximum number of events that are listed; of further ones only the number is given."""

_STRENGTH_WORDS = {"slight": "slightly", "strong": "strongly"}
_SPEED_WORDS = {"slow": "slowly", "fast": "quickly"}
_TIMES = {1: "once", 2: "twice"}


def describe_event(event: Event, asked: Action | None = None) -> str:
    """Description of an event, such as `nods twice`, `turns the head to the left slightly` or `sighs slowly`.

    asked: the action that it should be; then what that states is stated of the event, too, if it is usual.
    """
    strength = event.strength if KINDS[event.kind].graded else None
    count = event.count if KINDS[event.kind].counted else None
    words = _described(event.kind, event.side, strength, event.speed, count if count != 1 else None)
    if asked is None:
        return words
    usual = [
        _TIMES[1] if count == 1 and asked.count not in (None, 1) else "",
        "at usual strength" if strength == "usual" and asked.strength not in (None, "usual") else "",
        "at usual speed" if event.speed is None and asked.speed is not None else "",
    ]
    return " ".join([words, *filter(None, usual)])


def _described(kind: str, side: str | None, strength: Strength | None, speed: Speed | None, count: int | None) -> str:
    if kind == "look":
        words = f"looks {side}" if side in ("up", "down") else f"looks to the {side}"
    else:
        words = VERBS[kind][0][0].format(own="the", side=side)
    adverbs = _STRENGTH_WORDS.get(strength or ""), _SPEED_WORDS.get(speed or "")
    times = "" if count is None else _TIMES.get(count, f"{count} times")
    return " ".join(filter(None, (words, *adverbs, times)))


def describe_events(events: Sequence[Event]) -> str:
    """Description of all events in their order, each with start and end in seconds; no full stop."""
    if not events:
        return "nothing but small movements"
    descriptions = [f"{describe_event(event)} ({event.start:.1f}–{event.end:.1f} s)" for event in events[:MAX_EVENTS]]
    rest = len(events) - MAX_EVENTS
    return ", ".join(descriptions) + (f" and {rest} more" if rest > 0 else "")

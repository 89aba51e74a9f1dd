"""The size of a request, for the time that it will take: seconds of clip, or the number of heads and clips."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mien.systems.request import Request

LETTERS_A_SECOND = 14.0
"""Of speech."""
USUAL_SECONDS = 4.0
"""Length of a motion or pose video of unknown length."""


def amount_of(command: str, request: Request, facts: Mapping[str, Mapping[str, Any]]) -> float:
    """The size of a request in the unit of its maker's rate. facts: those of its files by field."""

    def value(name: str, default: Any) -> Any:
        found = getattr(request, name, None)
        return default if found is None else found

    def seconds(field: str) -> float:
        return float(facts.get(field, {}).get("seconds") or USUAL_SECONDS)

    if command == "talk":
        spoken = seconds("speech") if "speech" in facts else len(value("text", "")) / LETTERS_A_SECOND
        return max(1.0, spoken + value("lead_in", 0.0) + value("lead_out", 0.0))
    if command == "move":
        return max(1.0, value("samples", 1) * value("seconds", USUAL_SECONDS))
    if command == "sculpt":
        return float(value("variants", 1))
    if command == "follow":
        return max(1.0, value("seconds", seconds("pose")))
    texts = value("text", ())
    return float(max(1, len(texts) if isinstance(texts, list | tuple) else 1) * value("copies", 1))

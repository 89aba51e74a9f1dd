"""Lengths of time in a text, such as "for 3 seconds", which are not read: a movement has its own."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBER = (
    r"(?:\d+(?: \d+)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|"
    r"sixty)"
)
_UNIT = r"(?:seconds?|secs?|s|minutes?|mins?|hours?|frames?|ms)"
_LONG = r"(?:minutes?|mins?|hours?)"
_LENGTH = re.compile(
    rf"(?:\b(?:for|over|within|during|lasting) )?\b{_NUMBER} {_UNIT}\b|"
    rf"(?:\b(?:for|over|within|during|lasting) )?\b\d+(?:s|secs?|mins?|ms)\b|"
    rf"\b(?:for|over|within|during|lasting) (?:about |almost |nearly )?(?:half )?(?:a|an)(?: (?:full|whole|half|few))? "
    rf"{_LONG}\b"
)

_DECIMAL = re.compile(r"(\d) (\d)")


def without_lengths(pieces: Sequence[str]) -> tuple[list[str], list[str]]:
    """The pieces of a text without lengths of time, and what is left out; vague ones, such as "for a moment", stay."""
    text = " ".join(pieces)
    left_out = [_DECIMAL.sub(r"\1.\2", found[0]) for found in _LENGTH.finditer(text)]
    return (_LENGTH.sub("", text).split() if left_out else list(pieces)), left_out

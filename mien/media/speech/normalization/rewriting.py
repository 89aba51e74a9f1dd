"""Rewriting of a text by rules, with the place in the written text of everything that is said."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]]
"""A pattern of written text, and what is said for a match of it; None leaves the match to later rules."""


@dataclass(frozen=True)
class SpokenText:
    """What is said for a `written` text: `spoken`, in parts.

    Part i starts at `starts[i]` of `spoken` and at `origins[i]` of `written`; a part that is said in other words has
    `rewritten[i]` and belongs as a whole to its origin.
    """

    written: str
    spoken: str
    starts: tuple[int, ...]
    origins: tuple[int, ...]
    rewritten: tuple[bool, ...]
    joined: tuple[tuple[int, int], ...]
    """Start and end in `written` of what is said in other words."""

    def origin(self, position: int) -> int:
        """The position in `written` of what is said at `position` of `spoken`."""
        part = max(bisect_right(self.starts, position) - 1, 0)
        return self.origins[part] + (0 if self.rewritten[part] else position - self.starts[part])


def rewrite(text: str, rules: Sequence[Rule]) -> SpokenText:
    """The text with every match of the rules replaced by what is said for it; earlier rules take precedence.

    A rule sees the whole written text around its match, and nothing is replaced twice.
    """
    taken = bytearray(len(text))
    found: list[tuple[int, int, str]] = []
    for pattern, say in rules:
        match = pattern.search(text)
        while match is not None:
            start, end = match.span()
            free = end > start and not any(taken[start:end])
            said = say(match) if free else None
            if said is not None:
                found.append((start, end, said))
                taken[start:end] = b"\1" * (end - start)
            match = pattern.search(text, end if said is not None else start + 1)
    return _assembled(text, sorted(found))


def _assembled(text: str, found: list[tuple[int, int, str]]) -> SpokenText:
    parts: list[tuple[int, bool, str]] = []
    cursor = 0
    for start, end, said in found:
        if start > cursor:
            parts.append((cursor, False, text[cursor:start]))
        parts.append((start, True, said))
        cursor = end
    if cursor < len(text):
        parts.append((cursor, False, text[cursor:]))
    spoken, starts = "", []
    for _, _, said in parts:
        # MP3 is said "MP three": words that touch are kept apart
        if said and spoken and spoken[-1].isalnum() and said[0].isalnum():
            spoken += " "
        starts.append(len(spoken))
        spoken += said
    return SpokenText(
        text, spoken, tuple(starts), tuple(part[0] for part in parts), tuple(part[1] for part in parts),
        tuple((start, end) for start, end, _ in found),
    )  # fmt: skip

"""Words of captions that belong together: what stands in brackets or quotation marks."""

from __future__ import annotations

from collections.abc import Sequence

_PAIRS = {"(": ")", "[": "]", "{": "}", "（": "）", "【": "】", "「": "」", "『": "』", "《": "》", "〈": "〉"}
_QUOTES = {
    "“": "”", "„": "“”", "‘": "’", "‚": "‘’", "«": "»", "»": "«", "‹": "›", "›": "‹", '"': '"', "'": "'", "”": "”",
}  # fmt: skip
"""Opening mark → the marks that may close it; the languages differ."""

_DEEPEST = 16
"""Marks further out than this many open ones are given up: a row of opening marks costs no square of its length."""


def bracketed_spans(words: Sequence[str]) -> list[tuple[int, int]]:
    """First and last word of everything that stands in brackets or quotation marks, outer ones before inner ones.

    A mark without its partner, such as an apostrophe or a smiley's bracket, spans nothing. A quotation mark opens
    before a word and closes behind one; in French, it may also stand alone between spaces.
    """
    found: list[tuple[int, int]] = []
    opened: list[tuple[str, int]] = []
    for number, word in enumerate(words):
        for place, mark in enumerate(word):
            partner = next((depth for depth in reversed(range(len(opened))) if mark in opened[depth][0]), None)
            if partner is not None and (mark in _PAIRS.values() or _closes(word, place)):
                begin = opened[partner][1]
                del opened[partner:]
                if number > begin:
                    found.append((begin, number))
            elif mark in _PAIRS:
                opened.append((_PAIRS[mark], number))
            elif mark in _QUOTES and _opens(word, place):
                opened.append((_QUOTES[mark], number))
            del opened[:-_DEEPEST]
    return sorted(found, key=lambda span: (span[0], -span[1]))


def _opens(word: str, place: int) -> bool:
    before = word[place - 1] if place else " "
    alone = len(word) == 1 and word in "«»‹›"
    return alone or (not before.isalnum() and before not in ".,!?…" and any(map(str.isalnum, word[place:])))


def _closes(word: str, place: int) -> bool:
    after = word[place + 1 : place + 2]
    return not after.isalnum() and (len(word) == 1 or any(map(str.isalnum, word[:place])) or word[0] in ".,!?…»›")

"""Folding of text for searching: without accents and capitals, so that `Đẹp`, `đep` and `dep` find each other."""

from __future__ import annotations

import unicodedata

_ALONE = str.maketrans({"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe"})
"""Letters whose accent is no mark of its own in Unicode."""


def fold(text: str) -> str:
    """A text for searching: lower case, no accents, single spaces, no control characters."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in parts if not unicodedata.combining(letter)).translate(_ALONE)
    return " ".join("".join(letter if letter.isprintable() else " " for letter in plain).split())

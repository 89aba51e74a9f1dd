"""Signs in the texts of users: those that stand for a word are read as it, and others are named, not dropped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from functools import partial

_AND = re.compile(r"\s*[&+＆＋]\s*")
_PAUSE = re.compile(r"\s*(?:[;；]|(?<=\w)[.!?:…。]+(?=\s+\S)|(?<=\s)[-–—](?=\s)|[–—]|\n)\s*")
_PARTS = re.compile(r"\s*[;；\n]\s*")
_COMMAS = re.compile(r"\s*,(?:\s*,)+")
_PUNCTUATION = frozenset(".,!?:;…'\"·`´。、،؟¿¡।")


def signs_as_words(text: str, known: Container[str]) -> str:
    """The text with `&` and `+` as `and`, and what parts its phrases (`;`, a dash, a new line, …) as commas; `;` and a
    new line as `and` where commas are not `known`.

    Each only if the word or the comma is `known` and something stands on both sides of the sign.
    """
    plain = text.strip()
    for pattern, word in ((_AND, "and"), (_PAUSE, ",")):
        if word in known:
            plain = pattern.sub(partial(_said, ", " if word == "," else f" {word} "), plain)
    if "," not in known and "and" in known:
        plain = _PARTS.sub(partial(_said, " and "), plain)
    return _COMMAS.sub(",", plain)


def unread_signs(text: str) -> list[str]:
    """The signs of a text that are no punctuation, such as `/`, `%` and emoji, each once, in the order of the text."""
    signs = (letter for letter in unicodedata.normalize("NFKC", text) if _means_something(letter))
    return list(dict.fromkeys(signs))


def _said(word: str, match: re.Match[str]) -> str:
    inside = match.start() > 0 and match.end() < len(match.string)
    return word if inside else match.group()


def _means_something(letter: str) -> bool:
    if letter in _PUNCTUATION:
        return False
    kind = unicodedata.category(letter)
    # quotes, brackets and dashes are punctuation; Sk are accents and the tones of emoji
    return kind in ("Sm", "Sc", "So", "Po", "Pc")

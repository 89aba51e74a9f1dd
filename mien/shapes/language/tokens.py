"""A text as items: the longest known phrases, typing errors mended, unknown words named."""

from __future__ import annotations

import difflib
import re

from mien.shapes.language.emoji import emoji_as_words
from mien.shapes.language.items import Item
from mien.shapes.language.lexicon import lexicon, longest_phrase
from mien.shapes.language.mending import mended_words, telling_words
from mien.text.interface import UnknownWord
from mien.text.signs import signs_as_words, unread_signs
from mien.text.spelling import LONGEST
from mien.text.tokens import words

Meanings = tuple[Item, ...]

_SUGGESTIONS = 3
_SIMILAR = 0.7
_ITEM_NUMBER = re.compile(r"(?<![\w.])\(?\d{1,2}[.)](?=\s)")
_TWO_COLOURS_OF_ONE = re.compile(r"\b(\w+)-and-(\w+)\b")


def items_of(text: str) -> tuple[list[Meanings], list[str], list[UnknownWord]]:
    """What each phrase of a text can mean, notes on mended words, and the words and signs that are not known."""
    plain = signs_as_words(emoji_as_words(_ITEM_NUMBER.sub(",", text)), ("and", ","))
    said = words(_TWO_COLOURS_OF_ONE.sub(r"a \1 and \2", plain).replace("-", " "))
    mends = mended_words(said)
    found: list[Meanings] = []
    notes: list[str] = []
    unknown: dict[str, UnknownWord] = {}
    start = 0
    while start < len(said):
        length, meanings = _longest(said, start)
        if not meanings:
            word = said[start]
            mended = mends.get(word)
            if mended is not None:
                notes.append(f"{word[:40]!r} is read as {mended!r}")
                said[start] = mended
                continue
            unknown.setdefault(word, UnknownWord(word, _suggestions(word)))
            meanings = (Item("unknown", word),)
        found.append(meanings)
        start += length
    signs = [UnknownWord(sign, ()) for sign in unread_signs(plain)]
    return found, list(dict.fromkeys(notes)), [*unknown.values(), *signs]


def _longest(said: list[str], start: int) -> tuple[int, Meanings]:
    for length in range(min(longest_phrase(), len(said) - start), 0, -1):
        meanings = lexicon().get(tuple(said[start : start + length]))
        if meanings:
            return length, meanings
    return 1, ()


def _suggestions(word: str) -> tuple[str, ...]:
    if len(word) > LONGEST:
        return ()
    return tuple(difflib.get_close_matches(word, telling_words(), _SUGGESTIONS, _SIMILAR))

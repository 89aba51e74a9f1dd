"""A text as items: the longest known phrases, typing errors mended, unknown words named."""

from __future__ import annotations

import difflib
from functools import cache

from mien.shapes.language.items import Item
from mien.shapes.language.lexicon import lexicon, longest_phrase
from mien.text.interface import UnknownWord
from mien.text.signs import signs_as_words, unread_signs
from mien.text.tokens import words

Meanings = tuple[Item, ...]

_SIMILAR = 0.8
_LEAST_LETTERS = 4
_MOST_LETTERS = 24
_SUGGESTIONS = 3


def items_of(text: str) -> tuple[list[Meanings], list[str], list[UnknownWord]]:
    """What each phrase of a text can mean, notes on mended words, and the words and signs that are not known."""
    plain = signs_as_words(text, ("and", ","))
    said = words(plain.replace("-", " "))
    found: list[Meanings] = []
    notes: list[str] = []
    unknown: dict[str, UnknownWord] = {}
    start = 0
    while start < len(said):
        length, meanings = _longest(said, start)
        if not meanings:
            word = said[start]
            mended = _mended(word)
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


@cache
def _single_words() -> tuple[str, ...]:
    """The words that say something by themselves, to which a typing error may be near."""
    return tuple(sorted(
        phrase[0] for phrase, (item, *_) in lexicon().items()
        if len(phrase) == 1 and item.kind in ("shape", "colour", "size", "motion", "adverb") and len(phrase[0]) > 2
    ))  # fmt: skip


@cache
def _mended(word: str) -> str | None:
    """The known word that a word of `_LEAST_LETTERS` or more is a misspelling of."""
    if not _LEAST_LETTERS - 1 <= len(word) <= _MOST_LETTERS or not word.isalpha():
        return None
    swapped = [known for known in _single_words() if known[0] == word[0] and sorted(known) == sorted(word)]
    once = "".join(letter for before, letter in zip(f" {word}", word, strict=False) if letter != before)
    near = swapped or [own for own in (once,) if (own,) in lexicon()]
    if not near and len(word) >= _LEAST_LETTERS:
        near = difflib.get_close_matches(word, _single_words(), 1, _SIMILAR)
    return near[0] if near and near[0][0] == word[0] else None


def _suggestions(word: str) -> tuple[str, ...]:
    if len(word) > _MOST_LETTERS:
        return ()
    return tuple(difflib.get_close_matches(word, _single_words(), _SUGGESTIONS, 0.6))

"""Misspelt words, and words of other languages, which are not taken for misspelt ones."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from functools import cache

from mien.shapes.language.items import Kind
from mien.shapes.language.lexicon import lexicon
from mien.shapes.language.words import EVERYDAY, FOREIGN
from mien.text.spelling import LONGEST, SHORTEST, corrected
from mien.text.tokens import words
from mien.text.vietnamese import is_accented

_SIMILAR = 0.8
_SENTENCE = 3
"""Words of a text from which on most of them must be known for one to be taken for a misspelling."""

_SHORT = frozenset({"circ", "sq", "tri", "quad", "rect", "cw", "ccw"})
"""Short forms, for which no longer word is a misspelling."""

_TELLING: tuple[Kind, ...] = ("shape", "colour", "size", "motion", "adverb")


@cache
def telling_words(exact: bool = False) -> tuple[str, ...]:
    """The words that say something by themselves, to which a typing error may be near.

    exact: without those in whose place the model shows something else.
    """
    return tuple(sorted(
        phrase[0] for phrase, (item, *_) in lexicon().items()
        if len(phrase) == 1 and item.kind in _TELLING and len(phrase[0]) > 2 and phrase[0] not in _SHORT
        and not (exact and item.near)
    ))  # fmt: skip


def mended_words(said: Sequence[str]) -> dict[str, str]:
    """Misspelt word of a text → the one that is meant; none where most of the words are unknown."""
    found = {word: _mended(word) for word in said if word not in _read_words()}
    unknown = sum(word in found and found[word] is None for word in said)
    if len(said) >= _SENTENCE and 2 * unknown >= len(said):
        return {}
    return {word: meant for word, meant in found.items() if meant is not None}


def is_foreign(text: str) -> bool:
    """Whether a text is of another language: it has words of one, and most of its words are not English."""
    said = [word for word in words(text.replace("-", " ")) if word != ","]
    known = sum(word in _read_words() for word in said)
    return 2 * known < len(said) and any(word in FOREIGN or is_accented(word) for word in said)


@cache
def _read_words() -> frozenset[str]:
    return frozenset(word for phrase in lexicon() for word in phrase)


@cache
def _mended(word: str) -> str | None:
    """The known word that a word is a misspelling of."""
    if word in EVERYDAY or len(word) > LONGEST or not word.isalpha():
        return None
    once = "".join(letter for before, letter in zip(f" {word}", word, strict=False) if letter != before)
    if (once,) in lexicon():
        return once
    for known in (telling_words(exact=True), telling_words()):
        alike = [own for own in known if own[0] == word[0] and len(own) == len(word) >= SHORTEST]
        swapped = [own for own in alike if sorted(own) == sorted(word)]
        slip = corrected(word, known)
        near = swapped or ([slip] if slip else difflib.get_close_matches(word, alike, 1, _SIMILAR))
        if near:
            return near[0]
    return None

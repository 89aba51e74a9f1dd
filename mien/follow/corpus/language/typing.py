"""How people type: with accents or without, half of them, by keys that were not turned into accents, with slips."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable

from mien.text.vietnamese import TONES, as_telex, as_vni, plain

TYPINGS: tuple[str, ...] = ("accented", "decomposed", "unaccented", "telex")
"""The ways in which an evaluation types a Vietnamese text."""

_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)
_TONE_MARKS = frozenset(TONES.values())


def typed(text: str, typing: str) -> str:
    """A text as typed: "accented", "decomposed" (NFD), "unaccented", "toneless" (đo for đỏ), "telex" or "vni".

    Raises KeyError for another typing.
    """
    text = unicodedata.normalize("NFC", text)
    return _WAYS[typing](text)


def some_typing(text: str, rng: random.Random, vietnamese: bool) -> str:
    """A text as some people type it: Vietnamese without some or all accents, both with slips of the fingers."""
    text = unicodedata.normalize("NFC", text)
    if vietnamese:
        way = rng.random()
        if way < 0.32:
            text = typed(text, "unaccented")
        elif way < 0.42:
            text = _WORD.sub(lambda found: plain(found[0]) if rng.random() < 0.5 else found[0], text)
        elif way < 0.48:
            text = typed(text, "toneless")
        elif way < 0.56:
            text = _WORD.sub(lambda found: as_telex(found[0].lower()) if rng.random() < 0.6 else found[0], text)
    if rng.random() < 0.1:
        text = _WORD.sub(lambda found: slip(found[0], rng) if rng.random() < 0.15 else found[0], text)
    if rng.random() < 0.05:
        text = text.upper()
    return text


def slip(word: str, rng: random.Random) -> str:
    """The word with a letter left out, doubled or exchanged with the next; short words are left as they are."""
    if len(word) < 5:
        return word
    place = rng.randrange(1, len(word) - 1)
    kind = rng.randrange(3)
    if kind == 0:
        return word[:place] + word[place + 1 :]
    if kind == 1:
        return word[:place] + word[place] + word[place:]
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def _toneless(text: str) -> str:
    letters = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(letter for letter in letters if letter not in _TONE_MARKS))


_WAYS: dict[str, Callable[[str], str]] = {
    "accented": lambda text: text,
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "unaccented": lambda text: _WORD.sub(lambda found: _like(plain(found[0]), found[0]), text),
    "toneless": _toneless,
    "telex": lambda text: _WORD.sub(lambda found: _like(as_telex(found[0].lower()), found[0]), text),
    "vni": lambda text: _WORD.sub(lambda found: _like(as_vni(found[0].lower()), found[0]), text),
}


def _like(word: str, model: str) -> str:
    """The word with a capital where the model has one."""
    return word[:1].upper() + word[1:] if model[:1].isupper() else word

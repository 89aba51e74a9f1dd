"""The phrases of the captions' lexicons, with what each of them shows, to be found in texts of users."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from mien.follow.corpus.language import english, vietnamese
from mien.follow.corpus.language.names import HER, HIM, SOMEONE
from mien.follow.corpus.language.phrases import Facts, Phrase, split
from mien.text.tokens import words
from mien.text.vietnamese import accents, key, plain


def keys_of(words: str) -> frozenset[str]:
    """The keys of words that spaces part."""
    return frozenset(map(key, words.split()))


_PASSED = keys_of("a an the of that its his her their any một những các")
"""Words that may stand inside a phrase, and that its own words leave out."""

_BEFORE = keys_of(
    "in on at by to with from near next out up over through between among along while as is are be do does doing "
    "front middle surface trên trong ở giữa bên ngoài cạnh gần lúc vào qua khi dọc có trước phía sau"
)
"""Words at the start of a phrase that it can do without: "in the kitchen", "kitchen"."""


_SAID = split(
    "bareheaded, hatless, shirtless, unclothed, clothes, clothing, hair, locks, skin, nothing, no hat, no shirt, no "
    "trousers, no pants, no top, đầu trần, cởi trần, ở trần, quần áo, tóc, mái tóc, bộ tóc, da, đồ, bộ đồ, màu, vui "
    "vẻ, wave hand, waves hand, waving hand, wave hands, waves hands, waving hands, clap hands, claps hands"
)
"""What captions say besides the tables, by themselves."""


_MODIFIERS = keys_of("già trẻ lớn nhỏ tuổi xinh đẹp")


@dataclass(frozen=True)
class Word:
    """A word of a text as the model reads it.

    typed: as it is written. key: see `mien.text.vietnamese.key`; "" where it may lack some of its accents.
    plain: its form without any. known: whether the model knows it. is_other: whether neither language has it as it is
    typed, so that it is another word, or lacks its accents.
    """

    typed: str
    key: str
    plain: str
    known: bool = True
    is_other: bool = False

    @property
    def is_name(self) -> bool:
        """Whether it is read as somebody's name."""
        return self.key in (HER, HIM, SOMEONE)

    def is_one_of(self, keys: frozenset[str]) -> bool:
        """Whether it is one of these words, by their keys, or can be."""
        return self.key in keys if self.key else self.plain in _plain_forms(keys)

    def fits(self, code: str) -> bool:
        """Whether it is the word with this key, or can be."""
        if not self.known or self.key:
            return self.known and self.key == code
        return self.plain == plain(code) and accents(self.typed) <= accents(code)


@dataclass(frozen=True)
class Found:
    """A phrase in a text: its first word, the word behind it, and what it claims."""

    start: int
    end: int
    facts: Facts


@cache
def _plain_forms(keys: frozenset[str]) -> frozenset[str]:
    return frozenset(map(plain, keys))


def find(text: Sequence[Word], start: int) -> list[Found]:
    """All phrases that start with this word of a text."""
    first = text[start]
    found = []
    for codes, facts in _by_first().get(first.plain, ()):
        end = _end(text, start, codes)
        if end is not None:
            found.append(Found(start, end, facts))
    return found


def _end(text: Sequence[Word], start: int, codes: Sequence[str]) -> int | None:
    place = start
    for number, code in enumerate(codes):
        while number and place < len(text) and text[place].is_one_of(_PASSED) and not text[place].fits(code):
            place += 1
        if place >= len(text) or not text[place].fits(code):
            return None
        place += 1
    return place


@cache
def _by_first() -> dict[str, tuple[tuple[tuple[str, ...], Facts], ...]]:
    found: dict[str, dict[tuple[str, ...], Facts]] = {}
    for phrase in _phrases():
        codes = _codes(phrase.text)
        if codes:
            found.setdefault(plain(codes[0]), {}).setdefault(codes, phrase.facts)
    return {first: tuple(some.items()) for first, some in found.items()}


def _codes(text: str) -> tuple[str, ...]:
    """The keys of a phrase's words, without those that it can do without."""
    codes = [code for code in map(key, words(text)) if code not in _PASSED]
    while len(codes) > 1 and codes[0] in _BEFORE:
        codes = codes[1:]
    return tuple(codes)


def _phrases() -> Iterator[Phrase]:
    for module in (english, vietnamese):
        for name, table in vars(module).items():
            if not name.isupper() or not isinstance(table, tuple) or name in ("OTHER_THINGS", "ON_THE_FEET"):
                continue
            for one in table:
                if isinstance(one, str):
                    yield Phrase(one)
                elif isinstance(one, Phrase):
                    yield from _forms(one) if module is english and name == "ACTIONS" else (one,)
    yield from map(Phrase, _SAID)


def _forms(action: Phrase) -> Iterable[Phrase]:
    """The base, the third person and the participle of an English action, each with the rest."""
    verb = action.text.split()
    return (Phrase(" ".join([form, *verb[3:]]), action.facts) for form in verb[:3])


@cache
def modifiers() -> frozenset[str]:
    """The keys of words that tell more of a subject, such as "young" and "già"."""
    nouns = [_codes(one.text) for one in english.SUBJECTS]
    single = {codes[0] for codes in nouns if len(codes) == 1}
    return frozenset(code for codes in nouns for code in codes if len(codes) > 1) - single | _MODIFIERS

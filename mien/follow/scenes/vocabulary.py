"""The words that a model of scenes knows, in both languages, with and without accents."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mien.text.tokens import words
from mien.text.vietnamese import accents, is_syllable, key, plain

Entry = tuple[str, int, int]
"""A word as it is written, and how often Vietnamese and English texts have it, a million words each."""

_LEAST = 2
_LEAST_REPLACED = 8


def count_words(vietnamese: Iterable[str], english: Iterable[str], special: Sequence[str] = ()) -> list[Entry]:
    """The words of texts in both languages that occur at least twice, sorted; `special` ones first, as they are."""
    counts = [Counter(word for text in texts for word in words(text)) for texts in (vietnamese, english)]
    spellings = {key(word): unicodedata.normalize("NFC", word) for some in counts for word in some}
    by_key: list[Counter[str]] = [Counter() for _ in counts]
    for own, some in zip(by_key, counts, strict=True):
        for word, count in some.items():
            own[key(word)] += count
    totals = [max(1, own.total()) for own in by_key]
    entries: list[Entry] = [(word, 0, 0) for word in special]
    for code in sorted(spellings):
        found = [own[code] for own in by_key]
        if sum(found) >= _LEAST:
            rates = [round(1e6 * one / total) for one, total in zip(found, totals, strict=True)]
            entries.append((spellings[code], rates[0], rates[1]))
    return entries


@dataclass(frozen=True)
class Known:
    """A word of the vocabulary. vietnamese, english: how often each language has it, of a million words."""

    word: str
    key: str
    plain: str
    vietnamese: int
    english: int

    def of(self, language: str) -> bool:
        """Whether the language has it; "mixed" has all."""
        return language == "mixed" or (self.vietnamese if language == "vi" else self.english) > 0


class Vocabulary:
    """Words by their keys, by their form without accents, and by what is left of them after a slip.

    Raises ValueError for entries that are not of the form of `Entry`, or the same twice.
    """

    def __init__(self, entries: Sequence[Sequence[object]]) -> None:
        self.words = [_known(entry) for entry in entries]
        self.by_key = {one.key: one for one in self.words}
        if len(self.by_key) != len(self.words):
            raise ValueError("the vocabulary has a word more than once")
        self.by_plain: dict[str, list[Known]] = defaultdict(list)
        for one in self.words:
            self.by_plain[one.plain].append(one)
        self.word_ids = {one.key: number for number, one in enumerate(self.words, start=1)}
        self.plain_forms = tuple(sorted(self.by_plain))
        self.plain_ids = {form: number for number, form in enumerate(self.plain_forms, start=1)}
        self._slips: dict[str, set[str]] = defaultdict(set)
        for form in self.plain_forms:
            if len(form) >= 4:
                for left in _with_one_left_out(form):
                    self._slips[left].add(form)

    def plainly(self, word: str, language: str) -> list[Known]:
        """The words of the language that a word can stand for which lacks some of their accents."""
        marks = accents(word)
        found = self.by_plain.get(plain(word), ())
        return [one for one in found if one.of(language) and not marks - accents(one.word)]

    def nearly(self, word: str, language: str) -> str | None:
        """The form without accents that a word of five letters or more was meant to have: the only one of the
        language from which one slip of the fingers leads to it."""
        letters = plain(word)
        if len(letters) < 5 or not letters.isalpha() or (language != "en" and is_syllable(letters)):
            return None  # another syllable is another word
        found: set[str] = set()
        for left in _with_one_left_out(letters):
            found |= self._slips.get(left, set())
        near = [
            form
            for form in found
            if form[0] == letters[0]
            and _one_slip(letters, form)
            and any(one.of(language) for one in self.by_plain[form])
        ]
        return near[0] if len(near) == 1 else None

    def entries(self) -> list[Entry]:
        """JSON-serialisable; the argument of the constructor."""
        return [(one.word, one.vietnamese, one.english) for one in self.words]


def _known(entry: Sequence[object]) -> Known:
    if len(entry) != 3 or not isinstance(entry[0], str) or not all(isinstance(count, int) for count in entry[1:]):
        raise ValueError(f"the vocabulary's {str(entry)[:60]} is not a word with two counts")
    word = entry[0]
    return Known(word, key(word), plain(word), int(str(entry[1])), int(str(entry[2])))


def _with_one_left_out(word: str) -> set[str]:
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def _one_slip(one: str, other: str) -> bool:
    """Whether a letter left out, added, replaced or exchanged with its neighbour makes one of the other."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return one == other
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    left, right = one[start : len(one) - end], other[start : len(other) - end]
    if len(left) == len(right) == 1:  # in short words another letter is another word: peach, beach
        return len(one) >= _LEAST_REPLACED
    return max(len(left), len(right)) <= 1 or (len(left) == 2 and left == right[::-1])

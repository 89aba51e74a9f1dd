"""The lexicon of users' words: phrase → item, from the training prompts' own words and from `words.py`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from mien.shapes.corpus.language import ADVERBS, VERBS
from mien.shapes.corpus.vocabulary import COLOURS, DIRECTIONS, SHAPES, SIZES
from mien.shapes.language.items import Item, Kind
from mien.shapes.language.words import (
    ADVERB_WORDS,
    ANY_SHAPE,
    ARTICLES_OF_USERS,
    COLOUR_WORDS,
    COUNTS,
    DIRECTED_VERBS,
    DOWN,
    FILLER_PHRASES,
    FILLERS,
    IRREGULAR,
    LEFT,
    MORE_PHRASES,
    MORE_VERBS,
    NEAREST_COLOURS,
    NEAREST_SHAPES,
    NEAREST_VERBS,
    RIGHT,
    SHAPE_WORDS,
    SIZE_WORDS,
    STILL,
    UNSUPPORTED,
    UP,
)
from mien.text.tokens import words

Phrase = tuple[str, ...]

_JOINING: dict[Kind, str] = {
    "article": "|".join(ARTICLES_OF_USERS),
    "all": "both|both of them|each|each one|each of them|all|all of them|every|either|the two|the pair|the two of them",
    "one": "one|one of them|the first|the first one|the former|first|one of which",
    "other": "the other|the other one|other|the second|the second one|the latter|second|the others|the next",
    "another": "another|another one|a second|a second one|one more",
    "pronoun": "it|they|them|he|she",
    "and": "and|while|plus|with|whereas|as|and also|alongside|along with|together with|besides|when",
    "comma": ",",
    "then": "then|and then|afterwards|after that|next|before|after|until|later|finally|followed by|eventually",
    "not": "not|no|never|don't|doesn't|isn't|aren't|without|instead of|rather than|dont|doesnt|isnt|n't|cannot|can't|"
    "neither|nor|except|does not|do not|is not|are not|no longer|stop being|avoid|stops being",
    "but": "but|but rather|only|instead|rather|just",
    "is": "is|are|was|were|being|that is|that are|which is|which are|that's|in colour|in color|in",
    "apart": "apart|away from each other",
    "together": "towards each other|toward each other|together",
    "opposite": "in opposite directions|opposite directions|in the opposite direction|opposite ways|the opposite way|"
    "the other way|in different directions|oppositely",
}  # fmt: skip
_PLURALS = {"asterisk": "asterisks", "box": "boxes", "cross": "crosses", "something": "something", "hoof": "hooves"}


@cache
def lexicon() -> dict[Phrase, tuple[Item, ...]]:
    """Phrase → what it can mean, the likeliest first."""
    found: dict[Phrase, list[Item]] = {}
    for phrase, item in _items():
        meanings = found.setdefault(tuple(words(phrase)), [])
        if item not in meanings:
            meanings.append(item)
    return {phrase: tuple(meanings) for phrase, meanings in found.items() if phrase}


@cache
def longest_phrase() -> int:
    """Words of the longest phrase."""
    return max(map(len, lexicon()))


def _items() -> Iterator[tuple[str, Item]]:
    yield from _shapes()
    yield from _attributes()
    for key in VERBS:
        yield from _verbs(key)
    for base, way in DIRECTED_VERBS.items():
        for form, before in _forms(base):
            yield form, Item("motion", form, "move", before=before, adverb=way)
    yield from _adverbs()
    for kind, phrases in _JOINING.items():
        for phrase in phrases.split("|"):
            yield phrase, Item(kind, phrase)
    for sentence, listed in UNSUPPORTED.items():
        for phrase in listed:
            yield phrase, Item("unsupported", phrase, sentence)
    for phrase in STILL:
        yield phrase, Item("still", phrase)
    for phrase in (*FILLERS, *FILLER_PHRASES):
        yield phrase, Item("filler", phrase)


def _shapes() -> Iterator[tuple[str, Item]]:
    for name in SHAPES:
        for near, listed in ((False, [name, *SHAPE_WORDS.get(name, "").split()]),
                             (True, NEAREST_SHAPES.get(name, "").split())):  # fmt: skip
            for word in listed:
                yield word, Item("shape", word, name, near=near)
                yield _plural(word), Item("shape", _plural(word), name, plural=True, near=near)
    for word in ANY_SHAPE.split():
        yield word, Item("shape", word)
        yield _plural(word), Item("shape", _plural(word), plural=True)


def _plural(word: str) -> str:
    if word in _PLURALS:
        return _PLURALS[word]
    return f"{word}es" if word.endswith(("x", "s", "sh", "ch")) else f"{word}s"


def _attributes() -> Iterator[tuple[str, Item]]:
    for name in COLOURS:
        for word in (name, *COLOUR_WORDS.get(name, "").split()):
            yield word, Item("colour", word, name)
        for word in NEAREST_COLOURS.get(name, "").split():
            yield word, Item("colour", word, name, near=True)
    for size in filter(None, SIZES):
        for word in (size, *SIZE_WORDS.get(size, "").split()):
            yield word, Item("size", word, size)
    for count, phrases in COUNTS.items():
        for phrase in phrases:
            yield phrase, Item("count", phrase, count)


def _verbs(key: str) -> Iterator[tuple[str, Item]]:
    for third, participle in VERBS[key]:
        base = _base(third)
        for form in (base, third):
            yield form, Item("motion", form, key)
        yield participle, Item("motion", participle, key, before=True)
        for form, before in () if " " in base else _forms(base):
            yield form, Item("motion", form, key, before=before)
    for base in MORE_VERBS.get(key, "").split():
        for form, before in _forms(base):
            yield form, Item("motion", form, key, before=before)
    for base in NEAREST_VERBS.get(key, "").split():
        for form, before in _forms(base):
            yield form, Item("motion", form, key, before=before, near=True)
    for phrase in MORE_PHRASES.get(key, ()):
        yield phrase, Item("motion", phrase, key)


def _base(third: str) -> str:
    first, *rest = third.split(" ")
    plain = first[:-2] if first.endswith(("oes", "ches", "shes")) else first.removesuffix("s")
    return " ".join([plain, *rest])


def _forms(base: str) -> Iterator[tuple[str, bool]]:
    """The forms of a regular verb, and whether each can stand before a noun."""
    stem = base.removesuffix("e") if base.endswith("e") and not base.endswith("ee") else base
    doubled = f"{base}{base[-1]}" if _doubles(base) else stem
    third = f"{base[:-1]}ies" if base.endswith("y") and base[-2] not in "aeiou" else _plural(base)
    yield base, False
    yield third, False
    for form in {f"{doubled}ing", f"{stem}ing"}:
        yield form, True
    for form in (f"{doubled}ed", *IRREGULAR.get(base, ())):
        yield form, False


def _doubles(base: str) -> bool:
    vowels = "aeiou"
    short = len(base) >= 3 and base[-1] not in f"{vowels}wxy" and base[-2] in vowels and base[-3] not in vowels
    return short and (sum(map(base.count, vowels)) == 1 or base == "zigzag")


def _adverbs() -> Iterator[tuple[str, Item]]:
    for listed in ADVERBS.values():
        for phrase in listed:
            yield phrase, Item("adverb", phrase, listed[0])
    for name, phrases in ADVERB_WORDS.items():
        for phrase in phrases:
            yield phrase, Item("adverb", phrase, name)
    sides = (("up", UP), ("down", DOWN)), (("left", LEFT), ("right", RIGHT))
    for one, its in sides[0]:
        for other, others in sides[1]:
            yield from _diagonals(f"{one}-{other}", _paired(its, others))
    compass = {"up-left": "northwest", "up-right": "northeast", "down-left": "southwest", "down-right": "southeast"}
    for way, word in compass.items():
        for phrase in (word, f"{word}wards", f"{word}ward"):
            yield phrase, Item("adverb", phrase, way)


def _paired(ones: Iterable[str], others: Iterable[str]) -> list[str]:
    return [f"{a} {b}" for one in ones for other in others for a, b in ((one, other), (other, one))]


def _diagonals(way: str, phrases: Iterable[str]) -> Iterator[tuple[str, Item]]:
    opposite = {other: name for name, (x, y) in DIRECTIONS.items() for other in DIRECTIONS
                if DIRECTIONS[other] == (-x, -y)}[way]  # fmt: skip
    for phrase in phrases:
        yield phrase, Item("adverb", phrase, way)
        for start in (f"from {phrase}", f"from the {phrase}", f"from the {phrase} corner"):
            yield start, Item("adverb", start, opposite, near=True)

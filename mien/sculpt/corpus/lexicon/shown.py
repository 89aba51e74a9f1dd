"""Which words of a text no head shows: those that stand in no phrase of the lexicon, and say something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from mien.sculpt.corpus.lexicon.lexicon import topics
from mien.sculpt.corpus.lexicon.people import NEUTRAL, SEX
from mien.sculpt.corpus.lexicon.phrases import Part
from mien.text.tokens import words
from mien.text.unshown import ASKING_NOTHING

Phrase = tuple[str, ...]

_NOTHING_OF_A_HEAD = (
    "portrait portraits 3d head heads headshot model sculpture sculpt close plain background facing camera front side "
    "view add put remove take lose get rid shave delete drop change turn grow minus got set keep wearing wears wear "
    "worn dressed bearing years year yrs yr old age aged tone colour color coloured colored shaped shape looks seems "
    "appears has cheek eye ear lip eyebrow eyelid brow shoulder scalp part parts features feature expression "
    "complexion type something anything none ones w past going everywhere size average things nothing else neighbour "
    "neighbours neighbor neighbors"
)
SAYING_NOTHING = ASKING_NOTHING | frozenset(_NOTHING_OF_A_HEAD.split())
"""Words that ask for nothing of a head by themselves, also those of requests for a change."""

_INSIDE = frozenset(
    ("a", "an", "the", "of", "his", "her", "their", "its", "on", "in", "at", "to", "with", "and", "very")
)
"""Words that a text may have, or lack, between the words of a phrase."""

_COMPARED_WITH = (
    "almond apple beach beak bottle bowl bubblegum bull button candy carrot cat caterpillar chipmunk cherry coal "
    "coffee copper corn cornflower cotton doe eagle egg elephant engine fire flame forest hook horn ice iron jug "
    "lantern lemon milk moon moss mop nut orange peach pencil pepper pixie plum roll rose salt sand sapphire sea "
    "shell sky slope snow space straw strawberry sun swan tank turtle walnut walrus wine"
)
_THINGS = frozenset(_COMPARED_WITH.split())
"""What words of the lexicon compare with, and no head shows by itself."""
_NUMBER_WORDS = "two three four five six seven eight nine ten 2 3 4 several many few"
_NUMBERS = frozenset(_NUMBER_WORDS.split())
_COUNTS = _NUMBERS | {"group", "crowd", "couple", "pair"}
_MANY_WORDS = "men women people boys girls ladies persons heads faces guys kids children"
_MANY = frozenset(_MANY_WORDS.split())
_LEAD = 3
"""Words between a number and the people whom it counts."""


@dataclass(frozen=True)
class _Table:
    """phrases: first word → phrases. nouns: of each part, with the words that can stand before them."""

    phrases: dict[str, tuple[Phrase, ...]]
    parts: tuple[tuple[frozenset[Phrase], frozenset[Phrase]], ...]


def unshown(text: str) -> tuple[str, ...]:
    """The words of a text that no head shows, in its order, each once."""
    said = words(text)
    table = _table()
    covered: set[int] = set()
    for found in _found(said, table.phrases):
        covered.update(found)
    for nouns, adjectives in table.parts:
        places = [place for noun in nouns for found in _at(said, noun) for place in found]
        if places:
            covered.update(places)
            covered.update(place for one in adjectives for found in _at(said, one) for place in found)
    counted = _counted(said)
    left = [
        word
        for place, word in enumerate(said)
        if place in counted
        or not (
            place in covered
            or word in SAYING_NOTHING
            or word.removesuffix("'s") in _people()
            or word in _NUMBERS
            or word == ","
            or _is_beside(said, place, covered)
        )
    ]
    return tuple(dict.fromkeys(left))


def _is_beside(said: Sequence[str], place: int, covered: set[int]) -> bool:
    """Whether a word of the lexicon goes with what stands beside it: "messy black hair", "snow skin"; a thing goes with
    a part of the head that follows it."""
    word = said[place]
    if word not in _known():
        return False
    following = place + 1 in covered and said[place + 1] not in _people()
    if word in _THINGS:
        return following and said[place + 1] in _part_nouns()
    return following or (place - 1 in covered and said[place - 1] not in _people())


@cache
def _known() -> frozenset[str]:
    """Every word of the lexicon."""
    said = {word for phrase in _split(_alone()) for word in phrase}
    parts = (one for nouns, adjectives in _table().parts for phrases in (nouns, adjectives) for one in phrases)
    return frozenset(said | {word for phrase in parts for word in phrase})


@cache
def _part_nouns() -> frozenset[str]:
    return frozenset(noun[-1] for nouns, _ in _table().parts for noun in nouns)


def _counted(said: Sequence[str]) -> set[int]:
    """The places of what asks for more than the one head: "two" of people, and the second of "a man and a woman"."""
    people = _people()
    numbers = {
        place
        for place, word in enumerate(said)
        if word in _COUNTS and any(one in _MANY for one in said[place + 1 : place + 1 + _LEAD])
    }
    subjects = [place for place, word in enumerate(said) if word in people]
    others = {
        later for first, later in pairwise(subjects) if said[first] != said[later] and _joins(said[first + 1 : later])
    }
    return numbers | others


def _joins(between: Sequence[str]) -> bool:
    """Whether words join two people: "and a", "and an old", but not "with the beard of a"."""
    return bool(between) and between[0] in ("and", "plus") and any(word in ("a", "an") for word in between[1:3])


@cache
def _people() -> frozenset[str]:
    """Single words for a person of some kind."""
    nouns = {word for topic in topics() for word in _split([one.text for one in topic.heads])}
    return frozenset(phrase[0] for phrase in nouns if len(phrase) == 1) - {"him", "her", "one", "blonde", "brunette"}


def _found(said: Sequence[str], phrases: dict[str, tuple[Phrase, ...]]) -> Iterator[range]:
    for start, word in enumerate(said):
        for phrase in phrases.get(word, ()):
            end = _end(said, start, phrase)
            if end is not None:
                yield range(start, end)


def _at(said: Sequence[str], phrase: Phrase) -> Iterator[range]:
    for start, word in enumerate(said):
        end = _end(said, start, phrase) if word == phrase[0] else None
        if end is not None:
            yield range(start, end)


def _end(said: Sequence[str], start: int, phrase: Phrase) -> int | None:
    place = start
    for number, word in enumerate(phrase):
        while number and place < len(said) and said[place] in _INSIDE and said[place] != word:
            place += 1
        if place >= len(said) or said[place] != word:
            return None
        place += 1
    return place


@cache
def _table() -> _Table:
    found: dict[str, dict[Phrase, None]] = {}
    for phrase in _split(_alone()):
        found.setdefault(phrase[0], {})[phrase] = None
    parts = [part for topic in topics() for part in topic.parts]
    return _Table(
        {first: tuple(some) for first, some in found.items()},
        tuple((frozenset(_nouns(part)), frozenset(_adjectives(part))) for part in parts),
    )


def _alone() -> Iterator[str]:
    """What says something by itself."""
    for topic in topics():
        for one in (*topic.adjectives, *topic.phrases, *topic.predicates, *topic.without, *topic.heads):
            yield one.text
        for part in topic.parts:
            if part.bare:
                yield from (noun.text for noun in part.nouns)
    yield from (one.text for one in NEUTRAL)
    yield from (one.text for one in SEX.heads)


def _nouns(part: Part) -> Iterator[Phrase]:
    yield from _split([noun.text for noun in part.nouns])
    if part.compound:
        yield (part.compound,)


def _adjectives(part: Part) -> Iterator[Phrase]:
    return _split([word.text for slot in part.slots for word in slot])


def _split(texts: Iterator[str] | Sequence[str]) -> Iterator[Phrase]:
    """The words of each phrase, without those at its start that it can do without."""
    for text in texts:
        phrase = tuple(words(text))
        while len(phrase) > 1 and phrase[0] in _INSIDE | {"is", "looks", "has", "no", "some", "not", "looking"}:
            phrase = phrase[1:]
        if phrase:
            yield phrase

"""Words and marks → tags: what each word or phrase of a text says, unknown words corrected or named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from mien.motion.language.forms import Form, forms
from mien.motion.language.signs import AND, COMMA, STOP, THEN
from mien.motion.language.verbs import UNABLE, VERBS
from mien.motion.language.vocabulary import vocabulary

LONGEST_PHRASE = 6
"""Maximum number of words between which phrases are looked for, determiners not counted."""

_DETERMINER_WORDS = "the her his their its my your our this that these those a an ur yr yer ya da"
_DETERMINERS = frozenset(_DETERMINER_WORDS.split())
_MARKS = {COMMA: ("link", "comma"), STOP: ("link", "stop"), THEN: ("link", "seq"), AND: ("link", "and")}
_OTHER_VERBS = (
    "say take fall catch suck draw hold scan survey search check signal gesture indicate mean smell look drop hang "
    "bury pretend search step pull have knit turn kiss push show bare flash make nod shake bat roll dip drop wipe "
    "lose light form crack"
)
_NUMBER_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety hundred"
_NUMBERS = (
    {word: number for number, word in enumerate(_NUMBER_WORDS.split())}
    | {word: 10 * number for number, word in enumerate(_TENS.split(), 2)}
    | {"dozen": 12}
)
_UNIT_WORDS = (
    "second seconds sec secs s minute minutes min frames frame degrees degree deg ms cm inches inch percent hours hour "
    "metres meters beats moments"
)
_UNITS = frozenset(_UNIT_WORDS.split())


@dataclass(frozen=True)
class Tag:
    """What a word or phrase says. name: such as "verb", "part", "dir", "count", "link"; word: as it was typed."""

    name: str
    value: str = ""
    word: str = ""
    form: Form = "base"


@lru_cache(maxsize=1)
def verb_forms() -> dict[str, tuple[str, Form]]:
    """Every form of a verb → the verb and which form it is."""
    found: dict[str, tuple[str, Form]] = {}
    for verb in dict.fromkeys([*VERBS, *_OTHER_VERBS.split(), *UNABLE]):
        if verb.isalpha():
            for word, form in forms(verb).items():
                found.setdefault(word, (verb, form))
    return found


@lru_cache(maxsize=1)
def _phrases() -> dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]:
    """First word → the phrases that start with it and their tags, the longest first."""
    found: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for words, tags in vocabulary().items():
        found.setdefault(words[0], []).append((words, tags))
    return {first: tuple(sorted(some, key=lambda one: -len(one[0]))) for first, some in found.items()}


@lru_cache(maxsize=1)
def known_words() -> frozenset[str]:
    """Every word that is read."""
    words = {word for phrase in vocabulary() for word in phrase}
    return frozenset(words | set(verb_forms()) | set(_NUMBERS) | _UNITS | _DETERMINERS)


_CORRECTED_TO = frozenset(
    {"verb", "part", "dir", "count", "strength", "speed", "link", "not", "again", "first", "together"}
)


@lru_cache(maxsize=1)
def correctable() -> frozenset[str]:
    """The words that misspelt ones are taken for: those of actions and of how they are joined."""
    phrases = (phrase for phrase, tags in vocabulary().items() if tags[0].partition(":")[0] in _CORRECTED_TO)
    verbs = (word for word, (verb, _) in verb_forms().items() if verb in VERBS)
    return frozenset(word for phrase in phrases for word in phrase if len(word) > 2) | frozenset(verbs)


@lru_cache(maxsize=1)
def action_words() -> tuple[str, ...]:
    """The words of actions, parts, directions, degrees and speeds: what unknown words are compared with by meaning."""
    names = {"part", "dir", "strength", "speed"}
    single = {phrase[0] for phrase, tags in vocabulary().items() if len(phrase) == 1 and tags[0].split(":")[0] in names}
    return tuple(sorted(single | {word for word, (verb, _) in verb_forms().items() if verb in VERBS}))


def _match(pieces: Sequence[str], start: int, phrase: Sequence[str]) -> int | None:
    """End of the phrase in the pieces from `start`, None if it is not there; determiners may be skipped."""
    place = start
    for number, word in enumerate(phrase):
        while number and place < len(pieces) and pieces[place] in _DETERMINERS and pieces[place] != word:
            place += 1
        if place >= len(pieces) or word not in (pieces[place], verb_forms().get(pieces[place], ("",))[0]):
            return None
        place += 1
    return place


def _longest(pieces: Sequence[str], start: int) -> tuple[int, tuple[str, ...]] | None:
    """End and tags of the longest phrase that starts at `start`."""
    word = pieces[start]
    lemma = verb_forms().get(word, (word,))[0]
    candidates = list(_phrases().get(word, ()))
    if lemma != word:  # "says yes" is read as "say yes", but "says" is not "say" where that alone has a meaning
        candidates += [one for one in _phrases().get(lemma, ()) if len(one[0]) > 1]
    found = [(end, len(phrase), tags) for phrase, tags in candidates if (end := _match(pieces, start, phrase))]
    if not found:
        return None
    end, _, tags = max(found, key=lambda one: one[1])
    return end, tags


def tag(pieces: Sequence[str]) -> list[Tag]:
    """The tags of the pieces of a text; words that say nothing are left out, unknown ones have the name "unknown"."""
    tags: list[Tag] = []
    place = 0
    while place < len(pieces):
        place = _tag_next(pieces, place, tags)
    return tags


def _tag_next(pieces: Sequence[str], place: int, tags: list[Tag]) -> int:
    word = pieces[place]
    if word in _MARKS:
        tags.append(Tag(*_MARKS[word], word))
        return place + 1
    number = _number(word)
    following = pieces[place + 1] if place + 1 < len(pieces) else ""
    if number is not None and following in _UNITS:
        return place + 2
    found = _longest(pieces, place)
    verb, form = verb_forms().get(word, ("", "base"))
    if number is not None and (found is None or found[0] == place + 1):
        return place + _tag_number(word, number, following, tags)
    if word == "once" and _opens_clause(pieces[place + 1 : place + 3]):
        tags.append(Tag("link", "after", word))
        return place + 1
    if found is not None:
        end, said = found
        spelled = " ".join(pieces[place:end])
        if not verb:  # "head tilted": the form is that of the verb in the phrase
            form = next((verb_forms()[one][1] for one in pieces[place:end] if one in verb_forms()), form)
        tags.extend(
            Tag(name, value, spelled, form if name == "verb" else "base")
            for name, _, value in (one.partition(":") for one in said)
            if name != "drop"
        )
        return end
    if verb:
        tags.append(Tag("verb" if verb in VERBS else "unable", verb, word, form))
    else:
        tags.append(Tag("unknown", word, word))
    return place + 1


def _opens_clause(following: Sequence[str]) -> bool:
    """Whether the words behind "once" are a subject: "once she has nodded", "once the eyes are shut"."""
    first, second = [*map(_tag_name, following), "", ""][:2]
    possessive = bool(following) and following[0] in _DETERMINERS - {"a", "an"}
    return (
        first == "person" or "you" in following[:1] or (possessive and second.partition(":")[0] in ("part", "person"))
    )


def _tag_name(word: str) -> str:
    return vocabulary().get((word,), ("",))[0]


def _number(word: str) -> int | None:
    if word.isascii() and word.isdigit():
        return int(word[:4])
    return _NUMBERS.get(word)


def _tag_number(word: str, number: int, following: str, tags: list[Tag]) -> int:
    """Add the tag of a number; return how many pieces it takes."""
    times = following in ("times", "time", "x")
    if word == "one" and not times:
        tags.append(Tag("one", "", word))
    else:
        tags.append(Tag("count", str(number), word))
    return 1 + times

"""Words of the captions in whose place a scene shows something more common: a kitchen is a room, all ages are one, a
doctor is somebody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mien.follow.scenes.lexicon import Found, Word
from mien.text.tokens import words
from mien.text.unshown import paired
from mien.text.vietnamese import key

_PLACES = {
    "kitchen, office, gym, classroom, studio, bedroom, hotel room": "room",
    "nhà bếp, bếp, văn phòng, phòng tập, phòng gym, lớp học, phòng học, phòng ngủ": "phòng",
    "new york, times square, tokyo, hanoi, saigon, paris, london": "city",
    "hà nội, sài gòn": "thành phố",
}
_AGES = {"old, elderly, middle aged": "adult", "già, lão, cụ": "người lớn"}

_WORK = {
    "doctor, farmer, tourist, policeman, fisherman, waiter, waitress": "person",
    "cảnh sát, bác sĩ, nông dân, ngư dân": "người",
}
"""People whom their work's clothes would tell, which no scene has."""

_Entries = tuple[tuple[tuple[str, ...], str], ...]


def _entries(table: dict[str, str]) -> _Entries:
    phrases = [(tuple(map(key, words(one))), shown) for some, shown in table.items() for one in some.split(",")]
    return tuple(sorted(((one, shown) for one, shown in phrases), key=lambda entry: -len(entry[0])))


_OF_PLACES, _OF_PEOPLE = _entries(_PLACES), _entries(_AGES | _WORK)


def shown_as(text: Sequence[Word], found: Sequence[Found], denied: Iterable[int]) -> dict[str, str]:
    """Words of a text that are shown by a more common thing → what is shown. found: its phrases."""
    passed = set(denied)
    places = _covered(found, "place")
    people = _covered(found, "kind")
    people |= {near for place in people for near in range(place - 2, place)}  # "an old fat man"
    shown: dict[str, str] = {}
    for entries, own in ((_OF_PLACES, places), (_OF_PEOPLE, people)):
        for codes, instead in entries:
            for start in range(len(text) - len(codes) + 1):
                span = range(start, start + len(codes))
                if own.issuperset(span) and passed.isdisjoint(span) and _is(text, start, codes):
                    shown[" ".join(text[place].typed for place in span)] = instead
                    passed.update(span)
    return shown


def shown_as_notes(shown: Mapping[str, str]) -> tuple[str, ...]:
    """One sentence for words in whose place something more common is shown; none where there are none."""
    near = paired({words: (instead,) for words, instead in shown.items()})
    return (f"shown by the nearest that there is: {near}",) if near else ()


def _covered(found: Sequence[Found], name: str) -> set[int]:
    """The places that phrases with this attribute cover, and no longer ones of others: "gym" but not "gym shorts"."""
    named = {place for one in found if name in one.facts for place in range(one.start, one.end)}
    longer = (one for one in found if one.end > one.start + 1 and one.facts and name not in one.facts)
    return named - {place for one in longer for place in range(one.start, one.end)}


def _is(text: Sequence[Word], start: int, codes: Sequence[str]) -> bool:
    return all(text[start + number].fits(code) for number, code in enumerate(codes))

"""What a text denies: the captions deny hats, tops and trousers only, so that the model takes "no snow" for snow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mien.follow.scenes.lexicon import Found, Word, keys_of
from mien.text.vietnamese import key

Denied = Mapping[str, frozenset[str]]
"""Attribute → its options that a text denies."""

_NEGATIONS = keys_of("no not without never không chẳng")
_PLAINLY = "khong"
"""The only one that is sure without its accents: `no` may be `nó`, and `chang` `chàng`."""

_WITHOUT = keys_of("no without không chẳng")
_BE = frozenset({key("phải")})
_BUT = keys_of("but mà")
_BETWEEN = keys_of(
    "a an any the his her wearing wear wears in on at with having has have is being phải có một cái chiếc mặc đội đeo "
    "ở trên trong đang mang để là"
)
_LEARNT = {
    "hat": keys_of("hat mũ nón"),
    "top": keys_of("shirt top áo"),
    "bottom": keys_of("trousers pants quần"),
}
"""Words whose denial the captions have, so that the model reads it."""

_NEVER_DENIED = ("kind", "place", "time", "action")
"""Attributes that no caption denies."""

_THINGS = 4
"""Words behind a negation between which the thing that is denied ends."""


@dataclass(frozen=True)
class Denials:
    """places: of words that are not to be read, with their negation. denied: what must not be seen. unread: places of
    words that no model knows, of which nothing is to be seen."""

    places: tuple[range, ...] = ()
    denied: Denied = field(default_factory=dict)
    unread: tuple[range, ...] = ()


def denials_of(text: Sequence[Word], found: Sequence[Found]) -> Denials:
    """What a text denies. found: its phrases."""
    starting: dict[int, list[Found]] = defaultdict(list)
    for one in found:
        starting[one.start].append(one)
    places: list[range] = []
    unread: list[range] = []
    denied: dict[str, frozenset[str]] = defaultdict(frozenset)
    for place, word in enumerate(text):
        if word.key not in _NEGATIONS and (word.key or word.plain != _PLAINLY):
            continue
        thing = place + 1
        while thing < len(text) and text[thing].is_one_of(_BETWEEN):
            thing += 1
        if thing >= len(text) or thing > place + _THINGS:
            continue
        longest: Found | None = max(starting[thing], key=_end, default=None)
        if longest is None:
            unread.append(range(place, _end_of_thing(text, thing)))
        elif _is_unlearnt(text, place, longest):
            places.append(range(place, longest.end))
            for name, options in longest.facts.items():
                denied[name] |= options
    return Denials(tuple(places), dict(denied), tuple(unread))


def _end(found: Found) -> int:
    return found.end


def _end_of_thing(text: Sequence[Word], start: int) -> int:
    """Behind the unknown words that stand together."""
    end = start + 1
    while end < len(text) and not text[end].known and text[end].typed != ",":
        end += 1
    return end


def _is_unlearnt(text: Sequence[Word], place: int, one: Found) -> bool:
    """Whether the model does not read a denial as one."""
    if any(name in one.facts for name in _NEVER_DENIED):
        return True
    garment = next((name for name in _LEARNT if name in one.facts), None)
    if garment is None or not text[place].is_one_of(_WITHOUT):
        return False
    if text[place + 1].is_one_of(_BE):  # "không phải váy": the captions have it
        return False
    opposed = any(word.is_one_of(_BUT) for word in text[one.end : one.end + 4])
    alone = one.end == one.start + 1 and text[one.start].is_one_of(_LEARNT[garment])
    return not opposed and not alone

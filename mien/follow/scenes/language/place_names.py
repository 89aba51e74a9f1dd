"""Names of places, which no scene shows by themselves, and which are nobody's names."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mien.text.vietnamese import is_accented, key, plain

PLACE = "<place>"
"""Key of a word of a place's name."""

_DRESS = "dai"
"""Word before "việt nam" in the captions' "áo dài việt nam", a garment that is shown."""

_READ = "hà nội, sài gòn"
_UNREAD = (
    "việt nam, nha trang, đà nẵng, đà lạt, hội an, hải phòng, cần thơ, vũng tàu, hạ long, phú quốc, quy nhơn, hồ chí "
    "minh, sao hỏa, sao kim, sao mộc, sao thổ"
)


def _split(names: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(name.split()) for name in names.split(", "))


_NAMES = {**dict.fromkeys(_split(_READ), False), **dict.fromkeys(_split(_UNREAD), True)}


def place_names(said: Sequence[str], capitals: Collection[str]) -> dict[int, bool]:
    """The places of the words of names of places → whether no scene shows it.

    Without its accents a name must have a capital: "da nang" may be other words. capitals: the words with one.
    """
    found: dict[int, bool] = {}
    for name, unread in _NAMES.items():
        for start in range(len(said) - len(name) + 1):
            words = said[start : start + len(name)]
            garment = bool(start) and plain(said[start - 1]) == _DRESS and name[0] == "việt"
            if not garment and _is(words, name, capitals):
                found.update(dict.fromkeys(range(start, start + len(name)), unread))
    return found


def _is(words: Sequence[str], name: Sequence[str], capitals: Collection[str]) -> bool:
    if [*map(key, words)] == [*map(key, name)]:
        return True
    lacking = not any(map(is_accented, words)) and any(word in capitals for word in words)
    return lacking and list(words) == [*map(plain, name)]

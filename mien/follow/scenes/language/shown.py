"""Which words of a text a scene does not show: those that stand in no phrase of the lexicons, and say something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from mien.follow.scenes.language.place_names import PLACE
from mien.follow.scenes.language.related import SILENT
from mien.follow.scenes.lexicon import Found, Word, find, keys_of, modifiers
from mien.text.unshown import ASKING_NOTHING
from mien.text.vietnamese import accents, has_tone, is_accented, is_syllable, key, plain

_ENGLISH = (
    "anybody nobody anything something everything made named called looks wear wearing wears worn dressed clad put "
    "puts bearing dons seems stands get gets getting go goes going take takes taking use uses using scene scenes "
    "background place front middle side top back edge surface center centre figure character full body colour color "
    "coloured colored colours pair performs performing perform backwards doing"
)
_VIETNAMESE = (
    "em và mà là có không chẳng chưa đừng phải với cùng bằng của cho từ đến tới về ở tại trên dưới trong ngoài giữa "
    "bên cạnh gần trước sau phía quanh xung dọc ven qua vào ra lên xuống lúc khi đang đã sẽ vừa mới biết được bị một "
    "1 chơi chiếc cái con chú cô bộ đôi những các mọi này kia ấy nó mình tôi bạn ai gì nhé nha ạ đi nào thì cũng rất "
    "quá lắm thật hơi khá mặc diện vận bận đội đeo để mang khoác phối nền cảnh khung bối nhân vật hình ảnh video clip "
    "phim đoạn tạo vẽ làm hãy xem muốn thấy giúp đây đó chứ hoặc hay nên còn như theo khắp nơi chỗ mặt trời ngày buổi "
    "ban người màu kiểu loại vòng tay toàn thân rõ nét chất lượng trông cứ tự nhiên thành"
)
SAYING_NOTHING = SILENT | keys_of(f"{' '.join(ASKING_NOTHING)} {_ENGLISH} {_VIETNAMESE}")
"""Words that ask for nothing by themselves: of their grammar, of the clip, and of where in a place somebody is."""

_NEAR = 3
"""Words between which a word that tells more of a subject stands before it, or behind it."""

_COUNTS = keys_of("two three four five six seven eight nine ten several many 2 3 4 5 hai bốn năm sáu nhiều vài")
_PEOPLE = keys_of("people persons")
_JOINS = keys_of("and plus with và với cùng")
_WITHIN_JOIN = keys_of("a an the his her their another old young little một cô anh chú con người bạn của")
_IN_RAIN = keys_of("trong dưới trời cơn ngoài giữa đi")
"""Words before "mua" by which it is rain, "mưa", and no dance, "múa", where accents lack."""

_THINGS = (
    "cận cảnh, khẩu trang, mặt trăng, siêu nhân, bộ xương, râu quai nón, cà vạt, ba lô, người nhện, bắt tay nhau, "
    "bắt tay, ba lê, phi hành gia, y tá"
)
_TOGETHER = tuple(tuple(words.split()) for words in _THINGS.split(", "))
"""Words that are one thing."""

_POLITE = ("làm ơn", "cảm ơn nhiều", "cám ơn nhiều", "cảm ơn", "cám ơn", "vui lòng", "chậm rãi")
_NOTHING_TOGETHER = tuple(tuple(words.split()) for words in _POLITE)
"""Words that ask for nothing together, whatever each of them is alone."""

_OF_FEELINGS = keys_of("bã rầu bực tủi sướng rãi")
"""Second syllables of words for feelings and of "chậm rãi", which ask for no picture; only with their accents."""


def phrases_of(text: Sequence[Word]) -> list[Found]:
    """All phrases of the lexicons in a text."""
    return [found for start in range(len(text)) for found in find(text, start)]


def says_something(text: Sequence[Word]) -> bool:
    """Whether any phrase of the lexicons is in a text, also one that a model with few words does not know."""
    return bool(phrases_of([replace(word, known=True) for word in text]))


def unshown(text: Sequence[Word], found: Sequence[Found], denied: Sequence[range] = ()) -> list[int]:
    """The places of the words that a scene does not show.

    found: the phrases of the text. denied: places of words of which nothing is to be seen.
    """
    lacking = _without_their_accents(text)
    covered = {place for one in found for place in range(one.start, one.end)}
    together = {place for one in found if one.end > one.start + 1 for place in range(one.start, one.end)}
    covered -= {place for place in lacking | _rain(text) if place not in together}
    covered -= {place for place in range(len(text)) if _is_count(text, place, found)}
    covered |= {place for span in denied for place in span}
    covered |= {place for place, word in enumerate(text) if place and _is_counted(text[place - 1], word)}
    subjects = {place for one in found if "kind" in one.facts for place in range(one.start, one.end)}
    left = {
        place
        for place, word in enumerate(text)
        if place not in covered
        and not (word.typed == "," or word.is_name or word.key in _OF_FEELINGS)
        and not (word.is_one_of(SAYING_NOTHING) and place not in lacking)
        and not (word.is_one_of(modifiers()) and not subjects.isdisjoint(range(place - _NEAR, place + _NEAR + 1)))
    }
    return sorted((left | _one_thing(text, together, _TOGETHER)) - _one_thing(text, set(), _NOTHING_TOGETHER))


def others(text: Sequence[Word], found: Sequence[Found], denied: Sequence[range] = ()) -> list[int]:
    """The places of what asks for more figures than one: counts of people, and of "a man and a woman" the second."""
    passed = {place for span in denied for place in span}
    longer = {place for one in found if one.end > one.start + 1 for place in range(one.start, one.end)}
    subjects = _subjects(found)
    counts = [
        place
        for place, word in enumerate(text)
        if place not in passed
        and (
            _is_count(text, place, found)
            or (_is_number(word) and place not in longer and _counts_people(text, place, found))
        )
    ]
    second = [
        place
        for first, later in pairwise(subjects)
        if passed.isdisjoint((*first, *later)) and _are_joined(text[first[-1] + 1 : later[0]])
        for place in later
    ]
    return sorted({*counts, *second})


def _subjects(found: Sequence[Found]) -> list[range]:
    """The longest phrases of who is seen, in their order; "blonde" is rather a colour of hair, and "bo" a part of
    "bo ao dai", bộ áo dài, and no father."""
    spans: list[range] = []
    longer = [one for one in found if one.end > one.start + 1 and "kind" not in one.facts]
    inside = {place for one in longer for place in range(one.start, one.end)}
    people = [
        one
        for one in found
        if "kind" in one.facts and "hair_colour" not in one.facts and inside.isdisjoint(range(one.start, one.end))
    ]
    for one in sorted(people, key=lambda one: (one.start, -one.end)):
        if not spans or one.start >= spans[-1].stop:
            spans.append(range(one.start, one.end))
    return spans


def _are_joined(between: Sequence[Word]) -> bool:
    """Whether "and a", "với một" or the like stands between two people, and nothing else."""
    return (
        0 < len(between) <= _NEAR
        and between[0].is_one_of(_JOINS)
        and all(word.is_one_of(_WITHIN_JOIN) for word in between[1:])
    )


def _counts_people(text: Sequence[Word], place: int, found: Sequence[Found]) -> bool:
    """Whether somebody, or "people", follows a number with hardly a word between."""
    following = range(place + 1, min(place + 1 + _NEAR, len(text)))
    starts = {one.start for one in found if "kind" in one.facts}
    return any(later in starts or text[later].is_one_of(_PEOPLE) for later in following)


def _is_number(word: Word) -> bool:
    """Whether it is a number as it is typed: not "nam" for "năm", nor "six", which is "sĩ" by its keys."""
    return key(word.typed) in _COUNTS and plain(word.typed) == word.plain


def _is_counted(before: Word, word: Word) -> bool:
    """Whether it is the "people" of "two people": it is the number that is not shown."""
    return word.is_one_of(_PEOPLE) and _is_number(before)


def _without_their_accents(text: Sequence[Word]) -> set[int]:
    """The places of syllables that are other words than those which they would be with accents: "voi" and "với".

    Only in a text with accents: where a third of its syllables or more may lack them, they are left out by its writer.
    """
    if not any(has_tone(word.typed) for word in text):
        return set()
    syllables = [place for place, word in enumerate(text) if is_syllable(word.typed)]
    lacking = [place for place in syllables if text[place].is_other and not is_accented(text[place].typed)]
    return set(lacking) if 3 * len(lacking) < len(syllables) else set()


def _rain(text: Sequence[Word]) -> set[int]:
    """The places of "mua" that is rain, in a text without accents."""
    if any(is_accented(word.typed) for word in text):
        return set()
    return {
        place + 1
        for place, (before, word) in enumerate(pairwise(text))
        if word.typed == "mua" and not word.key and before.is_one_of(_IN_RAIN)
    }


def _one_thing(text: Sequence[Word], together: set[int], things: Sequence[Sequence[str]]) -> set[int]:
    """The places of words that are one of some things together; not of "khấu trắng" in "sân khấu trắng"."""
    return {place for span in _spans(text, things) if together.isdisjoint(span) for place in span}


def _spans(text: Sequence[Word], things: Sequence[Sequence[str]]) -> list[range]:
    """Where each of some things stands, with its accents or some of them."""
    return [
        range(start, start + len(parts))
        for parts in things
        for start in range(len(text) - len(parts) + 1)
        if all(
            plain(word.typed) == plain(part) and accents(word.typed) <= accents(part)
            for word, part in zip(text[start : start + len(parts)], parts, strict=True)
        )
    ]


def grouped(text: Sequence[Word], places: Sequence[int]) -> dict[str, int]:
    """Words of a text as they are typed, and where each first stands: syllables that stand together are one, but a
    thing or a place with a name of several syllables is one by itself."""
    edges = {edge for span in _spans(text, _TOGETHER) if {*span} <= {*places} for edge in (span.start, span.stop)}
    edges -= {edge for span in _spans(text, _TOGETHER) for edge in span[1:]}  # "bắt tay" of "bắt tay nhau"
    edges |= {place for place in places if place and (text[place].key == PLACE) != (text[place - 1].key == PLACE)}
    groups: list[list[int]] = []
    for place in places:
        before = groups[-1][-1] if groups else -2
        if (
            place == before + 1
            and place not in edges
            and is_syllable(text[place].typed)
            and is_syllable(text[before].typed)
        ):
            groups[-1].append(place)
        else:
            groups.append([place])
    found: dict[str, int] = {}
    for group in groups:
        found.setdefault(" ".join(text[place].typed for place in group), group[0])
    return found


def _is_count(text: Sequence[Word], place: int, found: Sequence[Found]) -> bool:
    """Whether "ba" is three, before a noun of people, and not a father."""
    following = place + 1
    if text[place].typed != "ba" or following >= len(text):
        return False
    if text[following].typed == "con" and any(one.start == following + 1 and _is_animal(one) for one in found):
        return True
    if not text[following].key:
        return False
    single = all(one.end <= following for one in found if one.start <= place < one.end)
    return single and any(one.start == following and "kind" in one.facts for one in found)


def _is_animal(one: Found) -> bool:
    return bool(one.facts.get("kind", frozenset()) & {"bear", "panda"})

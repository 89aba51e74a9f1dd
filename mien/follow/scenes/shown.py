"""Which words of a text a scene does not show: those that stand in no phrase of the lexicons, and say something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mien.follow.scenes.lexicon import Found, Word, find, keys_of, modifiers
from mien.follow.scenes.related import SILENT
from mien.text.vietnamese import is_syllable

_ENGLISH = (
    "a an the and but or nor not no never without with within in on at to from near next by of for off out up over "
    "under above below behind between beside beneath along among around through across against after before during "
    "while when as than then now is are be was were been am being do does doing did done has have having had who whom "
    "which what that this these those there here it its he she they we you i me him her them us his their our your my "
    "one someone somebody anyone everyone wearing wears wear worn dressed clad put puts bearing dons looking look "
    "looks seems stands get gets getting go goes going take takes taking make makes making let use uses using please "
    "thanks thank image video clip picture photo scene scenes background place front middle side top back edge "
    "surface center centre figure character full body quality high hd 4k style only just still also together alone "
    "ever colour color coloured colored colours pair kind lot bit s t don didn doesn isn aren dont doesnt isnt ok hi "
    "some any other another same such own more most much less very performing performs backwards"
)
_VIETNAMESE = (
    "em và mà là có không chẳng chưa đừng phải với cùng bằng của cho từ đến tới về ở tại trên dưới trong ngoài giữa "
    "bên cạnh gần trước sau phía quanh xung dọc ven qua vào ra lên xuống lúc khi đang đã sẽ vừa mới biết được bị một "
    "1 chơi chiếc cái con chú cô bộ đôi những các mọi này kia ấy nó mình tôi bạn ai gì nhé nha ạ đi nào thì cũng rất "
    "quá lắm thật hơi khá mặc diện vận bận đội đeo để mang khoác phối nền cảnh khung bối nhân vật hình ảnh video clip "
    "phim đoạn tạo vẽ làm hãy xem muốn thấy giúp đây đó chứ hoặc hay nên còn như theo khắp nơi chỗ mặt trời ngày buổi "
    "ban người màu kiểu loại vòng tay toàn thân rõ nét chất lượng trông cứ tự nhiên thành"
)
SAYING_NOTHING = SILENT | keys_of(f"{_ENGLISH} {_VIETNAMESE}")
"""Words that ask for nothing by themselves: of their grammar, of the clip, and of where in a place somebody is."""

_NEAR = 3
"""Words between which a word that tells more of a subject stands before it, or behind it."""


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
    covered = {place for one in found for place in range(one.start, one.end)}
    covered -= {place for place in range(len(text)) if _is_count(text, place, found)}
    covered |= {place for span in denied for place in span}
    subjects = {place for one in found if "kind" in one.facts for place in range(one.start, one.end)}
    return [
        place
        for place, word in enumerate(text)
        if place not in covered
        and not (word.typed == "," or word.is_name or word.is_one_of(SAYING_NOTHING))
        and not (word.is_one_of(modifiers()) and not subjects.isdisjoint(range(place - _NEAR, place + _NEAR + 1)))
    ]


def grouped(text: Sequence[Word], places: Sequence[int]) -> dict[str, int]:
    """Words of a text as they are typed, and where each first stands: syllables that stand together are one."""
    groups: list[list[int]] = []
    for place in places:
        before = groups[-1][-1] if groups else -2
        if place == before + 1 and is_syllable(text[place].typed) and is_syllable(text[before].typed):
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
    if text[place].typed != "ba" or following >= len(text) or not text[following].key:
        return False
    single = all(one.end <= following for one in found if one.start <= place < one.end)
    return single and any(one.start == following and "kind" in one.facts for one in found)

"""Words that a scene cannot show, with the nearest by meaning that it can; and words that ask for nothing."""

from __future__ import annotations

from mien.text.vietnamese import is_accented, key, plain

_RELATED = {
    "desert": "sand beach", "dog": "panda bear", "cat": "panda bear", "tiger": "bear panda", "lion": "bear panda",
    "monkey": "bear child", "astronaut": "robot person", "alien": "robot person", "zombie": "person robot",
    "superhero": "person robot", "cow": "bear", "horse": "bear", "bird": "panda", "rabbit": "panda",
    "elephant": "bear", "sky": "mountain", "moon": "night", "space": "night", "island": "beach", "pool": "water lake",
    "bridge": "city river", "garden": "forest", "park": "forest", "field": "forest", "grass": "forest",
    "farm": "forest", "desk": "room", "kimono": "dress ao", "uniform": "shirt coat", "armor": "coat",
    "armour": "coat", "cape": "coat", "bikini": "shorts", "crown": "hat", "helmet": "cap hat", "hood": "beanie",
    "headband": "cap", "swimming": "sea water", "flying": "jumping", "fly": "jump", "swim": "sea water",
    "sing": "stage", "singing": "stage", "climbing": "mountain", "skiing": "snow", "chó": "gấu", "mèo": "gấu",
    "hổ": "gấu", "sư": "gấu", "khỉ": "gấu", "thỏ": "gấu", "bơi": "biển hồ", "bay": "nhảy", "vườn": "rừng", "cỏ": "rừng",
}  # fmt: skip

RELATED: dict[str, tuple[str, ...]] = {key(word): tuple(near.split()) for word, near in _RELATED.items()}

_RELATED_TOGETHER = {
    "công viên": ("rừng",), "sa mạc": ("cát", "bãi biển"),
    "bể bơi": ("hồ",), "hồ bơi": ("hồ",), "sư tử": ("gấu",),
}  # fmt: skip


_PEOPLE = (
    "astronaut, pirate, ninja, nurse, clown, chef, cook, soldier, knight, witch, wizard, mermaid, fairy, superhero, "
    "vampire, zombie, monster, fireman, firefighter, pilot, sailor, boxer, wrestler, samurai, detective, scientist, "
    "engineer, lawyer, judge, driver, cowboy, viking, gladiator, magician, acrobat, swimmer, skater, player, couple, "
    "family, people, crowd, friends, team, santa, guard, thief, hero, model, cheerleader, baker, barber, beggar, "
    "lover, lovers, phi hành gia, siêu nhân, cướp biển, hải tặc, lính, chú lính, bộ đội, lính cứu hỏa, đầu bếp, phù "
    "thủy, hiệp sĩ, cặp, cặp đôi, gia đình, cụ già, tiên, nàng tiên, chú hề, phi công, thủy thủ, kỹ sư, luật sư, nhà "
    "khoa học, người mẫu, y tá, người nhện, cầu thủ, võ sĩ, đám đông, ma cà rồng, thám tử, ảo thuật gia"
)
_PERSONS = frozenset(" ".join(map(key, words.split())) for words in _PEOPLE.split(","))
_PLAIN_PERSONS = frozenset(plain(words.strip()) for words in _PEOPLE.split(",") if " " in words.strip())
"""Those of several syllables, without accents; one syllable alone may be another word."""


def is_person(words: str) -> bool:
    """Whether words name a person, or several, of a kind that no scene has."""
    if not is_accented(words) and " " in words:
        return plain(words) in _PLAIN_PERSONS
    return " ".join(map(key, words.split())) in _PERSONS


def nearest(words: str) -> tuple[str, ...]:
    """The nearest by meaning, that a scene can show, of a word or of several syllables; none where none is near."""
    found = _RELATED_TOGETHER.get(words) or RELATED.get(key(words), ())
    parts = words.split()
    if found or len(parts) < 2:
        return found
    return next((near for near in map(nearest, parts) if near), ())  # "dắt chó"


_SILENT_ENGLISH = (
    "very really quite so too just also his her hers its their my our your i me you we they them that which what whose "
    "than as for about into onto off out up over again while when where there here have had having do did does be been "
    "am are was were will would can could should may might must if or because some any all every each both few many "
    "happy happily sad slowly quickly gently nicely cute pretty beautiful lovely nice cool great amazing gorgeous tiny "
    "huge colorful colourful full like looks looking towards one's those these upon by of"
)
_SILENT_VIETNAMESE = (
    "xin rất quá lắm cũng thì là mà đó này kia nọ thế vậy rồi vẫn cứ đều được bị cho của những các mọi mỗi từng vài "
    "nhiều ít đẹp xinh dễ thương đáng yêu vui buồn nhanh chậm nhẹ nhàng từ khi nào sao gì ai nơi chỗ lên xuống ra "
    "vào lại tôi mình tớ họ chúng ta hắn theo như nếu để vì nên hay hoặc"
)
SILENT = frozenset(map(key, f"{_SILENT_ENGLISH} {_SILENT_VIETNAMESE}".split()))
"""Words that ask for nothing; where the vocabulary has them too, they are read."""

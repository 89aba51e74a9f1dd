"""Whether a text is in Vietnamese, with accents or without: by its letters, its syllables, and frequent words.

A word speaks for Vietnamese where it has letters that only Vietnamese is written with, or is a frequent Vietnamese word
that English does not have. Against it speak frequent English words, and less what is no Vietnamese syllable: Vietnamese
sentences have "team" and "meeting", but not "the" and "with". Other words, such as "con" or "long", say nothing, and
names inside a sentence little: "I live in Đà Nẵng".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from mien.text.vietnamese import is_accented, plain

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_ADDRESS = re.compile(r"\S*(?:://|www\.|@)\S*")
_QUOTED = re.compile(r"(?<!\w)['\"“‘«][^'\"“”‘’«»]*['\"”’»](?!\w)")

_SURE = frozenset("ảạăắằẳẵặấầẩẫậđẻẽẹếềểễệỉĩịỏọốồổỗộơớờởỡợủũụưứừửữựỷỹỵ")
"""Letters that hardly another language is written with; ã and õ are Portuguese too."""

_SYLLABLE = re.compile(
    r"(?:ngh(?=[eiy])|gh(?=[eiy])|k(?=[eiy])|qu|gi|ng(?![eiy])|c(?![eiyh])|g(?![eiyh])|ch|kh|nh|ph|th|tr|[bdhlmnrstvx])?"
    r"(?:(?:a|e|i|o|u|y|ie|ye|uo|ua|oa|oe|oo|ue|uy|uye)(?:m|n|p|t)|(?:a|e|o|u|ie|ye|uo|ua|oa|oe|oo|ue)(?:ng|c)"
    r"|(?:a|e|i|oa|ue|uy)(?:nh|ch)"
    r"|a|e|i|o|u|y|ai|ao|au|ay|eo|eu|ia|iu|oa|oe|oi|ua|ue|ui|uo|uy|uya|ieu|yeu|oai|oao|oay|oeo|uay|uoi|uou|uyu)|gi"
)
"""A Vietnamese syllable without its accents; stricter than the spelling that is mended in `mien.text.vietnamese`."""

_OPEN = ("ă", "â")
"""Vowels that end no Vietnamese syllable, but words of Romanian."""

_NAME = 0.25
"""What a word with a capital inside a sentence says."""

_BORROWED = 0.4
"""What a word says that is no Vietnamese syllable, but is written with the letters of English."""

_LEAST = 2
"""Different words that must speak for Vietnamese in a text without accents."""

_CLEAR = 3
"""Different words of which one that speaks for Vietnamese is enough, where none speaks against it."""

_NAMES = 3
"""Words with capitals and without accents that are taken for a name alone, at most."""

_ACCENTED_WORDS = """
bà bàn bán bánh báo bão bãi bình chào cháo cháu chân chí chín chính chó chúc chúng các cách cám cánh có còn cùng cúi
dài giá giáo giây giông giúp gái gì hát hoà hoàn hoàng hãy hình hòa hôm hôn khá khác khách khán khó khóc không kính
làm lá lái lên lòng lông lúc lãng mã mãi màn máy mây mèo mình môi môn mùa múa ngày người nhà nhân nhé nhìn nhí nhóm
nhớ nàng nào này nên nói nón núi năm quá quán rãi rõ rôi sách sáng sân sôi sông thành tháng thì thích thôi thông tiên
tiêu trà trái tránh trên trò trông tên tình tính tóc tôi tôm từ uông và vàng vào váy vâng vòng văn vãn võ xanh xã yên
yêu ông
"""
_ACCENTED = frozenset(_ACCENTED_WORDS.split())
"""Frequent words whose accents other languages have too."""

_UNACCENTED_WORDS = """
ac anh ay bac banh biet bieu binh boi bong buoc buoi buom buon cach cai canh chac chang chao chau chay chet chiec
chieu chinh choi chong chua chuan chuc chuong chut chuyen cua cuoc cuoi deo dep deu diem dien dinh doi duoc duoi duong
ghet giac giai giao giay gio gioi giong giu giua giup hanh hieu hinh hoac hoan hoang hoc hoi hom khac khach khau khen
khoang khoc khoe khoi khong khu khuc khuya khuyen kia kiem kieu kinh lanh luc luon luyen meo mieng minh moc mot mua
muoi muon muong nao nay ngan ngay nghe nghi nghia nghiep nghin ngoai ngoc ngoi ngon ngu ngua nguoi nguyen nha nhac
nhan nhanh nhat nhau nhay nhe nhieu nhin nho nhu nhuc nhung nua nuoc nuoi oi phai phan phim phong phu phuc phuoc
phuong phut quanh quen quoc quyen quyet rau rieng roi ruou sao suoi suot thac thang thay thich thiet thieu thoi thong
thua thuat thuoc thuong thuy thuyen tiec tiem tieng tiep tieu tinh toc toi tranh troi trong trua trung truoc truong
truyen tuan tuoc tuoi tuong tuyen tuyet vao viec vien viet voi vua vui vuon vuot xanh xau xin xinh xuan xuong yen yeu
"""
_UNACCENTED = frozenset(_UNACCENTED_WORDS.split())
"""Frequent words without their accents, that are no words of English."""

_PHRASES = (
    "tam biet", "xin loi", "hen gap", "ha noi", "di choi", "an com", "an gi", "vui ve", "be trai", "co gai",
    "di thoi", "moi nguoi", "thanh cong", "co len", "cam on ban", "cam on anh", "cam on em", "cam on chi",
    "cam on ong", "cam on co", "cam on cac", "cam on nhieu", "em oi", "anh oi", "chi oi", "me oi", "ba oi", "bo oi",
    "con oi", "ban oi", "troi oi",
)  # fmt: skip
"""Phrases whose words each say too little."""

_WHOLE = frozenset(("cam on",))
"""Texts that are Vietnamese, but not inside of others: "web cam on"."""

_ENGLISH_WORDS = """
about all and are as at but by could did does for from get go had has have he her here hi him his how i if in into is it
its just let like love mean means must my not of off or our out please see she should that the their them then there
these they this those up us very was we were what when where which who why will with would yes you your
"""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
"""Frequent words of English that Vietnamese does not borrow; not "to", which is Vietnamese too."""

_FOREIGN = frozenset(("a", "et", "hit", "hot", "lot", "man", "sat", "set", "sit"))
"""Further words of English, and one of French, that are written like a Vietnamese syllable, but a rare one."""


def is_vietnamese(text: str) -> bool:
    """Whether a text is in Vietnamese: with accents, or without them where its words leave no doubt."""
    text = _ADDRESS.sub(" ", unicodedata.normalize("NFC", text))
    outside = _QUOTED.sub(" ", text)
    text = outside if _WORD.search(outside) else text  # what is only cited is in another language than the sentence
    found = [match[0] for match in _WORD.finditer(text)]
    spoken = " ".join(map(plain, found))
    if spoken in _WHOLE:
        return True
    if _is_a_name(found):
        return False
    names = _inside_with_capitals(text)
    native, foreign, sure = 0.0, 0.0, False
    different = {phrase for phrase in _PHRASES if f" {phrase} " in f" {spoken} "}
    native += 2.0 * len(different)
    least = 1 if different else _LEAST
    for place, word in enumerate(found):
        speaks = _evidence(word.lower())
        weight = _NAME if place in names else 1.0
        if speaks > 0:
            native += weight * speaks
            different.add(plain(word))
            sure = sure or (is_accented(word) and place not in names)
        else:
            foreign -= weight * speaks
    if not foreign and len({plain(word) for word in found}) >= _CLEAR:  # no other language has many such syllables
        least = 1
    return native > foreign and (sure or len(different) >= least)


def _is_a_name(found: Sequence[str]) -> bool:
    """Whether the words may be a name and nothing else: "Nguyen Van An"."""
    return 1 < len(found) <= _NAMES and all(word.istitle() and not is_accented(word) for word in found)


def _inside_with_capitals(text: str) -> frozenset[int]:
    """Which words of a text have a capital inside a sentence; none where nearly all of them have."""
    found = list(_WORD.finditer(text))
    cased = [place for place, match in enumerate(found) if match[0][0].isupper()]
    if 4 * len(cased) > 3 * len(found):
        return frozenset()
    return frozenset(place for place in cased if not _starts_sentence(text[: found[place].start()].rstrip()))


def _starts_sentence(before: str) -> bool:
    return not before or before[-1] in '.!?:;…\n"“«(-–—'


@lru_cache(maxsize=1 << 14)
def _evidence(word: str) -> float:
    """Above 0: the word is Vietnamese; below: it is not; 0: it may be."""
    bare = plain(word)
    if word in _ENGLISH or "'" in word or "’" in word or word in _FOREIGN:
        return -1.0
    if not bare.isascii() or not _SYLLABLE.fullmatch(bare) or word.endswith(_OPEN):
        return -1.0 if is_accented(word) else -_BORROWED
    if is_accented(word):
        return 1.0 if word in _ACCENTED or not _SURE.isdisjoint(word) else 0.0
    return 1.0 if word in _UNACCENTED else 0.0

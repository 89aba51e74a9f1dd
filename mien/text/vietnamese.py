"""Vietnamese spelling: one form for equal words, words without accents, and what the Telex and VNI keyboards leave.

A syllable has a base (onset, vowels with their quality, final consonants) and one of six tones. Equal words are typed
in many ways: composed or decomposed (Unicode Standard Annex 15), the tone on one vowel or the other (hòa, hoà), with Đ
of another alphabet, without accents, or as keys that no input method has turned into accents (ddor, d9o3).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
"""Keys of Telex for the tones: sắc, huyền, hỏi, ngã, nặng; as combining marks."""

_TONE_MARKS = frozenset(TONES.values())
_VNI_TONES = dict(zip("12345", TONES.values(), strict=True))
_TELEX_OF_TONE = {mark: key for key, mark in TONES.items()}
_VNI_OF_TONE = {mark: key for key, mark in _VNI_TONES.items()}
_CIRCUMFLEX, _BREVE, _HORN = "\u0302", "\u0306", "\u031b"
_VNI_QUALITY = {"6": _CIRCUMFLEX, "7": _HORN, "8": _BREVE}
_BARRED = str.maketrans({"ð": "đ", "ɖ": "đ", "Ð": "đ", "Đ": "đ", "Ɖ": "đ"})
_FINALS = ("ch", "ng", "nh", "c", "m", "n", "p", "t", "")
_ONSETS = (
    "ngh", "ch", "gh", "gi", "kh", "ng", "nh", "ph", "qu", "th", "tr",
    "b", "c", "d", "đ", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "x", "",
)  # fmt: skip
_VOWELS = "aeiouy"
_RHYME = re.compile(r"[aeiouy]{1,3}")


@lru_cache(maxsize=1 << 16)
def key(word: str) -> str:
    """The word in lower case with its tone mark at the end, so that all spellings of a word are equal; NFD.

    A word of another language keeps its letters; its last accent that is a tone mark goes to the end too.
    """
    letters = unicodedata.normalize("NFD", word.translate(_BARRED).lower().translate(_BARRED))
    tone = "".join(letter for letter in letters if letter in _TONE_MARKS)
    return "".join(letter for letter in letters if letter not in _TONE_MARKS) + tone[-1:]


@lru_cache(maxsize=1 << 16)
def plain(word: str) -> str:
    """The word in lower case without any accent, đ as d."""
    letters = unicodedata.normalize("NFD", word.translate(_BARRED).lower().translate(_BARRED))
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).replace("đ", "d")


def is_accented(word: str) -> bool:
    """Whether a word has a letter that English does not have."""
    return plain(word) != word.lower()


@lru_cache(maxsize=1 << 14)
def accents(word: str) -> frozenset[str]:
    """The accents of a word, as combining marks, and đ."""
    letters = unicodedata.normalize("NFD", word.lower())
    return frozenset(letter for letter in letters if unicodedata.combining(letter) or letter == "đ")


def has_tone(word: str) -> bool:
    """Whether a word has a tone mark."""
    return not _TONE_MARKS.isdisjoint(unicodedata.normalize("NFD", word))


@lru_cache(maxsize=1 << 14)
def is_syllable(word: str) -> bool:
    """Whether a word, without accents or with, can be a Vietnamese syllable by its letters."""
    letters = plain(word)
    for onset in _ONSETS:
        rest = letters[len(onset) :]
        if onset == "đ" or not letters.startswith(onset) or not rest:
            continue
        for final in _FINALS:
            middle = rest[: len(rest) - len(final)] if rest.endswith(final) else ""
            if middle and _RHYME.fullmatch(middle):
                return True
    return False


@lru_cache(maxsize=1 << 14)
def typed_keys(word: str) -> str | None:
    """The syllable that was meant by keys of Telex ("ddor") or VNI ("d9o3"), composed; None if they are none.

    Keys may stand after their vowel or at the end of the syllable, and half of them may be accents already ("đor").
    """
    letters = unicodedata.normalize("NFD", word.translate(_BARRED).lower().translate(_BARRED))
    found = _read_vni(letters) if any(one.isdigit() for one in letters) else _read_telex(letters)
    if found is None or not is_syllable(found):
        return None
    composed = unicodedata.normalize("NFC", found)
    return composed if is_accented(composed) and composed != unicodedata.normalize("NFC", word.lower()) else None


def as_telex(word: str) -> str:
    """The keys of Telex for a word, in the order in which most people type: the tone at the end."""
    return _as_keys(word, "aeo", {_HORN: "w", _BREVE: "w"}, _TELEX_OF_TONE, "dd")


def as_vni(word: str) -> str:
    """The keys of VNI for a word, the tone at the end."""
    qualities = {mark: digit for digit, mark in _VNI_QUALITY.items()}
    return _as_keys(word, "", qualities, _VNI_OF_TONE, "d9")


def _as_keys(word: str, doubled: str, qualities: dict[str, str], tones: dict[str, str], barred: str) -> str:
    typed, tone = "", ""
    for letter in unicodedata.normalize("NFD", word):
        if letter in tones:
            tone = tones[letter]
        elif letter == _CIRCUMFLEX and doubled:
            typed += typed[-1]
        else:
            typed += qualities.get(letter, barred if letter == "đ" else letter)
    return typed + tone


def _read_vni(letters: str) -> str | None:
    read, tone = "", ""
    letters = "đ" + letters[2:].replace("9", "") if letters.startswith("dd") else letters
    for letter in letters:
        if letter in _VNI_TONES:
            tone = _VNI_TONES[letter]
        elif letter == "9" and "d" in read:
            read = read.replace("d", "đ", 1)
        elif letter in _VNI_QUALITY:
            marked = _with_quality(read, _VNI_QUALITY[letter])
            if marked is None:
                return None
            read = marked
        elif letter.isdigit():
            return None
        else:
            read += letter
    return _with_tone(read, tone)


def _read_telex(letters: str) -> str | None:
    read, tone = "", ""
    for letter in letters:
        has_vowel = any(one in _VOWELS for one in read)
        if letter in TONES and has_vowel:
            tone = TONES[letter]
        elif letter == "w" and has_vowel:
            marked = _with_quality(read, _HORN) or _with_quality(read, _BREVE)
            if marked is None:
                return None
            read = marked
        elif letter == "d" and read.startswith("d"):
            read = "đ" + read[1:]
        elif letter in "aeo" and letter in read and _with_quality(read, _CIRCUMFLEX, letter):
            read = _with_quality(read, _CIRCUMFLEX, letter) or read
        elif letter.isalpha() or unicodedata.combining(letter):
            read += letter
        else:
            return None
    return _with_tone(read, tone)


_QUALITIES = {_CIRCUMFLEX: "aeo", _BREVE: "a", _HORN: "ou"}


def _with_quality(read: str, mark: str, only: str = "") -> str | None:
    """The syllable with the mark on its last vowel that can have it; uo gets two horns (ươ)."""
    allowed = only or _QUALITIES[mark]
    places = [place for place, letter in enumerate(read) if letter in allowed]
    places = [place for place in places if read[place + 1 : place + 2] not in (_CIRCUMFLEX, _BREVE, _HORN)]
    if not places:
        return None
    if mark == _HORN and read[places[-1] - 1 : places[-1] + 1] == "uo" and not read.startswith("qu"):
        return read[: places[-1]] + mark + "o" + mark + read[places[-1] + 1 :]
    place = places[-1] + 1
    return read[:place] + mark + read[place:]


def _with_tone(read: str, tone: str) -> str | None:
    if not tone:
        return read
    # on the vowel with a quality, else on the last of several before a final, else on the last but one
    places = [place for place, letter in enumerate(read) if letter in _VOWELS]
    if not places or any(mark in read for mark in _TONE_MARKS):
        return None
    marked = [place for place in places if read[place + 1 : place + 2] in (_CIRCUMFLEX, _BREVE, _HORN)]
    if marked:
        chosen = marked[-1]
    else:
        if read.startswith(("qu", "gi")) and len(places) > 1:
            places = places[1:]
        ends = places[-1] == len(read) - 1
        chosen = places[-2] if ends and len(places) > 1 else places[-1]
    place = chosen + 1
    while place < len(read) and unicodedata.combining(read[place]):
        place += 1
    return read[:place] + tone + read[place:]

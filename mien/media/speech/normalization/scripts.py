"""Scripts: letters that a voice of espeak-ng spells one by one, because its language is not written in them."""

from __future__ import annotations

import unicodedata
from collections import Counter

_LANGUAGES = {
    "ARABIC": "ar fa ku sd ug ur", "ARMENIAN": "hy hyw", "BENGALI": "bn as bpy", "CHEROKEE": "chr",
    "CJK": "cmn hak yue", "CYRILLIC": "ru ba be bg bs cv kaa kk ky mk nog sr tk tt uk uz", "DEVANAGARI": "hi kok mr ne",
    "ETHIOPIC": "am ti", "GEORGIAN": "ka", "GREEK": "el grc", "GUJARATI": "gu", "GURMUKHI": "pa", "HANGUL": "ko",
    "HEBREW": "he", "HIRAGANA": "ja", "KANNADA": "kn", "KATAKANA": "ja", "MALAYALAM": "ml", "MYANMAR": "my shn",
    "ORIYA": "or", "SHAVIAN": "en-shaw", "SINHALA": "si", "TAMIL": "ta", "TELUGU": "te", "THAI": "th",
}  # fmt: skip
"""Script → languages that are written in it; Latin letters are read in every language."""

_NAMES = {"CJK": "Chinese", "HANGUL": "Korean", "HIRAGANA": "Japanese", "KATAKANA": "Japanese"}
_SAME = {"IDEOGRAPHIC": "CJK", "KATAKANA-HIRAGANA": "KATAKANA"}
_WRITE_INSTEAD = {"ja": "write them in kana", "ko": "write them in Hangul"}


def unread_words(text: str, language: str) -> dict[str, list[str]]:
    """The words of a text in a script that a voice of `language` does not read, by script, in the order of the text.

    A single Greek letter, as in formulas and units, is read by its name and counts as read.
    """
    found: dict[str, list[str]] = {}
    for word in _words(unicodedata.normalize("NFC", text)):
        for script, count in Counter(map(_script, unicodedata.normalize("NFKC", word))).items():
            if not _reads(language, script) and not (script == "GREEK" and count == 1):
                found.setdefault(script, []).append(word)
    return found


def unread_note(text: str, language: str) -> tuple[str, bool]:
    """A sentence on the words that a voice of `language` spells letter by letter; whether they are most of the text.

    It names every script, each with its words and its remedy, the most frequent first. Empty if all words are read.
    """
    found = unread_words(text, language)
    if not found:
        return "", False
    letters = sum(letter.isalpha() for letter in text)
    most = 2 * sum(letter.isalpha() for words in found.values() for word in words for letter in word) > letters
    kana = not found.keys().isdisjoint({"HIRAGANA", "KATAKANA"})
    told: dict[tuple[str, str], list[str]] = {}
    for script, words in sorted(found.items(), key=lambda entry: -sum(map(len, entry[1]))):
        remedy = _WRITE_INSTEAD["ja"] if kana and script == "CJK" else _remedy(script, language)
        told.setdefault((_NAMES.get(script, script.capitalize()), remedy), []).extend(words)
    each = "; ".join(f"no {name} letters ({_shown(words)}): {remedy}" for (name, remedy), words in told.items())
    return f"a voice of {language} reads {each}", most


def _shown(words: list[str]) -> str:
    different = list(dict.fromkeys(words))
    return ", ".join(word[:20] for word in different[:3]) + (", …" if len(different) > 3 else "")


def _words(text: str) -> list[str]:
    """The words of a text, with vowel signs and other marks, which are no letters to Python, and joiners."""
    kept = (
        letter if letter.isalpha() or letter in "\u200c\u200d" or unicodedata.category(letter)[0] == "M" else " "
        for letter in text
    )
    return [word for word in "".join(kept).split() if any(map(str.isalpha, word))]


def _script(letter: str) -> str:
    if not letter.isalpha():
        return "LATIN"
    first = unicodedata.name(letter, "OTHER").split()[0]
    return _SAME.get(first, first)


def _reads(language: str, script: str) -> bool:
    if script == "LATIN" or script.startswith("MODIFIER"):
        return True
    names = {language, language.split("-")[0]}
    latin_only = "latn" in language  # fa-latn, cmn-latn-pinyin
    return not latin_only and not names.isdisjoint(_LANGUAGES.get(script, "").split())


def _remedy(script: str, language: str) -> str:
    if script == "CJK" and language in _WRITE_INSTEAD:
        return _WRITE_INSTEAD[language]
    if script not in _LANGUAGES:
        return "write them in Latin letters"
    return (
        f"write them in its own, or choose a voice that reads them, such as --language {_LANGUAGES[script].split()[0]}"
    )

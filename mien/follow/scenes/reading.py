"""How a text is read: its language, its words in either language, names, and what is not known."""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from mien.follow.corpus.language.names import FAMOUS, NAMES, PLAIN_NAMES, SOMEONE
from mien.follow.scenes.language.denials import Denied, denials_of
from mien.follow.scenes.language.inflections import other_forms
from mien.follow.scenes.language.other_words import OTHER_WORDS
from mien.follow.scenes.language.place_names import PLACE, place_names
from mien.follow.scenes.language.related import RELATED, SILENT, is_person, nearest
from mien.follow.scenes.language.shown import grouped, others, phrases_of, says_something, unshown
from mien.follow.scenes.language.shown_as import shown_as, shown_as_notes
from mien.follow.scenes.lexicon import Word
from mien.follow.scenes.vocabulary import Known, Vocabulary
from mien.text.interface import UnknownWord
from mien.text.signs import signs_as_words, unread_signs
from mien.text.tokens import words
from mien.text.unshown import unshown_notes
from mien.text.vietnamese import has_tone, is_accented, is_syllable, key, plain, typed_keys

LANGUAGES = ("vi", "en", "mixed")

LONGEST = 80
"""Words of a text that are read."""

UNREAD = (0, 0)
"""Ids of a word that is not known."""

_CASED = re.compile(r"[^\W\d_]+", re.UNICODE)
_NO_PERSON_AFTER = frozenset(
    map(key, ("in", "at", "near", "from", "to", "ở", "tại", "trên", "đến", "gần", "trong", "của"))
)
_RUN = re.compile(r"(.)\1{2,}")
_SLASH = re.compile(r"\s*[/|]\s*")
_DOUBLE = re.compile(r"(.)\1")
_NEGATED = re.compile(r"(?:do|does|did|is|are|was|were|ca|has|have|wo)n'?t")
_MOST = 3.0
_EVIDENCE = 2.0
_SHARE = 0.17
_SUGGESTIONS = 3
_SIMILAR, _MISTYPED = 0.6, 0.8
_NEIGHBOURS = 2
_REMEMBERED = 1 << 14


@dataclass(frozen=True)
class ReadText:
    """A text as the network gets it.

    language: "vi", "en" or "mixed". ids: of each word and of its form without accents; (0, 0) where it is not known.
    unknown: words and signs that are not known. names: words read as a person's name. corrected: a word → the known
    one that it was read as. left_out: words at the end that are not read. unshown: what no scene shows, known or not.
    others: those of `unshown` that ask for more figures than one. shown_as: words → the more common thing that is
    shown. denied: attribute → options that must not be seen. drawn: the ids without what is denied and what is not
    shown, of which the scene is drawn. says_something: whether any of its words can be shown.
    """

    language: str
    ids: tuple[tuple[int, int], ...]
    unknown: tuple[UnknownWord, ...] = ()
    names: tuple[str, ...] = ()
    corrected: Mapping[str, str] = field(default_factory=dict)
    left_out: int = 0
    unshown: tuple[str, ...] = ()
    denied: Denied = field(default_factory=dict)
    says_something: bool = True
    drawn: tuple[tuple[int, int], ...] = ()
    others: tuple[str, ...] = ()
    shown_as: Mapping[str, str] = field(default_factory=dict)

    def notes(self, figures: int = 1) -> tuple[str, ...]:
        """What a user should know, a sentence each. figures: how many are shown."""
        named = (
            [f"{' '.join(self.names)!r} is a name: the figure is a person, but nobody's likeness"] if self.names else []
        )
        read = [f"{word!r} is read as {meant!r}" for word, meant in self.corrected.items()]
        cut = [f"the last {self.left_out} words of the text are not read"] if self.left_out else []
        signs = [one.note for one in self.unknown if not any(map(str.isalnum, one.word))]
        return (*named, *read, *self._unshown_notes(figures), *signs, *cut)

    def _unshown_notes(self, figures: int) -> tuple[str, ...]:
        """What of the text no scene shows, with the nearest that one can show, in one sentence."""
        left = [words for words in self.unshown if figures == 1 or words not in self.others]
        instead = {words: (shown,) for words, shown in self.shown_as.items()}
        if left:
            return unshown_notes(left, {**{words: nearest(words) for words in left}, **instead})
        return shown_as_notes(self.shown_as)


_BEFORE_WAVES = {
    "the", "of", "in", "on", "by", "over", "under", "with", "and", "to", "from", "at", "among", "through", "near",
    "between", "above", "into", "these", "some", "big", "small", "high", "huge", "tall", "blue", "green", "white",
    "calm", "wild", "rough", "gentle", "rolling", "crashing", "breaking", "foaming", "stormy", "ocean", "sea", "water",
}  # fmt: skip


class Reader:
    """Reads texts with the words of a vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        # a training reads the same words again and again
        self._look_up = lru_cache(_REMEMBERED)(self._word)
        self._suggest = lru_cache(_REMEMBERED)(self._suggestions)

    def read(self, text: str, language: str | None = None) -> ReadText:
        """The text's words; in the language that it is in, or the one that is given.

        Raises ValueError for an unknown language.
        """
        if language is not None and language not in LANGUAGES:
            raise ValueError(f"a text is in the language {', '.join(LANGUAGES)}, not {language!r}")
        text = unicodedata.normalize("NFC", text)
        said = ["not" if _NEGATED.fullmatch(word) else word for word in _waving(words(_spelled_out(text)))]
        spoken = language or self.language_of(text)
        capitals = _capitals(text)
        return self._read(text, said, spoken, capitals)

    def language_of(self, text: str) -> str:
        """ "vi", "en", or "mixed" where both languages have a word of their own for it; "en" for nothing known."""
        vietnamese = english = 0.0
        speaking = []
        for word in words(unicodedata.normalize("NFC", text)):
            evidence = self._evidence(word)
            vietnamese += max(0.0, evidence)
            english += max(0.0, -evidence)
            speaking += [word] if evidence > 0 else []
        least, most = sorted((vietnamese, english))
        if vietnamese < english and len(speaking) == 1 and not is_accented(speaking[0]):
            return "en"  # "a cat": one word that would be Vietnamese without its accents, cát, is rather one not known
        if least > _EVIDENCE and least > _SHARE * (vietnamese + english) and most > _EVIDENCE:
            return "mixed"
        return "vi" if vietnamese > english else "en"

    def _evidence(self, word: str) -> float:
        """Log-odds that a word is Vietnamese and not English, in [-3, 3]."""
        if key(word) in FAMOUS or word == ",":
            return 0.0
        exact = self.vocabulary.by_key.get(key(word))
        standing = self.vocabulary.plainly(word, "vi")
        vietnamese = sum(one.vietnamese for one in standing) * (1.0 if exact and exact.vietnamese else 0.5)
        english = float(exact.english) if exact else 0.0
        if vietnamese or english:
            return max(-_MOST, min(_MOST, math.log((vietnamese + 20) / (english + 20))))
        if is_accented(word) or self._keys(word):
            return 1.5
        return 0.2 if is_syllable(word) else -0.5

    def _keys(self, word: str) -> Known | None:
        """The known word that was meant by keys of Telex or VNI."""
        meant = typed_keys(word)
        found = self.vocabulary.by_key.get(key(meant)) if meant else None
        return found if found and found.vietnamese else None

    def _read(self, text: str, said: Sequence[str], language: str, capitals: Mapping[str, bool]) -> ReadText:
        ids: list[tuple[int, int]] = []
        names: list[str] = []
        corrected: dict[str, str] = {}
        unknown: dict[str, UnknownWord] = {}
        accented = any(is_accented(word) for word in said)
        toned = any(map(has_tone, said))
        before = ""
        read: list[Word] = []
        named = place_names(said[:LONGEST], capitals)
        for place, word in enumerate(said[:LONGEST]):
            if named.get(place):
                unknown[word] = UnknownWord(word, ())
                ids.append(UNREAD)
                read.append(Word(word, PLACE, plain(word), known=False))
                before = key(word)
                continue
            name = None if place in named else self._name(word, before, capitals, language, accented)
            before = key(word)
            if name is not None:
                names.append(word)
                ids.append(self._ids(self.vocabulary.by_key[name]))
                read.append(Word(word, name, name))
                continue
            found, meant = self._look_up(word, language)
            if found is None and before in SILENT:
                continue
            ids.append(found or UNREAD)
            read.append(self._as_read(word, found, language, toned))
            if found is None:
                unknown[word] = UnknownWord(word, self._suggest(word, language))
            elif meant is not None:
                corrected[word] = meant
        signs = [UnknownWord(sign, ()) for sign in unread_signs(_spelled_out(text))]
        shown = tuple(dict.fromkeys(name.title() for name in names))
        phrases = phrases_of(read)
        denials = denials_of(read, phrases)
        dropped = {place for span in denials.places for place in span}
        left = unshown(read, phrases, (*denials.places, *denials.unread))
        more = others(read, phrases, denials.places)
        groups = grouped(read, left)
        further = grouped(read, [place for place in more if place not in left])
        counted = {word for word, place in groups.items() if place in more}
        drawn = list(ids)
        mistyped = [place for place, one in enumerate(read) if self._is_mistyped(one, language)]
        for place in left:
            if not any(abs(place - other) <= _NEIGHBOURS for other in mistyped):
                drawn[place] = UNREAD  # or a part of another phrase would be shown for it
        named_person = [place for words, place in groups.items() if is_person(words)][:1]
        if (
            not names
            and SOMEONE in self.vocabulary.by_key
            and not any("kind" in one.facts and not set(range(one.start, one.end)) <= set(left) for one in phrases)
        ):
            for place in named_person:
                drawn[place] = self._ids(self.vocabulary.by_key[SOMEONE])  # what is no animal and no machine
        something = bool(names or named_person) or not text.strip() or bool(read and not left) or says_something(read)
        return ReadText(
            language, tuple(ids), (*unknown.values(), *signs), shown, corrected, max(0, len(said) - LONGEST),
            (*groups, *(word for word in further if word not in groups)), denials.denied, something,
            tuple(one for place, one in enumerate(drawn) if place not in dropped),
            tuple({**dict.fromkeys(counted), **further}), shown_as(read, phrases, dropped),
        )  # fmt: skip

    def _is_mistyped(self, word: Word, language: str) -> bool:
        """Whether an unknown word, or one of the other language, may be a known one: then it is no word of its own."""
        known = self.vocabulary.by_key.get(word.key)
        if word.known and (not word.key or known is None or known.of(language)):
            return False
        return word.known or bool(self._suggest(word.typed, language, _MISTYPED))

    def _as_read(self, word: str, ids: tuple[int, int] | None, language: str, toned: bool) -> Word:
        """A word with what it was found to be. toned: whether the text has tone marks."""
        if ids is None:
            return Word(word, key(word), plain(word), known=False)
        form = self.vocabulary.plain_forms[ids[1] - 1]
        if not ids[0]:
            return Word(word, "", form, is_other=key(word) not in self.vocabulary.by_key)
        known = self.vocabulary.words[ids[0] - 1]
        vietnamese = any(one.vietnamese for one in self.vocabulary.by_plain[form])
        lacking = language != "en" and vietnamese and not (toned and is_accented(word))
        return Word(word, "" if lacking else known.key, form, is_other=key(word) not in self.vocabulary.by_key)

    def _word(self, word: str, language: str) -> tuple[tuple[int, int] | None, str | None]:
        """Ids of a word, and the word that it was corrected to."""
        known = self._known(word, language)
        if known is not None:
            return known, None
        shortened = [_RUN.sub(r"\1", word), _RUN.sub(r"\1\1", word), _DOUBLE.sub(r"\1", word)]
        if word in OTHER_WORDS and language != "vi":
            return None, None
        if language == "en" or (language == "mixed" and not is_syllable(word)):
            shortened += other_forms(word)
        for short in dict.fromkeys(shortened):
            known = self._known(short, language) if short != word else None
            if known is not None and (language != "en" or self._is_english(known)):
                return known, None
        near = self.vocabulary.nearly(word, language)
        if near is None or key(word) in RELATED:
            return None, None
        options = self.vocabulary.by_plain[near]
        best = max((one for one in options if one.of(language)), key=lambda one: one.vietnamese + one.english)
        # accents that were typed right still tell the word
        same = [
            one for one in options if one.of(language) and difflib.SequenceMatcher(None, word, one.word).ratio() > 0.85
        ]
        chosen = same[0] if len(same) == 1 else best
        alone = len([one for one in options if one.of(language)]) == 1 or len(same) == 1
        return (self._ids(chosen) if alone else (0, self.vocabulary.plain_ids[near])), chosen.word

    def _is_english(self, ids: tuple[int, int]) -> bool:
        return ids[0] == 0 or self.vocabulary.words[ids[0] - 1].english > 0

    def _known(self, word: str, language: str) -> tuple[int, int] | None:
        exact = self.vocabulary.by_key.get(key(word))
        # without accents a word may be another one: only those with accents are surely themselves
        if exact is not None and exact.of(language) and (language == "en" or is_accented(word)):
            return self._ids(exact)
        meant = self._keys(word) if language != "en" else None
        if exact is None and meant is not None:
            return self._ids(meant)
        standing = self.vocabulary.plainly(word, language)
        if not standing:
            return None if exact is None else self._ids(exact)  # a word of the other language
        if len(standing) == 1:
            return self._ids(standing[0])
        return (
            self._ids(exact)
            if exact is not None and exact.of(language)
            else (0, self.vocabulary.plain_ids[plain(word)])
        )

    def _ids(self, known: Known) -> tuple[int, int]:
        return self.vocabulary.word_ids[known.key], self.vocabulary.plain_ids[known.plain]

    def _name(self, word: str, before: str, capitals: Mapping[str, bool], language: str, accented: bool) -> str | None:
        """What a name is read as, None for other words."""
        code = key(word)
        found = NAMES.get(code) or PLAIN_NAMES.get(code)
        if SOMEONE not in self.vocabulary.by_key:
            return None
        if code in FAMOUS:
            return found
        inside = capitals.get(word)
        if inside is None or before in _NO_PERSON_AFTER:
            return None
        exact = self.vocabulary.by_key.get(code)
        known = exact is not None and exact.of(language)
        if not inside:  # the first word of a sentence: only names that are no word
            standing = self.vocabulary.plainly(word, language)
            return found if found and not known and (accented or not standing) else None
        if known and found is None:
            return None
        return found or (SOMEONE if self._known(word, language) is None else None)

    def _suggestions(self, word: str, language: str, least: float = _SIMILAR) -> tuple[str, ...]:
        if key(word) in RELATED and least == _SIMILAR:
            return RELATED[key(word)]
        if len(word) > 40:
            return ()
        near = difflib.get_close_matches(plain(word), self.vocabulary.plain_forms, 2 * _SUGGESTIONS, least)
        found = [one.word for form in near for one in self.vocabulary.by_plain[form] if one.of(language)]
        return tuple(word for word in found if not word.startswith("<"))[:_SUGGESTIONS]


def _waving(said: list[str]) -> list[str]:
    """ "a woman waves" is about waving: the noun follows an article, a preposition or an adjective of the sea."""
    pairs = zip(["the", *said], said, strict=False)
    return ["waving" if word == "waves" and before not in _BEFORE_WAVES else word for before, word in pairs]


def _spelled_out(text: str) -> str:
    return signs_as_words(_SLASH.sub(", ", text), ("and", ","))


def _capitals(text: str) -> dict[str, bool]:
    """Words with a capital → whether one stands inside a sentence; none where most words of the text have one."""
    found = list(_CASED.finditer(text))
    cased = [match for match in found if match[0][0].isupper()]
    if len(cased) > max(2, 0.6 * len(found)) or (len(found) > 1 and text.isupper()):
        return {}
    inside: dict[str, bool] = {}
    for match in cased:
        before = text[: match.start()].rstrip()
        starts = not before or before[-1] in ".!?:;\n-/"
        inside[match[0].lower()] = inside.get(match[0].lower(), False) or not starts
    return inside

"""Wording of a text in its language, and captions: the written words at the times of what was said for them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache

from mien.media.speech.interface import SpokenWord
from mien.media.speech.normalization import english, vietnamese
from mien.media.speech.normalization.abbreviations import abbreviation_rules
from mien.media.speech.normalization.rewriting import Rule, SpokenText, rewrite

_PICTURES = r"\U0001F1E6-\U0001FAFF\u2600-\u27BF"
_EMOJI: Rule = (
    re.compile(rf"[{_PICTURES}][{_PICTURES}\uFE0F\u200D\u20E3\U000E0020-\U000E007F]*"),
    lambda _: "",
)
"""Pictures with what joins and colours them; the joiner alone is part of letters in Indian scripts."""


def spoken_text(text: str, language: str) -> SpokenText:
    """What is said for a written text in a language, such as `en-us` and `vi`.

    Emoji beside words are not said. In English and Vietnamese, numbers, dates, times, amounts, units, addresses and
    abbreviations become words. In other languages the engine reads the text as it is written, but for abbreviations
    with a point, which it takes for the end of a sentence.
    """
    rules = _rules(language)
    # nobody reads a smiley aloud, unless there is nothing else to say
    return rewrite(text, (_EMOJI, *rules) if any(map(str.isalnum, text)) else rules)


@cache
def _rules(language: str) -> tuple[Rule, ...]:
    main = language.split("-")[0]
    if main == "en":
        # America alone writes the month first
        return tuple(english.rules(british=not language.startswith("en-us")))
    return tuple(vietnamese.rules() if main == "vi" else abbreviation_rules(main))


def written_words(words: Sequence[SpokenWord], text: SpokenText) -> list[SpokenWord]:
    """The whole written text in words, at the times of what was said for each.

    `words` have positions in `text.spoken`. A written word is what stands between spaces; words that are said as one,
    such as `20.000 đ`, are one. A word lasts from the first to the last of what is said for it; one for which nothing
    is said, such as a dash, stands with the word before it.
    """
    places = _places(text)
    starts = [start for start, _ in places]
    timed: dict[int, tuple[float, float]] = {}
    for word in words:
        place = max(bisect_right(starts, text.origin(word.position)) - 1, 0)
        begin, end = timed.get(place, (word.start, word.end))
        timed[place] = (min(begin, word.start), max(end, word.end))
    written: list[SpokenWord] = []
    waiting = ""
    for place, (start, end) in enumerate(places):
        shown = " ".join(text.written[start:end].split())
        if place in timed:
            begin, last = timed[place]
            begin = max(begin, written[-1].start) if written else begin
            written.append(SpokenWord(waiting + shown, begin, max(begin, last), start))
            waiting = ""
        elif written:
            before = written[-1]
            written[-1] = SpokenWord(f"{before.word} {shown}", before.start, before.end, before.position)
        else:
            waiting += f"{shown} "
    return written


def _places(text: SpokenText) -> list[tuple[int, int]]:
    """Start and end in the written text of each word of the captions."""
    places: list[tuple[int, int]] = []
    number = 0
    for match in re.finditer(r"\S+", text.written):
        before = places[-1][1] if places else 0
        while number < len(text.joined) and text.joined[number][1] <= before:
            number += 1
        start, end = text.joined[number] if number < len(text.joined) else (before, before)
        if start < before and end > match.start():  # said in one with the word before it
            places[-1] = (places[-1][0], match.end())
        else:
            places.append(match.span())
    return places

"""Captions: timed words as WebVTT (W3C, "WebVTT: The Web Video Text Tracks Format")."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from mien.media.phrases import bracketed_spans
from mien.media.speech.interface import SpokenWord

PAUSE_SECONDS = 0.28
"""A pause of at least this length ends a cue; espeak-ng pauses 0.3 s after a sentence, 0.15 s after a comma."""

LONGEST_SECONDS = 6.0
"""Maximum duration of the speech in a cue."""

LEAST_SECONDS = 0.8
"""Minimum display time of a cue, unless the next one starts earlier; shorter ones cannot be read."""

LINES = 2


def webvtt(words: Sequence[SpokenWord], longest: int = 42, note: Sequence[str] = ()) -> str:
    """The text of a WebVTT file for timed words: cues of at most two lines of at most `longest` characters.

    A cue ends at a pause, when it is full, or after 6 s of speech; cues do not overlap. What stands in brackets or
    quotation marks stays in one cue, if a cue can hold it, pauses included. Words are escaped; a word
    longer than a line is split. `note`: lines of a comment before the cues. Raises ValueError for `longest` < 8 and
    for times that do not ascend.
    """
    if longest < 8:
        raise ValueError(f"a line of captions has at least 8 characters, not {longest}")
    pieces = [piece for word in _checked(words) for piece in _split_word(word, longest)]
    cues = list(_cues(pieces, longest))
    ends = [_end(cue, following[0].start) for cue, following in pairwise(cues)]
    ends += [_end(cue, math.inf) for cue in cues[-1:]]
    blocks, last = ["WEBVTT\n"], 0
    if note:
        blocks.append("\n".join(["NOTE", *note]) + "\n")
    for cue, end in zip(cues, ends, strict=True):
        first = max(round(1000 * cue[0].start), last)
        last = max(round(1000 * end), first + 1)
        text = "\n".join(_escaped(line) for line in _lines([piece.word for piece in cue], longest))
        blocks.append(f"{_clock(first)} --> {_clock(last)}\n{text}\n")
    return "\n".join(blocks)


def _checked(words: Sequence[SpokenWord]) -> Iterator[SpokenWord]:
    """The words with normalised white space; words without printable characters are left out."""
    latest = 0.0
    for word in words:
        if not (math.isfinite(word.end) and latest <= word.start <= word.end):
            raise ValueError(f"the word {word.word[:40]!r} has no ascending times: {word.start:g} to {word.end:g} s")
        latest = word.start
        plain = " ".join("".join(letter if letter.isprintable() else " " for letter in word.word).split())
        if plain:
            yield SpokenWord(plain, word.start, word.end)


def _split_word(word: SpokenWord, longest: int) -> Iterator[SpokenWord]:
    """A word split into pieces that fit a line, with its duration divided equally between them."""
    count = -(-len(word.word) // longest)
    step = (word.end - word.start) / count
    for number in range(count):
        piece = word.word[number * longest : (number + 1) * longest].strip()
        if piece:
            yield SpokenWord(piece, word.start + number * step, word.start + (number + 1) * step)


def _cues(words: Sequence[SpokenWord], longest: int) -> Iterator[list[SpokenWord]]:
    cue: list[SpokenWord] = []
    for phrase in _phrases(words, longest):
        if cue and (phrase[0].start - cue[-1].end >= PAUSE_SECONDS or not _fits([*cue, *phrase], longest)):
            yield cue
            cue = []
        cue += phrase
    if cue:
        yield cue


def _phrases(words: Sequence[SpokenWord], longest: int) -> Iterator[list[SpokenWord]]:
    """Single words, and as one what stands in brackets or quotation marks, where a cue can hold it."""
    ends = {
        first: last
        for first, last in reversed(bracketed_spans([word.word for word in words]))  # outer ones win
        if _fits(words[first : last + 1], longest)
    }
    number = 0
    while number < len(words):
        last = ends.get(number, number)
        yield list(words[number : last + 1])
        number = last + 1


def _fits(words: Sequence[SpokenWord], longest: int) -> bool:
    short = words[-1].end - words[0].start <= LONGEST_SECONDS
    # a phrase of more characters than two lines hold need not be set to know
    return (
        short
        and sum(len(word.word) + 1 for word in words) <= 2 * (longest + 1)
        and (len(_lines([word.word for word in words], longest)) <= LINES)
    )


def _lines(words: list[str], longest: int) -> list[str]:
    """The words in as few lines as possible; two lines are balanced in length."""
    best: list[str] = []
    line = ""
    for word in words:
        longer = f"{line} {word}" if line else word
        if len(longer) > longest:
            best.append(line)
            line = word
        else:
            line = longer
    best.append(line)
    if len(best) == 2:
        halves = [[" ".join(words[:cut]), " ".join(words[cut:])] for cut in range(1, len(words))]
        best = min(halves, key=lambda half: max(map(len, half)))
    return best


def _end(cue: list[SpokenWord], following: float) -> float:
    return min(max(max(word.end for word in cue), cue[0].start + LEAST_SECONDS), following)


def _escaped(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(milliseconds: int) -> str:
    seconds, thousandths = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}.{thousandths:03}"

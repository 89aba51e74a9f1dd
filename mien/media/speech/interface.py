"""Interface of speech synthesis: text and voice → samples, and phonemes and words with their times.

Equal text and voice give equal samples, whatever was synthesised before (see `Voice` for the exceptions).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from math import gcd
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

MAX_CHARACTERS = 100_000
"""Maximum length of a text; about two hours of speech."""

PIECE_CHARACTERS = 400
"""Maximum length of the piece of text that an engine gets at once."""


class SpeechUnavailable(RuntimeError):  # noqa: N818 - a state of the machine, named as such
    """Speech synthesis is not possible on this machine; the message names the remedy."""


class Voice(BaseModel):
    """Voice and manner of speaking.

    `language`: an espeak-ng voice name, such as `en-us`, `en-gb`, `vi`. `variant`: `f1`–`f5` (women), `m1`–`m8` (men)
    or another variant of the engine; None: the default voice of the language. `pitch`, `pitch_range`: 0–99, default 50.
    `words_per_minute`: 80–450.

    Breathy variants (espeak's f2, f3, f5) contain noise that espeak seeds by the clock: their phonemes and times are
    reproducible, their samples are not. The other variants named here give equal samples every time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: str = Field(default="en-us", pattern=r"^[a-z]{2,4}(-[a-z0-9]{1,8}){0,3}$")
    variant: str | None = Field(default=None, pattern=r"^[A-Za-z0-9]{1,20}$")
    pitch: int = Field(default=50, ge=0, le=99)
    pitch_range: int = Field(default=50, ge=0, le=99)
    words_per_minute: int = Field(default=175, ge=80, le=450)


@dataclass(frozen=True)
class SpokenPhoneme:
    """A phoneme in IPA, preceded by `ˈ` or `ˌ` if stressed; `start`, `end` in seconds."""

    phoneme: str
    start: float
    end: float


@dataclass(frozen=True)
class SpokenWord:
    """A word as spelled in the text; `start`, `end` in seconds, `position` in characters of the text."""

    word: str
    start: float
    end: float
    position: int = 0


@dataclass(frozen=True)
class Speech:
    """Synthesised speech: `samples` float32 (N,) in [−1, 1] at `hz`; phonemes and words in the order of time.

    Pauses are gaps between phonemes. `notes`: sentences on what is not said as it is written, or how it was read.
    """

    samples: NDArray[np.float32]
    hz: int
    phonemes: tuple[SpokenPhoneme, ...]
    words: tuple[SpokenWord, ...]
    notes: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.hz

    def at(self, hz: int) -> Speech:
        """The same speech resampled to another rate."""
        return replace(self, samples=resample(self.samples, self.hz, hz), hz=hz)


class Synthesiser(Protocol):
    """A speech engine."""

    def speak(self, text: str, voice: Voice = ...) -> Speech:
        """Synthesise `text`. Raises ValueError if it has nothing to speak or the engine lacks the voice."""
        ...


def resample(samples: NDArray[np.float32], hz: int, target_hz: int) -> NDArray[np.float32]:
    """Samples (N,) at `hz` as float32 samples (ceil(N · target_hz / hz),) at `target_hz`, by a polyphase filter."""
    if hz <= 0 or target_hz <= 0:
        raise ValueError(f"a sample rate must be positive: {hz}, {target_hz}")
    if hz == target_hz or len(samples) == 0:
        return np.asarray(samples, np.float32)
    from scipy.signal import resample_poly

    common = gcd(hz, target_hz)
    return np.asarray(resample_poly(samples, target_hz // common, hz // common), np.float32)


def speakable_text(text: str) -> str:
    """`text` with control characters and lone surrogates replaced by spaces, as long as before.

    Raises ValueError if no letter, digit or symbol is left, or if the text is too long.
    """
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"the text has {len(text):,} characters; at most {MAX_CHARACTERS:,} are spoken at once")
    # Among the control characters is espeak's own command character, \x01.
    clean = "".join(" " if unicodedata.category(letter) in ("Cc", "Cs") else letter for letter in text)
    if not any(unicodedata.category(letter)[0] in "LNS" for letter in clean):
        raise ValueError("there is nothing speakable in the text")
    return clean


_SENTENCE_END = re.compile(r"(?<=[.!?…。!?])\s+|\n\s*\n")


def split_text(text: str, longest: int = PIECE_CHARACTERS) -> list[str]:
    """Split `text` after each sentence; sentences of more than `longest` characters also at spaces, else anywhere.

    Outer spaces of the pieces are removed; nothing else is lost. The point of an abbreviation ends no sentence.
    """
    return [piece for _, piece in placed_pieces(text, longest)]


def placed_pieces(text: str, longest: int = PIECE_CHARACTERS) -> list[tuple[int, str]]:
    """The pieces of `split_text`, each with the position in `text` at which it starts."""
    pieces: list[tuple[int, str]] = []
    start = 0
    for end in [*(match.end() for match in _SENTENCE_END.finditer(text) if _ends_sentence(text, match)), len(text)]:
        rest = text[start:end].rstrip()
        start, begin = end, end - len(text[start:end].lstrip())
        rest = rest.lstrip()
        while len(rest) > longest:
            cut = rest.rfind(" ", 1, longest + 1)
            cut = cut if cut > 0 else longest
            pieces.append((begin, rest[:cut].rstrip()))
            begin += len(rest) - len(rest[cut:].lstrip())
            rest = rest[cut:].lstrip()
        if rest:
            pieces.append((begin, rest))
    return pieces


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    """Whether a sentence ends here, not an abbreviation: of one letter, with an inner point (z.B.), without vowel."""
    word = re.search(r"([^\W\d_](?:[^\W\d_]|\.)*)\.$", text[max(0, match.start() - 12) : match.start()])
    if word is None or match.group().count("\n") > 1:
        return True
    letters = unicodedata.normalize("NFKD", word[1].lower())
    latin = "LATIN" in unicodedata.name(letters[0], "")
    return not (latin and (len(word[1]) == 1 or "." in word[1] or not re.search(r"[aeiouyæøœı]", letters)))

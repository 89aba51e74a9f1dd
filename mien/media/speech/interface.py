"""Speech synthesis: a text and a voice in; samples, phonemes and words with their times out.

Equal text and voice give equal samples, whatever was spoken before (see `Voice` for the exceptions).
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
"""The longest text that is spoken; about two hours."""

PIECE_CHARACTERS = 400
"""How long a piece of text is that an engine gets at once, at most."""


class SpeechUnavailable(RuntimeError):  # noqa: N818 - a state of the machine, named as such
    """No speech can be made on this machine; the message names the remedy."""


class Voice(BaseModel):
    """How the text is spoken.

    `language`: an espeak-ng voice name, such as `en-us`, `en-gb`, `vi`. `variant`: `f1`–`f5` (women), `m1`–`m8` (men)
    or another of the engine's variants; None: the language's own voice. `pitch`, `pitch_range`: 0–99, 50 is the
    voice's own. `words_per_minute`: 80–450.

    Variants with breath (espeak's f2, f3, f5) hold noise that espeak seeds by the clock: phonemes and times are the
    same every time, the samples are not. The other variants named here give the same samples every time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: str = Field(default="en-us", pattern=r"^[a-z]{2,4}(-[a-z0-9]{1,8}){0,3}$")
    variant: str | None = Field(default=None, pattern=r"^[A-Za-z0-9]{1,20}$")
    pitch: int = Field(default=50, ge=0, le=99)
    pitch_range: int = Field(default=50, ge=0, le=99)
    words_per_minute: int = Field(default=175, ge=80, le=450)


@dataclass(frozen=True)
class SpokenPhoneme:
    """A phoneme in IPA, with the stress mark `ˈ` or `ˌ` before it where it is stressed; `start`, `end` in seconds."""

    phoneme: str
    start: float
    end: float


@dataclass(frozen=True)
class SpokenWord:
    """A word as the text has it; `start`, `end` in seconds."""

    word: str
    start: float
    end: float


@dataclass(frozen=True)
class Speech:
    """What was spoken: `samples` float32 (N,) in [-1, 1] at `hz`; phonemes and words in the order of time.

    Pauses are gaps between phonemes.
    """

    samples: NDArray[np.float32]
    hz: int
    phonemes: tuple[SpokenPhoneme, ...]
    words: tuple[SpokenWord, ...]

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.hz

    def at(self, hz: int) -> Speech:
        """The same speech with its samples at another rate."""
        return replace(self, samples=resample(self.samples, self.hz, hz), hz=hz)


class Synthesiser(Protocol):
    """A speech engine."""

    def speak(self, text: str, voice: Voice = ...) -> Speech:
        """Speak `text`. Raises ValueError where nothing in it can be spoken, or the engine lacks the voice."""
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
    """`text` without what no engine should see: control characters and lone surrogates become spaces.

    Raises ValueError where no letter, digit or symbol is left, or the text is too long.
    """
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"the text has {len(text):,} characters; at most {MAX_CHARACTERS:,} are spoken at once")
    # Among the control characters is espeak's own command character, \x01.
    clean = "".join(" " if unicodedata.category(letter) in ("Cc", "Cs") else letter for letter in text).strip()
    if not any(unicodedata.category(letter)[0] in "LNS" for letter in clean):
        raise ValueError("there is nothing speakable in the text")
    return clean


def split_text(text: str, longest: int = PIECE_CHARACTERS) -> list[str]:
    """Cut `text` into pieces of at most `longest` characters: after sentences, else at spaces, else anywhere.

    Sentences are not put together again: each is a piece. The pieces, without their outer spaces, hold all of the text.
    """
    pieces = []
    for sentence in re.split(r"(?<=[.!?…。!?])\s+|\n\s*\n", text):
        rest = sentence.strip()
        while len(rest) > longest:
            cut = rest.rfind(" ", 1, longest + 1)
            cut = cut if cut > 0 else longest
            pieces.append(rest[:cut].strip())
            rest = rest[cut:].strip()
        pieces.append(rest)
    return [piece for piece in pieces if piece]

"""Phonemes to mouth shapes: every IPA letter has a viseme, every viseme is a set of ARKit weights.

The classes are the usual ones (silence, p, f, th, t, k, ch, s, n, r and the vowels by height and rounding); their
weights are those of `mien.heads.visemes`. Overlap between neighbours follows Cohen & Massaro, "Modeling coarticulation
in synthetic visual speech" (1993): each segment has a target and a dominance that decays before and after it, and the
mouth is their weighted mean. Lips that must touch (p, b, m; f, v) are closed after that, fully.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.heads.performance import ARKIT_NAMES
from mien.heads.visemes import MOUTH_SHAPES
from mien.media.speech.interface import SpokenPhoneme


@dataclass(frozen=True)
class Viseme:
    """A mouth shape: ARKit weights, and its dominance over its neighbours."""

    weights: NDArray[np.float32]
    jaw_dominance: float
    lip_dominance: float


# how strongly jaw and lips of each mouth shape prevail over its neighbours
_DOMINANCE: dict[str, tuple[float, float]] = {
    "silence": (0.6, 0.4),
    "p": (1.6, 1.2),
    "f": (1.4, 1.2),
    "th": (0.9, 0.7),
    "t": (0.8, 0.35),
    "k": (0.5, 0.2),
    "ch": (1.0, 1.2),
    "s": (1.1, 0.6),
    "r": (0.6, 0.8),
    "w": (0.8, 1.6),
    "a": (1.4, 0.6),
    "æ": (1.4, 0.7),
    "e": (1.2, 0.7),
    "i": (0.9, 0.9),
    "schwa": (0.7, 0.3),
    "o": (1.2, 1.3),
    "u": (0.9, 1.5),
}

VISEMES: dict[str, Viseme] = {name: Viseme(MOUTH_SHAPES[name], *pair) for name, pair in _DOMINANCE.items()}
"""Visemes by name; both sides have the same weights."""

_LETTERS: dict[str, str] = {
    "p": "pbmɓʙɸβɱ",  # ɸ β: both lips, nearly closed
    "f": "fvʋⱱ",
    "th": "θð",
    "t": "tdnlɾɗɖʈɳɲɭʎɬɮʟɫrɽⱡçʝɟc",
    "k": "kɡgŋxɣqɢχʁɴʀhɦħʕʔʡɠʄɰʜʢ",
    "ch": "ʃʒʂʐɕʑɧ",
    "s": "szʦʣ",
    "r": "ɹɻɺɚɝɜɞ",
    "w": "wʍɥ",
    "a": "aɑɐʌɒ",
    "æ": "æ",
    "e": "eɛɘœøɶ",
    "i": "iɪjɨᵻ",
    "schwa": "əɤɯɵ",
    "o": "oɔ",
    "u": "uʊyʏʉᵿ",
}
VISEME_OF: dict[str, str] = {letter: name for name, letters in _LETTERS.items() for letter in letters}
"""IPA letter → name of its viseme."""

LIPS_MEET = frozenset("pbmɓʙɱ")
"""Letters with a closure of the lips (bilabial, labiodental)."""


def visemes_of(phoneme: str) -> list[str]:
    """Names of a phoneme's visemes: one for a plain sound, two for a diphthong or an affricate (`aɪ`, `tʃ`).

    Stress, length, tone and other marks are ignored; an unknown letter counts as `schwa`.
    """
    names: list[str] = []
    for letter in unicodedata.normalize("NFD", phoneme):
        if letter in VISEME_OF or unicodedata.category(letter) in ("Ll", "Lo"):
            name = VISEME_OF.get(letter, "schwa")
            if not names or names[-1] != name:
                names.append(name)
    return names


@dataclass(frozen=True)
class Segment:
    """A viseme in time. start, end: seconds. stressed: of a stressed vowel. closes: the lips touch."""

    viseme: str
    start: float
    end: float
    stressed: bool = False
    closes: bool = False


def segments_of(phonemes: Sequence[SpokenPhoneme], seconds: float) -> list[Segment]:
    """The segments of phonemes over the time [0, `seconds`], with silence between words."""
    segments: list[Segment] = []
    time = 0.0
    for phoneme in phonemes:
        if phoneme.start - time > 0.04:  # shorter gaps are artefacts of the synthesiser
            segments.append(Segment("silence", time, phoneme.start))
        names = visemes_of(phoneme.phoneme) or ["schwa"]
        step = (phoneme.end - phoneme.start) / len(names)
        closes = any(letter in LIPS_MEET for letter in phoneme.phoneme)
        for number, name in enumerate(names):
            start = phoneme.start + number * step
            stressed = "ˈ" in phoneme.phoneme
            segments.append(Segment(name, start, start + step, stressed, closes and name == "p"))
        time = max(time, phoneme.end)
    if seconds - time > 0.0:
        segments.append(Segment("silence", time, seconds))
    return segments


ANTICIPATION = 0.035
"""Seconds by which the mouth precedes the sound (anticipatory coarticulation)."""

_BEFORE, _AFTER = 0.075, 0.055  # decay of a segment's dominance outside of it, in seconds
_JAW = ARKIT_NAMES.index("jawOpen")


def _dominance(times: NDArray[np.float64], segment: Segment) -> NDArray[np.float64]:
    """Dominance of a segment at each time: 1 in its middle half, decaying outwards, further before than after."""
    length = segment.end - segment.start
    start, end = segment.start + 0.25 * length, segment.end - 0.25 * length
    before, after = np.maximum(start - times, 0) / _BEFORE, np.maximum(times - end, 0) / _AFTER
    return np.asarray(np.exp(-((before + after) ** 1.4)))


def closure(times: NDArray[np.float64], segments: Sequence[Segment], hold: float = 0.04) -> NDArray[np.float64]:
    """Closure of the lips at each time, in [0, 1]: 1 for at least `hold` seconds at every p, b, m."""
    closed = np.zeros(len(times))
    for segment in segments:
        if segment.closes:
            centre = (segment.start + segment.end) / 2
            half = max(hold, 0.7 * (segment.end - segment.start)) / 2
            away = np.maximum(np.abs(times - centre) - half, 0) / 0.055
            closed = np.maximum(closed, 0.5 + 0.5 * np.cos(np.pi * np.minimum(away, 1)))
    return closed


CHUNK = 1024
"""Frames that are computed together, so that the time that long speech takes grows with its length only."""

_REACH = 2.0  # seconds beyond which a segment is felt no more


def mouth_track(segments: Sequence[Segment], times: NDArray[np.float64]) -> NDArray[np.float64]:
    """ARKit weights (T, 52) of the mouth at `times` (T,), ascending seconds, before loudness and emotion."""
    parts = [times[at : at + CHUNK] for at in range(0, len(times), CHUNK)]
    return np.concatenate([_mouth_track(_near(segments, part), part) for part in parts])


def _near(segments: Sequence[Segment], times: NDArray[np.float64]) -> list[Segment]:
    first, last = times[0] - _REACH, times[-1] + _REACH
    return [segment for segment in segments if segment.end > first and segment.start < last]


def _mouth_track(segments: Sequence[Segment], times: NDArray[np.float64]) -> NDArray[np.float64]:
    ahead = times + ANTICIPATION
    jaw_total, lip_total = np.full(len(times), 1e-3), np.full(len(times), 1e-3)
    jaw, lips = np.zeros(len(times)), np.zeros((len(times), len(ARKIT_NAMES)))
    for segment in segments:
        viseme = VISEMES[segment.viseme]
        felt = _dominance(ahead, segment)
        jaw += viseme.jaw_dominance * felt * viseme.weights[_JAW]
        jaw_total += viseme.jaw_dominance * felt
        lips += (viseme.lip_dominance * felt)[:, None] * viseme.weights
        lip_total += viseme.lip_dominance * felt
    track = lips / lip_total[:, None]
    track[:, _JAW] = jaw / jaw_total
    return track

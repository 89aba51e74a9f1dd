"""Phonemes with times from what is known of a speech: its sounds, its letters, or how it is heard."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mien.acting.levels import loudness_envelope
from mien.media.speech.interface import Speech, SpokenPhoneme

STEP = 0.08
"""Seconds of a recording for which one sound is guessed."""

_QUIET, _HALF, _LOUD = 0.14, 0.42, 0.72
"""Loudness above which a sound is heard, the mouth is half open, and it is wide open."""

_BRIGHT = 0.3
"""Share of the energy's difference from sample to sample above which a sound is a hiss."""


def with_sounds(speech: Speech) -> Speech:
    """The speech with phonemes. `notes` says how they were found where the voice did not give them.

    A voice that gives only words: their letters, evenly spread. A recording: loud sounds are open vowels, soft ones
    closed, hissing ones s; lips are not seen to close.
    """
    if speech.phonemes:
        return speech
    if speech.words:
        note = "this voice does not say which sounds it makes: the mouth follows the letters of the words"
        return replace(speech, phonemes=_letters(speech), notes=(*speech.notes, note))
    note = "the words of a recording are not known: the mouth follows how loud and how sharp it sounds"
    return replace(speech, phonemes=_heard(speech.samples, speech.hz), notes=(*speech.notes, note))


def _letters(speech: Speech) -> tuple[SpokenPhoneme, ...]:
    found = []
    for word in speech.words:
        letters = [letter for letter in word.word.lower() if letter.isalpha()] or ["ə"]
        edges = np.linspace(word.start, word.end, len(letters) + 1)
        found += [SpokenPhoneme(letter, float(edges[i]), float(edges[i + 1])) for i, letter in enumerate(letters)]
    return tuple(found)


def _heard(samples: NDArray[np.float32], hz: int) -> tuple[SpokenPhoneme, ...]:
    starts = np.arange(0, max(len(samples) / hz - STEP, STEP / 2), STEP)
    level = loudness_envelope(samples, hz, starts + STEP / 2, STEP / 2)
    found: list[SpokenPhoneme] = []
    for start, loud in zip(starts.tolist(), level.tolist(), strict=True):
        if loud < _QUIET:
            continue
        part = samples[round(start * hz) : round((start + STEP) * hz)].astype(np.float64)
        energy = float((part**2).sum())
        bright = float((np.diff(part) ** 2).sum()) / max(4 * energy, 1e-12)
        sound = "s" if bright > _BRIGHT else "a" if loud > _LOUD else "e" if loud > _HALF else "ə"
        if found and found[-1].phoneme == sound and start - found[-1].end < 1e-6:
            found[-1] = replace(found[-1], end=start + STEP)
        else:
            found.append(SpokenPhoneme(sound, start, start + STEP))
    return tuple(found)

"""Speech input of a talking face: synthesised text or a recording, as checked samples."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from mien.clips import ClipError
from mien.media.ffmpeg import probe_sound
from mien.media.sound import is_silent, read_recording, silent_ends
from mien.media.speech.engines import synthesiser
from mien.media.speech.interface import (
    Speech,
    SpeechUnavailable,
    SpokenPhoneme,
    SpokenWord,
    Synthesiser,
    Voice,
    placed_pieces,
)
from mien.media.speech.languages import found_language_notes, spoken_language
from mien.media.speech.normalization.normalize import spoken_text, written_words
from mien.media.speech.normalization.scripts import unread_note
from mien.systems.errors import RequestError
from mien.talking.generate.request import TalkRequest

MAX_SECONDS = 1800
MIN_SECONDS = 0.2

SECTION_CHARACTERS = 2_000
PAUSE_SECONDS = 0.3
"""Long texts are synthesised in sections of about `SECTION_CHARACTERS`, separated by this pause."""


def read_speech(path: Path, hz: int) -> Speech:
    """The speech in a sound or video file, resampled to `hz`. Raises RequestError if it has no usable sound."""
    try:
        probe_sound(path, MAX_SECONDS)
        recording = read_recording(path, hz)
        return check_speech(Speech(recording.samples, hz, (), (), recording.notes))
    except ClipError as error:
        if error.reason == "undecodable":
            raise RequestError(
                f"{path.name} holds no sound that can be read ({error.detail}): save it as WAV, FLAC, MP3 or M4A"
            ) from error
        raise RequestError(f"{path.name} gives no speech: {error}") from error


def synthesise_speech(
    text: str, hz: int, language: str | None = None, voice: str | None = None, engine: str = "espeak"
) -> Speech:
    """Synthesise `text` at `hz`. language: None: vi for a Vietnamese text, which a note then says, else en-us.

    Raises RequestError for a text that cannot be spoken and for an engine, language or voice that is not available.
    """
    TalkRequest.check_values({"text": text})
    spoken = spoken_language(text, language)
    try:
        chosen = Voice(language=spoken, variant=voice)
    except ValidationError as error:
        wrong = ", ".join({"variant": "voice"}.get(str(one["loc"][0]), str(one["loc"][0])) for one in error.errors())
        raise RequestError(
            f"there is no such voice (check --{wrong}): a language is named like en-us or vi, a voice like f2 or m3"
        ) from error
    # A model that is named has its own letters, and refuses others itself.
    unread, most = unread_note(text, spoken) if engine == "espeak" else ("", False)
    if most:
        raise RequestError(f"the text would be spelled letter by letter: {unread}")
    try:
        speech = check_speech(_synthesise_sections(synthesiser(engine), text, chosen, hz))
        notes = (f"some words are spelled letter by letter: {unread}",) if unread else ()
        return replace(speech, notes=(*found_language_notes(text, language), *notes))
    except SpeechUnavailable as error:
        raise RequestError(f"the text cannot be spoken here: {error}; or give a recording with --speech") from error
    except RequestError:
        raise
    except ValueError as error:
        raise RequestError(f"the text cannot be spoken: {error}") from error


def _synthesise_sections(engine: Synthesiser, text: str, voice: Voice, hz: int) -> Speech:
    """Synthesise the text as it is said, with its words as written.

    It is done in sections, so that memory beyond the samples does not grow with its length.
    """
    wording = spoken_text(unicodedata.normalize("NFC", text), voice.language)
    samples: list[NDArray[np.float32]] = []
    words: list[SpokenWord] = []
    phonemes: list[SpokenPhoneme] = []
    length = 0
    for position, section in _sections(wording.spoken):
        speech = engine.speak(section, voice).at(hz)
        if samples:
            samples.append(np.zeros(round(PAUSE_SECONDS * hz), np.float32))
            length += len(samples[-1])
        begin = length / hz
        for word in speech.words:
            words.append(
                replace(word, start=word.start + begin, end=word.end + begin, position=word.position + position)
            )
        phonemes += [replace(one, start=one.start + begin, end=one.end + begin) for one in speech.phonemes]
        samples.append(speech.samples)
        length += len(speech.samples)
        if length > MAX_SECONDS * hz:
            raise RequestError(
                f"the text takes more than {MAX_SECONDS} s to say, the most that is made at once: split it"
            )
    return Speech(np.concatenate(samples), hz, tuple(phonemes), tuple(written_words(words, wording)))


def _sections(text: str) -> list[tuple[int, str]]:
    """`text` split between sentences into sections of about `SECTION_CHARACTERS`, with the position of each.

    A short text is one section.
    """
    if len(text) <= SECTION_CHARACTERS:
        return [(0, text)]
    starts, end = [0], 0
    for position, sentence in placed_pieces(text, SECTION_CHARACTERS):
        if end > starts[-1] and position + len(sentence) - starts[-1] >= SECTION_CHARACTERS:
            starts.append(position)
        end = position + len(sentence)
    sections = [(start, text[start:stop].rstrip()) for start, stop in pairwise([*starts, len(text)])]
    speakable = [one for one in sections if any(unicodedata.category(letter)[0] in "LNS" for letter in one[1])]
    return speakable or [(0, text)]


def with_silence(speech: Speech, lead_in: float, lead_out: float) -> Speech:
    """`speech` with at least `lead_in` seconds of silence before it and `lead_out` after it; its words move along.

    A face that speaks from the first frame on, or until the last, starts or ends with an open mouth.
    """
    before, after = silent_ends(speech.samples, speech.hz)
    ahead = round(max(0.0, lead_in - before) * speech.hz)
    behind = round(max(0.0, lead_out - after) * speech.hz)
    shift = ahead / speech.hz
    return replace(
        speech,
        samples=np.pad(speech.samples, (ahead, behind)),
        words=tuple(replace(word, start=word.start + shift, end=word.end + shift) for word in speech.words),
        phonemes=tuple(replace(one, start=one.start + shift, end=one.end + shift) for one in speech.phonemes),
    )


def check_speech(speech: Speech) -> Speech:
    """`speech`, unchanged. Raises RequestError if it is too short, too long, silent or not finite."""
    if speech.samples.ndim != 1 or not np.all(np.isfinite(speech.samples)):
        raise RequestError("the speech holds values that are not numbers (NaN or infinite): record or export it again")
    if speech.seconds < MIN_SECONDS:
        raise RequestError(f"the speech is only {speech.seconds:.2f} s long; at least {MIN_SECONDS} s are needed")
    if speech.seconds > MAX_SECONDS:
        raise RequestError(
            f"the speech is {speech.seconds:.0f} s long; at most {MAX_SECONDS} s are made at once: split it"
        )
    if is_silent(speech.samples):
        raise RequestError("the speech is silent")
    return speech

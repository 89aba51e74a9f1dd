"""espeak-ng as a speech engine, through ctypes on the library in the wheel `espeakng_loader`.

espeak-ng is GPL-3.0-or-later. mien neither contains nor links it: it is loaded if a user has installed it.
"""

from __future__ import annotations

import _ctypes
import atexit
import ctypes
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.media.speech.interface import (
    Speech,
    SpeechUnavailable,
    SpokenPhoneme,
    SpokenWord,
    Voice,
    placed_pieces,
    speakable_text,
)

REMEDY = "speech synthesis needs espeak-ng: pip install 'mien[speech]'"

# speak_lib.h of espeak-ng 1.52
_AUDIO_OUTPUT_SYNCHRONOUS = 2
_INITIALIZE_PHONEME_EVENTS, _INITIALIZE_PHONEME_IPA, _INITIALIZE_DONT_EXIT = 0x0001, 0x0002, 0x8000
_CHARS_UTF8, _ENDPAUSE = 0x0001, 0x1000  # neither espeakSSML nor espeakPHONEMES: `<` and `[[` are plain text
_POS_CHARACTER = 1
_EVENT_END_OF_LIST, _EVENT_WORD, _EVENT_PHONEME = 0, 1, 7
_RATE, _PITCH, _RANGE = 1, 3, 4
_BUFFER_MS = 200
_PATH_BYTES = 120  # size of its buffer for the path of the data

_lock = threading.Lock()  # the state of the library is global in the process


class _EventId(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass
class _Recording:
    """Output of the engine for one piece of text: samples and events (in milliseconds from the start of the piece)."""

    blocks: list[NDArray[np.int16]] = field(default_factory=list)
    phonemes: list[tuple[int, int, str]] = field(default_factory=list)
    words: list[tuple[int, int, int]] = field(default_factory=list)

    def receive(self, samples: Any, count: int, events: Any) -> int:
        """The engine's callback; returns 0 to continue."""
        if samples and count > 0:
            self.blocks.append(np.ctypeslib.as_array(samples, (count,)).copy())
        index = 0
        while events[index].type != _EVENT_END_OF_LIST:
            event = events[index]
            if event.type == _EVENT_PHONEME:
                raw = ctypes.string_at(ctypes.addressof(event) + _Event.id.offset, 8).split(b"\0")[0]
                self.phonemes.append((event.audio_position, event.text_position - 1, raw.decode("utf-8", "ignore")))
            elif event.type == _EVENT_WORD:
                self.words.append((event.audio_position, event.text_position - 1, event.length))
            index += 1
        return 0


@cache
def _installation() -> tuple[str, Path]:
    """Path of the library and of its data folder."""
    try:
        import espeakng_loader
    except ImportError as error:
        raise SpeechUnavailable(REMEDY) from error
    library, data = espeakng_loader.get_library_path(), Path(espeakng_loader.get_data_path())
    if not Path(library).is_file() or not data.is_dir():
        raise SpeechUnavailable(f"{REMEDY} (espeakng_loader is installed, but its files are missing)")
    return library, data


@cache
def _short_data_path() -> bytes:
    """Yield a path of the data folder that is short enough for the engine's buffer."""
    data = os.fsencode(_installation()[1])
    if len(data) <= _PATH_BYTES:
        return data
    folder = tempfile.mkdtemp(prefix="mien-espeak-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    link = Path(folder) / "espeak-ng-data"
    link.symlink_to(data.decode(errors="surrogateescape"), target_is_directory=True)
    return os.fsencode(link)


@cache
def _languages() -> dict[str, str]:
    """Language, such as `en-gb` → name of espeak's voice file, such as `en`."""
    names: dict[str, str] = {}
    for path in sorted((_installation()[1] / "lang").rglob("*")):
        if not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        # a file lists its languages by priority; the first language of another file is not overridden
        for language in re.findall(r"^language\s+([\w-]+)", text, re.MULTILINE)[:1]:
            names.setdefault(language.lower(), path.name)
        names.setdefault(path.name.lower(), path.name)
    return names


@contextmanager
def _fresh_library() -> Iterator[tuple[Any, int]]:
    """Yield the newly loaded library and its sample rate.

    The library keeps the phase of its oscillators and its random state between calls, and nothing resets them. Only a
    newly loaded library (about 4 ms) gives equal samples for equal texts.
    """
    with _lock:
        try:
            library = ctypes.CDLL(_installation()[0])
        except OSError as error:
            raise SpeechUnavailable(f"{REMEDY} (its library cannot be loaded: {error})") from error
        try:
            options = _INITIALIZE_PHONEME_EVENTS | _INITIALIZE_PHONEME_IPA | _INITIALIZE_DONT_EXIT
            hz = library.espeak_Initialize(_AUDIO_OUTPUT_SYNCHRONOUS, _BUFFER_MS, _short_data_path(), options)
            if hz <= 0:
                raise SpeechUnavailable(f"{REMEDY} (it does not find its data)")
            yield library, hz
            library.espeak_Terminate()
        finally:
            unload = getattr(_ctypes, "dlclose", None) or getattr(_ctypes, "FreeLibrary", None)
            if unload is not None:
                unload(library._handle)


class EspeakSynthesiser:
    """espeak-ng: formant synthesis of more than a hundred languages, with the times of phonemes and words.

    Calls from several threads are serialised; every process has its own engine.
    """

    def __init__(self) -> None:
        _installation()

    def variants(self) -> list[str]:
        """Names of the voice variants, such as `f1` and `m3`."""
        return sorted(path.name for path in (_installation()[1] / "voices" / "!v").iterdir())

    def languages(self) -> list[str]:
        """Names of the languages that a `Voice` may have, such as `en-us` and `vi`."""
        return sorted(_languages())

    def speaks(self, voice: Voice) -> bool:
        """Whether it has this language and this voice."""
        if voice.language in _languages():
            return voice.variant is None or voice.variant in self.variants()
        try:
            with _fresh_library() as (library, _):  # it knows further names of its languages
                self._choose(library, voice)
        except ValueError:
            return False
        return True

    def speak(self, text: str, voice: Voice = Voice()) -> Speech:  # noqa: B008 - a frozen value
        """Synthesise `text`; times have a resolution of one millisecond.

        Raises ValueError if the text has nothing to speak or the voice is unknown.
        """
        pieces = placed_pieces(speakable_text(text))
        samples: list[NDArray[np.float32]] = []
        phonemes: list[SpokenPhoneme] = []
        words: list[SpokenWord] = []
        length = 0
        with _fresh_library() as (library, hz):
            self._choose(library, voice)
            for number, (begin, piece) in enumerate(pieces, 1):
                recording = _record(library, piece, pause=number < len(pieces))
                block = np.concatenate(recording.blocks) if recording.blocks else np.zeros(0, np.int16)
                spoken, said = _timed(recording, piece, length / hz, len(block) / hz)
                samples.append((block / 32768).astype(np.float32))
                phonemes += spoken
                words += [replace(word, position=begin + word.position) for word in said]
                length += len(block)
        if not phonemes:
            raise ValueError("there is nothing speakable in the text")
        return Speech(np.concatenate(samples), hz, tuple(phonemes), tuple(words))

    def _choose(self, library: Any, voice: Voice) -> None:
        if voice.variant is not None and voice.variant not in self.variants():
            raise ValueError(f"espeak-ng has no voice variant {voice.variant!r}: choose f1 to f5 or m1 to m8")
        name = _languages().get(voice.language, voice.language) + (f"+{voice.variant}" if voice.variant else "")
        if library.espeak_SetVoiceByName(name.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice for the language {voice.language!r}")
        values = {_RATE: voice.words_per_minute, _PITCH: voice.pitch, _RANGE: voice.pitch_range}
        for parameter, value in values.items():
            library.espeak_SetParameter(parameter, value, 0)


def _record(library: Any, text: str, pause: bool) -> _Recording:
    recording = _Recording()
    callback = _Callback(recording.receive)
    library.espeak_SetSynthCallback(callback)
    encoded = text.encode() + b"\0"
    flags = _CHARS_UTF8 | (_ENDPAUSE if pause else 0)
    status = library.espeak_Synth(encoded, ctypes.c_size_t(len(encoded)), 0, _POS_CHARACTER, 0, flags, None, None)
    if status != 0:
        raise SpeechUnavailable(f"espeak-ng failed with status {status}")
    return recording


def _timed(
    recording: _Recording, text: str, offset: float, seconds: float
) -> tuple[list[SpokenPhoneme], list[SpokenWord]]:
    """Phonemes and words, with start and end times, of a piece that starts at `offset` and lasts `seconds`."""
    starts = [milliseconds / 1000 for milliseconds, _, _ in recording.phonemes] + [seconds]
    phonemes, positions = [], []
    for (_, position, name), start, end in zip(recording.phonemes, starts[:-1], starts[1:], strict=True):
        if name:  # an empty name is a pause
            phonemes.append(SpokenPhoneme(name, offset + start, offset + max(start, end)))
            positions.append(position)
    words = []
    limits = [offset + word[0] / 1000 for word in recording.words] + [offset + seconds]
    for (_, position, count), begin, limit in zip(recording.words, limits[:-1], limits[1:], strict=True):
        # Phonemes refer to their word; a word spoken as part of another has no phonemes and is placed by its time.
        own = [phoneme for phoneme, its in zip(phonemes, positions, strict=True) if its == position]
        own = own or [phoneme for phoneme in phonemes if begin <= phoneme.start < limit]
        # espeak counts up to an apostrophe: "It" of "It's"
        whole = re.compile(r"\w[\w'’]*").match(text, position)
        word = whole.group() if whole else text[position : position + count].strip()
        if own and word:
            words.append(SpokenWord(word, own[0].start, own[-1].end, position))
    return phonemes, words

"""Speech: equal samples for equal words, phonemes at their times, and no text that breaks it."""

from __future__ import annotations

import builtins
import hashlib
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mien.media.speech import engines
from mien.media.speech.engines import synthesiser
from mien.media.speech.interface import (
    MAX_CHARACTERS,
    Speech,
    SpeechUnavailable,
    Voice,
    resample,
    speakable_text,
    split_text,
)

JACKET = "Don't forget a jacket."


@pytest.fixture(scope="module")
def engine() -> Any:
    pytest.importorskip("espeakng_loader", reason="espeak-ng is optional: pip install 'mien[speech]'")
    return synthesiser("espeak")


def _fundamental(speech: Speech) -> float:
    """Median fundamental frequency in Hz, by autocorrelation of the loudest 40 ms windows."""
    samples, size = speech.samples, int(0.04 * speech.hz)
    windows = samples[: len(samples) // size * size].reshape(-1, size)
    loud = windows[np.argsort((windows**2).sum(1))[-8:]]
    low, high = speech.hz // 400, speech.hz // 60
    pitches = []
    for window in loud:
        correlation = np.correlate(window, window, "full")[size - 1 :]
        pitches.append(speech.hz / (low + int(np.argmax(correlation[low:high]))))
    return float(np.median(pitches))


def test_same_text_and_voice_give_the_same_samples_whatever_was_said_before(engine: Any) -> None:
    first = engine.speak(JACKET)
    engine.speak("Something else entirely", Voice(language="en-gb", variant="f3", pitch=80))
    again = engine.speak(JACKET)
    assert np.array_equal(first.samples, again.samples)
    assert first.phonemes == again.phonemes


VARIANTS = [None, "f1", "f4", "Annie", "linda", "anika", "m1", "m3", "m4", "m7"]
DIGESTS = """
import hashlib, json, sys
from mien.media.speech.engines import synthesiser
from mien.media.speech.interface import Voice
text, variants = json.loads(sys.argv[1])
said = [synthesiser().speak(text, Voice(variant=variant)).samples for variant in variants]
print(json.dumps([hashlib.sha256(samples.tobytes()).hexdigest() for samples in said]))
"""


def test_same_samples_in_another_process(engine: Any) -> None:
    asked = json.dumps([JACKET, VARIANTS[::-1]])  # in another order, too
    done = subprocess.run([sys.executable, "-c", DIGESTS, asked], capture_output=True, text=True, check=True)
    there = dict(zip(VARIANTS[::-1], json.loads(done.stdout), strict=True))
    said = {variant: engine.speak(JACKET, Voice(variant=variant)).samples for variant in VARIANTS}
    assert {variant: hashlib.sha256(samples.tobytes()).hexdigest() for variant, samples in said.items()} == there
    assert len(set(there.values())) == len(VARIANTS)


def test_phonemes_and_words_have_their_times(engine: Any) -> None:
    speech = engine.speak("Maybe tomorrow it will be cold.")
    assert speech.samples.dtype == np.float32
    assert 0.2 < np.abs(speech.samples).max() <= 1
    assert 1.2 < speech.seconds < 2.6
    assert [word.word for word in speech.words] == ["Maybe", "tomorrow", "it", "will", "be", "cold"]
    names = [phoneme.phoneme.lstrip("ˈˌ") for phoneme in speech.phonemes]
    assert names[:4] == ["m", "eɪ", "b", "iː"]
    assert names[-1] == "d"
    for items in (speech.phonemes, speech.words):
        assert all(0 <= item.start < item.end <= speech.seconds + 1e-6 for item in items)
        assert all(first.start <= second.start for first, second in pairwise(items))


def test_phonemes_sound_where_they_are_said_to_be(engine: Any) -> None:
    speech = engine.speak("He saw a sauce so soft.")

    def crossings(start: float, end: float) -> float:
        part = speech.samples[int(start * speech.hz) : int(end * speech.hz)]
        return float((np.diff(np.signbit(part)) != 0).mean())

    hisses = [crossings(item.start, item.end) for item in speech.phonemes if item.phoneme == "s"]
    vowels = [crossings(item.start, item.end) for item in speech.phonemes if item.phoneme[0] == "ˈ"]
    assert len(hisses) == 5
    assert min(hisses) > 2 * max(vowels)  # an s crosses zero far more often than a vowel


def test_apostrophes_stay_in_their_words(engine: Any) -> None:
    assert [word.word for word in engine.speak("It's eleven o'clock.").words] == ["It's", "eleven", "o'clock"]


def test_women_speak_higher_than_men_and_pitch_and_rate_are_obeyed(engine: Any) -> None:
    man, woman = (engine.speak(JACKET, Voice(variant=variant)) for variant in ("m3", "f4"))
    assert _fundamental(woman) > 1.3 * _fundamental(man)
    assert _fundamental(engine.speak(JACKET, Voice(pitch=80))) > 1.1 * _fundamental(engine.speak(JACKET))
    assert engine.speak(JACKET, Voice(words_per_minute=120)).seconds > 1.2 * engine.speak(JACKET).seconds


def test_languages(engine: Any) -> None:
    assert {"en-us", "en-gb", "vi", "en", "de", "fr-fr"} <= set(engine.languages())
    british, american = (engine.speak("a hot bath", Voice(language=name)) for name in ("en-gb", "en-us"))
    assert [item.phoneme for item in british.phonemes] != [item.phoneme for item in american.phonemes]


def test_vietnamese(engine: Any) -> None:
    speech = engine.speak("Xin chào các bạn.", Voice(language="vi"))
    assert [word.word for word in speech.words] == ["Xin", "chào", "các", "bạn"]


@pytest.mark.parametrize("text", ["", "   \n\t", "...", "\0", "\x01\x02", "\ud83d", "\u200b", "́́́"])
def test_nothing_speakable_is_a_clear_error(engine: Any, text: str) -> None:
    with pytest.raises(ValueError, match="nothing speakable"):
        engine.speak(text)


@pytest.mark.parametrize("text", ["😀", "日本語 мир hello", "a\0b", "%s %n", "x" * 3000, "(" * 500 + "a", "漢" * 300])
def test_hostile_text_is_spoken(engine: Any, text: str) -> None:
    speech = engine.speak(text, Voice(words_per_minute=450))
    assert speech.seconds > 0.1
    assert np.isfinite(speech.samples).all()


def test_markup_is_text_not_command(engine: Any) -> None:
    spoken = {word.word for word in engine.speak("<b>stone</b> & [[h@'loU]]").words}
    assert {"stone", "b"} <= spoken
    injected = [phoneme.phoneme for phoneme in engine.speak("[[stoUn]]").phonemes]
    plain = [phoneme.phoneme for phoneme in engine.speak("stone").phonemes]
    assert injected != plain
    # \x01 starts an espeak command: this one would set the pitch
    assert np.array_equal(engine.speak("\x0199P stone").samples, engine.speak("99P stone").samples)


@settings(max_examples=40)
@given(st.text(max_size=60))
def test_any_text_is_spoken_or_refused_in_words(text: str) -> None:
    pytest.importorskip("espeakng_loader")
    try:
        speech = synthesiser().speak(text, Voice(words_per_minute=450))
    except ValueError as error:
        message = str(error)
    else:
        message = ""
        assert speech.phonemes
    assert "speakable" in message or not message


def test_unknown_voices_and_engines_are_named(engine: Any) -> None:
    with pytest.raises(ValueError, match="'xx'"):
        engine.speak("hi", Voice(language="xx"))
    with pytest.raises(ValueError, match="variant 'nobody'"):
        engine.speak("hi", Voice(variant="nobody"))
    for language in ("../../../etc/passwd", "en-us+f1", "en us", ""):
        with pytest.raises(ValidationError):
            Voice(language=language)
    with pytest.raises(ValueError, match="choose one of espeak"):
        synthesiser("festival")


def test_without_espeak_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from mien.media.speech import espeak

    real_import = builtins.__import__

    def no_espeak(name: str, *arguments: Any, **more: Any) -> Any:
        if name == "espeakng_loader":
            raise ImportError(name)
        return real_import(name, *arguments, **more)

    espeak._installation.cache_clear()
    monkeypatch.setattr(builtins, "__import__", no_espeak)
    with pytest.raises(SpeechUnavailable, match=r"pip install 'mien\[speech\]'"):
        synthesiser()
    monkeypatch.undo()
    espeak._installation.cache_clear()


def test_a_long_path_of_the_data_is_shortened(engine: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from mien.media.speech import espeak

    expected = engine.speak(JACKET).samples
    library, data = espeak._installation()
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    (deep / "espeak-ng-data").symlink_to(data)
    monkeypatch.setattr(espeak, "_installation", lambda: (library, deep / "espeak-ng-data"))
    espeak._short_data_path.cache_clear()
    assert np.array_equal(engine.speak(JACKET).samples, expected)
    monkeypatch.undo()
    espeak._short_data_path.cache_clear()


def test_threads_do_not_disturb_each_other(engine: Any) -> None:
    texts = [f"Sentence number {number}." for number in range(8)]
    alone = [engine.speak(text).samples for text in texts]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda text: engine.speak(text).samples, texts))
    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))


def test_another_engine_can_join(monkeypatch: pytest.MonkeyPatch) -> None:
    class Beep:
        def speak(self, text: str, voice: Voice = Voice()) -> Speech:  # noqa: B008
            return Speech(np.zeros(len(text), np.float32), voice.words_per_minute, (), ())

    monkeypatch.setitem(engines.ENGINES, "beep", Beep)
    assert len(synthesiser("beep").speak("four").samples) == 4


def test_resampling_keeps_a_tone() -> None:
    hz, tone = 22050, 440.0
    samples = np.sin(2 * np.pi * tone * np.arange(hz) / hz).astype(np.float32)
    other = resample(samples, hz, 16000)
    assert other.dtype == np.float32
    assert len(other) == 16000
    expected = np.sin(2 * np.pi * tone * np.arange(16000) / 16000)
    assert np.abs(other - expected)[400:-400].max() < 0.01
    with pytest.raises(ValueError, match="positive"):
        resample(samples, 0, 16000)


@given(st.text(max_size=400), st.integers(1, 50))
def test_pieces_hold_all_of_the_text(text: str, longest: int) -> None:
    pieces = split_text(text, longest)
    assert all(0 < len(piece) <= longest for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_speakable_text_has_a_limit() -> None:
    with pytest.raises(ValueError, match="at most 100,000"):
        speakable_text("a" * (MAX_CHARACTERS + 1))
    assert len(speakable_text("a" * MAX_CHARACTERS)) == MAX_CHARACTERS

"""Phonemes become mouth shapes: every sound has one, lips meet where they must, neighbours colour each other."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from mien.acting.visemes import (
    VISEME_OF,
    VISEMES,
    Segment,
    closure,
    mouth_track,
    segments_of,
    visemes_of,
)
from mien.corpora.sentences import SENTENCES
from mien.heads.performance import ARKIT_NAMES
from mien.media.speech.engines import synthesiser
from mien.media.speech.interface import SpokenPhoneme, Voice

JAW = ARKIT_NAMES.index("jawOpen")
PUCKER = ARKIT_NAMES.index("mouthPucker")


@pytest.mark.parametrize(
    ("phoneme", "expected"),
    [
        ("m", ["p"]),
        ("ˈaɪ", ["a", "i"]),
        ("tʃ", ["t", "ch"]),
        ("ˌoʊ", ["o", "u"]),
        ("iː", ["i"]),
        ("ɑːɹ", ["a", "r"]),
        ("f", ["f"]),
        ("kʰ", ["k"]),
        ("ɔ5", ["o"]),
        ("ñ", ["t"]),
        ("?", []),
    ],
)
def test_visemes_of_phonemes(phoneme: str, expected: list[str]) -> None:
    assert visemes_of(phoneme) == expected


def test_every_sound_of_the_sentences_and_of_vietnamese_is_known() -> None:
    pytest.importorskip("espeakng_loader")
    engine = synthesiser()
    texts = [(text, "en-us") for text in SENTENCES.values()] + [(text, "en-gb") for text in SENTENCES.values()]
    texts.append(("Xin chào các bạn, hôm nay trời đẹp quá, phở bò và bún chả ngon lắm.", "vi"))
    for text, language in texts:
        for phoneme in engine.speak(text, Voice(language=language)).phonemes:
            letters = [letter for letter in phoneme.phoneme if letter.isalpha() and letter not in "ʰʲʷːˈˌ"]
            assert visemes_of(phoneme.phoneme), phoneme
            assert any(letter in VISEME_OF for letter in letters), phoneme


def test_weights_are_in_range_and_ordered() -> None:
    for viseme in VISEMES.values():
        assert viseme.weights.shape == (52,)
        assert viseme.weights.min() >= 0
        assert viseme.weights.max() <= 1
    opening = [float(VISEMES[name].weights[JAW]) for name in ("p", "s", "i", "e", "a")]
    assert opening == sorted(opening)
    assert opening[0] < 0.05 < 0.6 < opening[-1]
    assert not VISEMES["silence"].weights.any()


@pytest.mark.parametrize("fps", [25.0, 30000 / 1001])
@pytest.mark.parametrize("phase", np.linspace(0, 1, 7))
def test_lips_meet_in_a_frame_at_every_p_b_m(fps: float, phase: float) -> None:
    segments = [Segment("a", 0, 0.2), Segment("p", 0.2, 0.23, closes=True), Segment("a", 0.23, 0.5)]
    times = np.asarray((np.arange(20) + phase) / fps, np.float64)
    assert closure(times, segments, hold=0.04).max() == pytest.approx(1)
    assert closure(np.array([0.05, 0.4]), segments).max() == 0


def test_silence_is_a_closed_mouth_and_vowels_open_it() -> None:
    phonemes = [SpokenPhoneme("ˈɑː", 0.5, 0.8)]
    segments = segments_of(phonemes, 1.5)
    assert [segment.viseme for segment in segments] == ["silence", "a", "silence"]
    assert segments[1].stressed
    track = mouth_track(segments, np.array([0.05, 0.63, 1.45]))
    assert track[0, JAW] < 0.02
    assert track[1, JAW] > 0.6
    assert track[2, JAW] < 0.02


def test_rounding_is_anticipated() -> None:
    """The t of `too` is said with round lips, that of `tea` is not."""

    def pucker_in_t(vowel: str) -> float:
        segments = segments_of([SpokenPhoneme("t", 0.1, 0.18), SpokenPhoneme(vowel, 0.18, 0.36)], 0.5)
        return float(mouth_track(segments, np.array([0.14]))[0, PUCKER])

    assert pucker_in_t("uː") > 0.2
    assert pucker_in_t("iː") < 0.02


def test_segments_fill_the_time_in_order() -> None:
    phonemes = [SpokenPhoneme("h", 0.1, 0.15), SpokenPhoneme("aɪ", 0.15, 0.4), SpokenPhoneme("b", 0.6, 0.66)]
    segments = segments_of(phonemes, 1.0)
    assert [segment.viseme for segment in segments] == ["silence", "k", "a", "i", "silence", "p", "silence"]
    assert segments[0].start == 0
    assert segments[-1].end == 1.0
    assert all(first.end == pytest.approx(second.start) for first, second in itertools.pairwise(segments))
    assert [segment.closes for segment in segments].count(True) == 1


def test_long_speech_is_computed_in_pieces_of_the_same_mouth() -> None:
    segments = [Segment("a" if n % 2 else "p", 0.15 * n, 0.15 * n + 0.15) for n in range(500)]
    times = np.arange(1900) / 25
    whole = mouth_track(segments, times)
    for start in (0, 1000, 1020, 1700):
        part = times[start : start + 50]
        np.testing.assert_allclose(whole[start : start + 50], mouth_track(segments, part), atol=1e-9)

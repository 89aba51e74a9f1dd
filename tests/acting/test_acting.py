"""Acting: the mouth follows the sounds, the face the emotion, and the voice as well."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from mien.acting.acting import act, mouth_drive
from mien.acting.levels import loudness_envelope
from mien.acting.mood import Mood, manner
from mien.acting.movement import blinks, saccades
from mien.clips import EMOTIONS
from mien.corpora.embedded.corpus import (
    PEAK,
    acted_intensity,
    recorded,
    speak_line,
)
from mien.corpora.embedded.plan import PlannedClip, actor, generator
from mien.heads.embedded.emotions import emotion_expression
from mien.heads.performance import ARKIT_NAMES, Performance
from mien.media.speech.interface import Speech, SpokenPhoneme

FPS = Fraction(30000, 1001)
HZ = 16000


def _speech(*phonemes: tuple[str, float, float], seconds: float = 1.0) -> Speech:
    """A hum of constant loudness under the given phonemes."""
    samples = (0.3 * np.sin(2 * np.pi * 150 * np.arange(int(seconds * HZ)) / HZ)).astype(np.float32)
    return Speech(samples, HZ, tuple(SpokenPhoneme(*phoneme) for phoneme in phonemes), ())


BABA = _speech(("b", 0.05, 0.12), ("ˈɑː", 0.12, 0.42), ("b", 0.42, 0.49), ("ɑː", 0.49, 0.85))


def _act(emotion: str, intensity: float = 1.0, speech: Speech = BABA, key: str = "") -> Performance:
    return act(generator("test", emotion, key), speech, 0.4, 1.8, FPS, emotion, intensity)


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_the_mouth_follows_the_sounds_in_every_emotion(emotion: str) -> None:
    performance = _act(emotion)
    assert len(performance) == np.ceil(1.8 * FPS)
    drive = mouth_drive(performance)
    times = np.arange(len(performance)) / float(FPS) - 0.4
    vowels = [drive[(times > start) & (times < end)].max() for start, end in ((0.15, 0.42), (0.55, 0.8))]
    lips = [drive[np.abs(times - centre) < 0.03].min() for centre in (0.085, 0.455)]
    assert min(vowels) > 0.35
    assert max(lips) < 0.08
    opening = performance.expression[:, ARKIT_NAMES.index("mouthUpperUpLeft")]
    assert opening[np.abs(times - 0.455) < 0.03].min() < 0.1


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_the_face_shows_the_emotion_more_than_half_of_the_time(emotion: str) -> None:
    wanted = emotion_expression(emotion, 1.0)
    brows_and_eyes = [i for i, name in enumerate(ARKIT_NAMES) if name.startswith(("brow", "cheek", "nose"))]
    strong = [i for i in brows_and_eyes if wanted[i] > 0.15]
    shown = _act(emotion).expression[:, strong]
    assert (emotion == "NEU") == (not strong)
    if strong:
        assert (np.median(shown, axis=0) > 0.6 * wanted[strong]).all()
        assert (shown[10:].std(axis=0) > 0.005).all()  # a face is never quite still


def test_stronger_is_stronger() -> None:
    weak, strong = (_act("ANG", intensity).expression for intensity in (1 / 3, 1.0))
    brow = ARKIT_NAMES.index("browDownLeft")
    assert strong[:, brow].mean() > 1.8 * weak[:, brow].mean()
    assert manner("SAD", 0) == manner("NEU", 1)


def test_posture_tells_sad_from_happy() -> None:
    sad, happy = (_act(emotion).neck[:, 1].mean() for emotion in ("SAD", "HAP"))
    assert sad > 0.05 > happy


def test_same_arguments_same_performance_and_other_chance_another() -> None:
    one, two, other = _act("HAP"), _act("HAP"), _act("HAP", key="other")
    assert np.array_equal(one.expression, two.expression)
    assert np.array_equal(one.neck, two.neck)
    assert not np.array_equal(one.neck, other.neck)


def test_movements_are_smooth() -> None:
    for emotion in EMOTIONS:
        performance = _act(emotion)
        assert np.abs(np.diff(performance.neck, axis=0)).max() < 0.04
        assert np.abs(performance.neck).max() < 0.4
        assert np.abs(performance.translation).max() < 0.15
        assert np.abs(performance.gaze).max() <= 0.35


def test_silence_keeps_the_mouth_still() -> None:
    performance = act(generator(1), Speech(np.zeros(HZ, np.float32), HZ, (), ()), 0.2, 1.5, FPS, "NEU", 0.0)
    assert mouth_drive(performance).max() < 0.02


def test_blinks_last_as_long_as_real_ones() -> None:
    times = np.arange(0, 60, 0.005)
    lids = blinks(np.random.default_rng(3), times, every=3.0)
    assert lids.min() == 0
    assert lids.max() == pytest.approx(1)
    starts = np.flatnonzero((lids[1:] > 0.01) & (lids[:-1] <= 0.01))
    ends = np.flatnonzero((lids[1:] <= 0.01) & (lids[:-1] > 0.01))
    assert 14 <= len(starts) <= 26
    lengths = (ends[: len(starts)] - starts[: len(ends)]) * 0.005
    assert lengths.min() > 0.12
    assert lengths.max() < 0.26


def test_gaze_jumps_and_rests() -> None:
    gaze = saccades(np.random.default_rng(4), np.arange(0, 30, 0.01))
    still = (np.abs(np.diff(gaze, axis=0)).max(1) == 0).mean()
    assert 0.85 < still < 1
    assert 0.02 < gaze.std() < 0.06


def test_loudness_opens_the_mouth() -> None:
    samples = np.concatenate([np.full(HZ, 0.02), np.full(HZ, 0.4)]).astype(np.float32)
    low, high = loudness_envelope(samples, HZ, np.array([0.5, 1.5]))
    assert low < 0.1 < 0.9 < high


def test_recorded_sound_has_its_level_and_never_clips() -> None:
    speech = _speech(seconds=1.0)
    sound = recorded(np.random.default_rng(0), speech, 0.4, 2.0, -22.0)
    assert len(sound) == 2 * HZ
    assert 20 * np.log10(np.sqrt((sound**2).mean())) == pytest.approx(-22, abs=0.1)
    assert np.abs(sound[: int(0.39 * HZ)]).max() < 0.01
    spiky = Speech(np.where(np.arange(HZ) % 4000 == 0, 1.0, 0.0).astype(np.float32), HZ, (), ())
    assert np.abs(recorded(np.random.default_rng(0), spiky, 0.1, 1.5, -10.0)).max() < PEAK + 0.01


def test_emotions_change_the_voice() -> None:
    pytest.importorskip("espeakng_loader")
    person = actor(1, 0)
    speech = {
        emotion: speak_line(person, PlannedClip(person.actor_id, "IEO", emotion, "HI"), 1.0) for emotion in EMOTIONS
    }
    seconds = {emotion: spoken.seconds for emotion, spoken in speech.items()}
    assert seconds["SAD"] > 1.15 * seconds["NEU"]
    assert seconds["ANG"] < seconds["NEU"]
    assert manner("ANG", 1).dbfs > manner("NEU", 1).dbfs > manner("SAD", 1).dbfs


def test_intensity_words_are_acted() -> None:
    person = actor(1, 0)
    clips = {
        level: acted_intensity(np.random.default_rng(0), person, PlannedClip(person.actor_id, "IEO", "HAP", level))
        for level in ("LO", "MD", "HI", "XX")
    }
    assert clips["LO"] < clips["MD"] < clips["HI"] <= 1
    assert clips["MD"] - 0.1 < clips["XX"] <= 1
    assert acted_intensity(np.random.default_rng(0), person, PlannedClip(person.actor_id, "DFA", "NEU", "XX")) == 0


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_a_mood_over_time_is_the_emotion_where_it_is_constant(emotion: str) -> None:
    weights = np.zeros((5, len(EMOTIONS)))
    weights[:, EMOTIONS.index("NEU")] = 0.3
    weights[:, EMOTIONS.index(emotion)] += 0.7
    over, of = Mood.over(weights), Mood.of(emotion, 0.7)
    for name in ("expression", "neck", "gaze", "forward"):
        np.testing.assert_allclose(getattr(over, name), np.tile(getattr(of, name), (5, 1)), atol=1e-6)
    for name in ("openness", "nod", "tremble", "sway", "pace", "blinks"):
        np.testing.assert_allclose(getattr(over, name), getattr(of, name), atol=1e-6)


def test_a_mood_changes_with_its_weights() -> None:
    weights = np.zeros((3, len(EMOTIONS)))
    weights[0, EMOTIONS.index("SAD")] = weights[1, EMOTIONS.index("NEU")] = weights[2, EMOTIONS.index("HAP")] = 1
    mood = Mood.over(weights)
    assert mood.neck[0, 1] > 0 == mood.neck[1, 1] > mood.neck[2, 1], "sad heads hang"
    smile = mood.expression[:, ARKIT_NAMES.index("mouthSmileLeft")]
    assert smile[2] > 0.9 > smile[1] == smile[0] == 0

"""Sound is read and written as it is, and silence is measured in decibels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from media_making import tone

from mien.media.sound import is_silent, loudness_db, read_sound, write_wav


def test_wav_keeps_its_samples_and_other_rates_their_pitch(tmp_path: Path) -> None:
    samples = tone(1.0, 44100)
    write_wav(tmp_path / "x.wav", samples, 44100)
    same = read_sound(tmp_path / "x.wav", 44100)
    assert same.dtype == np.float32
    assert np.max(np.abs(same - samples)) < 1e-4
    lower = read_sound(tmp_path / "x.wav", 16000)
    assert abs(len(lower) - 16000) <= 2
    spectrum = np.abs(np.fft.rfft(lower[:16000]))
    assert int(np.argmax(spectrum)) == 440


def test_stereo_becomes_the_mean_of_both(tmp_path: Path) -> None:
    import soundfile

    left = tone(0.5)
    soundfile.write(tmp_path / "x.wav", np.stack([left, 0 * left], axis=1), 16000, subtype="FLOAT")
    assert np.max(np.abs(read_sound(tmp_path / "x.wav") - left / 2)) < 1e-4


def test_silence_is_measured_in_decibels() -> None:
    assert loudness_db(np.zeros(16000, np.float32)) == float("-inf")
    assert loudness_db(np.zeros(0, np.float32)) == float("-inf")
    assert loudness_db(np.tile(np.float32([0.1, -0.1]), 8000)) == pytest.approx(-20.0)
    assert loudness_db(np.full(16000, 0.1, np.float32)) < -100, "a constant offset makes no sound"
    quiet = np.zeros(16000, np.float32)
    assert is_silent(quiet)
    quiet[8000:8800:2] = 0.2  # one word in a silent clip is sound
    assert not is_silent(quiet)
    assert is_silent(quiet, threshold_db=-15)


def test_write_wav_refuses_what_is_no_sound(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="one channel"):
        write_wav(tmp_path / "x.wav", np.array([0.0, np.nan], np.float32), 16000)


def test_the_limit_of_silence_is_minus_50_decibels() -> None:
    wave = np.sin(2 * np.pi * 440 * np.arange(16000) / 16000).astype(np.float32) * np.sqrt(2)
    for level, silent in ((-51.0, True), (-49.0, False)):
        assert is_silent(wave * np.float32(10 ** (level / 20))) is silent, level

"""Recordings of any kind as speech: read, with a note where they were changed, or refused in a sentence about sound."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from mien.media.ffmpeg import ffmpeg_exe
from mien.systems.errors import RequestError
from mien.talking.generate.speech import read_speech

CASES = Path(__file__).parents[2].parent / "shared/cases"


def voice(seconds: float = 1.0, hz: int = 16000) -> NDArray[np.float32]:
    time = np.arange(int(seconds * hz)) / hz
    return (0.5 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)


KINDS = {
    "a.caf": (), "b.caf": ("-c:a", "alac"), "c.au": (), "d.ac3": (), "e.eac3": (), "f.tta": (), "g.wv": (), "h.voc": (),
    "i.aiff": (), "j.w64": (), "k.mp2": (), "l.opus": ("-ar", "48000"), "m.oga": ("-c:a", "flac"), "n.sox": (),
    "o.m4a": (), "p.mka": ("-c:a", "flac"), "q.wma": (), "r.aac": (), "s.dts": ("-strict", "-2", "-ar", "48000"),
    "t.wav": ("-rf64", "always"), "u.au": ("-c:a", "pcm_mulaw"), "v.wav": ("-c:a", "pcm_alaw"),
    "w.wav": ("-c:a", "pcm_u8"), "x.flac": (), "y.mp3": (), "z.webm": ("-c:a", "libopus", "-ar", "48000"),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_sound_file_is_read(tmp_path: Path, name: str) -> None:
    soundfile.write(tmp_path / "source.wav", voice(), 16000, subtype="PCM_16")
    path = tmp_path / name
    command = [ffmpeg_exe(), "-y", "-loglevel", "error", "-i", str(tmp_path / "source.wav"), *KINDS[name], str(path)]
    subprocess.run(command, check=True)
    hidden = tmp_path / "told by its content.bin"
    hidden.write_bytes(path.read_bytes())
    for source in (path, hidden):
        speech = read_speech(source, 16000)
        assert speech.seconds == pytest.approx(1.0, abs=0.12)
        spectrum = np.abs(np.fft.rfft(speech.samples[2000:14000]))
        assert abs(int(np.argmax(spectrum)) * 16000 / 12000 - 440) < 4
        assert 0.25 < np.sqrt(np.mean(speech.samples[2000:14000] ** 2)) < 0.45
        assert speech.notes == ()


@pytest.mark.parametrize("suffix", ["amr", "caf", "wav", "mid", "txt"])
def test_what_is_no_sound_is_refused_with_a_sentence_about_sound(tmp_path: Path, suffix: str) -> None:
    contents = {"amr": b"#!AMR\n", "mid": b"MThd\0\0\0\6\0\1", "txt": b"good morning, this is a text\n" * 20}
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(contents.get(suffix, os.urandom(4000)))
    with pytest.raises(RequestError, match="sound") as caught:
        read_speech(path, 16000)
    assert "picture" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_changed_recording_is_named_in_a_note(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "loud.wav", 7 * voice(), 16000, subtype="FLOAT")
    soundfile.write(tmp_path / "phase.wav", np.stack([voice(), -voice()], axis=1), 16000, subtype="PCM_16")
    for name, words in (("loud.wav", "scaled to its peak"), ("phase.wav", "cancel each other out")):
        (note,) = read_speech(tmp_path / name, 16000).notes
        assert name in note
        assert words in note


def test_a_recording_that_is_too_long_is_refused_unread(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "x.wav", voice(), 16000, subtype="PCM_16")
    content = bytearray((tmp_path / "x.wav").read_bytes())
    size = 2 * 16000 * 1801
    content[4:8], content[40:44] = (size + 36).to_bytes(4, "little"), size.to_bytes(4, "little")
    (tmp_path / "x.wav").write_bytes(content)
    with (tmp_path / "x.wav").open("ab") as stream:
        stream.truncate(size + 44)
    with pytest.raises(RequestError, match=r"1801 s, at most 1800 s are read: split it"):
        read_speech(tmp_path / "x.wav", 16000)


@pytest.mark.parametrize("name", ["voice.caf", "voice.amr", "antiphase.wav", "f32_peak4.wav"])
def test_shared_cases(name: str) -> None:
    if not (CASES / name).exists():
        pytest.skip(f"not present: {CASES / name}")
    assert read_speech(CASES / name, 16000).seconds > 2

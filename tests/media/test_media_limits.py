"""What a file declares is checked before it is read: small files can declare pictures and sound without end."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from media_making import picture, write_media

from mien.clips import ClipError
from mien.media.ffmpeg import probe, probe_sound
from mien.media.reading import limits
from mien.media.reading.tracks import Track
from mien.media.video import decode_frames


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """No packet may be read."""

    def read(*_: object) -> None:
        raise AssertionError("a packet was read")

    monkeypatch.setattr(Track, "add", read)


def sparse_wav(path: Path, seconds: int, hz: int = 48000, channels: int = 2) -> Path:
    """A WAV of 16-bit zeros that takes no room on the disk."""
    size = seconds * hz * channels * 2
    form = struct.pack("<HHIIHH", 1, channels, hz, hz * channels * 2, channels * 2, 16)
    with path.open("wb") as stream:
        stream.write(b"RIFF" + struct.pack("<I", size + 36) + b"WAVEfmt " + struct.pack("<I", 16) + form)
        stream.write(b"data" + struct.pack("<I", size))
        stream.truncate(size + 44)
    return path


def reason(path: Path, look: object = probe, *arguments: object) -> str:
    with pytest.raises(ClipError) as caught:
        look(path, *arguments)  # type: ignore[operator]
    assert caught.value.detail
    return caught.value.reason


@pytest.mark.usefixtures("unread")
def test_sound_without_end_is_refused_unread(tmp_path: Path) -> None:
    assert reason(sparse_wav(tmp_path / "long.wav", 20_000), probe_sound, 1800) == "too_long"
    assert reason(sparse_wav(tmp_path / "days.wav", 100_000, 8000, 1), probe_sound) == "too_long"
    assert reason(sparse_wav(tmp_path / "wide.wav", 1700, 192_000, 4), probe_sound, 1800) == "too_large"


def test_sound_is_cut_off_where_its_header_states_less_than_follows(tmp_path: Path) -> None:
    rate = 8000
    sound = np.zeros(60 * rate, np.float32)
    for name in ("x.ogg", "x.mp3"):
        codec = {"x.ogg": "flac", "x.mp3": "libmp3lame"}[name]
        path = write_media(tmp_path / name, None, sound, rate, codecs=("", codec))
        assert probe_sound(path, 61).audio_hz == rate
        assert reason(path, probe_sound, 50) == "too_long"


@pytest.mark.usefixtures("unread")
def test_pictures_larger_than_8k_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "x.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 8200, 4400, "yuvj420p"
        container.mux(stream.encode(av.VideoFrame(8200, 4400, "yuvj420p")))
    assert reason(path) == "too_large"
    with pytest.raises(ClipError, match=r"8200 × 4400.*scale it down"):
        next(decode_frames(path))


@pytest.mark.usefixtures("unread")
def test_many_large_pictures_are_refused_by_their_declared_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_CLIP_PIXELS", 20 * 64 * 48)
    frames = [(Fraction(index, 30), picture(index)) for index in range(21)]
    assert reason(write_media(tmp_path / "x.mp4", frames)) == "too_large"


def test_many_large_pictures_are_refused_where_no_header_states_their_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = [(Fraction(index, 30), picture(index)) for index in range(21)]
    path = write_media(tmp_path / "x.mkv", frames)
    assert probe(path).frames == 21
    monkeypatch.setattr(limits, "MAX_CLIP_PIXELS", 20 * 64 * 48)
    assert reason(path) == "too_large"

"""What a file declares is checked before it is read: small files can declare pictures and sound without end."""

from __future__ import annotations

import signal
import struct
import subprocess
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from media_making import picture, write_changing, write_media
from PIL import Image

import mien.media.ffmpeg as media
from mien.clips import ClipError
from mien.media.ffmpeg import ffmpeg_exe, media_input, probe, probe_sound, quiet, run_ffmpeg
from mien.media.reading import limits, tracks
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


GROWING = [(5, 64, 48, "yuvj420p"), (5, 128, 96, "yuvj420p")]


def sizes_read_by_ffmpeg(path: Path, folder: Path) -> list[tuple[int, int]]:
    """Sizes of the pictures that ffmpeg decodes of a file, whatever it says about the rest."""
    numbered = media_input(path).video.output(str(folder / "%d.png"), fps_mode="passthrough")
    with suppress(ClipError):
        run_ffmpeg(numbered, 60)
    return [Image.open(one).size for one in sorted(folder.glob("*.png"), key=lambda one: int(one.stem))]


def test_ffmpeg_decodes_no_picture_beyond_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_changing(tmp_path / "x.mkv", GROWING)
    for name, most, count in (("all", 128 * 96, 10), ("some", 64 * 48, 5), ("none", 64 * 48 - 1, 0)):
        (tmp_path / name).mkdir()
        monkeypatch.setattr(media, "MAX_PIXELS", most)
        assert len(sizes_read_by_ffmpeg(path, tmp_path / name)) == count


def test_pyav_decodes_no_picture_beyond_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_changing(tmp_path / "x.mkv", GROWING)
    monkeypatch.setattr(tracks, "MAX_PIXELS", 64 * 48)
    assert len(list(decode_frames(path))) == 5
    monkeypatch.setattr(tracks, "MAX_PIXELS", 128 * 96)
    assert len(list(decode_frames(path))) == 10


def test_ffmpeg_ends_itself_when_its_time_is_up() -> None:
    """Nobody waits for it: so it is where its caller was killed."""
    endless = ["-f", "lavfi", "-i", "nullsrc=s=1280x720:r=1000,noise=alls=100:allf=t", "-f", "null", "-"]
    done = subprocess.run([ffmpeg_exe(), *quiet(0.0), *endless], check=False, capture_output=True, timeout=120)
    assert done.returncode in (255, -signal.SIGXCPU)

"""Whole files are accepted though tracks that are not used last longer; cut ones are refused however short they are."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from media_making import write_media

from mien.clips import ClipError
from mien.media.ffmpeg import ffmpeg_exe, probe, probe_sound
from mien.media.sound import write_wav
from mien.media.video import write_video

AAC = ("-c:a", "aac")
SUBTITLES = "1\n00:00:00,100 --> 00:00:00,600\nhello\n\n2\n00:00:07,000 --> 00:00:09,000\nthe end\n"


def moving(count: int) -> list[np.ndarray]:
    noise = np.random.default_rng(1)
    return [noise.integers(0, 255, (48, 64, 3), dtype=np.uint8) for _ in range(count)]


def tone(seconds: float) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * 16000)) / 16000)).astype(np.float32)


def muxed(target: Path, *inputs: Path, options: tuple[str, ...] = ()) -> Path:
    words = [word for path in inputs for word in ("-i", str(path))]
    maps = [word for number in range(len(inputs)) for word in ("-map", str(number))]
    command = [ffmpeg_exe(), "-y", "-loglevel", "error", *words, *maps, "-c", "copy", *options, str(target)]
    subprocess.run(command, check=True)
    return target


@pytest.mark.parametrize(
    ("name", "codec"), [("x.mkv", "srt"), ("x.mkv", "ass"), ("x.mp4", "mov_text"), ("x.mov", "mov_text")]
)
def test_subtitles_may_last_longer_than_the_pictures(tmp_path: Path, name: str, codec: str) -> None:
    write_video(tmp_path / "a.mp4", moving(50), Fraction(25), tone(2.0))
    (tmp_path / "a.srt").write_text(SUBTITLES)
    path = muxed(tmp_path / name, tmp_path / "a.mp4", tmp_path / "a.srt", options=("-c:s", codec))
    info = probe(path)
    assert info.seconds == pytest.approx(2.0, abs=0.1)
    assert info.packet_seconds == pytest.approx(9.0, abs=0.2)
    assert info.frames == 50


def test_other_tracks_of_sound_and_pictures_may_last_longer(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mkv", moving(50), Fraction(25), tone(2.0))
    write_wav(tmp_path / "long.wav", tone(8.0), 16000)
    write_video(tmp_path / "long.mkv", moving(200), Fraction(25))
    for name in ("x.mkv", "x.mov"):
        path = muxed(tmp_path / name, tmp_path / "a.mkv", tmp_path / "long.wav", tmp_path / "long.mkv", options=AAC)
        assert probe(path).seconds == pytest.approx(2.0, abs=0.1)


def cut(path: Path, part: float) -> Path:
    target = path.with_name(f"cut-{part}{path.suffix}")
    target.write_bytes(path.read_bytes()[: int(part * path.stat().st_size)])
    return target


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov", ".webm", ".avi", ".m4a", ".wav"])
@pytest.mark.parametrize("seconds", [0.4, 0.7, 3.0])
def test_a_cut_file_is_refused_however_short_it_is(tmp_path: Path, suffix: str, seconds: float) -> None:
    source, look = tmp_path / "source.mp4", probe
    write_video(source, moving(round(25 * seconds)), Fraction(25), tone(seconds))
    path = tmp_path / f"x{suffix}"
    if suffix == ".avi":
        times = [(Fraction(i, 25), image) for i, image in enumerate(moving(round(25 * seconds)))]
        write_media(path, times, tone(seconds), 16000, codecs=("mpeg4", "libmp3lame"), rate=Fraction(25))
    elif suffix == ".wav":
        write_wav(path, tone(seconds), 16000)
    elif suffix == ".webm":
        muxed(path, source, options=("-c:v", "libvpx", "-c:a", "libopus"))
    else:
        options = ("-vn",) if suffix == ".m4a" else ()
        muxed(path, source, options=(*options, "-movflags", "+faststart") if suffix != ".mkv" else ())
    if suffix in (".m4a", ".wav"):
        look = probe_sound
    look(path)
    for part in (0.97, 0.75, 0.5, 0.3):
        with pytest.raises(ClipError) as caught:
            look(cut(path, part))
        assert caught.value.reason in ("truncated", "undecodable", "no_audio"), part


@pytest.mark.parametrize("size", [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x24\xf0\xff\x7f"])
def test_a_wav_that_was_written_into_a_pipe_is_whole(tmp_path: Path, size: bytes) -> None:
    write_wav(tmp_path / "x.wav", tone(1.0), 16000)
    content = bytearray((tmp_path / "x.wav").read_bytes())
    content[4:8] = content[40:44] = size
    (tmp_path / "x.wav").write_bytes(content)
    assert probe_sound(tmp_path / "x.wav").audio_hz == 16000


def test_a_stream_of_unknown_length_is_whole(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mkv", moving(50), Fraction(25), tone(2.0))
    for name, options in (
        ("x.mkv", ("-live", "1")),
        ("x.mp4", ("-movflags", "+frag_keyframe+empty_moov")),
    ):
        assert probe(muxed(tmp_path / name, tmp_path / "a.mkv", options=options)).frames == 50
    (tmp_path / "junk.mp4").write_bytes((tmp_path / "x.mp4").read_bytes() + b"\x7f junk after the end")
    assert probe(tmp_path / "junk.mp4").frames == 50

"""One rate, one size rule, one container; the per-clip cache; what is rejected and why."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import ffmpeg
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from media_making import picture, write_media
from pydantic import ValidationError

from mien.clips import Clip, ClipError, read_clips
from mien.execution import Execution
from mien.media import resample as resample_module
from mien.media.ffmpeg import MediaInfo, ffmpeg_exe, probe, run_ffmpeg
from mien.media.picture_filters import shown_size
from mien.media.resample import ResampleOptions, resample_clips
from mien.media.sound import write_wav
from mien.media.video import decode_frames, write_video
from mien.storage.clip_cache import ClipCache, link_or_copy

ONE = Execution(workers=1)


def frames(count: int = 30, width: int = 64, height: int = 48) -> list[np.ndarray]:
    """The left half bright, so that a turned picture is seen."""
    image = picture(30, width, height)
    image[:, : width // 2] = 220
    return [np.roll(image, index, axis=0) for index in range(count)]


def tone(seconds: float = 1.0, hz: int = 16000) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * hz)) / hz)).astype(np.float32)


def clip(path: Path, **labels: object) -> Clip:
    return Clip(path.stem, "test", str(path), **labels)  # type: ignore[arg-type]


@pytest.fixture
def resample(tmp_path: Path) -> Callable[..., list[Clip]]:
    def run(*clips: Clip, out: str = "out", **options: object) -> list[Clip]:
        return resample_clips(clips, ResampleOptions.model_validate(options), tmp_path / out, tmp_path / "cache", ONE)

    return run


def test_rate_sound_container_and_row(tmp_path: Path, resample: Callable[..., list[Clip]]) -> None:
    source = tmp_path / "x.flv"
    write_video(source, frames(60), Fraction(30000, 1001), tone(2.0))
    row = resample(clip(source, actor="1001", emotion="ANG", intensity=0.5, text="hello"))[0]
    assert (row.actor, row.emotion, row.intensity, row.text) == ("1001", "ANG", 0.5, "hello")
    assert (row.fps, row.width, row.height, row.audio_hz, row.ok) == (Fraction(25), 64, 48, 16000, True)
    path = Path(row.path)
    assert path == tmp_path / "out" / "x.mkv"
    assert (row.bytes, row.sha256) == (path.stat().st_size, __import__("hashlib").sha256(path.read_bytes()).hexdigest())
    with av.open(str(path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, audio.codec_context.name) == ("h264", "flac")
        assert (audio.codec_context.channels, audio.codec_context.sample_rate) == (1, 16000)
        assert (video.codec_context.pix_fmt, video.average_rate) == ("yuv420p", 25)
        assert not {"ENCODER", "creation_time"} & set(container.metadata)
        stamps = [packet.pts * packet.time_base for packet in container.demux(video) if packet.size]
    assert sorted(stamps) == [Fraction(index, 25) for index in range(len(stamps))]
    assert row.seconds == len(stamps) / 25 == pytest.approx(2.0, abs=0.08)
    assert read_clips(tmp_path / "out" / "clips.csv") == [row]


def test_bytes_are_those_of_every_run(tmp_path: Path) -> None:
    source = tmp_path / "x.mp4"
    write_video(source, frames(), Fraction(30), tone())
    contents = set()
    for run in ("one", "two"):
        resample_clips([clip(source)], ResampleOptions(), tmp_path / run / "o", tmp_path / run / "c", ONE)
        contents.add((tmp_path / run / "o" / "x.mkv").read_bytes())
        time.sleep(1.1)  # another second: a time stamp in the file would show
    assert len(contents) == 1


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_turned_phone_is_turned_back(tmp_path: Path, resample: Callable[..., list[Clip]], angle: int) -> None:
    write_video(tmp_path / "flat.mp4", frames(10), Fraction(25), tone(0.4))
    source = tmp_path / "turned.mp4"
    command = [ffmpeg_exe(), "-loglevel", "error", "-display_rotation", str(angle), "-i", str(tmp_path / "flat.mp4")]
    subprocess.run([*command, "-c", "copy", str(source)], check=True)
    expected = np.rot90(next(decode_frames(tmp_path / "flat.mp4")), angle // 90)
    info = probe(source)
    assert info.rotation == angle
    assert (info.height, info.width) == expected.shape[:2]
    for path in (source, Path(resample(clip(source))[0].path)):
        got = next(decode_frames(path))
        assert got.shape == expected.shape
        assert np.mean(np.abs(got.astype(int) - expected.astype(int))) < 4


def test_stretched_pixels_become_square_without_enlarging(tmp_path: Path, resample: Callable[..., list[Clip]]) -> None:
    times = [(Fraction(index, 30), image) for index, image in enumerate(frames(10, 96, 48))]
    for aspect, size in ((Fraction(4, 3), (96, 36)), (Fraction(1, 2), (48, 48)), (Fraction(1), (96, 48))):
        source = tmp_path / f"sar{aspect.numerator}-{aspect.denominator}.mkv"
        write_media(source, times, tone(0.3, 44100), sample_aspect=aspect)
        row = resample(clip(source))[0]
        assert (row.width, row.height) == size
        assert probe(Path(row.path)).sample_aspect == 1


def test_large_pictures_shrink_small_and_odd_ones_stay(tmp_path: Path, resample: Callable[..., list[Clip]]) -> None:
    # 4:4:4, since 4:2:0 cannot hold an odd size
    odd = tmp_path / "odd.mkv"
    raw = b"".join(image.tobytes() for image in frames(10, 63, 47))
    stream = ffmpeg.input("pipe:0", format="rawvideo", pix_fmt="rgb24", s="63x47", framerate=25)
    command = ffmpeg.compile(
        stream.output(str(odd), vcodec="libx264", pix_fmt="yuv444p", loglevel="error"), ffmpeg_exe()
    )
    subprocess.run(command, input=raw, check=True)
    assert (probe(odd).width, probe(odd).height) == (63, 47)
    row = resample(clip(odd), require_sound=False)[0]
    assert (row.width, row.height) == (62, 46)
    write_video(tmp_path / "large.mkv", frames(4, 320, 200), Fraction(25), tone(0.2))
    row = resample(clip(tmp_path / "large.mkv"), max_side=160)[0]
    assert (row.width, row.height) == (160, 100)


@given(st.integers(2, 4000), st.integers(2, 4000), st.fractions(Fraction(1, 4), Fraction(4)), st.integers(64, 2000))
def test_shown_size_is_even_within_bounds_and_never_larger(w: int, h: int, aspect: Fraction, side: int) -> None:
    info = MediaInfo(1.0, Fraction(25), w, h, None, 25, sample_aspect=aspect)
    try:
        width, height = shown_size(info, side)
    except ClipError:  # nothing of two pixels is left; only long and thin pictures come to that
        assert min(w, h) * side < 4 * 4 * max(w, h) * 2 or min(w, h) < 16
        return
    assert width % 2 == height % 2 == 0
    assert 2 <= width <= min(w, side)
    assert 2 <= height <= min(h, side)


def test_rejections_keep_their_rows(tmp_path: Path, resample: Callable[..., list[Clip]]) -> None:
    write_video(tmp_path / "good.mkv", frames(), Fraction(30), tone())
    write_video(tmp_path / "mute.mkv", frames(), Fraction(30))
    (tmp_path / "empty.mp4").write_bytes(b"")
    late = clip(tmp_path / "known.mp4").rejected("bad_name", "as before")
    rows = resample(
        clip(tmp_path / "good.mkv"), clip(tmp_path / "mute.mkv"), clip(tmp_path / "empty.mp4"),
        clip(tmp_path / "gone.mp4"), late,
    )  # fmt: skip
    assert [(row.clip_id, row.reason) for row in rows] == [
        ("good", None), ("mute", "no_audio"), ("empty", "empty"), ("gone", "missing"), ("known", "bad_name"),
    ]  # fmt: skip
    assert rows[-1] == late
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["clips.csv", "good.mkv"]
    mute = resample(clip(tmp_path / "mute.mkv"), require_sound=False)[0]
    assert (mute.ok, mute.audio_hz) == (True, None)


def test_time_stamps_that_leap_ten_hours_are_too_long(tmp_path: Path, resample: Callable[..., list[Clip]]) -> None:
    """Two frames ten hours apart would become 900,000 at 25 a second."""
    times = [(Fraction(0), picture(1)), (Fraction(36000), picture(2))]
    source = write_media(tmp_path / "leap.mkv", times, tone(0.5, 44100))
    # known from the file's head: an encoder that began on those frames would be stopped, for another reason
    assert resample(clip(source), timeout_seconds=20)[0].reason == "too_long"
    short = resample(clip(source), max_seconds=40000, timeout_seconds=0.3)[0]
    assert short.reason == "timed_out"
    assert not list((tmp_path / "cache").rglob("*.mkv"))


def test_ffmpeg_is_gone_after_its_time(tmp_path: Path) -> None:
    endless = ffmpeg.input("testsrc=size=640x480", format="lavfi").output(str(tmp_path / "x.mkv"))
    with pytest.raises(ClipError) as caught:
        run_ffmpeg(endless, 0.5)
    assert caught.value.reason == "timed_out"
    children = subprocess.run(["ps", "-o", "comm=", "--ppid", str(os.getpid())], capture_output=True, text=True)
    assert "ffmpeg" not in children.stdout


def test_a_new_clip_costs_one_clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in this process, through a map that runs here."""
    from mien.parallel import Outcome, _guarded

    encoded: list[str] = []
    encode = resample_module._encode

    def counting(source: Path, *others: object) -> None:
        encoded.append(source.name)
        encode(source, *others)  # type: ignore[arg-type]

    def here(function: Callable[[Clip], Clip], items: list[Clip], *_: object) -> list[Outcome[Clip]]:
        return [_guarded(function, item) for item in items]

    monkeypatch.setattr(resample_module, "_encode", counting)
    monkeypatch.setattr(resample_module, "map_clips", here)

    def run(*clips: Clip, **options: object) -> dict[str, bytes]:
        encoded.clear()
        resample_clips(clips, ResampleOptions.model_validate(options), tmp_path / "out", tmp_path / "cache", ONE)
        return {path.name: path.read_bytes() for path in (tmp_path / "out").glob("*.mkv")}

    clips = []
    for index in range(3):
        write_video(tmp_path / f"c{index}.mkv", frames(5 + index), Fraction(25), tone(0.2))
        clips.append(clip(tmp_path / f"c{index}.mkv"))
    first = run(*clips[:2])
    assert encoded == ["c0.mkv", "c1.mkv"]
    assert run(*clips[:2]) == first
    assert encoded == []
    assert run(*clips).items() > first.items()
    assert encoded == ["c2.mkv"]
    # neither a new name, label or time, nor another limit costs anything
    (tmp_path / "c0.mkv").rename(tmp_path / "renamed.mkv")
    run(clip(tmp_path / "renamed.mkv", emotion="SAD"), clips[1], max_seconds=60)
    assert encoded == []
    run(clips[1], crf=30)
    assert encoded == ["c1.mkv"]
    # the sound of its own is part of the input
    write_wav(tmp_path / "own.wav", tone(0.2), 16000)
    run(clip(tmp_path / "c1.mkv", sound=str(tmp_path / "own.wav")))
    assert encoded == ["c1.mkv"]
    write_wav(tmp_path / "own.wav", 0.5 * tone(0.2), 16000)
    run(clip(tmp_path / "c1.mkv", sound=str(tmp_path / "own.wav")))
    assert encoded == ["c1.mkv"]


def test_dask_makes_the_same_bytes(tmp_path: Path) -> None:
    clips = []
    for index in range(3):
        write_video(tmp_path / f"c{index}.mkv", frames(5 + index), Fraction(30), tone(0.2))
        clips.append(clip(tmp_path / f"c{index}.mkv"))
    (tmp_path / "bad.mkv").write_bytes(b"x" * 100)
    clips.append(clip(tmp_path / "bad.mkv"))
    made = {}
    for executor in ("local", "dask"):
        out, execution = tmp_path / executor / "out", Execution(executor=executor, workers=2)  # type: ignore[arg-type]
        rows = resample_clips(clips, ResampleOptions(), out, tmp_path / executor / "cache", execution)
        assert [row.reason for row in rows] == [None, None, None, "undecodable"]
        made[executor] = {path.name: path.read_bytes() for path in out.glob("*.mkv")}
    assert made["local"] == made["dask"]


@pytest.mark.parametrize("fps", ["0", "-25", "121", "25/0", "abc", None, float("nan")])
def test_impossible_rates_are_refused_by_name(fps: object) -> None:
    with pytest.raises(ValidationError, match="fps"):
        ResampleOptions.model_validate({"fps": fps})


def test_options_survive_json() -> None:
    options = ResampleOptions.model_validate({"fps": "30000/1001"})
    assert options.fps == Fraction(30000, 1001)
    assert ResampleOptions.model_validate_json(options.model_dump_json()) == options


def _write(text: str, path: Path) -> None:
    time.sleep(0.01)
    path.write_text(text)


def _fetch(root: Path, key: int) -> str:
    return ClipCache(root, "test", "1").fetch((key,), ".txt", partial(_write, str(key))).read_text()


def test_cache_is_safe_among_processes(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4) as pool:
        got = list(pool.map(_fetch, [tmp_path] * 40, [index % 4 for index in range(40)]))
    assert got == [str(index % 4) for index in range(40)]
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 4


def test_cache_keeps_nothing_of_a_failure_and_tells_versions_apart(tmp_path: Path) -> None:
    def failing(path: Path) -> None:
        path.write_text("half")
        raise ClipError("timed_out")

    cache = ClipCache(tmp_path, "test", "1")
    with pytest.raises(ClipError):
        cache.fetch(("a",), ".txt", failing)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert cache.fetch(("a",), ".txt", partial(_write, "one")).read_text() == "one"
    assert cache.fetch(("a",), ".txt", failing).read_text() == "one"
    assert ClipCache(tmp_path, "test", "2").fetch(("a",), ".txt", partial(_write, "two")).read_text() == "two"
    with pytest.raises(ValueError, match="name"):
        ClipCache(tmp_path, "../out", "1")


def test_link_or_copy_never_overwrites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("a")
    link_or_copy(tmp_path / "a", tmp_path / "linked")

    def no_links(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", no_links)
    link_or_copy(tmp_path / "a", tmp_path / "copied")
    assert (tmp_path / "linked").read_text() == (tmp_path / "copied").read_text() == "a"
    for target in ("linked", "copied"):
        with pytest.raises(FileExistsError):
            link_or_copy(tmp_path / "a", tmp_path / target)

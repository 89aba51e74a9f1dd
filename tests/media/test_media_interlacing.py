"""Interlaced video: no combs in clips and references, and no combs that count as sharpness."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from media_making import picture

from mien.clips import Clip
from mien.execution import Execution
from mien.faces.pictures.reference import _video
from mien.media.ffmpeg import ffmpeg_exe, probe
from mien.media.reading.interlacing import COMBED, combing, deinterlaced
from mien.media.reading.unsaid_fields import first_field
from mien.media.resample import ResampleOptions, resample_clips
from mien.media.video import decode_frames, write_video

CODERS = {
    "h264.mp4": ("-vf", "tinterlace=interleave_top,setfield=tff", "-c:v", "libx264", "-x264-params", "tff=1"),
    "bottom.mkv": ("-vf", "tinterlace=interleave_bottom,setfield=bff", "-c:v", "libx264", "-x264-params", "bff=1"),
    "dvd.mpg": ("-vf", "tinterlace=interleave_top,setfield=tff", "-c:v", "mpeg2video", "-flags", "+ilme+ildct"),
}  # fmt: skip
UNSAID = ("-vf", "tinterlace=interleave_top,setfield=prog", "-c:v", "libx264", "-crf", "12")


NO_SOUND = ResampleOptions(require_sound=False)


def moving(count: int = 50, step: int = 6) -> list[np.ndarray]:
    """A soft-edged disc on a wall that moves to the right, 50 pictures a second."""
    frames = []
    for index in range(count):
        image = picture(90, 256, 192)
        cv2.circle(image, (40 + step * (index % 28), 96), 36, (220, 180, 150), -1, cv2.LINE_AA)
        frames.append(np.asarray(cv2.GaussianBlur(image, (0, 0), 1.5), np.uint8))
    return frames


def interlaced(folder: Path, name: str, options: tuple[str, ...]) -> Path:
    write_video(folder / "fields.mkv", moving(), Fraction(50), quality=5)
    command = [ffmpeg_exe(), "-y", "-loglevel", "error", "-i", str(folder / "fields.mkv"), *options]
    subprocess.run([*command, str(folder / name)], check=True)
    return folder / name


@pytest.mark.parametrize("name", CODERS)
def test_clips_and_references_of_interlaced_video_have_no_combs(tmp_path: Path, name: str) -> None:
    path = interlaced(tmp_path, name, CODERS[name])
    assert probe(path).interlaced
    options = ResampleOptions(require_sound=False)
    clip = Clip("x", "test", str(path))
    row = resample_clips([clip], options, tmp_path / "out", tmp_path / "cache", Execution(workers=1))[0]
    assert (row.ok, row.width, row.height) == (True, 256, 192)
    assert row.seconds == pytest.approx(1.0, abs=0.09)
    for frames in (decode_frames(Path(row.path)), decode_frames(path), (frame for _, frame in _video(path))):
        combs = [combing(frame) for frame in frames]
        assert len(combs) > 10
        assert max(combs) < COMBED


def test_a_reference_has_no_combs_though_the_video_does_not_say_that_it_is_interlaced(tmp_path: Path) -> None:
    path = interlaced(tmp_path, "x.mkv", UNSAID)
    assert not probe(path).interlaced
    assert max(combing(frame) for frame in decode_frames(path)) > 2 * COMBED  # there are combs in it
    assert max(combing(frame) for _, frame in _video(path)) < COMBED


@pytest.mark.parametrize("field", ["tff", "bff"])
@pytest.mark.parametrize("coder", ["libx264", "mpeg4"])
def test_a_clip_has_no_combs_though_the_video_does_not_say_that_it_is_interlaced(
    tmp_path: Path, field: str, coder: str
) -> None:
    side = {"tff": "top", "bff": "bottom"}[field]
    options = ("-vf", f"tinterlace=interleave_{side},setfield=prog", "-c:v", coder, "-q:v", "2")
    path = interlaced(tmp_path, "x.mkv", options)
    info = probe(path)
    assert not info.interlaced
    assert first_field(path, info) == field
    clip = Clip("x", "test", str(path))
    row = resample_clips([clip], NO_SOUND, tmp_path / "out", tmp_path / "cache", Execution(workers=1))[0]
    assert row.ok
    combs = [combing(frame) for frame in decode_frames(Path(row.path))]
    assert len(combs) > 20
    assert max(combs) < COMBED


@pytest.mark.parametrize("kind", ["moving", "still", "stripes", "noise"])
def test_progressive_video_has_no_fields(tmp_path: Path, kind: str) -> None:
    random = np.random.default_rng(0)
    stripes = np.repeat(np.repeat(np.tile([[40], [200]], (96, 1)), 256, axis=1)[:, :, None], 3, axis=2).astype(np.uint8)
    frames = {
        "moving": moving(),
        "still": moving(1) * 30,
        "stripes": [np.roll(stripes, index, axis=0) for index in range(30)],
        "noise": [random.integers(0, 255, (192, 256, 3), dtype=np.uint8) for _ in range(30)],
    }[kind]
    write_video(tmp_path / "x.mkv", frames, Fraction(25), quality=5)
    assert first_field(tmp_path / "x.mkv", probe(tmp_path / "x.mkv")) is None


def test_the_fields_of_a_video_with_a_damaged_end_are_seen(tmp_path: Path) -> None:
    path = interlaced(tmp_path, "x.mkv", UNSAID)
    info = probe(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert first_field(path, info) == "tff"


def test_progressive_video_is_left_as_it_is(tmp_path: Path) -> None:
    write_video(tmp_path / "x.mkv", moving(), Fraction(50))
    assert not probe(tmp_path / "x.mkv").interlaced
    assert max(combing(frame) for frame in decode_frames(tmp_path / "x.mkv")) < COMBED


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 191, 192])
def test_one_field_remains(rows: int) -> None:
    top, bottom = moving(2, step=20)
    mixed = top[:rows].copy()
    mixed[1::2] = bottom[:rows][1::2]
    single = deinterlaced(mixed)
    assert single.shape == mixed.shape
    assert np.array_equal(single[::2], top[:rows][::2])
    assert np.abs(single.astype(int) - top[:rows]).mean() < 1.5


def test_stripes_of_two_lines_and_noise_are_no_combs() -> None:
    stripes = np.repeat(np.repeat(np.tile([[40], [40], [200], [200]], (48, 1)), 256, axis=1)[:, :, None], 3, axis=2)
    assert combing(stripes.astype(np.uint8)) < COMBED
    noise = np.random.default_rng(0).normal(128, 10, (192, 256, 1)).clip(0, 255).astype(np.uint8)
    assert combing(np.repeat(noise, 3, axis=2)) < COMBED

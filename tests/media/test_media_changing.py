"""Videos whose pictures change their size or format while they play, as calls over the network record them."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from media_making import write_changing
from PIL import Image

from mien.clips import Clip
from mien.execution import Execution
from mien.media.ffmpeg import ffmpeg_exe, probe
from mien.media.resample import ResampleOptions, resample_clips
from mien.media.sound import read_sound
from mien.media.video import decode_frames

CHANGES = {
    "smaller": [(20, 128, 96, "yuvj420p"), (15, 64, 48, "yuvj420p")],
    "larger": [(20, 64, 48, "yuvj420p"), (15, 128, 96, "yuvj420p")],
    "to and fro": [(10, 96, 64, "yuvj420p"), (10, 48, 32, "yuvj420p"), (15, 96, 64, "yuvj420p")],
    "turned": [(20, 128, 96, "yuvj420p"), (15, 96, 128, "yuvj420p")],
    "format": [(20, 64, 48, "yuvj420p"), (15, 64, 48, "yuvj444p")],
    "every frame": [(1, 64 + 16 * (index % 3), 48, "yuvj420p") for index in range(35)],
}


Part = tuple[int, int, int, str]


def shown_parts(parts: list[Part], times: int = 1) -> list[Part]:
    return [part for part in parts for _ in range(part[0] * times)]


def within(frame: np.ndarray, part: Part) -> np.ndarray:
    """What of a frame shows the picture: its proportions are those of the part, and around it is black."""
    height, width = frame.shape[:2]
    scale = min(width / part[1], height / part[2])
    across, down = round(part[1] * scale), round(part[2] * scale)
    left, top = (width - across) // 2, (height - down) // 2
    outside = np.ones((height, width), bool)
    outside[max(0, top - 3) : top + down + 3, max(0, left - 3) : left + across + 3] = False
    assert not outside.any() or frame[outside].max() < 12
    return frame[top : top + down, left : left + across]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("fps", [25, 50])
def test_every_frame_has_one_size_and_the_clip_its_length(tmp_path: Path, change: str, fps: int) -> None:
    parts = CHANGES[change]
    path = write_changing(tmp_path / "x.mkv", parts)
    options = ResampleOptions(fps=Fraction(fps))
    row = resample_clips(
        [Clip("x", "test", str(path))], options, tmp_path / "out", tmp_path / "cache", Execution(workers=1)
    )[0]
    assert (row.ok, row.width, row.height) == (True, *parts[0][1:3])
    assert row.seconds == pytest.approx(35 / 25, abs=0.05)
    levels = []
    for frame, part in zip(decode_frames(Path(row.path)), shown_parts(parts, fps // 25), strict=False):
        picture = within(frame, part)
        half = picture.shape[1] // 2
        assert picture[4:-4, 4 : half - 4].mean() > picture[4:-4, half + 4 : -4].mean() + 60
        levels.append(picture[4:-4, -half // 2 : -4].mean())
    assert len(levels) >= 34 * fps // 25
    assert (np.diff(levels[:: fps // 25]) > 1).all()  # nothing is frozen, none is lost
    sound = read_sound(Path(row.path))
    assert len(sound) == pytest.approx(35 / 25 * 16000, abs=400)
    loud = np.sqrt((sound[: len(sound) // 800 * 800].reshape(-1, 800) ** 2).mean(axis=1))
    assert loud.min() > 0.3


@pytest.mark.parametrize("change", CHANGES)
def test_decoded_frames_have_the_size_of_the_first(tmp_path: Path, change: str) -> None:
    parts = CHANGES[change]
    frames = list(decode_frames(write_changing(tmp_path / "x.mkv", parts)))
    assert len(frames) == 35
    assert {frame.shape for frame in frames} == {(CHANGES[change][0][2], CHANGES[change][0][1], 3)}
    seen = [within(frame, part) for frame, part in zip(frames, shown_parts(parts), strict=True)]
    assert (np.diff([picture[4:-4, -12:-4].mean() for picture in seen]) > 1).all()


@pytest.mark.parametrize("rotation", [90, 180, 270])
@pytest.mark.parametrize("change", ["smaller", "larger", "turned", "to and fro"])
def test_a_rotated_video_that_changes_its_size(tmp_path: Path, rotation: int, change: str) -> None:
    plain = write_changing(tmp_path / "plain.mkv", CHANGES[change])
    path = tmp_path / "x.mkv"
    command = [ffmpeg_exe(), "-loglevel", "error", "-display_rotation", str(rotation), "-i", str(plain), "-c", "copy"]
    subprocess.run([*command, str(path)], check=True)
    row = resample_clips(
        [Clip("x", "test", str(path))], ResampleOptions(), tmp_path / "out", tmp_path / "cache", Execution(workers=1)
    )[0]
    assert row.ok
    assert probe(Path(row.path)).rotation == 0
    stored = [np.rot90(frame, -rotation // 90) for frame in decode_frames(Path(row.path))]
    assert len(stored) >= 34
    for frame, part in zip(stored, shown_parts(CHANGES[change]), strict=False):
        picture = within(frame, part)
        half = picture.shape[1] // 2
        assert np.ptp(picture[4:-4, 4 : half - 4].astype(int)) < 24, "one level, and no other memory"
        assert picture[4:-4, 4 : half - 4].mean() > picture[4:-4, half + 4 : -4].mean() + 60


@pytest.mark.parametrize("rotation", [0, 90, 180])
def test_a_mirrored_video_is_mirrored(tmp_path: Path, rotation: int) -> None:
    plain = write_changing(tmp_path / "plain.mkv", [(10, 128, 96, "yuvj420p")])
    path = tmp_path / "x.mp4"
    command = [ffmpeg_exe(), "-loglevel", "error", "-display_rotation", str(rotation), "-display_hflip"]
    subprocess.run([*command, "-i", str(plain), "-c:v", "copy", "-an", str(path)], check=True)
    assert probe(path).mirrored
    shown = tmp_path / "shown.png"
    subprocess.run([ffmpeg_exe(), "-loglevel", "error", "-i", str(path), "-frames:v", "1", str(shown)], check=True)
    options = ResampleOptions(require_sound=False)
    clip = Clip("x", "test", str(path))
    row = resample_clips([clip], options, tmp_path / "out", tmp_path / "cache", Execution(workers=1))[0]
    expected = np.asarray(Image.open(shown).convert("RGB"), int)
    assert np.abs(next(iter(decode_frames(Path(row.path)))).astype(int) - expected).mean() < 4

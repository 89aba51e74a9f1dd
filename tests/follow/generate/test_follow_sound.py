"""The sound of a pose video starts with its first picture and is as long as its pictures."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from follow_making import a_video

from mien.follow.generate.sound import HZ, read_track
from mien.media.ffmpeg import ffmpeg_exe


def delayed(path: Path, out: Path, seconds: float) -> Path:
    """The same video whose sound starts so much later than its pictures, or earlier."""
    command = [ffmpeg_exe(), "-loglevel", "error", "-i", str(path), "-itsoffset", str(seconds), "-i", str(path)]
    subprocess.run([*command, "-map", "0:v", "-map", "1:a", "-c", "copy", str(out)], check=True)
    return out


def test_a_video_without_sound_has_none(tmp_path: Path) -> None:
    assert read_track(a_video(tmp_path / "mute.mp4", 5), 0.2) is None


@pytest.mark.parametrize("seconds", [0.3, 1.0, 2.5])
def test_the_sound_is_as_long_as_the_pictures(tmp_path: Path, seconds: float) -> None:
    samples = read_track(a_video(tmp_path / "loud.mp4", 25, sound=True), seconds)
    assert samples is not None
    assert len(samples) == round(seconds * HZ)
    assert np.abs(samples[: HZ // 4]).max() > 0.4
    assert not np.abs(samples[int(1.2 * HZ) :]).any()


@pytest.mark.parametrize("shift", [0.5, -0.25])
def test_sound_that_starts_later_or_earlier_stays_in_time(tmp_path: Path, shift: float) -> None:
    video = a_video(tmp_path / "loud.mkv", 50, sound=True)
    samples = read_track(delayed(video, tmp_path / "shifted.mkv", shift), 2.0)
    assert samples is not None
    assert len(samples) == 2 * HZ
    loud = np.abs(samples) > 0.1
    first, last = np.argmax(loud) / HZ, (len(loud) - np.argmax(loud[::-1])) / HZ
    assert first == pytest.approx(max(0.0, shift), abs=0.05)
    assert last == pytest.approx(2.0 + min(0.0, shift), abs=0.05)

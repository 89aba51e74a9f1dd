"""Sound and picture stay within one frame over ten minutes, whatever the source's rate and time stamps."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from media_making import flash_and_click_times, flashes_and_clicks, write_media

from mien.clips import Clip
from mien.execution import Execution
from mien.media.resample import ResampleOptions, resample_clips

MINUTES_10 = 600


def constant(rate: Fraction, seconds: int = MINUTES_10) -> list[Fraction]:
    return [index / rate for index in range(int(seconds * rate))]


def variable(seconds: int = MINUTES_10) -> list[Fraction]:
    """Milliseconds as phones write them: between 10 and 60 frames a second, drifting and jumping."""
    rng = random.Random(4)
    times, now, step = [], 0, 33
    while now < seconds * 1000:
        times.append(Fraction(now, 1000))
        if rng.random() < 0.02:
            step = rng.choice((17, 25, 33, 34, 42, 60, 100))
        now += max(1, step + rng.choice((-2, -1, 0, 0, 0, 1, 2)))
    return times


def resample(path: Path, folder: Path, **options: object) -> Clip:
    clip = Clip("clip", "test", str(path))
    made = resample_clips(
        [clip], ResampleOptions.model_validate(options), folder / "out", folder / "cache", Execution(workers=1)
    )
    assert made[0].ok, made[0]
    return made[0]


@pytest.mark.parametrize(
    ("times", "suffix", "codecs"),
    [
        (lambda: constant(Fraction(30000, 1001)), ".mp4", ("libx264", "aac")),
        (lambda: constant(Fraction(24000, 1001)), ".mov", ("libx264", "pcm_s16le")),
        (variable, ".mkv", ("libx264", "pcm_s16le")),
    ],
    ids=["29.97", "23.976", "variable"],
)
@pytest.mark.slow
def test_ten_minutes_stay_within_one_frame(
    tmp_path: Path, times: Callable[[], list[Fraction]], suffix: str, codecs: tuple[str, str]
) -> None:
    stamps = times()
    frames, sound = flashes_and_clicks(stamps)
    source = write_media(tmp_path / f"source{suffix}", frames, sound, codecs=codecs)
    clip = resample(source, tmp_path)
    flashes, clicks = flash_and_click_times(Path(clip.path), Fraction(25), 16000)
    assert len(flashes) == len(clicks) == 60
    assert np.max(np.abs(flashes - clicks)) <= 1 / 25
    # and neither has moved against the source's own clock
    bright = [
        float(time) for index, (time, image) in enumerate(frames) if image.max() > 200 > frames[index - 1][1].max()
    ]
    assert np.max(np.abs(flashes - np.array(bright))) <= 1 / 25
    assert clip.seconds == pytest.approx(MINUTES_10, abs=0.15)


@pytest.mark.parametrize("fps", ["24000/1001", "30"])
def test_other_target_rates_keep_time(tmp_path: Path, fps: str) -> None:
    frames, sound = flashes_and_clicks(constant(Fraction(25), 60), every=5)
    clip = resample(write_media(tmp_path / "source.mkv", frames, sound, rate=Fraction(25)), tmp_path, fps=fps)
    flashes, clicks = flash_and_click_times(Path(clip.path), Fraction(fps), 16000)
    assert clip.fps == Fraction(fps)
    assert len(flashes) == len(clicks) >= 11
    assert np.max(np.abs(flashes - clicks)) <= 1 / Fraction(fps)


@pytest.mark.parametrize("suffix", [".mkv", ".mp4", ".mpg", ".flv"])
@pytest.mark.parametrize("late", ["sound", "picture"])
def test_streams_that_begin_apart_stay_apart(tmp_path: Path, suffix: str, late: str) -> None:
    """One stream begins 2 s after the other; a flash and its click come at the same time all the same."""
    frames, sound = flashes_and_clicks(constant(Fraction(30), 40), every=5, first=4)
    codecs = {
        ".mpg": ("mpeg1video", "mp2"),
        ".flv": ("flv", "libmp3lame"),
        ".mp4": ("libx264", "aac"),
        ".mkv": ("libx264", "pcm_s16le"),
    }[suffix]
    start = Fraction(0)
    if late == "sound":
        start = Fraction(2)
        sound = sound[2 * 44100 :]
    else:
        frames = frames[60:]
    source = write_media(tmp_path / f"source{suffix}", frames, sound, sound_start=start, codecs=codecs)
    clip = resample(source, tmp_path)
    flashes, clicks = flash_and_click_times(Path(clip.path), Fraction(25), 16000)
    assert len(flashes) == len(clicks) == 8
    assert np.max(np.abs(flashes - clicks)) <= 1 / 25
    assert clip.seconds == pytest.approx(40, abs=0.15)


def test_a_gap_in_the_sound_is_filled_with_silence(tmp_path: Path) -> None:
    frames, sound = flashes_and_clicks(constant(Fraction(25), 30), every=5, first=4)
    source = write_media(tmp_path / "source.mkv", frames, sound, rate=Fraction(25), sound_gaps=[(11.0, 12.5)])
    clip = resample(source, tmp_path)
    flashes, clicks = flash_and_click_times(Path(clip.path), Fraction(25), 16000)
    assert len(flashes) == len(clicks) == 6
    assert np.max(np.abs(flashes - clicks)) <= 1 / 25


def test_a_sound_file_of_its_own_begins_with_the_first_picture(tmp_path: Path) -> None:
    from mien.media.sound import write_wav

    frames, sound = flashes_and_clicks(constant(Fraction(30), 10), every=2, first=1)
    shifted = [(time + Fraction(1, 2), image) for time, image in frames]
    noise = np.full(44100 * 10, 0.01, np.float32)
    source = write_media(tmp_path / "source.flv", shifted, noise, codecs=("flv", "libmp3lame"))
    write_wav(tmp_path / "own.wav", sound, 44100)
    clip = Clip("clip", "test", str(source), sound=str(tmp_path / "own.wav"))
    made = resample_clips([clip], ResampleOptions(), tmp_path / "out", tmp_path / "cache", Execution(workers=1))[0]
    flashes, clicks = flash_and_click_times(Path(made.path), Fraction(25), 16000)
    assert len(flashes) == len(clicks) >= 4
    assert np.max(np.abs(flashes - clicks)) <= 1 / 25
    assert made.sound is None

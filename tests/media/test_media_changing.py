"""Videos whose pictures change their size or format while they play, as calls over the network record them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from media_making import write_changing

from mien.clips import Clip
from mien.execution import Execution
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
    for frame in decode_frames(Path(row.path)):
        half = frame.shape[1] // 2
        assert frame[:, : half - 4].mean() > frame[:, half + 4 :].mean() + 60
        levels.append(frame[:, -half // 2 :].mean())
    assert (np.diff(levels[:: fps // 25]) > 1).all()  # nothing is frozen, none is lost
    sound = read_sound(Path(row.path))
    assert len(sound) == pytest.approx(35 / 25 * 16000, abs=400)
    loud = np.sqrt((sound[: len(sound) // 800 * 800].reshape(-1, 800) ** 2).mean(axis=1))
    assert loud.min() > 0.3


@pytest.mark.parametrize("change", CHANGES)
def test_decoded_frames_have_the_size_of_the_first(tmp_path: Path, change: str) -> None:
    frames = list(decode_frames(write_changing(tmp_path / "x.mkv", CHANGES[change])))
    assert len(frames) == 35
    assert {frame.shape for frame in frames} == {(CHANGES[change][0][2], CHANGES[change][0][1], 3)}
    assert (np.diff([frame[:, -12:].mean() for frame in frames]) > 1).all()

"""Videos whose bytes do not depend on the processor's vector instructions."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mien.media import video
from mien.media.ffmpeg import ffmpeg_exe
from mien.media.video import write_video


def test_portable_bytes_are_those_of_another_processor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    frames = np.clip(rng.normal(128, 40, (12, 120, 160, 3)).cumsum(0) / 4 + 60, 0, 255).astype(np.uint8)
    sound = np.sin(np.arange(8000) * 0.3).astype(np.float32) * rng.uniform(0.2, 0.8, 8000).astype(np.float32)

    def written(name: str, portable: bool) -> bytes:
        write_video(tmp_path / f"{name}.flv", iter(frames), Fraction(25), sound, portable=portable)
        return (tmp_path / f"{name}.flv").read_bytes()

    here = written("here", portable=True)
    plain = tmp_path / "ffmpeg"
    plain.write_text(f'#!/bin/sh\nexec "{ffmpeg_exe()}" -cpuflags mmx "$@"\n')  # as a processor of 1997
    plain.chmod(0o755)
    monkeypatch.setattr(video, "ffmpeg_exe", lambda: str(plain))
    assert written("there", portable=True) == here

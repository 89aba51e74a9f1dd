"""`mien talk` as a process: two at once, stopped in the middle, and on a full disk."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import soundfile
from talk_making import tone

LONG_SECONDS = 240.0


@pytest.fixture
def long_speech(inputs: Path) -> Path:
    path = inputs / "long.wav"
    if not path.exists():
        soundfile.write(path, tone(LONG_SECONDS), 16_000)
    return path


def talk(inputs: Path, model: Path, speech: Path, out: Path, file_limit: int | None = None) -> subprocess.Popen[str]:
    def limited() -> None:
        if file_limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))

    command = [sys.executable, "-m", "mien", "talk", "-i", inputs / "face.png", "-s", speech, "-o", out]
    return subprocess.Popen(
        [*map(str, command), "--model", str(model)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=limited,
    )  # fmt: skip


def wait_for_frames(folder: Path) -> None:
    """Until the video has begun to grow."""
    deadline = time.monotonic() + 120
    while not any(path.stat().st_size for path in folder.rglob(".*/.*.mp4")):
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.crash
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_stopped_talk_leaves_nothing(
    inputs: Path, model: Path, long_speech: Path, tmp_path: Path, number: int
) -> None:
    process = talk(inputs, model, long_speech, tmp_path / "out.mp4")
    wait_for_frames(tmp_path)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.crash
def test_of_two_at_once_the_second_is_refused_and_the_next_one_removes_what_a_killed_one_left(
    inputs: Path, model: Path, long_speech: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.mp4"
    first = talk(inputs, model, long_speech, out)
    wait_for_frames(tmp_path)
    second = talk(inputs, model, inputs / "voice.wav", out)
    _, said = second.communicate(timeout=120)
    assert second.returncode == 2
    assert "just being made by another process" in said
    assert not out.exists()
    first.kill()
    first.communicate()
    assert len(list(tmp_path.iterdir())) == 1
    third = talk(inputs, model, inputs / "voice.wav", out)
    third.communicate(timeout=120)
    assert third.returncode == 0
    assert list(tmp_path.iterdir()) == [out]


def test_a_full_disk_is_named(inputs: Path, model: Path, tmp_path: Path) -> None:
    process = talk(inputs, model, inputs / "voice.wav", tmp_path / "out.mp4", file_limit=20_000)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 2
    assert said.strip().splitlines()[-1] == (
        f"{tmp_path}/out.mp4 could not be made: a file in {tmp_path} cannot grow: "
        "raise the limit of a file's size (ulimit -f, or the disk's), then run it again"
    )
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []

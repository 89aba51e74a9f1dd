"""Progress in a log: count, rate and remaining time."""

import pytest

from mien import progress


def test_a_log_gets_the_last_line_and_what_was_resumed(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.progress_bar("work", 10, "frames", resumed=4) as advance:
        advance(3)
        advance(3, "loss 0.5")
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "work: resumed at 4 of 10 frames"
    assert lines[-1].startswith("work: 10/10 frames, ")
    assert lines[-1].endswith("0 s left, loss 0.5")
    assert len(lines) == 2, "a log is not flooded"


def test_remaining_time_counts_only_this_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 10.0, 10.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with progress.progress_bar("work", 100, "frames", resumed=50) as advance:
        advance(10)
    assert "60/100 frames, 1.0 frames/s, 10 s gone, 40 s left" in capsys.readouterr().err

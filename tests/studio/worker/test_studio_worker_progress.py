"""What the process that makes jobs measures of its steps, from recorded times."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest

from mien.studio.worker.child import Reporter

STEPS = (
    # seconds since the start, what is done of 40 frames: the first frame waits for what is compiled and loaded
    (12.0, 0), (31.0, 1), (31.5, 2), (32.0, 3), (33.0, 5), (36.0, 11), (50.5, 40),
)  # fmt: skip


def _reporter(times: Sequence[float]) -> Reporter:
    clock = iter(times)
    return Reporter(io.BytesIO(), preparing=True, clock=lambda: next(clock))


def test_what_is_set_up_before_the_first_step_is_no_time_of_the_steps() -> None:
    report = _reporter([time for time, _ in STEPS])
    for _, done in STEPS:
        report("talk", done, 40, "frames")
    assert report.spent == {"talk": pytest.approx(20.0)}, "2 frames a second, without the 19 s before the first"


def test_each_stage_is_measured_by_itself() -> None:
    report = _reporter([0.0, 1.0, 5.0, 6.0, 8.0, 10.0])
    for stage, done, total in (("poses", 0, 5), ("poses", 1, 5), ("poses", 5, 5), ("follow", 0, 3), ("follow", 1, 3),
                               ("follow", 3, 3)):  # fmt: skip
        report(stage, done, total, "frames")
    assert report.spent == {"poses": pytest.approx(5.0), "follow": pytest.approx(3.0)}

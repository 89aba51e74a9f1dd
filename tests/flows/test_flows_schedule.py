"""Which stage starts next, how long a pipeline takes, and what is known of each stage's duration."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.graph import Stage
from flows.schedule import Schedule, known_durations, remaining_paths, run_schedule, simulate
from stages.receipts import Measured, Receipt

STAGES = [
    Stage("first", (), ()),
    Stage("short", ("first",), ()),
    Stage("long", ("first",), ()),
    Stage("other", (), ()),
    Stage("last", ("long",), ()),
]
SECONDS = {"first": 1.0, "short": 5.0, "long": 4.0, "other": 2.0, "last": 3.0}


def test_a_path_is_the_longest_chain_that_waits() -> None:
    assert remaining_paths(STAGES, SECONDS) == {"first": 8.0, "short": 5.0, "long": 7.0, "other": 2.0, "last": 3.0}


def run(jobs: int, failing: str = "") -> tuple[list[str], list[str]]:
    """The order in which stages start, and those that never do."""
    began: list[str] = []

    def start(stage: Stage) -> Future[None]:
        began.append(stage.name)
        future: Future[None] = Future()
        future.set_result(None)
        return future

    missed = run_schedule(Schedule(STAGES, SECONDS), jobs, start, lambda name: name != failing)
    return began, [stage.name for stage in missed]


def test_the_longest_remaining_path_starts_first() -> None:
    assert run(1) == (["first", "long", "short", "last", "other"], [])
    assert run(2) == (["first", "other", "long", "short", "last"], [])


def test_a_failure_holds_back_only_what_waits_for_it() -> None:
    assert run(1, failing="long") == (["first", "long", "short", "other"], ["last"])
    assert run(1, failing="first") == (["first", "other"], ["short", "long", "last"])


def test_no_more_than_so_many_stages_run_at_once_and_never_before_their_upstreams() -> None:
    running: set[str] = set()
    ended: set[str] = set()
    most = 0
    guard = threading.Lock()
    both = threading.Barrier(2, timeout=30)

    def work(stage: Stage) -> None:
        nonlocal most
        with guard:
            assert set(stage.upstreams) <= ended
            running.add(stage.name)
            most = max(most, len(running))
        if stage.name in ("short", "long"):
            both.wait()
        with guard:
            running.remove(stage.name)
            ended.add(stage.name)

    with ThreadPoolExecutor(8) as pool:
        futures: list[Future[None]] = []

        def start(stage: Stage) -> Future[None]:
            futures.append(pool.submit(work, stage))
            return futures[-1]

        assert run_schedule(Schedule(STAGES, SECONDS), 2, start, lambda _: True) == []
    for future in futures:
        future.result()
    assert (most, ended) == (2, set(SECONDS))


def test_a_simulation_tells_how_long_it_takes() -> None:
    assert simulate(STAGES, SECONDS, 1) == (15.0, 1)
    # first 0–1, other 0–2, long 1–5, short 2–7, last 5–8
    assert simulate(STAGES, SECONDS, 2) == (8.0, 2)
    assert simulate(STAGES, SECONDS, 8) == (8.0, 3)
    # first is done; long has run for 3 of 4 s: long 0–1, short 0–5, last 1–4, other 4–6
    assert simulate(STAGES[1:], SECONDS, 2, {"long": 3.0}) == (6.0, 2)
    assert simulate(STAGES[1:], SECONDS, 2, {"long": 99.0})[0] == 5.0


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_schedule_is_shorter_than_its_bounds_or_longer_than_graham_says(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 8))
    stages = []
    for index in range(count):
        upstreams = [f"s{i}" for i in range(index) if data.draw(st.booleans())]
        stages.append(Stage(f"s{index}", tuple(upstreams), ()))
    seconds = {stage.name: float(data.draw(st.integers(0, 9))) for stage in stages}
    jobs = data.draw(st.integers(1, 4))
    whole, widest = simulate(stages, seconds, jobs)
    path, work = max(remaining_paths(stages, seconds).values()), sum(seconds.values())
    assert max(path, work / jobs) <= whole <= work / jobs + path * (1 - 1 / jobs) + 1e-9  # Graham 1969
    assert 1 <= widest <= jobs


def test_durations_are_those_of_the_last_run_else_the_committed_ones(tmp_path: Path) -> None:
    corpus, new = Stage("corpus", (), ()), Stage("brand_new", (), ())
    committed = known_durations([tmp_path], [corpus])["corpus"]
    assert committed > 1
    assert known_durations([tmp_path], [corpus, new])["brand_new"] == committed
    assert known_durations([tmp_path], [new]) == {"brand_new": 1.0}
    measured = Measured(seconds=7.0, cpu_seconds=6.0, peak_mb=100.0)
    Receipt(stage="corpus", state="failed", measured=measured).write(tmp_path)
    assert known_durations([tmp_path / "worktree", tmp_path], [corpus]) == {"corpus": 7.0}

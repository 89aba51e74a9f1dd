"""List scheduling of the stages by critical path: of those that are ready, the longest remaining path first.

A stage's priority is its own duration plus that of the longest chain of stages that depend on it. Durations are those
of each stage's last run here (see stages/receipts.py), else the committed ones of `flows/durations.json`.
"""

from __future__ import annotations

import heapq
import json
import os
import queue
import statistics
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from flows.graph import Stage
from stages.receipts import read_receipt

COMMITTED = Path(__file__).with_name("durations.json")


class Started(Protocol):
    """Result of `start`: a future of concurrent.futures or of Prefect."""

    def add_done_callback(self, function: Callable[[Any], None], /) -> Any: ...


def known_durations(roots: Sequence[Path], stages: Sequence[Stage]) -> dict[str, float]:
    """Stage → expected seconds: measured in the first of `roots` where it has run, else committed.

    A stage without either gets the median of the others, or one second.
    """
    committed: dict[str, float] = json.loads(COMMITTED.read_text())
    durations = {}
    for stage in stages:
        receipts = (read_receipt(root, stage.name) for root in roots)
        measured = next((r.measured.seconds for r in receipts if r is not None and r.measured is not None), None)
        seconds = committed.get(stage.name) if measured is None else measured
        if seconds is not None:
            durations[stage.name] = seconds
    usual = statistics.median(durations.values()) if durations else 1.0
    return {stage.name: durations.get(stage.name, usual) for stage in stages}


def remaining_paths(stages: Sequence[Stage], seconds: Mapping[str, float]) -> dict[str, float]:
    """Stage → seconds from its start to the end of the longest chain of `stages` that begins with it.

    `stages` are in topological order.
    """
    paths: dict[str, float] = {}
    for stage in reversed(stages):
        below = (paths[other.name] for other in stages if stage.name in other.upstreams)
        paths[stage.name] = seconds[stage.name] + max(below, default=0.0)
    return paths


class Schedule:
    """Which of `stages` may start, and in what order; stages that depend on a failed one never start."""

    def __init__(self, stages: Sequence[Stage], seconds: Mapping[str, float]) -> None:
        self._order = {stage.name: index for index, stage in enumerate(stages)}
        self._paths = remaining_paths(stages, seconds)
        self._waiting = {stage.name: {u for u in stage.upstreams if u in self._order} for stage in stages}
        self._stages = {stage.name: stage for stage in stages}
        self.running: set[str] = set()

    def next(self) -> Stage | None:
        """The stage to start now, marked as running; None if none is ready."""
        ready = [name for name, upstreams in self._waiting.items() if not upstreams]
        if not ready:
            return None
        name = min(ready, key=lambda n: (-self._paths[n], self._order[n]))
        self.begun(name)
        return self._stages[name]

    def begun(self, name: str) -> None:
        """Mark a stage as running."""
        del self._waiting[name]
        self.running.add(name)

    def ended(self, name: str, well: bool) -> None:
        """Mark a running stage as ended; stages that depend on it may start only if it ended `well`."""
        self.running.discard(name)
        if well:
            for upstreams in self._waiting.values():
                upstreams.discard(name)

    def left(self) -> list[Stage]:
        """The stages that have not started."""
        return [self._stages[name] for name in self._waiting]


def run_schedule(
    schedule: Schedule, jobs: int, start: Callable[[Stage], Started], ended_well: Callable[[str], bool]
) -> list[Stage]:
    """Start every stage of `schedule` when it is due, at most `jobs` at once, and wait for all.

    `start` returns a future without waiting; `ended_well` is called when the future is done. Returns the stages that
    were never started, because an upstream stage failed.
    """
    done: queue.SimpleQueue[str] = queue.SimpleQueue()

    def begin(stage: Stage) -> None:
        start(stage).add_done_callback(lambda _: done.put(stage.name))

    while True:
        while len(schedule.running) < jobs and (stage := schedule.next()) is not None:
            begin(stage)
        if not schedule.running:
            return schedule.left()
        name = done.get()
        schedule.ended(name, ended_well(name))


def simulate(
    stages: Sequence[Stage], seconds: Mapping[str, float], jobs: int, elapsed: Mapping[str, float] | None = None
) -> tuple[float, int]:
    """Simulate the schedule: seconds until all `stages` end, `jobs` at once, and the maximum number in parallel.

    `elapsed`: running stage → seconds since its start.
    """
    elapsed = elapsed or {}
    schedule = Schedule(stages, seconds)
    under_way: list[tuple[float, str]] = []
    now, widest = 0.0, 0
    for name, gone in elapsed.items():
        heapq.heappush(under_way, (max(seconds[name] - gone, 0.0), name))
        schedule.begun(name)
    while True:
        while len(under_way) < jobs and (stage := schedule.next()) is not None:
            heapq.heappush(under_way, (now + seconds[stage.name], stage.name))
        widest = max(widest, len(under_way))
        if not under_way:
            return now, widest
        now, name = heapq.heappop(under_way)
        schedule.ended(name, well=True)


def usable_cores() -> int:
    """Number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def thread_settings(threads: int) -> dict[str, str]:
    """Environment variables for the number of compute threads of a stage; a user's setting has precedence."""
    return {} if "OMP_NUM_THREADS" in os.environ else {"OMP_NUM_THREADS": str(threads)}

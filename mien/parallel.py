"""Map a function over clips in processes of this machine or on a Dask cluster.

Every item ends as an `Outcome` with a value or a reason: one bad item never takes the others with it, not even one
that kills the process that reads it. What the machine is to blame for (a full disk, too little memory) is no outcome of
an item: it ends the map.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Any, Generic, TypeVar

from mien.clips import ClipError
from mien.execution import Execution
from mien.machine import KilledError, killed_fault, machine_fault
from mien.processes import end_with_parent
from mien.progress import progress_bar

Item = TypeVar("Item")
Value = TypeVar("Value")


@dataclass(frozen=True)
class Outcome(Generic[Value]):
    """What became of one item: a value, or a reason word of `mien.clips.REASONS` with a detail."""

    value: Value | None
    reason: str | None = None
    detail: str | None = None


def _guarded(function: Callable[[Item], Value], item: Item) -> Outcome[Value]:
    try:
        return Outcome(function(item))
    except _StoppedError:
        os._exit(128 + signal.SIGTERM)  # the item's files are removed; an exception would only end the item
    except ClipError as error:
        return Outcome(None, error.reason, error.detail)
    except KilledError:
        return _crashed(killed=True)
    except Exception as error:  # noqa: BLE001 - the boundary at which any error becomes a row with a reason
        fault = machine_fault(error)
        if fault is not None:
            raise fault from None
        return Outcome(None, "failed", f"{type(error).__name__}: {error}")


class _StoppedError(BaseException):
    """SIGTERM was received while an item was worked on."""


def _start_worker() -> None:
    """Prepare a worker process: one thread, and an end with its parent that leaves no temporary files behind."""
    _one_thread()

    def stop(_number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while frame is not None and frame.f_code is not _guarded.__code__:
            frame = frame.f_back
        if frame is None:  # between two items
            os._exit(128 + signal.SIGTERM)
        raise _StoppedError

    signal.signal(signal.SIGTERM, stop)
    end_with_parent()


def _one_thread() -> None:
    # A process a core, and one thread in each: nested thread pools only get in each other's way.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ[name] = "1"


def map_clips(
    function: Callable[[Item], Value],
    items: Sequence[Item],
    execution: Execution,
    description: str,
    unit: str = "clips",
) -> list[Outcome[Value]]:
    """Apply `function` to every item; outcomes come in the order of the items.

    `function` must be importable in another process (a top-level function or a `functools.partial` of one).
    A `ClipError` is final; any other error, and the death of a process, is retried `execution.retries` times and then
    becomes the reason `failed` or `crashed`. unit: what an item is, for the progress bar.
    Raises MachineError where the machine is at fault; so it counts when a second item's process, each alone with its
    item, is killed from outside (SIGKILL): one item may take all memory, several mean that there is too little.
    """
    if not items:
        return []
    outcomes: list[Outcome[Value] | None] = [None] * len(items)
    with progress_bar(description, len(items), unit=unit) as advance:
        run = _dask if execution.executor == "dask" else _local
        for index, outcome in run(function, items, execution):
            outcomes[index] = outcome
            advance(1)
    return [outcome for outcome in outcomes if outcome is not None]


class _Pool:
    """A pool of worker processes that remembers them, because how one died tells whose fault it is."""

    def __init__(self, workers: int) -> None:
        # spawn: forking a process that holds threads (torch, MediaPipe, gRPC) can deadlock
        self._pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _start_worker)
        self._processes: dict[int | None, BaseProcess] = {}

    def __enter__(self) -> _Pool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if kind is not None and not issubclass(kind, Exception):  # stopped: the rest of the work is not wanted
            for process in self._processes.values():
                process.terminate()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def submit(self, function: Callable[..., Outcome[Value]], *arguments: object) -> Future[Outcome[Value]]:
        """As of ProcessPoolExecutor. Raises BrokenProcessPool."""
        future = self._pool.submit(function, *arguments)
        self._processes |= {process.pid: process for process in multiprocessing.active_children()}
        return future

    def was_killed(self) -> bool:
        """Whether a worker ended by SIGKILL; for a pool that is broken."""
        self._pool.shutdown(wait=True)
        return any(process.exitcode == -signal.SIGKILL for process in self._processes.values())


class _Local(Generic[Item, Value]):
    """The map over processes of this machine.

    Items that were in flight when a process died are tried again, each alone, so that the guilty one is known.
    """

    def __init__(self, function: Callable[[Item], Value], items: Sequence[Item], execution: Execution) -> None:
        self.function, self.items, self.retries = function, items, execution.retries
        self.workers = min(execution.workers or os.cpu_count() or 1, len(items))
        self.tries = [0] * len(items)
        self.waiting = list(range(len(items)))[::-1]
        self.suspects: list[int] = []
        self.killed = 0

    def run(self) -> Iterator[tuple[int, Outcome[Value]]]:
        """Index and outcome of every item, as they finish."""
        while self.waiting or self.suspects:
            alone = not self.waiting
            queue = self.suspects if alone else self.waiting
            with _Pool(1 if alone else self.workers) as pool:
                yield from self._until_broken(pool, queue, alone)

    def _until_broken(self, pool: _Pool, queue: list[int], alone: bool) -> Iterator[tuple[int, Outcome[Value]]]:
        futures: dict[Future[Outcome[Value]], int] = {}
        broken = False
        while (queue or futures) and not broken:
            while queue and len(futures) < (1 if alone else 2 * self.workers) and not broken:
                index = queue.pop()
                try:
                    futures[pool.submit(_guarded, self.function, self.items[index])] = index
                except BrokenProcessPool:
                    queue.append(index)
                    broken = True
            done, _ = wait(futures, return_when=FIRST_COMPLETED)
            for future in done:
                index = futures.pop(future)
                self.tries[index] += 1
                try:
                    outcome = future.result()
                except BrokenProcessPool:
                    broken = True
                    outcome = _crashed(killed=pool.was_killed() if alone else False)
                finished = self._judged(index, outcome, alone, queue)
                if finished is not None:
                    yield index, finished
        self.suspects.extend(futures.values())

    def _judged(self, index: int, outcome: Outcome[Value], alone: bool, queue: list[int]) -> Outcome[Value] | None:
        """The final outcome of an item, or None: it is tried again."""
        if outcome.reason == "failed" and self.tries[index] <= self.retries:
            queue.append(index)
            return None
        if outcome.reason != "crashed":
            return outcome
        if not alone or self.tries[index] <= self.retries:
            self.tries[index] -= not alone  # it may be innocent
            self.suspects.append(index)
            return None
        self.killed += outcome.detail == KILLED
        if self.killed > 1:
            raise killed_fault("the processes of several clips were")
        return outcome


KILLED = "it was killed from outside (signal 9), perhaps because it took too much memory"
"""The detail of an item whose process was killed."""


def _crashed(killed: bool) -> Outcome[Any]:
    return Outcome(None, "crashed", KILLED if killed else "the worker process died")


def _local(
    function: Callable[[Item], Value], items: Sequence[Item], execution: Execution
) -> Iterator[tuple[int, Outcome[Value]]]:
    return _Local(function, items, execution).run()


def _dask(
    function: Callable[[Item], Value], items: Sequence[Item], execution: Execution
) -> Iterator[tuple[int, Outcome[Value]]]:
    from distributed import Client, LocalCluster, as_completed  # a second to import, and only this executor needs it
    from distributed.scheduler import KilledWorker

    cluster: Any = None
    if execution.address is None:
        workers = min(execution.workers or os.cpu_count() or 1, len(items))
        cluster = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None, processes=True)
    try:
        with Client(execution.address or cluster) as client:
            index_of: dict[str, int] = {}
            futures = []
            for index, item in enumerate(items):
                future = client.submit(_guarded, function, item, pure=False)
                index_of[future.key] = index
                futures.append(future)
            tries, killed = [0] * len(items), 0
            finished = as_completed(futures)
            for future in finished:
                index = index_of[future.key]
                tries[index] += 1
                try:
                    outcome = future.result()
                except KilledWorker:
                    outcome = _crashed(killed=False)  # Dask does not say how it died
                if (outcome.reason == "failed" or outcome.detail == KILLED) and tries[index] <= execution.retries:
                    again = client.submit(_guarded, function, items[index], pure=False)
                    index_of[again.key] = index
                    finished.add(again)
                else:
                    killed += outcome.detail == KILLED
                    if killed > 1:
                        raise killed_fault("the processes of several clips were")
                    yield index, outcome
                del future
    finally:
        if cluster is not None:
            cluster.close()

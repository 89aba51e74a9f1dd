"""Map a function over clips in processes of this machine or on a Dask cluster.

Every item ends as an `Outcome` with a value or a reason: one bad item never takes the others with it, not even one
that kills the process that reads it.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from mien.clips import ClipError
from mien.progress import progress_bar

Item = TypeVar("Item")
Value = TypeVar("Value")


class Execution(BaseModel):
    """Where and how widely a map runs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    executor: Literal["local", "dask"] = Field(default="local", description="local processes, or a dask cluster")
    workers: int | None = Field(default=None, ge=1, description="processes; None: one for each core")
    address: str | None = Field(
        default=None, description="dask: tcp://host:port of a scheduler; None: a cluster on this machine"
    )
    retries: int = Field(default=1, ge=0, le=10, description="new attempts at a clip whose process died or failed unexpectedly")


@dataclass(frozen=True)
class Outcome(Generic[Value]):
    """What became of one item: a value, or a reason word of `mien.clips.REASONS` with a detail."""

    value: Value | None
    reason: str | None = None
    detail: str | None = None


def _guarded(function: Callable[[Item], Value], item: Item) -> Outcome[Value]:
    try:
        return Outcome(function(item))
    except ClipError as error:
        return Outcome(None, error.reason, error.detail)
    except Exception as error:  # noqa: BLE001 - the boundary at which any error becomes a row with a reason
        return Outcome(None, "failed", f"{type(error).__name__}: {error}")


def _one_thread() -> None:
    # A process a core, and one thread in each: nested thread pools only get in each other's way.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ[name] = "1"


def map_clips(
    function: Callable[[Item], Value],
    items: Sequence[Item],
    execution: Execution,
    description: str,
) -> list[Outcome[Value]]:
    """Apply `function` to every item; outcomes come in the order of the items.

    `function` must be importable in another process (a top-level function or a `functools.partial` of one).
    A `ClipError` is final; any other error, and the death of a process, is retried `execution.retries` times and then
    becomes the reason `failed` or `crashed`.
    """
    if not items:
        return []
    outcomes: list[Outcome[Value] | None] = [None] * len(items)
    with progress_bar(description, len(items), unit="clips") as advance:
        run = _dask if execution.executor == "dask" else _local
        for index, outcome in run(function, items, execution):
            outcomes[index] = outcome
            advance(1)
    return [outcome for outcome in outcomes if outcome is not None]


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    # spawn: forking a process that holds threads (torch, MediaPipe, gRPC) can deadlock
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _one_thread)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _local(
    function: Callable[[Item], Value], items: Sequence[Item], execution: Execution
) -> Iterator[tuple[int, Outcome[Value]]]:
    workers = min(execution.workers or os.cpu_count() or 1, len(items))
    tries = [0] * len(items)
    waiting = list(range(len(items)))[::-1]
    suspects: list[int] = []  # were in flight when a pool broke: each runs alone, so that the guilty one is known
    while waiting or suspects:
        alone = not waiting
        queue = suspects if alone else waiting
        with _pool(1 if alone else workers) as pool:
            futures: dict[Future[Outcome[Value]], int] = {}
            broken = False
            while (queue or futures) and not broken:
                while queue and len(futures) < (1 if alone else 2 * workers) and not broken:
                    index = queue.pop()
                    try:
                        futures[pool.submit(_guarded, function, items[index])] = index
                    except BrokenProcessPool:
                        queue.append(index)
                        broken = True
                done, _ = wait(futures, return_when=FIRST_COMPLETED)
                for future in done:
                    index = futures.pop(future)
                    tries[index] += 1
                    try:
                        outcome = future.result()
                    except BrokenProcessPool:
                        broken = True
                        if alone and tries[index] > execution.retries:
                            yield index, Outcome(None, "crashed", "the worker process died")
                        else:
                            tries[index] -= not alone  # it may be innocent
                            suspects.append(index)
                        continue
                    if outcome.reason == "failed" and tries[index] <= execution.retries:
                        queue.append(index)
                    else:
                        yield index, outcome
            suspects.extend(futures.values())


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
            tries = [0] * len(items)
            finished = as_completed(futures)
            for future in finished:
                index = index_of[future.key]
                tries[index] += 1
                try:
                    outcome = future.result()
                except KilledWorker:
                    outcome = Outcome(None, "crashed", "the worker process died")
                if outcome.reason == "failed" and tries[index] <= execution.retries:
                    again = client.submit(_guarded, function, items[index], pure=False)
                    index_of[again.key] = index
                    finished.add(again)
                else:
                    yield index, outcome
                del future
    finally:
        if cluster is not None:
            cluster.close()

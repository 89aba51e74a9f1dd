"""The queue as people see it: places, expected times, and who works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mien.studio.database.engine import Database
from mien.studio.database.tables import Job
from mien.studio.queue.rates import measured
from mien.studio.queue.submit import paused_in
from mien.studio.queue.workers import living


@dataclass(frozen=True)
class Position:
    """The place of a job: `number` from 1 of the `of` that wait; 0 of a running one.

    expected_seconds: until it is done; None: not known, because nothing works or the queue is paused.
    """

    number: int
    of: int
    expected_seconds: float | None


@dataclass(frozen=True)
class QueueState:
    """Counts of all jobs that wait and run, whether the queue is paused, and how many workers live."""

    waiting: int
    running: int
    paused: bool
    workers: int


def queue_state(db: Database) -> QueueState:
    """The state of the whole queue."""
    workers = len(living(db))
    with db.session() as session:
        counts = {state: _count(session, state) for state in ("waiting", "running")}
        return QueueState(counts["waiting"], counts["running"], paused_in(session), workers)


def _count(session: Session, state: str) -> int:
    return session.scalar(select(func.count()).select_from(Job).where(Job.state == state)) or 0


def place_of(db: Database, job: Job) -> Position | None:
    """The place of one job; None: it has ended."""
    return places(db, [job]).get(job.id)


def places(db: Database, jobs: Sequence[Job]) -> dict[str, Position]:
    """The places of those of `jobs` that wait or run, by id; the number of queries does not depend on theirs."""
    if not any(job.state in ("waiting", "running") for job in jobs):
        return {}
    workers = living(db)
    warm = {command for worker in workers for command in worker.warm}
    with db.session() as session:
        columns = select(Job.id, Job.system, Job.amount, Job.started, Job.stage, Job.done, Job.total, Job.rate)
        in_order = columns.order_by(Job.position)  # with one state each, so that the index of the queue is used
        running = session.execute(in_order.where(Job.state == "running")).all()
        waiting = session.execute(in_order.where(Job.state == "waiting")).all()
        rates = measured(session, {one.system for one in (*running, *waiting)})
        paused, now = paused_in(session), db.now(session)
    found: dict[str, Position] = {}
    free: list[float] = []
    for one in running:
        usual = rates[one.system].expected(one.amount, warm=True) - (now - (one.started or now))
        left = _left(usual, one.stage == one.system, one.done, one.total, one.rate)
        free.append(left)
        found[one.id] = Position(0, len(waiting), left)
    free += [0.0] * max(0, len(workers) - len(free))
    heapify(free)
    for number, one in enumerate(waiting, start=1):
        until = None
        if workers and not paused:
            until = heappop(free) + rates[one.system].expected(one.amount, one.system in warm)
            heappush(free, until)
        found[one.id] = Position(number, len(waiting), until)
    return {job.id: found[job.id] for job in jobs if job.id in found}


def _left(usual: float, main: bool, done: int, total: int, rate: float) -> float:
    """Seconds left of a running job: by its stage where that is under way, but not less than usual for its size.

    usual: seconds left by the size. main: the stage is the one of the maker itself, whose steps are the work: then it
    knows better than any earlier job.
    """
    under_way = rate > 0 and total > done > 0
    stage = (total - done) / rate if under_way else 0.0
    return max(stage if main and under_way else max(usual, stage), 1.0)


def expected(db: Database, system: str, amount: float, warm: bool) -> float:
    """Expected seconds of a job of this size by itself, from measured rates."""
    with db.session() as session:
        return measured(session, [system])[system].expected(amount, warm)

"""Claims of workers: leased, renewed, and ended only by the worker and attempt that hold them.

All times are those of the database's clock (`Database.now`), so that machines need not agree on the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Update, select, update
from sqlalchemy.orm import Session

from mien.studio.database.engine import Database
from mien.studio.database.tables import Job, Worker
from mien.studio.queue.events import Kind, emit
from mien.studio.queue.submit import paused_in, storable
from mien.studio.queue.workers import died_here

LEASE_SECONDS = 15.0

MOST_DEATHS = 3
"""A job is tried again after this many deaths of its worker less one."""

_IDLE: dict[str, Any] = {
    "worker": None, "lease_until": None, "stage": "", "done": 0, "total": 0, "unit": "", "rate": 0.0, "preview": 0,
}  # fmt: skip


@dataclass(frozen=True)
class Held:
    """ours: the claim still holds. cancel: the job is to be stopped."""

    ours: bool
    cancel: bool


def claim(db: Database, worker_id: str, lease_seconds: float = LEASE_SECONDS) -> Job | None:
    """Take the first waiting job for a worker; None: nothing waits, or the queue is paused."""
    first = select(Job.id).where(Job.state == "waiting").order_by(Job.position).limit(1)
    with db.session() as session:  # most calls find nothing, and need not wait for the writer
        if session.scalar(first) is None or paused_in(session):
            return None
    with db.write() as session:
        if paused_in(session):
            return None
        job_id = session.scalar(first.with_for_update(skip_locked=True))  # SQLite has one writer, and no such clause
        if job_id is None:
            return None
        now = db.now(session)
        taken: dict[str, Any] = {
            **_IDLE, "state": "running", "worker": worker_id, "attempt": Job.attempt + 1, "started": now, "ended": None,
            "lease_until": now + lease_seconds, "cancel": False, "reason": "",
        }  # fmt: skip
        changed = update(Job).where(Job.id == job_id, Job.state == "waiting").values(taken)
        if _count(session, changed) != 1:
            return None
        job = session.get(Job, job_id, populate_existing=True)
        if job is not None:
            emit(session, job.id, job.owner, "started")
            emit(session, None, "", "queue")
    return job


def renew(db: Database, job_id: str, worker_id: str, attempt: int, lease_seconds: float = LEASE_SECONDS) -> bool:
    """Keep a claim for `lease_seconds` from now; False: it is no longer this worker's, who must stop."""
    return held(db, job_id, worker_id, attempt, lease_seconds).ours


def held(db: Database, job_id: str, worker_id: str, attempt: int, lease_seconds: float = LEASE_SECONDS) -> Held:
    """`renew`, which also says whether the job is to be cancelled."""
    with db.write() as session:
        until = {"lease_until": db.now(session) + lease_seconds}
        return _change(session, job_id, worker_id, attempt, until, None)


def report(
    db: Database, job_id: str, worker_id: str, attempt: int, stage: str = "", done: int = 0, total: int = 0,
    unit: str = "", rate: float = 0.0, preview: int = 0, lease_seconds: float = LEASE_SECONDS,
) -> Held:  # fmt: skip
    """Write the progress of a claimed job, and renew the claim. preview: number of preview frames so far.

    Call it a few times a second at most: each call writes.
    """
    with db.write() as session:
        before = session.scalar(select(Job.preview).where(Job.id == job_id)) or 0
        values = {
            "stage": stage[:80], "done": done, "total": total, "unit": unit[:16], "rate": rate,
            "preview": preview, "lease_until": db.now(session) + lease_seconds,
        }  # fmt: skip
        kind: Kind = "preview" if preview > before else "progress"
        return _change(session, job_id, worker_id, attempt, values, kind)


def finish(
    db: Database, job_id: str, worker_id: str, attempt: int, state: Literal["done", "failed", "cancelled"],
    reason: str = "", notes: Sequence[str] = (), result: dict[str, str] | None = None,
    facts: dict[str, Any] | None = None, model: str = "", bytes: int = 0,
) -> bool:  # fmt: skip
    """End a claimed job; False: the claim was lost, and what this attempt made must be removed."""
    with db.write() as session:
        values = {
            "state": state, "reason": storable(reason), "notes": list(notes), "result": result or {},
            "facts": facts or {}, "model": model[:200], "bytes": bytes, "ended": db.now(session), "lease_until": None,
            "cancel": False,
        }  # fmt: skip
        return _change(session, job_id, worker_id, attempt, values, "ended").ours


def give_back(
    db: Database, job_id: str, worker_id: str, attempt: int, stage: str = "", died: bool = False
) -> bool:  # fmt: skip
    """Put a claimed job back to its place in the queue, as when a worker ends or has no space; `stage`: why it waits.

    died: the process that made it died, which counts as in `reap`. One that was to be cancelled is cancelled. False:
    the claim was lost.
    """
    with db.write() as session:
        mine = _mine(job_id, worker_id, attempt)
        job = session.scalar(select(Job).where(*mine).with_for_update())
        if job is None:
            return False
        _put_back(session, job, db.now(session), died)
        if job.state == "waiting":
            job.stage = stage[:80]
    return True


def lost(db: Database) -> set[tuple[str, int]]:
    """Ids and attempts of the jobs that `reap` would take back."""
    return {(job.id, job.attempt) for job in _all_lost(db)}


def reap(db: Database, only: set[tuple[str, int]] | None = None) -> list[str]:
    """Take back the jobs of workers that died here, or whose lease has lapsed; returns the jobs' ids.

    They wait at their old place; after the third death they fail, and cancelled ones are cancelled. only: of these ids
    and attempts.
    """
    reaped = []
    for job in _all_lost(db):
        if only is not None and (job.id, job.attempt) not in only:
            continue
        with db.write() as session:
            now = db.now(session)
            mine = _mine(job.id, job.worker or "", job.attempt)
            still = session.scalar(select(Job).where(*mine).with_for_update(skip_locked=True))
            worker = session.get(Worker, job.worker) if job.worker is not None else None
            if still is not None and _lost(still, worker, now):
                _put_back(session, still, now, died=True)
                reaped.append(still.id)
    return reaped


def _all_lost(db: Database) -> list[Job]:
    with db.session() as session:
        now = db.now(session)
        running = list(session.scalars(select(Job).where(Job.state == "running").order_by(Job.position)))
        named = select(Worker).where(Worker.id.in_({job.worker for job in running if job.worker is not None}))
        workers = {worker.id: worker for worker in session.scalars(named)}
    return [job for job in running if _lost(job, workers.get(job.worker or ""), now)]


def _lost(job: Job, worker: Worker | None, now: float) -> bool:
    if job.lease_until is None or job.lease_until < now:
        return True
    return worker is not None and died_here(worker)


def _put_back(session: Session, job: Job, now: float, died: bool) -> None:
    cancelled = job.cancel
    job.deaths += int(died)
    for name, value in _IDLE.items():
        setattr(job, name, value)
    job.cancel = False
    if cancelled or job.deaths >= MOST_DEATHS:
        job.state, job.ended = ("cancelled" if cancelled else "failed"), now
        if not cancelled:
            job.reason = (
                f"the worker ended without a word {job.deaths} times during this job, perhaps for lack of memory: "
                "ask for less, such as a smaller size"
            )
    else:
        job.state, job.started = "waiting", None
    emit(session, job.id, job.owner, "queued" if job.state == "waiting" else "ended")


def _mine(job_id: str, worker_id: str, attempt: int) -> tuple[Any, ...]:
    return Job.id == job_id, Job.worker == worker_id, Job.attempt == attempt, Job.state == "running"


def _change(
    session: Session, job_id: str, worker_id: str, attempt: int, values: dict[str, Any], kind: Kind | None
) -> Held:
    """Change a job that this worker holds."""
    changed = update(Job).where(*_mine(job_id, worker_id, attempt)).values(values).returning(Job.owner, Job.cancel)
    found = session.execute(changed).first()
    if found is None:
        return Held(ours=False, cancel=False)
    if kind is not None:
        emit(session, job_id, found.owner, kind)
    return Held(ours=True, cancel=bool(found.cancel))


def _count(session: Session, changed: Update) -> int:
    return int(session.execute(changed).rowcount)  # type: ignore[attr-defined]

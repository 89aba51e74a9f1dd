"""What people do with jobs: cancel, move, pause, retry, redo.

Jobs are named by their ids; `owner` is the person whose job it must be, None: anyone's, as for an administrator.
"""

from __future__ import annotations

import random
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.studio.database.engine import Database
from mien.studio.database.tables import ENDED, Job, Setting
from mien.studio.files.place import is_id
from mien.studio.queue.errors import JobStateError, NoSuchJobError
from mien.studio.queue.events import emit
from mien.studio.queue.submit import is_paused, submit
from mien.studio.settings import Settings

__all__ = ["cancel", "cancel_all", "is_paused", "job_of", "move", "pause", "redo", "retry"]

MOST_SEED = 2**31 - 1
"""Largest random seed: every system takes it, and JavaScript holds it exactly."""

Direction = Literal["first", "up", "down", "last"]


def job_of(db: Database, job_id: str, owner: str | None) -> Job:
    """The job with this id, also from the bin. Raises NoSuchJobError."""
    with db.session() as session:
        return _job(session, job_id, owner)


def cancel(db: Database, job_id: str, owner: str | None = None) -> Job:
    """Cancel a waiting job at once; ask the worker of a running one to stop it. Raises JobStateError if it ended."""
    with db.write() as session:
        job = _job(session, job_id, owner, lock=True)
        if job.state in ENDED:
            raise JobStateError(f"the job has ended already ({job.state}): there is nothing to cancel")
        _cancel(db, session, job)
    return job


def cancel_all(db: Database, owner: str | None = None) -> list[Job]:
    """Cancel all waiting and running jobs of a person, or with None of everyone."""
    found = select(Job).order_by(Job.position).with_for_update()
    if owner is not None:
        found = found.where(Job.owner == owner)
    with db.write() as session:
        db.lock_queue(session)
        jobs = [job for state in ("running", "waiting") for job in session.scalars(found.where(Job.state == state))]
        for job in jobs:
            _cancel(db, session, job)
    return jobs


def _cancel(db: Database, session: Session, job: Job) -> None:
    if job.state == "waiting":
        job.state, job.ended, job.stage = "cancelled", db.now(session), ""
        emit(session, job.id, job.owner, "ended")
        emit(session, None, "", "queue")
    elif not job.cancel:
        job.cancel = True
        emit(session, job.id, job.owner, "changed")


def move(db: Database, job_id: str, owner: str | None, to: Direction | str) -> Job:
    """Move a waiting job: `first`, `up`, `down`, `last`, or before the waiting job whose id is given.

    A person's jobs change places with each other only, so that nobody's wait grows by another one's wish.
    Raises JobStateError where the job, or the one it is moved before, does not wait.
    """
    with db.write() as session:
        db.lock_queue(session)
        job = _job(session, job_id, owner)
        mine = select(Job).where(Job.state == "waiting", Job.owner == job.owner).order_by(Job.position)
        jobs = list(session.scalars(mine.with_for_update()))
        ids = [one.id for one in jobs]
        if job.id not in ids:
            raise JobStateError("only a waiting job can be moved, and this one is not waiting any more")
        order = [one for one in jobs if one.id != job.id]
        order.insert(_place(ids, job.id, to), job)
        for one, place in zip(order, sorted(one.position for one in jobs), strict=True):
            one.position = place
        emit(session, job.id, job.owner, "changed")
        emit(session, None, "", "queue")
    return job


def _place(ids: list[str], job_id: str, to: str) -> int:
    """Where a job comes among the others."""
    now, last = ids.index(job_id), len(ids) - 1
    known = {"first": 0, "up": max(now - 1, 0), "down": min(now + 1, last), "last": last}
    if to in known:
        return known[to]
    others = [one for one in ids if one != job_id]
    if to == job_id:
        return now
    if to not in others:
        raise JobStateError("the job to move before is not one of your waiting jobs")
    return others.index(to)


def pause(db: Database, paused: bool) -> None:
    """Pause or resume the whole queue; running jobs go on to their end."""
    with db.write() as session:
        session.merge(Setting(name="paused", value=paused))
        emit(session, None, "", "queue")


def retry(db: Database, settings: Settings, job_id: str, owner: str | None = None) -> Job:
    """Submit a failed or cancelled job again as it was. Raises JobStateError, and what `submit` raises."""
    job = job_of(db, job_id, owner)
    if job.state not in ("failed", "cancelled"):
        raise JobStateError(f"only a failed or cancelled job can be tried again, and this one is {job.state}")
    return _again(db, settings, job, job.request)


def redo(db: Database, settings: Settings, job_id: str, owner: str | None = None, seed: int | None = None) -> Job:
    """Submit the request of a job with another seed: the one given, or a random one. Raises what `submit` raises."""
    job = job_of(db, job_id, owner)
    chosen = seed
    while chosen is None or (seed is None and chosen == job.request.get("seed")):
        chosen = random.SystemRandom().randrange(1, MOST_SEED)
    return _again(db, settings, job, {**job.request, "seed": chosen})


def _again(db: Database, settings: Settings, job: Job, request: dict[str, Any]) -> Job:
    return submit(
        db, settings, owner=job.owner, system=job.system, request=request, output=job.output, title=job.title,
        words=job.words, amount=job.amount, origin=job.id,
    )  # fmt: skip


def _job(session: Session, job_id: str, owner: str | None, lock: bool = False) -> Job:
    found = select(Job).where(Job.id == job_id)
    known = is_id(job_id)  # another text, such as one with NUL, the database might refuse
    job = session.scalar(found.with_for_update() if lock else found) if known else None
    if job is None or (owner is not None and job.owner != owner):
        raise NoSuchJobError("there is no such job: it may have been deleted for good")
    return job

"""Changes of the history: star, delete to the bin, restore, and remove for good."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mien.studio.database.tables import ENDED, Job
from mien.studio.files.place import result_folder
from mien.studio.queue.errors import JobStateError, NoSuchJobError
from mien.studio.queue.events import emit

if TYPE_CHECKING:
    from sqlalchemy.orm import Session as Transaction

    from mien.studio.database.engine import Database
    from mien.studio.settings import Settings

MOST_AT_ONCE = 1000
_PORTION = 50
"""Jobs that are removed in one transaction, so that others need not wait long."""


def star(db: Database, owner: str, jobs: Sequence[str], starred: bool = True) -> list[Job]:
    """Star jobs of a person, or no longer. Raises NoSuchJobError."""
    with db.write() as session:
        return _changed(session, _own(session, owner, jobs), {"starred": starred})


def put_in_bin(db: Database, owner: str, jobs: Sequence[str]) -> list[Job]:
    """Put jobs of a person in the bin, all or none; what is there already stays as it is.

    Raises NoSuchJobError, and JobStateError for a job that has not ended.
    """
    with db.write() as session:
        found = _own(session, owner, jobs)
        for job in found:
            if job.state not in ENDED:
                raise JobStateError(f"{job.title[:60] or job.id!r} has not ended yet: cancel it first")
        _changed(session, [job for job in found if job.deleted is None], {"deleted": time.time()})
        return found


def restore(db: Database, owner: str, jobs: Sequence[str]) -> list[Job]:
    """Take jobs of a person out of the bin. Raises NoSuchJobError."""
    with db.write() as session:
        return _changed(session, _own(session, owner, jobs), {"deleted": None})


def purge(db: Database, settings: Settings, owner: str, jobs: Sequence[str]) -> int:
    """Remove jobs that are in the bin for good, with their files; returns how many.

    The files go first: after a crash in between, the job is still in the bin, and the call can be repeated.
    Raises NoSuchJobError, and JobStateError for one that is not in the bin.
    """
    with db.write() as session:
        found = _own(session, owner, jobs)
        for job in found:
            if job.deleted is None:
                raise JobStateError(f"{job.title[:60] or job.id!r} is not in the bin: delete it first")
        return _remove(session, settings, found)


def empty_bin(db: Database, settings: Settings, owner: str) -> int:
    """Remove everything in a person's bin for good; returns how many jobs."""
    return _remove_where(db, settings, Job.owner == owner, Job.deleted.is_not(None))


def purge_old(db: Database, settings: Settings, now: float | None = None) -> int:
    """Remove for good what has been in anybody's bin for `bin_days`; returns how many jobs."""
    since = (time.time() if now is None else now) - settings.limits.bin_days * 86_400
    return _remove_where(db, settings, Job.deleted.is_not(None), Job.deleted <= since)


def days_left(settings: Settings, job: Job, now: float | None = None) -> float | None:
    """Days until a job in the bin is removed for good; None: it is not in the bin."""
    if job.deleted is None:
        return None
    passed = ((time.time() if now is None else now) - job.deleted) / 86_400
    return max(0.0, settings.limits.bin_days - passed)


def remove_folder(folder: Path) -> None:
    """Remove a folder with everything in it; somebody else may do the same meanwhile."""
    while folder.exists():
        with suppress(FileNotFoundError):
            shutil.rmtree(folder)


def _own(session: Transaction, owner: str, jobs: Sequence[str]) -> list[Job]:
    wanted = list(dict.fromkeys(jobs))
    if len(wanted) > MOST_AT_ONCE:
        raise JobStateError(f"{len(wanted):,} jobs at once are too many: take at most {MOST_AT_ONCE:,}")
    found = list(session.scalars(select(Job).where(Job.id.in_(wanted), Job.owner == owner).with_for_update()))
    if len(found) < len(wanted):
        raise NoSuchJobError("there is no such job" if len(wanted) == 1 else "one of these jobs is not there any more")
    return found


def _changed(session: Transaction, jobs: list[Job], values: dict[str, Any]) -> list[Job]:
    for job in jobs:
        for name, value in values.items():
            setattr(job, name, value)
        emit(session, job.id, job.owner, "changed")
    return jobs


def _remove_where(db: Database, settings: Settings, *conditions: Any) -> int:
    removed = 0
    while True:
        with db.write() as session:
            # locked, so that nobody restores one of them while its files go
            found = list(session.scalars(select(Job).where(*conditions).limit(_PORTION).with_for_update()))
            removed += _remove(session, settings, found)
        if not found:
            return removed


def _remove(session: Transaction, settings: Settings, jobs: list[Job]) -> int:
    for job in jobs:
        remove_folder(result_folder(settings.folder, job.id))
        session.delete(job)
        emit(session, job.id, job.owner, "changed")
    return len(jobs)

"""Submission of jobs, within the bounds of the queue and of each person."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mien.makers.forms import files_in
from mien.studio.database.engine import Database
from mien.studio.database.tables import File, Job, Setting, User, new_id
from mien.studio.queue.errors import KeyReusedError, MissingFileError, QueueError, QueueFullError, TooMuchWorkError
from mien.studio.queue.events import emit
from mien.studio.queue.rates import measured
from mien.studio.settings import MEGABYTE, Settings

MOST_KEY = 200
DAY_SECONDS = 86_400.0
RETRY_SECONDS = 30
"""When a client that was refused may ask again, where no better time is known."""


def submit(
    db: Database, settings: Settings, *, owner: str, system: str, request: dict[str, Any], output: str, title: str,
    words: str, amount: float, key: str | None = None, origin: str | None = None, position: float | None = None,
) -> Job:  # fmt: skip
    """Put a checked request into the queue, at its end or at `position`; a second time with `key` gives the same job.

    Raises QueueFullError, TooMuchWorkError, MissingFileError, KeyReusedError for a key of another request, and
    QueueError for one that cannot be kept.
    """
    if key is not None and not (0 < len(key) <= MOST_KEY and key.isprintable()):
        raise QueueError(f"an Idempotency-Key has 1 to {MOST_KEY} printable characters, such as a UUID")
    with db.write() as session:
        db.lock_queue(session)
        if key is not None:
            known = session.scalar(select(Job).where(Job.owner == owner, Job.key == key))
            if known is not None:
                return _same(known, system, request, output)
        _use_files(session, owner, request)
        limits = limits_of(session, settings, owner)
        check_bounds(session, db, settings, limits, owner, system, amount)
        job = Job(
            id=new_id(), owner=owner, system=system, request=request, output=output, title=storable(title)[:300],
            words=storable(words), amount=amount, key=key, origin=origin, created=db.now(session),
            position=last_position(session) + 1.0 if position is None else position,
        )  # fmt: skip
        session.add(job)
        emit(session, job.id, owner, "queued")
    return job


def storable(text: str) -> str:
    """The text without what a database does not take: NUL, and halves of a UTF-16 pair."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def last_position(session: Session) -> float:
    """The last position in the queue; 0: it is empty."""
    of_state = select(func.max(Job.position))
    found = [session.scalar(of_state.where(Job.state == state)) for state in ("waiting", "running")]
    return max((one for one in found if one is not None), default=0.0)


def _same(job: Job, system: str, request: dict[str, Any], output: str) -> Job:
    if (job.system, job.request, job.output) != (system, request, output):
        raise KeyReusedError("this Idempotency-Key was given with another request: use a new key for a new request")
    return job


def _use_files(session: Session, owner: str, request: dict[str, Any]) -> None:
    """Mark the files of a request as used in its own transaction, so that they are not removed meanwhile."""
    for field, file_id in files_in(request).items():
        mine = update(File).where(File.id == file_id, File.owner == owner).values(used=time.time())
        if session.execute(mine).rowcount != 1:  # type: ignore[attr-defined]
            raise MissingFileError(f"the file of {field} is not there any more: upload it again", field)


@dataclass(frozen=True)
class PersonLimits:
    """Limits of one person: jobs waiting, seconds of work a day and bytes kept; None: none."""

    waiting: int
    seconds_each_day: float | None
    bytes: int | None


def limits_of(session: Session, settings: Settings, owner: str) -> PersonLimits:
    """The limits of a person: those set for the account, else the studio's; without accounts only those of waiting."""
    limits = settings.limits
    user = session.get(User, owner) if owner else None
    if user is None and not settings.users:
        return PersonLimits(limits.waiting, None, None)
    given = (None, None, None) if user is None else (user.waiting, user.seconds_each_day, user.bytes)
    return PersonLimits(
        limits.waiting_each if given[0] is None else given[0],
        limits.seconds_each_day if given[1] is None else given[1],
        limits.bytes_each if given[2] is None else given[2],
    )


def check_bounds(
    session: Session, db: Database, settings: Settings, limits: PersonLimits, owner: str, system: str, amount: float
) -> None:
    """Raise QueueFullError or TooMuchWorkError where one more job would exceed a bound."""
    waiting = session.scalars(select(Job.owner).where(Job.state == "waiting").order_by(Job.position)).all()
    if len(waiting) >= settings.limits.waiting:
        raise QueueFullError(
            f"{len(waiting)} jobs are waiting, the most that the studio takes: try again when some are done",
            RETRY_SECONDS,
        )
    mine = waiting.count(owner)
    if mine >= limits.waiting:
        raise QueueFullError(
            f"{mine} of your jobs are waiting, the most for one person: wait for some, or cancel them", RETRY_SECONDS
        )
    if limits.bytes is not None:
        kept = bytes_of(session, owner)
        if kept >= limits.bytes:
            raise TooMuchWorkError(
                f"you keep {_megabytes(kept)}, and {_megabytes(limits.bytes)} is your limit: delete results or "
                "uploads, and empty the bin"
            )
    if limits.seconds_each_day is not None:
        now = db.now(session)
        asked = measured(session, [system])[system].expected(amount, warm=True)
        spent = seconds_today(session, owner, now) + seconds_reserved(session, owner)
        if spent + asked > limits.seconds_each_day:
            raise TooMuchWorkError(
                f"this would take about {_minutes(asked)} of work, and {_minutes(spent)} of your "
                f"{_minutes(limits.seconds_each_day)} a day are spent or waiting: try again after midnight (UTC)",
                math.ceil(DAY_SECONDS - now % DAY_SECONDS),
            )


def seconds_today(session: Session, owner: str, now: float) -> float:
    """Seconds of work of a person's jobs since midnight (UTC), with those of the running ones so far."""
    midnight = now - now % DAY_SECONDS
    ended = session.execute(select(Job.started, Job.ended).where(Job.owner == owner, Job.ended >= midnight)).all()
    starts = select(Job.started).where(Job.state == "running", Job.owner == owner).order_by(Job.position)
    running = session.scalars(starts).all()
    spans = [(one.started, one.ended) for one in ended if one.started is not None]
    spans += [(started, now) for started in running if started is not None]
    return float(sum(max(0.0, end - max(start, midnight)) for start, end in spans))


def seconds_reserved(session: Session, owner: str) -> float:
    """Expected seconds of a person's waiting jobs."""
    # ordered, so that the index of the queue is used and not one of the person's jobs, of which there may be thousands
    mine = select(Job.system, Job.amount).where(Job.state == "waiting", Job.owner == owner).order_by(Job.position)
    sizes = session.execute(mine).all()
    rates = measured(session, [one.system for one in sizes])
    return sum(rates[one.system].expected(one.amount, warm=True) for one in sizes)


def bytes_of(session: Session, owner: str) -> int:
    """Bytes of a person's results, those in the bin too, and uploads."""
    results = session.scalar(select(func.sum(Job.bytes)).where(Job.owner == owner)) or 0
    uploads = session.scalar(select(func.sum(File.bytes)).where(File.owner == owner)) or 0
    return int(results) + int(uploads)


def is_paused(db: Database) -> bool:
    """Whether the queue is paused: running jobs end, and no other starts."""
    with db.session() as session:
        return paused_in(session)


def paused_in(session: Session) -> bool:
    """`is_paused`, within a transaction."""
    return bool(session.scalar(select(Setting.value).where(Setting.name == "paused")))


def _megabytes(count: int) -> str:
    return f"{count / MEGABYTE:,.0f} MB"


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:,.0f} min"

"""Events: what pages are told as it happens, kept for an hour so that a page that was away can catch up."""

from __future__ import annotations

import time
from typing import Literal

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from mien.studio.database.engine import Database, add_event
from mien.studio.database.tables import Event

Kind = Literal["queued", "started", "progress", "preview", "ended", "changed", "queue"]
"""`changed`: starred, deleted, moved, asked to be cancelled. `queue`: paused, resumed or reordered; of no one job."""

KEPT_SECONDS = 3600.0
KEPT_EVENTS = 20_000


def emit(session: Session, job_id: str | None, owner: str, kind: Kind) -> None:
    """Add an event to the transaction of `Database.write`; readers see it when it is committed."""
    add_event(session, Event(job=job_id, owner=owner, kind=kind, time=time.time()))


def after(db: Database, last_id: int, owner: str | None = None, most: int = 500) -> list[Event]:
    """The events after `last_id`, oldest first: of one owner, with those of the whole queue; None: of everyone."""
    found = select(Event).where(Event.id > last_id).order_by(Event.id).limit(most)
    if owner is not None:
        found = found.where(or_(Event.owner == owner, Event.job.is_(None)))
    with db.session() as session:
        return list(session.scalars(found))


def latest_id(db: Database) -> int:
    """The id of the newest event; 0: none yet."""
    with db.session() as session:
        return session.scalar(select(func.max(Event.id))) or 0


def oldest_id(db: Database) -> int:
    """The id of the oldest event that is kept; who has seen less has missed some. 0: none yet."""
    with db.session() as session:
        return session.scalar(select(func.min(Event.id))) or 0


def trim(db: Database) -> int:
    """Remove old events; returns how many."""
    with db.write() as session:
        newest = session.scalar(select(func.max(Event.id))) or 0
        old = or_(Event.time < time.time() - KEPT_SECONDS, Event.id <= newest - KEPT_EVENTS)
        # the newest is kept: it says how far the ids have come
        removed = session.execute(delete(Event).where(old, Event.id < newest))
        return int(removed.rowcount)  # type: ignore[attr-defined]

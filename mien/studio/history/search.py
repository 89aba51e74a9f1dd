"""Pages of the history: by words, system, state, day, star and bin, the newest first.

A page is found from the last row of the page before it (a cursor), by an index, never by counting rows: the hundredth
page takes as long as the first one.
"""

from __future__ import annotations

import base64
import json
import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Select, and_, func, select, tuple_

from mien.studio.database.tables import ENDED, Job
from mien.studio.files.place import is_id
from mien.studio.history.folding import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from mien.studio.database.engine import Database

MOST = 100
"""Jobs of a page, at most."""
MOST_WORDS = 12
MOST_COUNTED = 1000
"""A total is counted to here only."""

HistoryState = Literal["waiting", "running", "done", "failed", "cancelled", "ended"]


class CursorError(ValueError):
    """A cursor that no page gave."""


@dataclass(frozen=True)
class Search:
    """What is looked for. words: all must occur, in any order. state: `ended` stands for done, failed and cancelled.

    day: a day of the reader, whose clock is `zone` minutes ahead of UTC. system: name of a command. starred: only
    those. bin: what is in the bin instead of what is not.
    """

    words: str = ""
    system: str | None = None
    state: HistoryState | None = None
    day: date | None = None
    zone: int = 0
    starred: bool = False
    bin: bool = False


@dataclass(frozen=True)
class Page:
    """Jobs, and the cursor of the next page; None: this is the last one."""

    jobs: list[Job]
    next: str | None


class History:
    """The history of jobs in a database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def page(self, owner: str, search: Search | None = None, cursor: str | None = None, most: int = 24) -> Page:
        """A page of at most `most` jobs of a person. Raises CursorError."""
        search, most = search or Search(), max(1, min(most, MOST))
        wanted = _matching(select(Job), owner, search)
        order = (Job.deleted, Job.created, Job.id)
        keys = order if search.bin else order[1:]
        if cursor:
            wanted = wanted.where(tuple_(*keys) < tuple_(*read_cursor(cursor, len(keys))))
        # outside of the bin `deleted` is the same for all; PostgreSQL uses the index only where it is named
        wanted = wanted.order_by(*(key.desc() for key in order)).limit(most + 1)
        with self._db.session() as session:
            jobs = _by_words(session, wanted) if search.words.strip() else list(session.scalars(wanted))
        if len(jobs) <= most:
            return Page(jobs, None)
        last = jobs[most - 1]
        place = (last.deleted, last.created, last.id) if search.bin else (last.created, last.id)
        return Page(jobs[:most], write_cursor(place))

    def count(self, owner: str, search: Search | None = None) -> int:
        """How many jobs match, counted to 1,000."""
        found = _matching(select(Job.id), owner, search or Search()).limit(MOST_COUNTED).subquery()
        with self._db.session() as session:
            return session.scalar(select(func.count()).select_from(found)) or 0

    def find(self, owner: str, job: str) -> Job | None:
        """A job of a person by its id, in the bin or not; None: there is none, or it is someone else's."""
        if not is_id(job):
            return None
        with self._db.session() as session:
            return session.scalar(select(Job).where(Job.id == job, Job.owner == owner))

    def several(self, owner: str, jobs: Sequence[str]) -> list[Job]:
        """Those of the jobs with these ids that are the person's, in the order of the ids."""
        wanted = list(dict.fromkeys(filter(is_id, jobs)))[:MOST]
        with self._db.session() as session:
            found = session.scalars(select(Job).where(Job.id.in_(wanted), Job.owner == owner))
            by_id = {job.id: job for job in found}
        return [by_id[one] for one in wanted if one in by_id]


def _by_words(session: Session, wanted: Select[tuple[Job]]) -> list[Job]:
    """The jobs of a search by words: their ids first, for which SQLite reads its index of words only."""
    ids = list(session.scalars(wanted.with_only_columns(Job.id)))
    found = {job.id: job for job in session.scalars(select(Job).where(Job.id.in_(ids)))}
    return [found[one] for one in ids]


def _matching(query: Select[Any], owner: str, search: Search) -> Select[Any]:
    query = query.where(Job.owner == owner)
    query = query.where(Job.deleted.is_not(None) if search.bin else Job.deleted.is_(None))
    if search.system:
        query = query.where(Job.system == search.system)
    if search.state == "ended":
        query = query.where(Job.state.in_(ENDED))
    elif search.state:
        query = query.where(Job.state == search.state)
    if search.starred:
        query = query.where(Job.starred.is_(True))
    if search.day is not None:
        start, end = day_bounds(search.day, search.zone)
        query = query.where(and_(Job.created >= start, Job.created < end))
    for word in fold(search.words[:500]).split()[:MOST_WORDS]:
        query = query.where(Job.words.like(f"%{escaped(word)}%", escape="\\"))
    return query


def escaped(word: str) -> str:
    """A word in which `%` and `_` stand for themselves in a LIKE with the escape character `\\`."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def day_bounds(day: date, zone: int) -> tuple[float, float]:
    """Start and end, in seconds since the epoch, of a day by a clock that is `zone` minutes ahead of UTC."""
    shift = max(-18 * 60, min(zone, 18 * 60)) * 60
    start = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() - shift
    return start, start + timedelta(days=1).total_seconds()


def write_cursor(place: Sequence[float | str | None]) -> str:
    """A place in the history as a text for an address."""
    return base64.urlsafe_b64encode(json.dumps(list(place)).encode()).decode().rstrip("=")


def read_cursor(cursor: str, parts: int) -> list[float | str]:
    """The place of a cursor: numbers, and an id at the end. Raises CursorError."""
    refused = CursorError("this page of the history is not known: start from the first one")
    try:
        padded = cursor[:400] + "=" * (-len(cursor[:400]) % 4)
        place = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
    except (ValueError, RecursionError):
        raise refused from None
    if not isinstance(place, list) or len(place) != parts or not isinstance(place[-1], str):
        raise refused
    numbers = [float(one) for one in place[:-1] if type(one) in (int, float) and abs(one) < 1e15]
    if len(numbers) != parts - 1 or not all(map(math.isfinite, numbers)) or not place[-1].isalnum():
        raise refused
    return [*numbers, place[-1]]

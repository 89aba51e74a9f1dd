"""What happens, for the pages that watch: one reader of the database for all of them.

The events of the database are read four times a second, each job is shown once, and every page is given its own
person's. A page that was away gives the number of the last event that it saw, and is told what it missed.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, Self

from anyio import to_thread
from sqlalchemy.exc import SQLAlchemyError

from mien.studio.api.errors import RetryError
from mien.studio.database.engine import Database
from mien.studio.database.tables import Event
from mien.studio.queue import events

LOG = logging.getLogger(__name__)

READ_SECONDS = 0.25
MOST_READERS = 1000
MOST_READERS_EACH = 200
MOST_WAITING = 500
"""Events that wait for a slow page; one that is slower is cut off, and comes back by itself for what it missed."""


@dataclass(frozen=True)
class Told:
    """An event as pages are told it. data: JSON. job: None for one of the whole queue."""

    id: int
    kind: str
    owner: str
    job: str | None
    data: str

    def concerns(self, owner: str) -> bool:
        """Whether a person may see it."""
        return self.job is None or self.owner == owner


class Shown(Protocol):
    """Turns jobs and the queue into JSON; its methods are called in threads."""

    def job_data(self, jobs: Sequence[str]) -> dict[str, Any]:
        """The jobs of these ids by id; those that are gone are left out."""
        ...

    def queue_data(self) -> dict[str, Any]:
        """The state of the queue."""
        ...


class Feed:
    """Reads the events while it is open, and hands them to its readers. All of it runs in one event loop."""

    def __init__(self, db: Database, shown: Shown) -> None:
        self.db, self.shown = db, shown
        self.position = 0
        self._readers: dict[asyncio.Queue[Told | None], str] = {}
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self.position = await to_thread.run_sync(events.latest_id, self.db)
        self._task = asyncio.create_task(self._run(), name="feed")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for queue in list(self._readers):
            _end(queue)

    @property
    def readers(self) -> int:
        """The number of pages that watch."""
        return len(self._readers)

    async def told(self, owner: str, last_id: int | None) -> AsyncIterator[Told]:
        """The events of one person, from now on or from after `last_id`, until the reader stops.

        The first one says how the queue is; `missed` in it: events after `last_id` are gone, so load everything anew.
        Ends where the reader is too slow. Raises RetryError for too many readers.
        """
        with self._reader(owner) as queue:
            position, missed, past = self.position, False, list[Told]()
            if last_id is not None:
                missed, past = await to_thread.run_sync(self._past, owner, last_id, position)
            yield await to_thread.run_sync(self._hello, position if not past else past[0].id - 1, missed)
            for one in past:
                yield one
            while (one_new := await queue.get()) is not None:
                if one_new.id > position:
                    yield one_new

    def check_room(self, owner: str) -> None:
        """Raise RetryError where too many pages watch already."""
        own = sum(one == owner for one in self._readers.values())
        if len(self._readers) >= MOST_READERS or own >= MOST_READERS_EACH:
            raise RetryError("too many pages watch at once: close some", 30, 503)

    @contextmanager
    def _reader(self, owner: str) -> Iterator[asyncio.Queue[Told | None]]:
        self.check_room(owner)
        queue: asyncio.Queue[Told | None] = asyncio.Queue(MOST_WAITING)
        self._readers[queue] = owner
        try:
            yield queue
        finally:
            self._readers.pop(queue, None)

    def _hello(self, event_id: int, missed: bool) -> Told:
        data = {"job": None, "queue": self.shown.queue_data(), "missed": missed}
        return Told(max(0, event_id), "queue", "", None, json.dumps(data))

    def _past(self, owner: str, last_id: int, position: int) -> tuple[bool, list[Told]]:
        """Whether events after `last_id` are gone, and those up to `position` that are there."""
        if last_id > position:  # of another database
            return True, []
        found = [one for one in events.after(self.db, last_id, owner) if one.id <= position]
        missed = events.oldest_id(self.db) > last_id + 1 or len(found) >= 500
        return (True, []) if missed else (False, self._shown(found))

    def _shown(self, found: Sequence[Event]) -> list[Told]:
        """The events as they are told; of several of one kind of a job, the last one."""
        last = {(one.job, one.kind): one.id for one in found}
        kept = [one for one in found if last[(one.job, one.kind)] == one.id]
        if not kept:
            return []
        jobs = self.shown.job_data(sorted({one.job for one in kept if one.job is not None}))
        queue = self.shown.queue_data()
        return [
            Told(one.id, one.kind, one.owner, one.job, json.dumps({"job": jobs.get(one.job or ""), "queue": queue}))
            for one in kept
        ]

    def _read(self, owners: set[str]) -> tuple[int, list[Told]]:
        """The position after the new events, and those of these owners."""
        found = events.after(self.db, self.position)
        if not found:
            return self.position, []
        wanted = [one for one in found if one.job is None or one.owner in owners] if owners else []
        return found[-1].id, self._shown(wanted)

    async def _run(self) -> None:
        while True:
            owners = set(self._readers.values())
            try:
                position, told = await to_thread.run_sync(self._read, owners)
            except SQLAlchemyError:  # such as a PostgreSQL that restarts: pages get what they missed afterwards
                LOG.exception("the events could not be read; trying again")
                await asyncio.sleep(2.0)
                continue
            if not owners.issuperset(self._readers.values()):
                continue  # someone came meanwhile, from the old position on: read again, with theirs
            self.position = position
            for one in told:
                self._hand_out(one)
            await asyncio.sleep(READ_SECONDS)

    def _hand_out(self, told: Told) -> None:
        for queue, owner in list(self._readers.items()):
            if told.concerns(owner):
                try:
                    queue.put_nowait(told)
                except asyncio.QueueFull:
                    self._readers.pop(queue)
                    _end(queue)


def _end(queue: asyncio.Queue[Told | None]) -> None:
    while queue.full():
        queue.get_nowait()
    queue.put_nowait(None)

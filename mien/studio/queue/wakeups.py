"""Wake-ups of workers: Huey carries the id of a job, as JSON. Only a hint; the truth is the table of jobs."""

from __future__ import annotations

import json
import logging
import re
import sqlite3
import time
from dataclasses import dataclass
from typing import Any

import psycopg
from huey import Huey, PostgresHuey, SqliteHuey
from huey.serializer import Serializer
from sqlalchemy import make_url

from mien.studio.settings import Settings

LOG = logging.getLogger(__name__)

POLL_SECONDS = 0.02
"""Interval at which SQLite is asked; PostgreSQL notifies."""

_TABLES_LOCK = 7_404_803

_ID = re.compile(r"[0-9a-f]{32}")


class JsonSerializer(Serializer):  # type: ignore[misc]
    """JSON in place of pickle: what is read can never run."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(data).encode()

    def _deserialize(self, data: bytes) -> Any:
        return json.loads(bytes(data))


@dataclass(frozen=True)
class Wakeups:
    """Ids of new jobs, from whoever submits to one of the workers that wait; each is delivered at most once."""

    huey: Huey

    @classmethod
    def open(cls, settings: Settings) -> Wakeups:
        """Those of a studio, beside its database."""
        url = make_url(settings.database_url)
        serializer = JsonSerializer()
        if url.get_backend_name() == "postgresql":
            dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
            with psycopg.connect(dsn) as connection:  # two that make its tables at once would fail
                connection.execute("SELECT pg_advisory_xact_lock(%s)", [_TABLES_LOCK])
                return cls(PostgresHuey("mien", dsn=dsn, serializer=serializer, results=False))
        settings.folder.mkdir(parents=True, exist_ok=True)
        path = settings.folder / "wakeups.db"
        return cls(SqliteHuey("mien", filename=str(path), serializer=serializer, results=False, timeout=30))

    def send(self, job_id: str) -> None:
        """Wake one worker for a job that has been submitted."""
        try:
            self.huey.storage.enqueue(self.huey.serializer.serialize(job_id))
        except (sqlite3.Error, psycopg.Error) as error:  # the job is in the table: a worker finds it a second later
            LOG.warning("no worker could be woken for job %s: %s", job_id, error)

    def wait(self, seconds: float) -> str | None:
        """The id of a job to look for; None after `seconds` without one, also where nobody can be asked just now."""
        deadline = time.monotonic() + seconds
        try:
            return self._next(deadline)
        except (sqlite3.Error, psycopg.Error) as error:  # such as a PostgreSQL that starts again
            LOG.warning("no wake-up could be read: %s", error)
            time.sleep(max(deadline - time.monotonic(), 0.0))
            return None

    def _next(self, deadline: float) -> str | None:
        storage = self.huey.storage
        while True:
            left = deadline - time.monotonic()
            if isinstance(self.huey, PostgresHuey):
                storage.read_timeout = max(left, 0.0)
            data = storage.dequeue()
            if data is not None:
                return _job_id(self.huey.serializer.deserialize(data))
            if left <= 0:
                return None
            time.sleep(min(POLL_SECONDS, left))

    def close(self) -> None:
        """Close the connections, once nobody waits any more."""
        self.huey.storage.close()


def _job_id(value: Any) -> str | None:
    return value if isinstance(value, str) and _ID.fullmatch(value) else None

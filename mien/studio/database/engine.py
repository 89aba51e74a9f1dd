"""The database of the studio: opened, brought up to date, and used in short transactions."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as NoTurnError
from sqlalchemy.orm import Session, sessionmaker

from mien.studio.database.errors import DatabaseError
from mien.studio.database.schema import upgrade
from mien.studio.database.tables import Event

BUSY_SECONDS = 30.0
"""How long a writer waits for another one."""

POOL_SIZE = 10
POOL_OVERFLOW = 50

QUEUE_LOCK = 7_404_801
EVENTS_LOCK = 7_404_802
"""Advisory locks of PostgreSQL: of the order of the queue, and of the ids of events."""

_KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}

_POSTGRES: dict[str, Any] = {
    "connect_timeout": 10,
    # Without these, a client waits for a quarter of an hour for a server that the network has lost, …
    **_KEEPALIVE, "tcp_user_timeout": 20_000,
    # … and the server keeps the locks of such a client for two hours.
    "options": " ".join(f"-c tcp_{name}={value}" for name, value in _KEEPALIVE.items())
    + " -c tcp_user_timeout=20000 -c idle_in_transaction_session_timeout=60000",
}  # fmt: skip

_EVENTS = "events"


@dataclass(frozen=True)
class Database:
    """The database at `url`. `session()` reads, `write()` changes; rows stay readable after either has ended."""

    url: str
    engine: Engine
    _writer: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @classmethod
    def open(cls, url: str) -> Database:
        """The database, brought to the newest schema. Raises DatabaseError in one sentence where it cannot be used."""
        try:
            engine = _engine(url)
        except DatabaseError:
            raise
        except (ArgumentError, NoSuchModuleError, ValueError) as error:
            raise DatabaseError(
                "the address of the database is not understood: give postgresql://USER:PASSWORD@HOST:PORT/NAME, "
                "or leave --database out"
            ) from error
        try:
            upgrade(engine)
        except DBAPIError as error:
            engine.dispose()
            reason = " ".join(str(error.orig).split())[:200]
            raise DatabaseError(f"the database {_shown(url)} cannot be used: {reason}") from error
        except DatabaseError:
            engine.dispose()
            raise
        return cls(url, engine)

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session that reads one consistent state; changes are discarded."""
        # SQLite reads so by itself
        level = {"isolation_level": "REPEATABLE READ"} if self.dialect == "postgresql" else {}
        with Session(self.engine.execution_options(**level), expire_on_commit=False, autoflush=False) as session:
            yield session
            session.expunge_all()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction: committed at the end, or rolled back on an error.

        SQLite has one writer at a time from the start of the transaction on; keep it short.
        Raises SQLAlchemy's OperationalError or TimeoutError where the database cannot be written.
        """
        make = sessionmaker(self.engine.execution_options(mien_write=True), expire_on_commit=False)
        with self._turn(), make.begin() as session:
            yield session
            session.flush()
            _insert_events(session)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """The turn of one writer of this process: SQLite lets writers poll, of whom some would wait for seconds."""
        if self.dialect != "sqlite":
            yield
            return
        if not self._writer.acquire(timeout=BUSY_SECONDS):
            raise NoTurnError(f"other writers took more than {BUSY_SECONDS:.0f} s")
        try:
            yield
        finally:
            self._writer.release()

    def lock_queue(self, session: Session) -> None:
        """Let only one transaction at a time add to the queue or reorder it; held until it ends."""
        if self.dialect == "postgresql":
            session.execute(select(func.pg_advisory_xact_lock(QUEUE_LOCK)))

    def now(self, session: Session) -> float:
        """Seconds since the epoch by the clock that all workers share: PostgreSQL's own, or this machine's."""
        if self.dialect == "postgresql":
            return float(session.scalar(text("SELECT extract(epoch FROM clock_timestamp())")) or 0.0)
        return time.time()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def add_event(session: Session, event_: Event) -> None:
    """Insert an event at the end of the transaction of `Database.write`."""
    session.info.setdefault(_EVENTS, []).append(event_)


def _insert_events(session: Session) -> None:
    """Insert the events last and under a lock: so ids appear in their order, and no reader misses one."""
    events: list[Event] = session.info.pop(_EVENTS, [])
    if not events:
        return
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(EVENTS_LOCK)))
    session.add_all(events)
    session.flush()


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    dialect = parsed.get_backend_name()
    if dialect not in ("sqlite", "postgresql"):
        raise ValueError(dialect)
    common: dict[str, Any] = {"pool_size": POOL_SIZE, "max_overflow": POOL_OVERFLOW}
    if dialect == "postgresql":
        return create_engine(parsed, pool_pre_ping=True, connect_args=_POSTGRES, **common)
    if parsed.database is None or parsed.database == ":memory:":
        raise ValueError("a database in memory has no workers")
    try:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseError(f"{Path(parsed.database).parent} cannot be made: {error.strerror or error}") from error
    engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}, **common)
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by `_begin_sqlite`, not by the module sqlite3
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        f"busy_timeout={int(BUSY_SECONDS * 1000)}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # a reader that becomes a writer fails at once where another one has written since: so a writer says so first
    immediate = connection.get_execution_options().get("mien_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _shown(url: str) -> str:
    return make_url(url).render_as_string(hide_password=True)

"""The tables. Times are seconds since the epoch (UTC); ids of jobs, files and users are 32 hexadecimal digits.

A user id of "" is the one person of a studio without accounts.
"""

from __future__ import annotations

import time
import uuid
from typing import Any, Literal

from sqlalchemy import JSON, BigInteger, Boolean, Float, ForeignKey, Index, Integer, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

State = Literal["waiting", "running", "done", "failed", "cancelled"]

ENDED: tuple[State, ...] = ("done", "failed", "cancelled")


def new_id() -> str:
    """A random id: 32 hexadecimal digits."""
    return uuid.uuid4().hex


class Base(DeclarativeBase):
    """Base of the tables; constraints are named as PostgreSQL does, so that a revision can change them anywhere."""

    metadata = MetaData(
        naming_convention={
            "pk": "%(table_name)s_pkey",
            "uq": "%(table_name)s_%(column_0_name)s_key",
            "fk": "%(table_name)s_%(column_0_name)s_fkey",
        }
    )


class Job(Base):
    """A request to one of the systems, from its submission to its result.

    system: name of its command. request: values by field, files as `file:ID`. output: suffix of the result. title:
    what a list shows. words: the lower-case text that a search looks through. position: order of the queue, least
    first. amount: size of the work in the unit of the system's rate. attempt: counted from 1 at the first claim;
    a worker may only change a job while `worker` and `attempt` are its own. deaths: attempts that ended with the
    death of their worker. lease_until: when the claim lapses. started: when the latest attempt began.
    stage, done, total, unit, rate: progress. result: names of the files in the folder of the result by role. facts:
    width, height, seconds, bytes of the result, whether the models were warm. deleted: when it was put in the bin.
    """

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    owner: Mapped[str] = mapped_column(String(32), default="")
    system: Mapped[str] = mapped_column(String(16))
    request: Mapped[dict[str, Any]] = mapped_column(JSON)
    output: Mapped[str] = mapped_column(String(8))
    title: Mapped[str] = mapped_column(String(300), default="")
    words: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    reason: Mapped[str] = mapped_column(Text, default="")
    notes: Mapped[list[str]] = mapped_column(JSON, default=list)
    position: Mapped[float] = mapped_column(Float, default=0.0)
    created: Mapped[float] = mapped_column(Float, default=time.time)
    started: Mapped[float | None] = mapped_column(Float)
    ended: Mapped[float | None] = mapped_column(Float)
    amount: Mapped[float] = mapped_column(Float, default=1.0)
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    deaths: Mapped[int] = mapped_column(Integer, default=0)
    worker: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[float | None] = mapped_column(Float)
    cancel: Mapped[bool] = mapped_column(Boolean, default=False)
    stage: Mapped[str] = mapped_column(String(80), default="")
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer, default=0)
    unit: Mapped[str] = mapped_column(String(16), default="")
    rate: Mapped[float] = mapped_column(Float, default=0.0)
    preview: Mapped[int] = mapped_column(Integer, default=0)
    """Number of preview frames so far; 0: none yet."""
    model: Mapped[str] = mapped_column(String(200), default="")
    result: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    origin: Mapped[str | None] = mapped_column(String(32))
    """The job that this one is a retry or redo of."""
    starred: Mapped[bool] = mapped_column(Boolean, default=False)
    deleted: Mapped[float | None] = mapped_column(Float)
    key: Mapped[str | None] = mapped_column(String(200))
    """Idempotency key of the client: a second submission with it gives the same job."""

    __table_args__ = (
        Index("jobs_queue", "state", "position"),
        Index("jobs_history", "owner", "deleted", "created", "id"),
        Index("jobs_system", "owner", "deleted", "system", "created", "id"),
        Index("jobs_state", "owner", "deleted", "state", "created", "id"),
        Index("jobs_starred", "owner", "deleted", "starred", "created", "id"),
        Index("jobs_rates", "system", "state", "ended"),
        Index("jobs_spent", "owner", "ended", "started"),
        Index("jobs_bytes", "owner", "bytes"),
        Index("jobs_bin", "deleted"),
        Index("jobs_key", "owner", "key", unique=True),
        # so that SQLite looks for words without reading whole rows; PostgreSQL takes no text of any length in an index
        Index("jobs_words", "owner", "deleted", "created", "id", "words").ddl_if(dialect="sqlite"),
        # … but the trigrams of its words, each written at once: its planner avoids an index with a long pending list
        Index(
            "jobs_trigrams", "words", postgresql_using="gin", postgresql_ops={"words": "gin_trgm_ops"},
            postgresql_with={"fastupdate": "off"},
        ).ddl_if(dialect="postgresql"),
    )  # fmt: skip


class Event(Base):
    """Something that a page is told: `job` changed, or the queue did. Old ones are removed."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    job: Mapped[str | None] = mapped_column(String(32))
    owner: Mapped[str] = mapped_column(String(32), default="")
    kind: Mapped[str] = mapped_column(String(16))
    time: Mapped[float] = mapped_column(Float, default=time.time)

    __table_args__ = (Index("events_time", "time"), {"sqlite_autoincrement": True})


class File(Base):
    """An uploaded file, or a result that is used as an input. name: as the user called it, for showing only.

    kind: what the content is (`mien.systems.request.FileKind`). facts: width, height, seconds, fps, … . used: when a
    job last named it. The content is at `mien.studio.files.place.upload_path(folder, id, suffix)`.
    """

    __tablename__ = "files"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    owner: Mapped[str] = mapped_column(String(32), default="")
    name: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(16))
    suffix: Mapped[str] = mapped_column(String(8))
    media_type: Mapped[str] = mapped_column(String(80))
    bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created: Mapped[float] = mapped_column(Float, default=time.time)
    used: Mapped[float | None] = mapped_column(Float)
    origin: Mapped[str | None] = mapped_column(String(32))
    """The job whose result it is."""

    __table_args__ = (Index("files_owner", "owner", "created"), Index("files_unused", "used", "created"))


class Worker(Base):
    """A worker process. host: see `mien.studio.queue.workers.this_host`. seen: last heartbeat. warm: commands whose
    models are loaded."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    host: Mapped[str] = mapped_column(String(255))
    pid: Mapped[int] = mapped_column(Integer)
    process_started: Mapped[float] = mapped_column(Float)
    started: Mapped[float] = mapped_column(Float, default=time.time)
    seen: Mapped[float] = mapped_column(Float, default=time.time)
    warm: Mapped[list[str]] = mapped_column(JSON, default=list)


class Setting(Base):
    """A value of the studio itself: `paused` of the queue (of all people), …."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


class User(Base):
    """A person. Limits of None: those of the studio's settings."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    password: Mapped[str] = mapped_column(String(255))
    """argon2id hash."""
    admin: Mapped[bool] = mapped_column(Boolean, default=False)
    disabled: Mapped[bool] = mapped_column(Boolean, default=False)
    created: Mapped[float] = mapped_column(Float, default=time.time)
    waiting: Mapped[int | None] = mapped_column(Integer)
    seconds_each_day: Mapped[float | None] = mapped_column(Float)
    bytes: Mapped[int | None] = mapped_column(BigInteger)


class Session(Base):
    """A signed-in browser. id: SHA-256 of the cookie's value."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    user: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    created: Mapped[float] = mapped_column(Float, default=time.time)
    expires: Mapped[float] = mapped_column(Float)

    __table_args__ = (Index("sessions_user", "user"),)


class Token(Base):
    """A token of the API. hash: SHA-256 of the token. scopes: of `read`, `make`, `pipeline`, `admin`."""

    __tablename__ = "tokens"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    user: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created: Mapped[float] = mapped_column(Float, default=time.time)
    used: Mapped[float | None] = mapped_column(Float)
    expires: Mapped[float | None] = mapped_column(Float)

    __table_args__ = (Index("tokens_user", "user"),)

"""Worker processes as the database knows them: who they are, and whether they are alive."""

from __future__ import annotations

import socket
from pathlib import Path

from sqlalchemy import delete, exists, select, update

from mien.processes import Process
from mien.studio.database.engine import Database
from mien.studio.database.tables import Job, Worker, new_id
from mien.studio.queue.events import emit

GONE_SECONDS = 60.0
"""A worker that has not been seen this long is taken as gone, and removed after an hour."""


def this_host() -> str:
    """Name of this machine since its start, and of this space of process ids: where a process id means one process."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    parts = [socket.gethostname()]
    if boot.exists():
        parts += [boot.read_text().strip(), str(Path("/proc/self/ns/pid").readlink())]
    return " ".join(parts)[:255]


def register(db: Database, pid: int | None = None) -> str:
    """Enter a process, by default this one, as a worker; returns its id."""
    process, worker_id = Process.of(pid), new_id()
    with db.write() as session:
        now = db.now(session)
        session.add(
            Worker(
                id=worker_id, host=this_host(), pid=process.pid, process_started=process.started, started=now, seen=now
            )
        )
        emit(session, None, "", "queue")  # pages say whether there is a worker
    return worker_id


def seen(db: Database, worker_id: str, warm: list[str]) -> None:
    """Say that a worker is alive, and the commands whose models it keeps loaded."""
    with db.write() as session:
        changed = update(Worker).where(Worker.id == worker_id).values(seen=db.now(session), warm=warm)
        session.execute(changed)


def retire(db: Database, worker_id: str) -> None:
    """Remove a worker that ends; it must have finished or given back its job."""
    with db.write() as session:
        session.execute(delete(Worker).where(Worker.id == worker_id))
        emit(session, None, "", "queue")


def tell_ended(db: Database) -> None:
    """Tell pages that a worker process ended, whatever it had told the database before: they ask how many there are."""
    with db.write() as session:
        emit(session, None, "", "queue")


def living(db: Database) -> list[Worker]:
    """The workers that have been seen lately, and whose processes, where they are on this machine, are alive."""
    with db.session() as session:
        since = db.now(session) - GONE_SECONDS
        found = list(session.scalars(select(Worker).where(Worker.seen >= since)))
    return [one for one in found if not died_here(one)]


def died_here(worker: Worker) -> bool:
    """Whether the worker was a process of this machine that has ended."""
    return worker.host == this_host() and not Process(worker.pid, worker.process_started).alive()


def forget_gone(db: Database) -> None:
    """Remove workers that ended without a word, once no job names them."""
    with db.write() as session:
        here = list(session.scalars(select(Worker).where(Worker.host == this_host())))
        dead = [one.id for one in here if not Process(one.pid, one.process_started).alive()]
        busy = exists().where(Job.worker == Worker.id, Job.state == "running")
        old = db.now(session) - 3600.0
        session.execute(delete(Worker).where((Worker.id.in_(dead)) | (Worker.seen < old), ~busy))

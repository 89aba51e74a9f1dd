"""Real workers for tests: processes of `mien worker` with the toy systems."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from mien.studio.database.engine import Database
from mien.studio.database.tables import Job
from mien.studio.queue.submit import submit
from mien.studio.settings import Settings

ROOT = Path(__file__).parents[3]
TOYS = "toy_maker:SYSTEMS"


def environment() -> dict[str, str]:
    """That of this process, in which a child finds the toys."""
    paths = [str(ROOT), str(ROOT / "tests" / "studio"), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


@contextmanager
def running_worker(settings: Settings, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker of a studio; it and its children are gone afterwards."""
    settings.folder.mkdir(parents=True, exist_ok=True)  # with PostgreSQL, nothing else has made it
    command = [sys.executable, "-m", "mien", "worker", "--folder", str(settings.folder), "--systems", TOYS, *options]
    with subprocess.Popen(command, env=environment()) as process:
        try:
            yield process
        finally:
            family = children_of(process.pid)
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
            for one in family:
                if one.is_running():
                    one.kill()


def children_of(pid: int) -> list[psutil.Process]:
    """All processes that a process started, directly or not."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def toy_job(db: Database, settings: Settings, system: str = "toy", **request: Any) -> Job:
    """A job of the toys, submitted."""
    return submit(
        db, settings, owner="", system=system, request=request, output=".mp4", title="toy", words="toy", amount=1.0
    )


def job_of(db: Database, job_id: str) -> Job:
    """A job as it is now."""
    with db.session() as session:
        found = session.get(Job, job_id)
    assert found is not None
    return found


def wait_for(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    """What `condition` gives as soon as it is true; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
    return found


def ended(db: Database, job_id: str, seconds: float = 60.0) -> Job:
    """A job once it has ended."""
    return wait_for(lambda: (job := job_of(db, job_id)).state in ("done", "failed", "cancelled") and job, seconds)


def started(db: Database, job_id: str) -> Job:
    """A job once its first preview is there."""
    return wait_for(lambda: (job := job_of(db, job_id)).preview > 0 and job)


def kill(process: psutil.Process | subprocess.Popen[bytes]) -> None:
    """End a process at once, as the system does where memory runs out."""
    process.send_signal(signal.SIGKILL)

"""The worker processes of `mien serve`: started with it, started again when one dies, ended with it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Self

from sqlalchemy.exc import SQLAlchemyError

from mien.checkout import CHECKOUT
from mien.processes import Process, stop_tree
from mien.studio.database.engine import Database
from mien.studio.database.errors import DatabaseError
from mien.studio.queue.claim import lost, reap
from mien.studio.queue.workers import tell_ended
from mien.studio.settings import Settings

LEAST_SECONDS, MOST_SECONDS = 0.5, 30.0
"""Pause before a worker is started again after the second death; it doubles while they die at once."""

STEADY_SECONDS = 60.0
"""A worker that lived this long is started again without a pause."""

END_SECONDS = 8.0
"""A worker may take this long to put its job back into the queue."""

POLL_SECONDS = 0.2

REAP_SECONDS = 5.0
"""Jobs of workers that are gone, or hang, are looked for this often: workers do it too, but there may be none left.
Longer than `mien.studio.worker.heartbeat.BEAT_SECONDS`, within which a worker that lives renews its claim."""


class WorkerProcesses:
    """Runs the settings' number of workers, and takes back lost jobs, while it is entered.

    limits: values of `mien worker --limit`.
    """

    def __init__(self, settings: Settings, limits: list[str], systems: str, place: Path) -> None:
        self.settings, self.place = settings, place
        self.command = [
            sys.executable, "-m", "mien", "worker", "--folder", str(settings.folder.absolute()),
            *(part for limit in limits for part in ("--limit", limit)),
            "--systems", systems, "--parent", str(os.getpid()),
        ]  # fmt: skip
        self._end = threading.Event()
        self._threads = [
            threading.Thread(target=self._keep, name=f"worker-{number}", daemon=True)
            for number in range(settings.workers)
        ]
        self._threads.append(threading.Thread(target=self._reap, name="reaper", daemon=True))

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join()

    def _keep(self) -> None:
        """Run one worker after the other until the end."""
        deaths = 0
        while not self._end.is_set():
            started = time.monotonic()
            process = subprocess.Popen(self.command, cwd=self.place, env=self._environment(), stdin=subprocess.DEVNULL)
            while process.poll() is None and not self._end.wait(POLL_SECONDS):
                pass
            if self._end.is_set():
                self._stop(process)
                return
            deaths = 1 if time.monotonic() - started > STEADY_SECONDS else deaths + 1
            pause = pause_after(deaths)
            when = f" in {pause:g} s" if pause else ""
            print(
                f"mien studio: a worker ended ({_how(process.returncode)}); it is started again{when}",
                file=sys.stderr, flush=True,
            )  # fmt: skip
            self._tell()
            self._end.wait(pause)

    def _reap(self) -> None:
        """Put back the jobs of workers that are gone or hang, on whichever machine, until the end."""
        seen: set[tuple[str, int]] = set()
        with closing(Database.open(self.settings.database_url)) as db:
            while not self._end.wait(REAP_SECONDS):
                try:
                    seen = take_back(db, seen)
                except SQLAlchemyError:  # whoever needs the database says that it cannot be reached; it is tried again
                    continue

    def _tell(self) -> None:
        """Put the dead worker's job back and tell pages, which the next worker may never live long enough to do."""
        try:
            with closing(Database.open(self.settings.database_url)) as db:
                reap(db)
                tell_ended(db)
        except (DatabaseError, SQLAlchemyError) as error:
            reason = " ".join(str(error).split())[:200]
            print(f"mien studio: the database could not be told of it: {reason}", file=sys.stderr, flush=True)

    def _environment(self) -> dict[str, str]:
        """That of this process; the database's address, which may hold a password, is not shown among the arguments."""
        paths = [str(CHECKOUT), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
        environment.pop("MIEN_DATABASE", None)
        if self.settings.database is not None:
            environment["MIEN_DATABASE"] = self.settings.database
        return environment

    def _stop(self, process: subprocess.Popen[bytes]) -> None:
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            stop_tree(Process.of(process.pid), 0.5)
            process.wait()


def take_back(db: Database, seen: set[tuple[str, int]]) -> set[tuple[str, int]]:
    """Take back the jobs that are lost and were so at the last look, `seen`; returns those that are lost.

    After a machine slept or its clock was set, leases have lapsed of workers that live: they renew them first.
    """
    reap(db, seen)
    return lost(db)


def pause_after(deaths: int) -> float:
    """Seconds until a worker is started again that died so many times, one death soon after the other.

    The first death is answered at once.
    """
    return 0.0 if deaths <= 1 else float(min(LEAST_SECONDS * 2 ** min(deaths - 2, 16), MOST_SECONDS))


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"code {code}"

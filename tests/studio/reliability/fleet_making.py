"""A whole studio for the reliability tests: a server with its worker, a second worker, clients, and an observer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import psutil
from journal_maker import JOURNAL

from mien.studio.settings import Settings
from tests.studio.worker.worker_making import ROOT, children_of

HERE = Path(__file__).parent
SYSTEMS = "journal_maker:SYSTEMS"


def environment(settings: Settings, journal: Path) -> dict[str, str]:
    """That of this process, in which a worker finds the maker, the journal and the database."""
    paths = [str(ROOT), str(HERE), str(HERE.parent), os.environ.get("PYTHONPATH", "")]
    found = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), JOURNAL: str(journal)}
    return found if settings.database is None else {**found, "MIEN_DATABASE": settings.database}


@dataclass
class Fleet:
    """The processes of a studio; they can be killed and started again. inside: a command that starts them elsewhere."""

    settings: Settings
    journal: Path
    limits: dict[str, float] = field(default_factory=dict)
    inside: tuple[str, ...] = ()
    server: subprocess.Popen[str] | None = None
    worker: subprocess.Popen[str] | None = None
    address: str = ""

    def start_server(self, workers: int = 1) -> None:
        """Start `mien serve`; the first time, wait for the address, which stays the same."""
        port = self.address.rpartition(":")[2] or "0"
        first = not self.address
        self.server = self._started("serve", "--port", port, "--workers", str(workers), out=subprocess.PIPE)
        if first:
            assert self.server.stdout is not None
            self.address = self.server.stdout.readline().removeprefix("mien studio: ").partition(" ")[0].strip()
            assert self.address, "the studio did not start"

    def start_worker(self) -> None:
        """Start a second worker, which is no child of the server."""
        self.worker = self._started("worker", out=None)

    def _started(self, command: str, *options: str, out: int | None) -> subprocess.Popen[str]:
        limits = [part for name, value in self.limits.items() for part in ("--limit", f"{name}={value:.0f}")]
        own = ["--folder", str(self.settings.folder), "--systems", SYSTEMS, *limits]
        line = [*self.inside, sys.executable, "-m", "mien", command, *own, *options]
        return subprocess.Popen(line, env=environment(self.settings, self.journal), stdout=out, text=True)

    def ask(self, path: str, body: Any = None, key: str | None = None) -> Any:
        """The answer of the API as JSON. Raises OSError where there is none, or an error."""
        headers = {"Content-Type": "application/json"} | ({} if key is None else {"Idempotency-Key": key})
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}/api/v1/{path}", data, headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def end(self) -> None:
        """End everything."""
        for process in (self.server, self.worker):
            if process is None:
                continue
            family = children_of(process.pid)
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()
            _kill_all(family)


def _kill_all(processes: list[psutil.Process]) -> None:
    for one in processes:
        try:
            one.kill()
        except psutil.NoSuchProcess:
            continue


@contextmanager
def fleet(settings: Settings, journal: Path, inside: tuple[str, ...] = (), **limits: float) -> Iterator[Fleet]:
    """A studio; its processes are gone afterwards."""
    made = Fleet(settings, journal, {"free_bytes": 0, "requests_each_minute": 100_000, **limits}, inside)
    try:
        yield made
    finally:
        made.end()


class Clients:
    """Threads that ask for jobs while they are entered, each once more with the same key until it is answered.

    accepted: key → id of the job. refused: sentences of errors other than that the queue is full.
    """

    def __init__(self, fleet: Fleet, count: int, most: int, pause: float) -> None:
        self.fleet, self.most, self.pause = fleet, most, pause
        self.accepted: dict[str, str] = {}
        self.refused: list[str] = []
        self._end = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(number,), daemon=True) for number in range(count)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, client: int) -> None:
        number = 0
        while not self._end.is_set() and number < self.most:
            key, body = f"{client}-{number}", {"text": ["a red circle"], "seed": 1000 * client + number}
            while (job := self._asked(key, body)) is None:  # also at the end: what may have been accepted is known
                time.sleep(0.2)
            self.accepted[key] = job
            number += 1
            self._end.wait(self.pause)

    def _asked(self, key: str, body: Any) -> str | None:
        try:
            job: str = self.fleet.ask("shapes", body, key)["id"]
        except urllib.error.HTTPError as error:
            if error.code not in (429, 503):
                self.refused.append(f"{error.code} {error.read().decode()[:300]}")
            return None
        except (OSError, ValueError):  # the server was killed: before, during or after the request
            return None
        return job


@dataclass
class Observer:
    """Looks at the folder of results all the time while it is entered. faults: whatever may never be seen there."""

    folder: Path
    faults: list[str] = field(default_factory=list)
    seen: dict[str, tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._end.wait(0.02):
            self.look()

    def look(self) -> None:
        """Every result is whole from the moment that it has its name, and is never replaced or removed."""
        there: dict[str, tuple[int, int]] = {}
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            state = path.stat()
            there[path.name] = (state.st_ino, state.st_mtime_ns)
            if path.name not in self.seen:
                self._check(path)
        self.faults += [f"{name} is gone" for name in self.seen.keys() - there.keys()]
        same = self.seen.keys() & there.keys()
        self.faults += [f"{name} was replaced" for name in same if self.seen[name] != there[name]]
        self.seen = there

    def _check(self, folder: Path) -> None:
        try:
            outcome = json.loads((folder / "outcome.json").read_text())
            missing = [name for name in outcome["result"].values() if not (folder / name).stat().st_size]
        except (OSError, ValueError) as error:
            missing = [f"{error}"]
        if missing:
            self.faults.append(f"{folder.name} is half: {missing}")

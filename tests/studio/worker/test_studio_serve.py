"""`mien serve` as a process: what it refuses, how it says that it is there, its workers, and its end."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from worker_making import (
    TOYS,
    children_of,
    ended,
    environment,
    job_of,
    kill,
    running_worker,
    started,
    toy_job,
    wait_for,
)

from mien.studio.database.engine import Database
from mien.studio.queue.claim import claim, renew
from mien.studio.queue.control import cancel
from mien.studio.queue.events import after, latest_id
from mien.studio.queue.view import queue_state
from mien.studio.queue.workers import register
from mien.studio.settings import Limits, Settings
from mien.studio.worker import processes
from mien.studio.worker.heartbeat import BEAT_SECONDS
from mien.studio.worker.processes import REAP_SECONDS, WorkerProcesses, pause_after, take_back

pytestmark = pytest.mark.ui


USERS = [sys.executable, "-m", "mien", "users"]


@dataclass(frozen=True)
class Served:
    """A running studio: its process and address."""

    process: subprocess.Popen[str]
    address: str

    def asked(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.address}{path}", timeout=30) as answer:
            return json.load(answer)

    def workers(self) -> list[psutil.Process]:
        return [one for one in children_of(self.process.pid) if "worker" in one.cmdline()]


def command(settings: Settings, *options: str) -> list[str]:
    own = ["--folder", str(settings.folder), "--systems", TOYS, "--limit", "free_bytes=0"]
    return [sys.executable, "-m", "mien", "serve", "--port", "0", *own, *options]


@contextmanager
def serving(settings: Settings, *options: str) -> Iterator[Served]:
    """A studio; it and all that it started are gone afterwards."""
    with subprocess.Popen(command(settings, *options), env=environment(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        killer = threading.Timer(120, process.kill)
        killer.start()
        line = process.stdout.readline()
        killer.cancel()
        try:
            yield Served(process, line.removeprefix("mien studio: ").partition(" ")[0].strip())
        finally:
            family = children_of(process.pid)
            process.terminate()
            try:
                process.wait(30)
            finally:
                process.kill()
                for one in family:
                    if one.is_running():
                        one.kill()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(folder=tmp_path / "studio", limits=Limits(free_bytes=0))


@pytest.fixture
def db(settings: Settings) -> Iterator[Database]:
    opened = Database.open(settings.database_url)
    yield opened
    opened.close()


def refused(settings: Settings, *options: str) -> str:
    """What `mien serve` says when it refuses."""
    done = subprocess.run(
        command(settings, *options), env=environment(), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 2
    return done.stderr.strip()


def test_it_refuses_what_cannot_be_in_one_sentence(settings: Settings) -> None:
    for host in ("0.0.0.0", "::", "192.168.0.7", "127.0.0.1.example.org", ""):
        assert "add --users" in refused(settings, "--host", host), host
    assert not settings.folder.exists()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(settings, "--port", str(port))
    assert f"127.0.0.1:{port} cannot be used (Address already in use)" in said
    assert "--port" in said
    assert "one of upload_bytes" in refused(settings, "--limit", "colour=3")
    assert "--limit waiting=0" in refused(settings, "--limit", "waiting=0")
    for address in ("mysql://x/y", "sqlite:///studio.db", "postgres", ""):
        said = refused(settings, "--database", address)
        assert "--database takes postgresql://" in said
        assert len(said.splitlines()) == 1
    for name in ("bad host!", "https://studio.example", "studio.example:80", ""):
        assert f"--name {name!r} is no host name" in refused(settings, "--name", name)


def test_the_limits_of_the_server_are_those_that_mien_users_shows(settings: Settings) -> None:
    subprocess.run(
        [*USERS, "add", "anna", "--admin", "--folder", str(settings.folder)],
        env=environment(), input="a long enough one\n", text=True, timeout=120, check=True,
    )  # fmt: skip
    with serving(settings, "--users", "--workers", "0", "--limit", "waiting_each=7", "--limit", "bytes_each=3000000"):
        shown = subprocess.run(
            [*USERS, "list", "--folder", str(settings.folder)],
            env=environment(), capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
    assert "of 3 MB; at most 7 jobs waiting and 21,600 seconds of work a day" in shown.stdout


def test_the_first_death_of_a_worker_is_answered_at_once_and_later_ones_after_longer_pauses() -> None:
    assert [pause_after(deaths) for deaths in (1, 2, 3, 4, 8, 9, 10_000)] == [0.0, 0.5, 1.0, 2.0, 30.0, 30.0, 30.0]


def test_pages_hear_of_a_worker_that_dies_before_it_has_entered_itself(db: Database, settings: Settings) -> None:
    asked = toy_job(db, settings)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as gone:
        claim(db, register(db, gone.pid))
    assert job_of(db, asked.id).state == "running"
    before = latest_id(db)
    refused_at_once = ["colour=3"]  # so that each worker ends before it has opened the database
    with WorkerProcesses(settings.model_copy(update={"workers": 1}), refused_at_once, TOYS, settings.folder):
        told = wait_for(lambda: (found := after(db, before)) and found[-1].kind == "queue" and found)
    assert [(one.job, one.kind) for one in told[:2]] == [(asked.id, "queued"), (None, "queue")]
    assert queue_state(db).workers == 0


def test_a_job_of_a_worker_that_hangs_is_cancelled_where_no_other_worker_lives(
    db: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "REAP_SECONDS", 0.05)
    asked = toy_job(db, settings)
    claim(db, register(db), lease_seconds=0.1)  # this process does not renew it
    cancel(db, asked.id)
    assert job_of(db, asked.id).state == "running"
    with WorkerProcesses(settings.model_copy(update={"workers": 0}), [], TOYS, settings.folder):
        assert ended(db, asked.id).state == "cancelled"


def test_a_worker_that_renews_after_the_machine_slept_keeps_its_job(db: Database, settings: Settings) -> None:
    assert REAP_SECONDS > BEAT_SECONDS
    asked, worker = toy_job(db, settings), register(db)
    claim(db, worker, lease_seconds=-1.0)  # as of a clock that has jumped
    seen = take_back(db, set())
    assert seen == {(asked.id, 1)}
    assert renew(db, asked.id, worker, 1)
    assert take_back(db, seen) == set()
    assert job_of(db, asked.id).state == "running"
    renew(db, asked.id, worker, 1, lease_seconds=-1.0)
    assert take_back(db, take_back(db, set())) == set()
    assert job_of(db, asked.id).state == "waiting"


@pytest.mark.crash
@pytest.mark.slow
def test_a_studio_lives_on_when_its_worker_dies_and_ends_with_all_its_processes(
    db: Database, settings: Settings
) -> None:
    asked = toy_job(db, settings, frames=20, frame_seconds=0.1)
    with serving(settings) as studio:
        assert studio.asked("/api/v1/health")["version"]
        started(db, asked.id)
        kill(studio.workers()[0])
        assert ended(db, asked.id).state == "done"
        assert studio.asked("/api/v1/queue")["waiting"] == 0
        later = toy_job(db, settings, frames=1000, frame_seconds=0.1)
        started(db, later.id)
        family = children_of(studio.process.pid)
        studio.process.send_signal(signal.SIGINT)
        studio.process.wait(30)
        assert not [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    assert (job_of(db, later.id).state, job_of(db, later.id).deaths) == ("waiting", 0)


@pytest.mark.crash
@pytest.mark.slow
def test_a_killed_server_loses_nothing(db: Database, settings: Settings) -> None:
    asked = toy_job(db, settings, frames=30, frame_seconds=0.1)
    with serving(settings) as studio:
        started(db, asked.id)
        family = children_of(studio.process.pid)
        kill(studio.process)
        wait_for(lambda: not [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE])
    assert job_of(db, asked.id).state == "waiting", "its worker has put it back"
    with running_worker(settings, "--limit", "free_bytes=0"):
        assert ended(db, asked.id).state == "done"

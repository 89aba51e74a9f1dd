"""Workers and their children are killed in the middle: no job is lost, none is made twice, nothing half is seen."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from worker_making import children_of, ended, environment, job_of, kill, running_worker, started, toy_job, wait_for

from mien.media.video import decode_frames
from mien.studio.database.engine import Database
from mien.studio.database.tables import Job
from mien.studio.files.place import result_folder
from mien.studio.queue.claim import claim
from mien.studio.queue.workers import register
from mien.studio.settings import Limits, Settings
from mien.studio.worker.placing import made_before, place_result, remove_leftovers, remove_result
from mien.studio.worker.protocol import Done

pytestmark = pytest.mark.crash

NO_MINIMUM = ("--limit", "free_bytes=0")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(folder=tmp_path / "studio", limits=Limits(free_bytes=0))


@pytest.fixture
def db(settings: Settings) -> Iterator[Database]:
    opened = Database.open(settings.database_url)
    yield opened
    opened.close()


def the_child(worker: int) -> psutil.Process:
    """The process that makes the jobs of a worker."""
    return wait_for(lambda: next((one for one in children_of(worker) if "child" in " ".join(one.cmdline())), None))


def whole(settings: Settings, job: Job) -> None:
    """The result of a done job is there, whole, and nothing else of it is."""
    folder = result_folder(settings.folder, job.id)
    assert {entry.name for entry in folder.iterdir()} == {*job.result.values(), "outcome.json"}
    assert len(list(decode_frames(folder / job.result["file"]))) == job.request["frames"]


@pytest.mark.slow
def test_a_killed_worker_takes_its_child_with_it_and_the_next_one_makes_the_job(
    db: Database, settings: Settings, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    asked = toy_job(db, settings, frames=20, frame_seconds=0.1, log=str(log))
    with running_worker(settings, *NO_MINIMUM) as first:
        started(db, asked.id)
        child = the_child(first.pid)
        kill(first)
        first.wait()
        wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, 5)
    assert job_of(db, asked.id).state == "running", "nobody has taken it back yet"
    assert list((settings.folder / "work").iterdir()), "what it left"
    with running_worker(settings, *NO_MINIMUM):
        job = ended(db, asked.id)
    assert (job.state, job.attempt, job.deaths) == ("done", 2, 1)
    whole(settings, job)
    assert Counter(line.split()[0] for line in log.read_text().splitlines()) == {"start": 2, "end": 1}
    assert not list((settings.folder / "work").iterdir())


@pytest.mark.slow
def test_a_job_whose_child_is_killed_is_made_again(db: Database, settings: Settings) -> None:
    asked = toy_job(db, settings, frames=20, frame_seconds=0.1)
    with running_worker(settings, *NO_MINIMUM) as worker:
        started(db, asked.id)
        kill(the_child(worker.pid))
        job = ended(db, asked.id)
        assert worker.poll() is None
    assert (job.state, job.attempt, job.deaths) == ("done", 2, 1)
    whole(settings, job)


def test_a_stopped_worker_gives_its_job_back_at_its_place(db: Database, settings: Settings) -> None:
    asked, later = toy_job(db, settings, frames=100, frame_seconds=0.1), toy_job(db, settings)
    with running_worker(settings, *NO_MINIMUM) as worker:
        started(db, asked.id)
        worker.terminate()
        assert worker.wait(15) == 0
    job = job_of(db, asked.id)
    assert (job.state, job.deaths, job.worker) == ("waiting", 0, None)
    assert job.position < job_of(db, later.id).position
    assert not list((settings.folder / "work").iterdir())


@pytest.mark.slow
def test_after_many_kills_at_random_every_job_is_made_once(db: Database, settings: Settings, tmp_path: Path) -> None:
    rng, log = random.Random(7), tmp_path / "log"
    ids = [toy_job(db, settings, frames=8, frame_seconds=0.05, log=str(log), seed=number).id for number in range(30)]
    for _ in range(8):
        with ExitStack() as stack:
            workers = [stack.enter_context(running_worker(settings, *NO_MINIMUM)) for _ in range(2)]
            wait_for(lambda: any(job_of(db, one).state == "running" for one in ids) or _none_waits(db, ids))
            time.sleep(rng.uniform(0.0, 1.5))
            kill(rng.choice(workers))
            if rng.random() < 0.5:
                for one in children_of(workers[1].pid):
                    kill(one)
    with running_worker(settings, *NO_MINIMUM):
        jobs = [ended(db, one, 120) for one in ids]
    for job in jobs:
        assert job.state == "done" or job.deaths == 3
        if job.state == "done":
            whole(settings, job)
    done = {job.id for job in jobs if job.state == "done"}
    assert {entry.name for entry in (settings.folder / "results").iterdir()} == done
    assert not list((settings.folder / "work").iterdir())


def _none_waits(db: Database, ids: list[str]) -> bool:
    return all(job_of(db, one).state in ("done", "failed") for one in ids)


def test_a_result_that_was_placed_before_its_worker_died_is_not_made_again(
    db: Database, settings: Settings, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    asked = toy_job(db, settings, log=str(log))
    job = claim(db, register(db))
    assert job is not None
    made = settings.folder / "work" / f"{job.id}-1"
    made.mkdir(parents=True)
    (made / "result.mp4").write_bytes(b"made before")
    assert place_result(
        settings.folder, made, job, Done({"file": "result.mp4"}, {"width": 2}, ("a note",), "toy 0", 11)
    )
    with db.write() as session:  # its worker died, and the lease has lapsed
        session.get_one(Job, asked.id).lease_until = 1.0
    with running_worker(settings, *NO_MINIMUM):
        found = ended(db, asked.id)
    assert (found.state, found.attempt, found.notes, found.facts) == ("done", 2, ["a note"], {"width": 2})
    assert (result_folder(settings.folder, job.id) / "result.mp4").read_bytes() == b"made before"
    assert not log.exists(), "nothing was made again"


def test_an_attempt_that_wakes_up_late_neither_replaces_nor_removes_a_later_result(settings: Settings) -> None:
    late, later = Job(id="a" * 32, attempt=1), Job(id="a" * 32, attempt=2)
    for job in (later, late):
        made = settings.folder / "work" / f"{job.id}-{job.attempt}"
        made.mkdir(parents=True)
        (made / "result.mp4").write_text(str(job.attempt))
        done = Done({"file": "result.mp4"}, {}, (), "toy", 1)
        assert place_result(settings.folder, made, job, done) == (job is later)
    remove_result(settings.folder, late)
    assert (result_folder(settings.folder, late.id) / "result.mp4").read_text() == "2"
    assert made_before(settings.folder, late) is not None
    remove_result(settings.folder, later)
    assert made_before(settings.folder, late) is None


def test_only_what_dead_attempts_left_is_removed(db: Database, settings: Settings) -> None:
    toy_job(db, settings)
    job = claim(db, register(db))
    assert job is not None
    work = settings.folder / "work"
    for name in (f"{job.id}-{job.attempt}", f"{job.id}-0", f"{job.id}-{job.attempt}.old", "f" * 32 + "-1"):
        (work / name).mkdir(parents=True)
    remove_leftovers(settings.folder, db)
    assert {entry.name for entry in work.iterdir()} == {f"{job.id}-{job.attempt}"}


@pytest.mark.usefixtures("db")
def test_a_worker_whose_server_is_gone_before_it_has_started_ends_in_peace(settings: Settings) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    command = [sys.executable, "-m", "mien", "worker", "--folder", str(settings.folder), "--parent", str(gone.pid)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("database", [(), ("--database", "postgresql://nobody@127.0.0.1:1/none")])
def test_a_folder_that_is_no_studio_is_refused_and_not_made(settings: Settings, database: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "mien", "worker", "--folder", str(settings.folder), *database]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert f"there is no studio in {settings.folder}" in done.stderr
    assert f"mien serve --folder {settings.folder}" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not settings.folder.exists()

"""Twenty times, the server, a worker or its child is killed under load: nothing is lost, made twice or half."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from fleet_making import Clients, Fleet, Observer, fleet
from journal_maker import FRAMES, Entry, entries
from sqlalchemy import select

from mien.media.video import decode_frames
from mien.studio.database.engine import Database
from mien.studio.database.tables import ENDED, Event, Job, Worker
from mien.studio.files.place import result_folder
from mien.studio.settings import Settings
from tests.studio.worker.worker_making import wait_for

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.ui]

VICTIMS = ("server",) * 5 + ("worker",) * 8 + ("child",) * 7


def test_after_twenty_kills_under_load_every_job_was_made_once(either_settings: Settings, tmp_path: Path) -> None:
    rng = random.Random(16)
    victims = rng.sample(VICTIMS, len(VICTIMS))
    journal, results = tmp_path / "journal", either_settings.folder / "results"
    with (
        closing(Database.open(either_settings.database_url)) as db,
        fleet(either_settings, journal, waiting=12) as studio,
        Observer(results) as observer,
    ):
        studio.start_server()
        studio.start_worker()
        with Clients(studio, 3, 200, 0.2) as clients:
            for victim in victims:
                kill_one(db, studio, victim, rng)
        wait_for(lambda: not unfinished(db), 180)
        observer.look()
        jobs = all_jobs(db)
        check_jobs(db, jobs, clients)
        check_files(either_settings, studio, jobs)
        assert observer.faults == []
        assert {entry.name for entry in results.iterdir()} == {job.id for job in jobs if job.state == "done"}
        wait_for(lambda: not list((either_settings.folder / "work").iterdir()), 20)
    check_journal(entries(journal), jobs, len(victims))


def kill_one(db: Database, studio: Fleet, victim: str, rng: random.Random) -> None:
    """Kill the server, or a worker that makes a job, or its child, at a random moment; start it again."""
    worker, job_id = wait_for(lambda: a_busy_worker(db, rng), 120)
    time.sleep(rng.uniform(0.0, 0.7))  # somewhere in this job, in its end, or in the beginning of the next one
    if victim == "server":
        assert studio.server is not None
        studio.server.kill()
        studio.server.wait()
        studio.start_server()
        return
    hit = killed(worker, victim)
    if studio.worker is not None and studio.worker.poll() is not None:
        studio.start_worker()
    if hit is None:  # it had just ended by itself, as a child does that is replaced
        kill_one(db, studio, victim, rng)
        return
    wait_for(lambda: state_of(db, job_id) in ENDED or not lives(hit), 60)


def killed(worker: int, victim: str) -> psutil.Process | None:
    """The worker, or its child, after it was killed; None: it was no longer there."""
    try:
        process = psutil.Process(worker)
        family = process.children() if victim == "child" else [process]
        hit = next((one for one in family if victim == "worker" or "mien.studio.worker.child" in one.cmdline()), None)
        if hit is not None:
            hit.kill()
            psutil.wait_procs([hit], 5)
    except psutil.NoSuchProcess:  # ZombieProcess is one
        return None
    return hit


def lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def a_busy_worker(db: Database, rng: random.Random) -> tuple[int, str] | None:
    """The process id of a living worker that makes a job, and the job."""
    with db.session() as session:
        found = session.execute(
            select(Worker.pid, Job.id).join(Job, Job.worker == Worker.id).where(Job.state == "running")
        ).all()
    living = [(pid, job_id) for pid, job_id in found if psutil.pid_exists(pid)]
    return rng.choice(living) if living else None


def state_of(db: Database, job_id: str) -> str:
    with db.session() as session:
        return session.get_one(Job, job_id).state


def unfinished(db: Database) -> int:
    with db.session() as session:
        return len(session.scalars(select(Job.id).where(Job.state.not_in(ENDED))).all())


def all_jobs(db: Database) -> list[Job]:
    with db.session() as session:
        return list(session.scalars(select(Job)))


def check_jobs(db: Database, jobs: Sequence[Job], clients: Clients) -> None:
    """What was accepted is there once, and ended once, as done, or after the third death during it."""
    assert clients.refused == []
    assert sorted(clients.accepted.values()) == sorted(job.id for job in jobs)
    assert len({job.key for job in jobs}) == len(jobs)
    assert {job.state for job in jobs} <= {"done", "failed"}
    assert [job.deaths for job in jobs if job.state == "failed"] == [3] * sum(job.state == "failed" for job in jobs)
    assert sum(job.deaths for job in jobs) <= len(VICTIMS)
    with db.session() as session:
        kinds = Counter((event.job, event.kind) for event in session.scalars(select(Event)))
    for job in jobs:
        assert kinds[job.id, "ended"] == kinds[job.id, "queued"] - job.attempt + 1 == 1, job.state
        assert kinds[job.id, "started"] == job.attempt


def check_files(settings: Settings, studio: Fleet, jobs: Sequence[Job]) -> None:
    """Each done job has all of its files, and no other ones."""
    for job in jobs:
        if job.state == "done":
            folder = result_folder(settings.folder, job.id)
            assert {entry.name for entry in folder.iterdir()} == {*job.result.values(), "outcome.json"}
            assert len(list(decode_frames(folder / job.result["file"]))) == FRAMES
    shown = studio.ask(f"jobs/{jobs[0].id}")
    assert shown["state"] == jobs[0].state


def check_journal(journal: Sequence[Entry], jobs: Sequence[Job], kills: int) -> None:
    """No attempt went on after the next one had begun, and what was made again is what a kill had interrupted."""
    latest: dict[str, int] = {}
    for entry in journal:  # lines are in the order of time, those of all processes
        assert entry.attempt >= latest.get(entry.job, 0), entry
        latest[entry.job] = entry.attempt
    once = Counter((entry.job, entry.attempt, entry.what) for entry in journal if entry.what != "frame")
    assert max(once.values()) == 1
    whats = Counter(entry.what for entry in journal)
    assert whats["start"] <= sum(job.attempt for job in jobs)
    done = [job for job in jobs if job.state == "done"]
    assert len(done) <= whats["end"] <= len(jobs) + kills, "an attempt that was killed may have been about to be placed"
    assert {entry.job for entry in journal if entry.what == "end"} >= {job.id for job in done}

"""Claims: never two of one job, leases that lapse, late workers refused, deaths counted."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from jobs_making import a_job, fill
from sqlalchemy import select, update

from mien.processes import Process
from mien.studio.database.engine import Database
from mien.studio.database.tables import Job, Worker
from mien.studio.queue.claim import MOST_DEATHS, claim, finish, give_back, held, reap, renew, report
from mien.studio.queue.control import cancel, pause
from mien.studio.queue.workers import forget_gone, living, register, retire, seen
from mien.studio.settings import Settings


def _job(db: Database, job_id: str) -> Job:
    with db.session() as session:
        return session.get_one(Job, job_id)


def _lapse(db: Database, job_id: str) -> None:
    """Let the lease of a job lapse, as if its worker had been silent."""
    with db.write() as session:
        session.execute(update(Job).where(Job.id == job_id).values(lease_until=db.now(session) - 1.0))


def test_threads_never_claim_one_job_twice(either_db: Database, either_settings: Settings) -> None:
    ids = {a_job(either_db, either_settings).id for _ in range(40)}
    claimed: list[str] = []

    def work() -> None:
        worker = register(either_db)
        while (job := claim(either_db, worker)) is not None:
            claimed.append(job.id)
            assert finish(either_db, job.id, worker, job.attempt, "done")

    def work_on() -> None:
        while len(claimed) < len(ids):
            work()

    threads = [threading.Thread(target=work_on) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(claimed) == 40
    assert set(claimed) == ids


_CLAIMER = """
import sys
from mien.studio.database.engine import Database
from mien.studio.queue.claim import claim, finish
from mien.studio.queue.workers import register
db = Database.open(sys.argv[1])
worker = register(db)
print("ready", flush=True)
sys.stdin.readline()
misses = 0
while misses < 3:
    job = claim(db, worker)
    if job is None:
        misses += 1
        continue
    assert finish(db, job.id, worker, job.attempt, "done")
    print(job.id, flush=True)
"""


def test_processes_never_claim_one_job_twice(either_db: Database) -> None:
    ids = fill(either_db, 60, state="waiting", attempt=0, started=None, ended=None)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _CLAIMER, either_db.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    outputs = []
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        outputs.append(process.communicate()[0].split())
    assert [process.returncode for process in processes] == [0, 0]
    assert sorted(one for output in outputs for one in output) == sorted(ids)


def test_a_claim_says_who_works_and_since_when(either_db: Database, either_settings: Settings) -> None:
    job = a_job(either_db, either_settings)
    worker = register(either_db)
    claimed = claim(either_db, worker, lease_seconds=15)
    assert claimed is not None
    assert (claimed.id, claimed.state, claimed.attempt, claimed.worker) == (job.id, "running", 1, worker)
    assert claimed.started is not None
    assert claimed.lease_until == pytest.approx(claimed.started + 15)


def test_a_paused_queue_gives_nothing_until_it_is_resumed(either_db: Database, either_settings: Settings) -> None:
    a_job(either_db, either_settings)
    worker = register(either_db)
    pause(either_db, True)
    assert claim(either_db, worker) is None
    pause(either_db, False)
    assert claim(either_db, worker) is not None


def test_progress_is_written_and_renews_the_lease(either_db: Database, either_settings: Settings) -> None:
    job = a_job(either_db, either_settings)
    worker = register(either_db)
    claim(either_db, worker)
    _lapse(either_db, job.id)
    assert report(either_db, job.id, worker, 1, "frames", 3, 10, "frames", 12.5, preview=1).ours
    found = _job(either_db, job.id)
    assert (found.stage, found.done, found.total, found.unit) == ("frames", 3, 10, "frames")
    assert (found.rate, found.preview) == (12.5, 1)
    assert reap(either_db) == []


def test_a_lapsed_lease_gives_the_job_back_at_its_place_and_the_late_worker_is_refused(
    either_db: Database, either_settings: Settings
) -> None:
    first, second = (a_job(either_db, either_settings) for _ in range(2))
    late, other = register(either_db), register(either_db)
    assert claim(either_db, late) is not None
    report(either_db, first.id, late, 1, "frames", 3, 10, "frames", 1.0, preview=2)
    assert reap(either_db) == []
    _lapse(either_db, first.id)
    assert reap(either_db) == [first.id]
    back = _job(either_db, first.id)
    assert (back.state, back.position, back.worker, back.preview, back.done) == ("waiting", first.position, None, 0, 0)
    again = claim(either_db, other)
    assert again is not None
    assert (again.id, again.attempt) == (first.id, 2)
    assert not renew(either_db, first.id, late, 1)
    assert not report(either_db, first.id, late, 1, "frames", 9, 10).ours
    assert not give_back(either_db, first.id, late, 1)
    assert not finish(either_db, first.id, late, 1, "done", result={"file": "late.gif"})
    assert not finish(either_db, first.id, other, 1, "done")
    assert finish(either_db, first.id, other, 2, "done", result={"file": "right.gif"})
    assert not finish(either_db, first.id, other, 2, "failed")
    assert _job(either_db, first.id).result == {"file": "right.gif"}
    assert _job(either_db, second.id).state == "waiting"


def test_the_same_worker_with_a_new_attempt_is_not_its_old_self(db: Database, settings: Settings) -> None:
    job = a_job(db, settings)
    worker = register(db)
    claim(db, worker)
    _lapse(db, job.id)
    reap(db)
    assert claim(db, worker) is not None
    assert not finish(db, job.id, worker, 1, "done")
    assert finish(db, job.id, worker, 2, "done")


def test_a_lapsed_lease_that_nobody_took_may_still_be_renewed(db: Database, settings: Settings) -> None:
    job = a_job(db, settings)
    worker = register(db)
    claim(db, worker)
    _lapse(db, job.id)
    assert renew(db, job.id, worker, 1)
    assert reap(db) == []


def test_a_job_whose_worker_dies_three_times_fails(either_db: Database, either_settings: Settings) -> None:
    job = a_job(either_db, either_settings)
    worker = register(either_db)
    for _ in range(MOST_DEATHS):
        assert claim(either_db, worker) is not None
        _lapse(either_db, job.id)
        assert reap(either_db) == [job.id]
    failed = _job(either_db, job.id)
    assert (failed.state, failed.deaths) == ("failed", 3)
    assert "3 times" in failed.reason
    assert claim(either_db, worker) is None


def test_giving_back_is_no_death(db: Database, settings: Settings) -> None:
    job = a_job(db, settings)
    worker = register(db)
    for attempt in range(1, 6):
        assert claim(db, worker) is not None
        assert give_back(db, job.id, worker, attempt, stage="no space")
    back = _job(db, job.id)
    assert (back.state, back.deaths, back.stage, back.position) == ("waiting", 0, "no space", job.position)


def test_a_running_job_is_cancelled_by_its_worker_or_by_its_death(
    either_db: Database, either_settings: Settings
) -> None:
    jobs = [a_job(either_db, either_settings) for _ in range(3)]
    worker = register(either_db)
    for job in jobs:
        claim(either_db, worker)
        assert not held(either_db, job.id, worker, 1).cancel
        assert cancel(either_db, job.id).cancel
        assert held(either_db, job.id, worker, 1).cancel
        assert report(either_db, job.id, worker, 1, "frames", 1, 2).cancel
    assert finish(either_db, jobs[0].id, worker, 1, "cancelled")
    assert give_back(either_db, jobs[1].id, worker, 1)
    _lapse(either_db, jobs[2].id)
    reap(either_db)
    assert [_job(either_db, job.id).state for job in jobs] == ["cancelled"] * 3
    assert not any(_job(either_db, job.id).cancel for job in jobs)


@pytest.mark.crash
def test_the_job_of_a_worker_killed_on_this_machine_is_back_at_once(
    either_db: Database, either_settings: Settings
) -> None:
    job = a_job(either_db, either_settings)
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    worker = register(either_db, process.pid)
    assert claim(either_db, worker, lease_seconds=3600) is not None
    assert reap(either_db) == []
    assert [one.id for one in living(either_db)] == [worker]
    process.kill()
    process.wait()
    assert living(either_db) == []
    assert reap(either_db) == [job.id]
    assert _job(either_db, job.id).state == "waiting"


def test_a_worker_of_another_machine_is_trusted_until_its_lease_lapses(db: Database, settings: Settings) -> None:
    job = a_job(db, settings)
    worker = register(db)
    with db.write() as session:
        session.execute(update(Worker).values(host="elsewhere", pid=2**22 + 1))
    claim(db, worker)
    assert reap(db) == []
    _lapse(db, job.id)
    assert reap(db) == [job.id]


def test_many_reapers_count_one_death_once(either_db: Database, either_settings: Settings) -> None:
    job = a_job(either_db, either_settings)
    claim(either_db, register(either_db))
    _lapse(either_db, job.id)
    reaped: list[str] = []
    threads = [threading.Thread(target=lambda: reaped.extend(reap(either_db))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reaped == [job.id]
    assert _job(either_db, job.id).deaths == 1


def test_workers_that_are_gone_are_forgotten_unless_a_job_names_them(db: Database, settings: Settings) -> None:
    a_job(db, settings)
    here, gone, holding = register(db), register(db), register(db)
    claim(db, holding)
    process = Process.of()
    with db.write() as session:
        session.execute(update(Worker).where(Worker.id != here).values(process_started=process.started - 1000))
    forget_gone(db)
    with db.session() as session:
        assert set(session.scalars(select(Worker.id))) == {here, holding}
    assert gone not in [one.id for one in living(db)]
    seen(db, here, ["talk"])
    assert [(one.id, one.warm) for one in living(db)] == [(here, ["talk"])]
    retire(db, here)
    assert living(db) == []


def test_nothing_of_a_finished_job_is_lost(either_db: Database, either_settings: Settings, tmp_path: Path) -> None:
    job = a_job(either_db, either_settings)
    worker = register(either_db)
    claim(either_db, worker)
    facts = {"width": 64, "cold": True, "name": str(tmp_path.name)}
    assert finish(
        either_db, job.id, worker, 1, "done", notes=["a note"], result={"file": "result.gif"}, facts=facts,
        model="shapes 1", bytes=3_000_000_000,
    )  # fmt: skip
    done = _job(either_db, job.id)
    assert (done.state, done.notes, done.result, done.facts) == ("done", ["a note"], {"file": "result.gif"}, facts)
    assert (done.model, done.bytes, done.lease_until) == ("shapes 1", 3_000_000_000, None)
    assert done.ended is not None
    assert done.started is not None
    assert done.ended >= done.started

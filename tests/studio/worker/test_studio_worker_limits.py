"""What a worker does where room is short: memory of its process, space on the disk, time of a job."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from worker_making import ended, job_of, running_worker, started, toy_job, wait_for

from mien.studio.database.engine import Database
from mien.studio.queue.control import cancel
from mien.studio.settings import Limits, Settings
from mien.studio.worker.space import NO_SPACE, waits_for_space


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(folder=tmp_path / "studio", limits=Limits(free_bytes=0))


@pytest.fixture
def db(settings: Settings) -> Iterator[Database]:
    opened = Database.open(settings.database_url)
    yield opened
    opened.close()


def test_a_process_that_keeps_too_much_memory_is_replaced_between_jobs(
    db: Database, settings: Settings, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    ids = [toy_job(db, settings, log=str(log), does=does).id for does in ("make", "make", "eat", "make")]
    with running_worker(settings, "--limit", "free_bytes=0", "--limit", "model_bytes=350000000"):
        assert [ended(db, one).state for one in ids] == ["done"] * 4
    makers = [line.split()[1] for line in log.read_text().splitlines() if line.startswith("start")]
    assert makers[0] == makers[1] == makers[2]
    assert makers[3] != makers[2]


def test_without_space_jobs_wait_and_go_on_when_there_is_some(db: Database, settings: Settings) -> None:
    asked = toy_job(db, settings)
    with running_worker(settings, "--limit", f"free_bytes={10**18}"):
        wait_for(lambda: waits_for_space(db))
        assert job_of(db, asked.id).state == "waiting"
    with running_worker(settings, "--limit", "free_bytes=0"):
        assert ended(db, asked.id).state == "done"
        assert not waits_for_space(db)


def test_a_job_during_which_the_disk_fills_up_waits_and_says_why(db: Database, settings: Settings) -> None:
    asked = toy_job(db, settings, does="full")
    with running_worker(settings, "--limit", "free_bytes=0"):
        job = wait_for(lambda: (one := job_of(db, asked.id)).stage == NO_SPACE and one)
        assert (job.state, job.deaths) == ("waiting", 0)
        cancel(db, asked.id)
        assert ended(db, toy_job(db, settings).id).state == "done"
    assert not list((settings.folder / "work").iterdir())


def test_a_job_that_takes_too_long_fails(db: Database, settings: Settings) -> None:
    asked = toy_job(db, settings, frames=1000, frame_seconds=0.1)
    with running_worker(settings, "--limit", "free_bytes=0", "--limit", "job_seconds=1.5"):
        started(db, asked.id)
        job = ended(db, asked.id)
    assert job.state == "failed"
    assert "it took longer than 1.5 s" in job.reason

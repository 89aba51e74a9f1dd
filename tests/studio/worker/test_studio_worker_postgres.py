"""Two workers on a real PostgreSQL, as two machines have them: each job is made once."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from worker_making import ended, running_worker, started, toy_job

from mien.studio.database.engine import Database
from mien.studio.settings import Limits, Settings

pytestmark = [pytest.mark.ui, pytest.mark.slow]


def test_two_workers_make_each_job_once(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIEN_DATABASE", postgres_url)
    settings = Settings(folder=tmp_path / "studio", database=postgres_url, limits=Limits(free_bytes=0))
    log = tmp_path / "log"
    with closing(Database.open(settings.database_url)) as db:
        ids = [toy_job(db, settings, log=str(log), seed=number, frame_seconds=0.05).id for number in range(12)]
        with running_worker(settings, "--limit", "free_bytes=0"), running_worker(settings, "--limit", "free_bytes=0"):
            jobs = [ended(db, one) for one in ids]
    assert {(job.state, job.attempt) for job in jobs} == {("done", 1)}
    assert len({job.worker for job in jobs}) == 2
    assert Counter(line.split()[0] for line in log.read_text().splitlines()) == {"start": 12, "end": 12}


def test_a_worker_outlives_its_connections(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIEN_DATABASE", postgres_url)
    settings = Settings(folder=tmp_path / "studio", database=postgres_url, limits=Limits(free_bytes=0))
    with (
        closing(Database.open(settings.database_url)) as db,
        running_worker(settings, "--limit", "free_bytes=0") as one,
    ):
        asked = toy_job(db, settings, frames=30, frame_seconds=0.1)
        started(db, asked.id)
        for _ in range(3):
            _end_connections(postgres_url)
            time.sleep(0.5)
        job = ended(db, asked.id)
        assert (job.state, job.attempt) == ("done", 1)
        _end_connections(postgres_url)
        assert ended(db, toy_job(db, settings).id).state == "done"
        assert one.poll() is None


def _end_connections(url: str) -> None:
    """As when the server is started again."""
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(others + "pg_backend_pid()")

"""A second machine with the same PostgreSQL and folder makes jobs; when its network fails, the first one goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fleet_making import Fleet, fleet
from journal_maker import SLOW, entries
from machines_making import Machine, two_machines

from mien.studio.database.engine import Database
from mien.studio.database.tables import Job, Worker
from mien.studio.files.place import result_folder
from mien.studio.settings import Settings
from tests.studio.postgres_making import postgres_server, programs
from tests.studio.worker.worker_making import ended, job_of, wait_for

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.ui]


@pytest.fixture
def machines() -> Iterator[tuple[Machine, Machine]]:
    with two_machines() as found:
        yield found


@pytest.fixture
def socket(machines: tuple[Machine, Machine]) -> Iterator[Path]:
    """A PostgreSQL on the first machine; the folder of its socket, by which this process reads it."""
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql): a second machine was not tested")
    with postgres_server(folder, machines[0].name, machines[0].address) as found:
        yield found


def test_a_second_machine_makes_jobs_until_its_cable_is_pulled(
    machines: tuple[Machine, Machine], socket: Path, tmp_path: Path
) -> None:
    here, there = machines
    settings = Settings(folder=tmp_path / "studio", database=f"postgresql://postgres@{here.address}/postgres")
    watched = Settings(folder=settings.folder, database=f"postgresql://postgres@/postgres?host={socket}")
    journal = tmp_path / "journal"
    with (
        fleet(settings, journal, there.as_other_host) as second,
        fleet(settings, journal, here.inside) as first,
        closing(Database.open(watched.database_url)) as db,
    ):
        first.start_server(workers=0)
        second.start_worker()
        job = ended(db, asked(here, first, 0), 120)
        assert (job.state, job.attempt, host_of(db, job)) == ("done", 1, "second")
        shown = here.do(lambda: first.ask(f"jobs/{job.id}"))
        assert shown["files"]["file"]["bytes"] == (result_folder(settings.folder, job.id) / "result.gif").stat().st_size

        slow = asked(here, first, SLOW)
        wait_for(lambda: job_of(db, slow).preview > 0)
        there.cable("down")
        first.start_worker()
        again = ended(db, slow, 120)
        assert (again.state, again.attempt, again.deaths) == ("done", 2, 1)
        assert host_of(db, again) != "second"
        placed = result_folder(settings.folder, slow).stat().st_ino

        end_worker(first)
        there.cable("up")
        last = ended(db, asked(here, first, 1), 120)
        assert (last.state, host_of(db, last)) == ("done", "second")
        assert result_folder(settings.folder, slow).stat().st_ino == placed
        assert job_of(db, slow).attempt == 2
        assert [entry.attempt for entry in entries(journal) if entry.job == slow and entry.what == "end"] == [1, 2]
        wait_for(lambda: not list((settings.folder / "work").iterdir()))


def asked(machine: Machine, studio: Fleet, seed: int) -> str:
    """A job that is asked for by HTTP on a machine."""
    body = {"text": ["a red circle"], "seed": seed}
    made: Any = machine.do(lambda: studio.ask("shapes", body))
    return str(made["id"])


def host_of(db: Database, job: Job) -> str:
    """The host name of the worker that made a job."""
    with db.session() as session:
        return session.get_one(Worker, job.worker).host.split()[0]


def end_worker(studio: Fleet) -> None:
    assert studio.worker is not None
    studio.worker.terminate()
    assert studio.worker.wait(30) == 0
    studio.worker = None

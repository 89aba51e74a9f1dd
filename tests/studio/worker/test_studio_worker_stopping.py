"""A job is cancelled within an import: the module is imported as a whole, and the next job finds it so."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from worker_making import children_of, ended, running_worker, toy_job, wait_for

from mien.studio.database.engine import Database
from mien.studio.queue.control import cancel
from mien.studio.settings import Limits, Settings

STATE = "begun = False\n"
"""Like a library that can be initialised once in a process, whatever becomes of the import."""

SLOW = """
import os, pathlib, time
import slow_state
if slow_state.begun:
    raise SystemError("it is initialised for the second time")
slow_state.begun = True
log = pathlib.Path({log!r})
first = not log.exists()
with log.open("a") as stream:
    stream.write(f"{{os.getpid()}}\\n")
end = time.monotonic() + (float({seconds}) if first else 0.0)
while time.monotonic() < end:
    time.sleep(0.02)
VALUE = "whole"
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(folder=tmp_path / "studio", limits=Limits(free_bytes=0))


@pytest.fixture
def db(settings: Settings) -> Iterator[Database]:
    with closing(Database.open(settings.database_url)) as opened:
        yield opened


def slow_module(folder: Path, monkeypatch: pytest.MonkeyPatch, seconds: float) -> Path:
    """Write a module whose first import takes so long; the file gets a line for each process that imports it."""
    modules, log = folder / "modules", folder / "imported"
    modules.mkdir()
    (modules / "slow_state.py").write_text(STATE)
    (modules / "slow_module.py").write_text(SLOW.format(log=str(log), seconds=seconds))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(modules), os.environ.get("PYTHONPATH", "")]))
    return log


@pytest.mark.parametrize(("system", "does"), [("importing", "make"), ("toy", "import")])
def test_an_import_that_a_cancel_meets_ends_whole_and_the_process_is_kept(
    db: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, does: str
) -> None:
    imported = slow_module(tmp_path, monkeypatch, 1.5)
    log = tmp_path / "log"
    asked = toy_job(db, settings, system, does=does, frames=200, frame_seconds=0.05)
    with running_worker(settings, "--limit", "free_bytes=0", "--limit", "cancel_seconds=40"):
        wait_for(imported.exists)
        cancel(db, asked.id)
        assert ended(db, asked.id).state == "cancelled"
        job = ended(db, toy_job(db, settings, system, does=does, log=str(log)).id)
    assert (job.state, job.reason) == ("done", "")
    assert log.read_text().splitlines()[0] == f"start {imported.read_text().strip()}", "the same process, one import"
    assert job.notes == ["loaded 1 times"], "what was loaded is kept"


def test_a_process_whose_loading_outlasts_a_cancel_is_replaced(
    db: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    imported = slow_module(tmp_path, monkeypatch, 60)
    asked = toy_job(db, settings, "importing")
    with running_worker(settings, "--limit", "free_bytes=0", "--limit", "cancel_seconds=1") as worker:
        wait_for(imported.exists)
        cancel(db, asked.id)
        assert ended(db, asked.id).state == "cancelled"
        job = ended(db, toy_job(db, settings, "importing").id)
        assert worker.poll() is None
    assert (job.state, job.reason) == ("done", "")
    assert len(set(imported.read_text().split())) == 2, "another process"
    assert "code None" not in capfd.readouterr().err


def test_a_process_that_had_a_fault_is_replaced_and_that_is_said(
    db: Database, settings: Settings, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log"
    ids = [toy_job(db, settings, does=does, log=str(log)).id for does in ("fault", "make")]
    with running_worker(settings, "--limit", "free_bytes=0"):
        assert [ended(db, one).state for one in ids] == ["failed", "done"]
    starts = [line.split()[1] for line in log.read_text().splitlines() if line.startswith("start")]
    assert starts[0] != starts[1]
    said = capfd.readouterr().err
    assert f"had a fault in job {ids[0]}: another one is started" in said
    assert "did not start" not in said


def test_a_process_that_is_killed_between_jobs_is_said_to_be_gone(
    db: Database, settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    with running_worker(settings, "--limit", "free_bytes=0") as worker:
        assert ended(db, toy_job(db, settings).id).state == "done"
        for one in children_of(worker.pid):
            one.kill()
        assert ended(db, toy_job(db, settings).id).state == "done"
    said = capfd.readouterr().err
    assert "did not start" not in said

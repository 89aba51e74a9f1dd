"""A real worker makes real jobs of the toys: results, progress, previews, refusals, cancelling, warm models."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from worker_making import children_of, ended, job_of, running_worker, started, toy_job, wait_for

from mien.media.file_tags import file_tags
from mien.media.provenance import carried, parse_tags
from mien.studio.database.engine import Database
from mien.studio.database.tables import Job, Worker
from mien.studio.files.place import result_folder
from mien.studio.queue.control import cancel, redo
from mien.studio.settings import Limits, Settings


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(folder=tmp_path_factory.mktemp("studio"), limits=Limits(free_bytes=0, cancel_seconds=4))


@pytest.fixture(scope="module")
def db(settings: Settings) -> Iterator[Database]:
    opened = Database.open(settings.database_url)
    with running_worker(settings, "--limit", "free_bytes=0", "--limit", "cancel_seconds=4"):
        yield opened
    opened.close()


def test_a_job_is_made_with_all_that_pages_show(db: Database, settings: Settings) -> None:
    job = ended(db, toy_job(db, settings, text="grün; a=b", frames=20).id)
    assert (job.state, job.reason) == ("done", "")
    folder = result_folder(settings.folder, job.id)
    assert set(job.result) == {"file", "thumb", "clip", "request"}
    assert {entry.name for entry in folder.iterdir()} == {*job.result.values(), "outcome.json"}
    assert (job.facts["width"], job.facts["height"], job.facts["seconds"]) == (48, 64, 2.0)
    assert job.bytes > 0
    assert job.model == "toy 1"
    with Image.open(folder / job.result["thumb"]) as thumb:
        assert thumb.size == (48, 64)
    assert not list((settings.folder / "work").iterdir())


def test_a_repeated_job_says_that_its_model_was_replaced(db: Database, settings: Settings) -> None:
    first = ended(db, toy_job(db, settings, text="again", frames=2).id)
    same = ended(db, redo(db, settings, first.id).id)
    assert not [note for note in same.notes if "another model" in note]
    with db.write() as session:
        session.get_one(Job, first.id).model = "toy 0"
    other = ended(db, redo(db, settings, first.id).id)
    assert (other.state, other.model) == ("done", "toy 1")
    assert "made by another model than before: now toy 1, before toy 0" in other.notes


def test_the_file_carries_its_whole_request(db: Database, settings: Settings) -> None:
    job = ended(db, toy_job(db, settings, text="grün; a=b; {}", frames=3).id)
    folder = result_folder(settings.folder, job.id)
    tags = file_tags(folder / job.result["file"])
    text = carried(tags)
    assert text is not None
    assert json.loads(text) == {
        "system": "toy", "output": ".mp4", "values": {"text": "grün; a=b; {}", "frames": 3}, "files": {},
    }  # fmt: skip
    assert json.loads(text) == json.loads((folder / "request.json").read_text())
    provenance = parse_tags(tags)
    assert provenance is not None
    assert provenance.prompt == "grün; a=b; {}"


def test_progress_and_previews_are_seen_while_it_runs(db: Database, settings: Settings) -> None:
    asked = toy_job(db, settings, frames=30, frame_seconds=0.1)
    job = wait_for(lambda: (one := job_of(db, asked.id)).done > 10 and one)
    assert (job.stage, job.total, job.unit) == ("toy", 30, "frames")
    assert job.rate == pytest.approx(10, rel=0.5)
    assert job.preview > 0
    preview = settings.folder / "work" / f"{job.id}-{job.attempt}" / f"preview-{1:05d}.jpg"
    with Image.open(preview) as picture:
        assert picture.size == (48, 64)
    assert ended(db, asked.id).state == "done"


def test_a_refusal_is_the_reason_and_the_next_job_is_made(db: Database, settings: Settings) -> None:
    job = ended(db, toy_job(db, settings, does="refuse", text="no").id)
    assert (job.state, job.reason) == ("failed", "the toy refuses 'no': say something else")
    assert job.result == {}
    assert not result_folder(settings.folder, job.id).exists()
    assert ended(db, toy_job(db, settings).id).state == "done"


def test_a_fault_of_mien_is_said_and_the_next_job_is_made(db: Database, settings: Settings) -> None:
    job = ended(db, toy_job(db, settings, does="fault").id)
    assert (job.state, job.attempt) == ("failed", 1)
    assert "KeyError" in job.reason
    assert ended(db, toy_job(db, settings).id).state == "done"


def test_an_unknown_maker_is_refused(db: Database, settings: Settings) -> None:
    job = ended(db, toy_job(db, settings, system="nothing").id)
    assert job.state == "failed"
    assert "'nothing'" in job.reason


@pytest.mark.slow
@pytest.mark.parametrize("does", ["die", "killed"])
def test_a_process_that_dies_again_and_again_fails_the_job(db: Database, settings: Settings, does: str) -> None:
    job = ended(db, toy_job(db, settings, does=does).id, 120)
    assert (job.state, job.attempt) == ("failed", 3)
    assert ended(db, toy_job(db, settings).id).state == "done"


def test_models_stay_warm_between_jobs_and_after_a_cancel(db: Database, settings: Settings) -> None:
    first = ended(db, toy_job(db, settings).id)
    running = started(db, toy_job(db, settings, frames=2000, frame_seconds=0.05).id)
    cancel(db, running.id)
    assert ended(db, running.id).state == "cancelled"
    after = ended(db, toy_job(db, settings).id)
    assert after.facts["cold"] is False
    assert after.notes == first.notes, "the model was loaded once"


def test_a_deaf_job_is_ended_with_all_its_processes(db: Database, settings: Settings) -> None:
    running = started(db, toy_job(db, settings, does="hang").id)
    with db.session() as session:
        worker = session.get(Worker, running.worker)
        assert worker is not None
    helper = wait_for(lambda: [one for one in children_of(worker.pid) if one.name() == "sleep"])
    cancel(db, running.id)
    job = ended(db, running.id)
    assert job.state == "cancelled"
    assert job.ended is not None
    assert not [one for one in helper if one.is_running() and one.status() != "zombie"]
    assert not result_folder(settings.folder, job.id).exists()
    assert ended(db, toy_job(db, settings).id).state == "done"


def test_a_path_is_never_read_from_a_request(db: Database, settings: Settings, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"x")
    job = ended(db, toy_job(db, settings, picture=str(secret)).id)
    assert job.state == "failed"
    assert "upload" in job.reason

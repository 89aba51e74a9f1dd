"""What is cleaned away, and what stays."""

from __future__ import annotations

import time

import pytest

from mien.studio.database.engine import Database
from mien.studio.database.tables import File, Job, Session, User
from mien.studio.files.cleaning import clean
from mien.studio.files.keeping import listed
from mien.studio.files.place import result_folder, upload_path, upload_preview
from mien.studio.settings import Limits, Settings

DAY = 86_400.0


@pytest.fixture
def settings(either_settings: Settings) -> Settings:
    """Uploads are kept for 2 days, the bin for 7."""
    return either_settings.model_copy(update={"limits": Limits(bin_days=7, unused_upload_days=2)})


@pytest.fixture
def db(either_db: Database) -> Database:
    """An empty database, of SQLite and of PostgreSQL."""
    return either_db


def _upload(db: Database, settings: Settings, number: int, created: float, used: float | None = None) -> str:
    file_id = f"{number:032x}"
    path = upload_path(settings.folder, file_id, ".png")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    upload_preview(settings.folder, file_id).write_bytes(b"x")
    with db.write() as session:
        session.add(File(id=file_id, name="a.png", kind="picture", suffix=".png", media_type="image/png", bytes=1,
                         sha256="", created=created, used=used))  # fmt: skip
    return file_id


def _kept(settings: Settings) -> set[int]:
    return {int(path.stem, 16) for path in (settings.folder / "uploads").glob("*.png")}


def test_uploads_go_when_no_job_names_them_any_more(db: Database, settings: Settings) -> None:
    now = time.time()
    old = now - 3 * DAY
    _upload(db, settings, 1, old)
    _upload(db, settings, 2, now - DAY)
    named = _upload(db, settings, 3, old, used=old)
    _upload(db, settings, 4, old, used=now - DAY)
    _upload(db, settings, 5, old, used=old)
    with db.write() as session:
        session.add(Job(system="talk", request={"image": f"file:{named}"}, output=".mp4", state="done"))
    assert clean(db, settings, now).uploads == 2
    assert _kept(settings) == {2, 3, 4}
    assert len(list((settings.folder / "uploads").iterdir())) == 6
    with db.session() as session:
        assert {int(one.id, 16) for one in session.query(File)} == {2, 3, 4}
    assert clean(db, settings, now).uploads == 0


def test_the_bin_is_emptied_after_its_days(db: Database, settings: Settings) -> None:
    now = time.time()
    jobs = {"old": now - 8 * DAY, "new": now - 6 * DAY, "kept": None}
    ids = {}
    with db.write() as session:
        for name, deleted in jobs.items():
            job = Job(id=f"{len(ids):032x}", system="talk", request={}, output=".mp4", state="done", deleted=deleted)
            ids[name] = job.id
            session.add(job)
            folder = result_folder(settings.folder, job.id)
            folder.mkdir(parents=True)
            (folder / "result.mp4").write_bytes(b"x")
    assert clean(db, settings, now).jobs == 1
    there = {name for name, job_id in ids.items() if result_folder(settings.folder, job_id).exists()}
    assert there == {"new", "kept"}


def test_what_killed_servers_left_goes_and_what_is_on_its_way_stays(db: Database, settings: Settings) -> None:
    _upload(db, settings, 1, time.time())
    uploads, incoming = settings.folder / "uploads", settings.folder / "incoming"
    incoming.mkdir()
    lost = [uploads / f"{9:032x}.png", uploads / f"{9:032x}.preview.jpg", incoming / f"{8:032x}.part"]
    for path in lost:
        path.write_bytes(b"x")
    (uploads / "notes.txt").write_text("mine")
    assert clean(db, settings).leftovers == 0
    assert clean(db, settings, time.time() + 1.5 * DAY).leftovers == 3
    assert not any(path.exists() for path in lost)
    assert (uploads / "notes.txt").exists()
    assert _kept(settings) == {1}


def test_sessions_that_ended_go(db: Database, settings: Settings) -> None:
    with db.write() as session:
        session.add(User(id="a" * 32, name="an", password="x"))
        session.flush()
        session.add(Session(id="1", user="a" * 32, expires=time.time() - 1))
        session.add(Session(id="2", user="a" * 32, expires=time.time() + 1000))
    assert clean(db, settings).sessions == 1
    with db.session() as session:
        assert [one.id for one in session.query(Session)] == ["2"]


def test_cleaning_of_an_empty_studio_does_nothing(db: Database, settings: Settings) -> None:
    found = clean(db, settings)
    assert (found.jobs, found.uploads, found.leftovers, found.sessions) == (0, 0, 0, 0)


def test_pages_of_uploads_hold_each_one_once(db: Database, settings: Settings) -> None:
    now = time.time()
    for number, created in enumerate((now, now, now - 1 / 3, now + 1e-6, now)):
        _upload(db, settings, number, created)
    found, cursor = list[str](), None
    while True:
        page, cursor = listed(db, "", "picture", cursor, 2)
        found += [file.id for file in page]
        if cursor is None:
            break
    assert [int(one) for one in found] == [3, 4, 1, 0, 2]
    assert listed(db, "", "video", None, 2) == ([], None)
    assert listed(db, "a" * 32, None, None, 2) == ([], None)

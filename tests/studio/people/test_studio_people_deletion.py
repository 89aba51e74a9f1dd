"""Deleting a person with everything of theirs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from accounts_making import an_account
from jobs_making import a_job, fill, with_limits
from sqlalchemy import func, select

from mien.studio.database.engine import Database
from mien.studio.database.tables import Base, Event, File, Job, Setting, Token, User
from mien.studio.files.cleaning import clean
from mien.studio.files.place import result_folder, upload_path, upload_preview
from mien.studio.people import deletion
from mien.studio.people.deletion import delete_person, finish_deletions
from mien.studio.people.errors import AccountError
from mien.studio.people.sessions import start_session
from mien.studio.people.tokens import create_token
from mien.studio.queue.claim import claim, finish
from mien.studio.queue.workers import register
from mien.studio.settings import Settings


def with_everything(db: Database, settings: Settings, user: User, jobs: int = 120) -> list[Path]:
    """Jobs, results, uploads, events, a session and a token of a person; returns the paths of the content."""
    made = fill(db, jobs, user.id)
    made += fill(db, 3, user.id, deleted=5.0)
    a_job(db, settings, user.id)
    content = []
    for job in made:
        folder = result_folder(settings.folder, job)
        folder.mkdir(parents=True)
        (folder / "result.gif").write_bytes(b"GIF89a")
        content.append(folder)
    (settings.folder / "uploads").mkdir(exist_ok=True)
    with db.write() as session:
        for number in range(60):
            file = File(
                id=f"{user.name.encode().hex()[:2]}{number:030x}", owner=user.id, name="a.txt", kind="text",
                suffix=".txt", media_type="text/plain", bytes=1, sha256="", facts={},
            )  # fmt: skip
            content += [upload_path(settings.folder, file.id, ".txt"), upload_preview(settings.folder, file.id)]
            session.add(file)
    for path in content[len(made) :]:
        path.write_bytes(b"x")
    start_session(db, user.id)
    create_token(db, user.id, "script", ["read"])
    return content


def rows_of(db: Database, user: str) -> int:
    """Rows of any table that name a person."""
    found = 0
    with db.session() as session:
        for table in Base.metadata.sorted_tables:
            for column in {"owner", "user"} & set(table.columns.keys()):
                rows = select(func.count()).select_from(table).where(table.columns[column] == user)
                found += session.scalar(rows) or 0
        found += session.scalar(select(func.count()).where(User.id == user)) or 0
        found += session.scalar(select(func.count()).where(Setting.name.contains(user))) or 0
    return found


def test_everything_of_theirs_goes_and_nothing_of_others(either_db: Database, either_settings: Settings) -> None:
    anna, bob = an_account(either_db), an_account(either_db, "bob", admin=True)
    hers, his = (with_everything(either_db, either_settings, user) for user in (anna, bob))
    before = rows_of(either_db, bob.id)
    delete_person(either_db, either_settings, anna.id)
    assert rows_of(either_db, anna.id) == 0
    assert rows_of(either_db, bob.id) == before
    assert not any(path.exists() for path in hers)
    assert all(path.exists() for path in his)


def test_after_a_fault_anywhere_the_deletion_is_gone_on_with(
    db: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = an_account(db)
    hers = with_everything(db, settings, anna, jobs=60)
    create_token(db, anna.id, "other", ["read"])
    calls, real = [0], deletion.remove_folder

    def fails_later(folder: Path) -> None:
        calls[0] += 1
        if calls[0] == 55:  # within the second portion
            raise OSError(5, "Input/output error")
        real(folder)

    monkeypatch.setattr(deletion, "remove_folder", fails_later)
    with pytest.raises(OSError, match="Input/output"):
        delete_person(db, settings, anna.id)
    assert not all(path.exists() for path in hers)
    assert any(path.exists() for path in hers)
    with db.session() as session:
        assert session.scalar(select(User.disabled).where(User.id == anna.id)) is True
        assert session.scalar(select(func.count()).select_from(Token)) == 0
    monkeypatch.undo()
    assert finish_deletions(db, settings) == 1
    assert rows_of(db, anna.id) == 0
    assert not any(path.exists() for path in hers)
    assert finish_deletions(db, settings) == 0


_KILLED = """
import os, signal, sys
from pathlib import Path
from mien.studio.database.engine import Database
from mien.studio.people import deletion
from mien.studio.settings import Settings

real, calls = deletion.remove_folder, []

def killed_at_tenth(folder):
    calls.append(folder)
    if len(calls) == 10:
        os.kill(os.getpid(), signal.SIGKILL)
    real(folder)

deletion.remove_folder = killed_at_tenth
settings = Settings(folder=Path(sys.argv[1]))
deletion.delete_person(Database.open(settings.database_url), settings, sys.argv[2])
"""


@pytest.mark.crash
def test_the_process_may_be_killed_in_between(db: Database, settings: Settings) -> None:
    anna = an_account(db)
    hers = with_everything(db, settings, anna, jobs=20)
    ended = subprocess.run([sys.executable, "-c", _KILLED, os.fspath(settings.folder), anna.id], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert rows_of(db, anna.id) > 0
    clean(db, settings)
    assert rows_of(db, anna.id) == 0
    assert not any(path.exists() for path in hers)


def test_what_a_request_under_way_added_late_goes_too(db: Database, settings: Settings) -> None:
    anna, bob = an_account(db), an_account(db, "bob")
    delete_person(db, settings, anna.id)
    late = fill(db, 2, anna.id)
    kept = fill(db, 2, bob.id) + fill(db, 2)
    assert finish_deletions(db, settings) == 0
    with db.session() as session:
        left = set(session.scalars(select(Job.id)))
    assert left == set(kept)
    assert not left & set(late)


def test_a_running_job_is_cancelled_and_waited_for(db: Database, settings: Settings) -> None:
    anna = an_account(db)
    job = a_job(db, settings, anna.id)
    worker = register(db)
    claimed = claim(db, worker)
    assert claimed is not None
    ended = []

    def work() -> None:
        while True:
            with db.session() as session:
                if session.scalar(select(Job.cancel).where(Job.id == job.id)):
                    break
        ended.append(finish(db, job.id, worker, claimed.attempt, "cancelled", ""))

    thread = threading.Thread(target=work)
    thread.start()
    delete_person(db, settings, anna.id)
    thread.join()
    assert ended == [True], "the job was removed under its worker"
    assert rows_of(db, anna.id) == 0


def test_a_worker_that_does_not_answer_is_not_waited_for_in_vain(db: Database, settings: Settings) -> None:
    anna, settings = an_account(db), with_limits(settings, cancel_seconds=0.01)
    a_job(db, settings, anna.id)
    worker = register(db)
    claimed = claim(db, worker)
    assert claimed is not None
    delete_person(db, settings, anna.id)
    assert rows_of(db, anna.id) == 0
    assert not finish(db, claimed.id, worker, claimed.attempt, "done", "")


def test_the_last_administrator_and_nobody_cannot_be_deleted(db: Database, settings: Settings) -> None:
    anna = an_account(db, admin=True)
    with pytest.raises(AccountError, match="last administrator"):
        delete_person(db, settings, anna.id)
    with pytest.raises(AccountError, match="no such person"):
        delete_person(db, settings, "0" * 32)
    with db.session() as session:
        assert session.scalar(select(func.count()).select_from(Event)) == 0

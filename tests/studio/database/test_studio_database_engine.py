"""The database: one schema on SQLite and PostgreSQL, whole transactions, and refusals in a sentence."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text

from mien.studio.database.engine import Database
from mien.studio.database.errors import DatabaseError
from mien.studio.database.tables import Base, Event, Job, Setting
from mien.studio.database.tables import Session as Browser
from mien.studio.queue.events import emit
from mien.studio.settings import Settings


def belongs(db: Database) -> Callable[..., bool]:
    """Whether something in the models is made on this database at all: Alembic does not ask itself."""

    def included(_thing: object, name: str | None, kind: str, *_rest: object) -> bool:
        only = {"jobs_words": "sqlite", "jobs_trigrams": "postgresql"}
        return kind != "index" or only.get(name or "", db.dialect) == db.dialect

    return included


def test_tables_and_migrated_schema_agree(either_db: Database) -> None:
    with either_db.engine.connect() as connection:
        opts = {"compare_type": True, "target_metadata": Base.metadata, "include_object": belongs(either_db)}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, Base.metadata) == []


def test_what_is_written_is_read_after_opening_again(either_db: Database) -> None:
    with either_db.write() as session:
        session.add(Setting(name="paused", value={"a": [1, None, "ảnh"]}))
    again = Database.open(either_db.url)
    with again.session() as session:
        setting = session.get(Setting, "paused")
    again.close()
    assert setting is not None
    assert setting.value == {"a": [1, None, "ảnh"]}


def test_a_failed_transaction_leaves_nothing_not_even_events(either_db: Database) -> None:
    with pytest.raises(RuntimeError), either_db.write() as session:
        session.add(Setting(name="paused", value=True))
        emit(session, None, "", "queue")
        session.flush()
        raise RuntimeError
    with either_db.session() as session:
        assert session.scalars(select(Setting)).all() == []
        assert session.scalars(select(Event)).all() == []


def test_many_writers_at_once_lose_no_change(either_db: Database) -> None:
    with either_db.write() as session:
        session.add(Setting(name="count", value=0))

    def count() -> None:
        for _ in range(20):
            with either_db.write() as session:
                one = session.scalar(select(Setting).where(Setting.name == "count").with_for_update())
                assert one is not None
                one.value += 1

    _together(count, 6)
    with either_db.session() as session:
        one = session.get(Setting, "count")
    assert one is not None
    assert one.value == 120


def test_a_reader_of_events_misses_none_of_many_writers(either_db: Database) -> None:
    seen: list[int] = []
    stop = threading.Event()

    def read() -> None:
        while True:
            last_round = stop.is_set()
            with either_db.session() as session:
                newer = select(Event.id).where(Event.id > (seen[-1] if seen else 0)).order_by(Event.id)
                seen.extend(session.scalars(newer))
            if last_round:
                return

    def write() -> None:
        for _ in range(25):
            with either_db.write() as session:
                emit(session, None, "", "queue")
                session.flush()

    reader = threading.Thread(target=read)
    reader.start()
    _together(write, 6)
    stop.set()
    reader.join()
    assert len(seen) == 150


def test_many_processes_may_open_an_empty_folder_at_once(tmp_path: Path) -> None:
    code = f"from mien.studio.database.engine import Database; Database.open('sqlite:///{tmp_path}/new/studio.db')"
    processes = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(3)]
    assert [(process.communicate()[1], process.returncode) for process in processes] == [(b"", 0)] * 3


def test_many_may_open_an_empty_database_at_once(either_settings: Settings) -> None:
    with ThreadPoolExecutor(6) as pool:
        opened = list(pool.map(lambda _: Database.open(either_settings.database_url), range(6)))
    for database in opened:
        with database.session() as session:
            assert session.scalars(select(Job)).all() == []
        database.close()


def test_a_newer_schema_is_refused(either_db: Database) -> None:
    with either_db.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseError, match=r"^the database .* newer version of mien: install"):
        Database.open(either_db.url)


@pytest.mark.parametrize("url", ["", "studio.db", "mysql://a@b/c", "sqlite://", "postgresql+nothing://a/b", "http://["])
def test_another_address_is_refused(url: str) -> None:
    with pytest.raises(DatabaseError, match=r"^the address of the database is not understood"):
        Database.open(url)


def test_a_server_that_is_not_there_is_named_without_the_password(tmp_path: Path) -> None:
    settings = Settings(database=f"postgresql://me:secret@/name?host={tmp_path}")
    with pytest.raises(DatabaseError) as caught:
        Database.open(settings.database_url)
    assert "cannot be used" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "studio.db").write_text("hello " * 1000)
    with pytest.raises(DatabaseError, match="cannot be used"):
        Database.open(f"sqlite:///{tmp_path}/studio.db")


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseError, match="cannot be made"):
        Database.open(f"sqlite:///{tmp_path}/file/studio.db")


def test_a_reader_sees_one_state_while_others_write(either_db: Database) -> None:
    with either_db.session() as session:
        assert session.scalars(select(Setting.name)).all() == []
        with either_db.write() as other:
            other.add(Setting(name="paused", value=True))
        assert session.scalars(select(Setting.name)).all() == []
    with either_db.session() as session:
        assert session.scalars(select(Setting.name)).all() == ["paused"]


def test_sqlite_keeps_references_and_a_log_ahead(db: Database) -> None:
    with db.session() as session:
        assert session.scalar(text("PRAGMA foreign_keys")) == 1
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
    with pytest.raises(Exception, match="FOREIGN KEY"), db.write() as session:
        session.add(Browser(id="a", user="nobody", expires=1.0))


def test_rows_are_readable_after_their_session(db: Database) -> None:
    with db.write() as session:
        job = Job(system="shapes", request={}, output=".gif")
        session.add(job)
    with db.session() as session:
        found = session.get(Job, job.id)
    assert found is not None
    assert (found.id, found.state, found.notes) == (job.id, "waiting", [])


def _together(work: object, count: int) -> None:
    errors: list[Exception] = []

    def run() -> None:
        try:
            work()  # type: ignore[operator]
        except Exception as error:  # noqa: BLE001 - shown by the test
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []

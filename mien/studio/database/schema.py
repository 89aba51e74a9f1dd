"""The schema of the database: revisions of Alembic, applied when a studio opens it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, select

from mien.locks import LockHeldError, file_lock
from mien.studio.database.errors import DatabaseError
from mien.studio.database.trigrams import add_trigrams, lacks_trigrams

MIGRATIONS = Path(__file__).parent / "migrations"

SCHEMA_LOCK = 7_404_800
LOCK_SECONDS = 60.0


def upgrade(engine: Engine) -> None:
    """Bring the schema to the newest revision; one process at a time, all of it or nothing.

    The index that the revision 0003 could not make, because PostgreSQL had no pg_trgm, is made once it has it. Raises
    DatabaseError where the database has been written by a newer version of mien.
    """
    config = _config()
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head()
    with engine.connect() as connection:
        is_newest = MigrationContext.configure(connection).get_current_revision() == head
        if is_newest and not lacks_trigrams(connection):
            return
    with _alone(engine) as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        if current == head:
            add_trigrams(connection)
            return
        if current is not None and current not in {one.revision for one in scripts.walk_revisions()}:
            raise DatabaseError(
                "the database of the studio was written by a newer version of mien: install that version, or start "
                "with another --folder or --database"
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A transaction of the only process that changes the schema."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(SCHEMA_LOCK)))
            yield connection
        return
    path = Path(f"{engine.url.database}.lock")
    try:
        with file_lock(path, LOCK_SECONDS), engine.execution_options(mien_write=True).begin() as connection:
            yield connection
    except LockHeldError as error:
        raise DatabaseError(f"the database is being brought up to date by another process: {error}") from error

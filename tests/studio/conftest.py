"""Fixtures of the studio's tests: its settings and database, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres_making import emptied_database, postgres_server, programs

from mien.studio.database.engine import Database
from mien.studio.settings import Settings


@pytest.fixture(scope="session")
def postgres() -> Iterator[Path]:
    """The folder of the socket of a running PostgreSQL."""
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql): nothing is tested on it")
    with postgres_server(folder) as socket:
        yield socket


@pytest.fixture
def postgres_url(postgres: Path) -> str:
    """The address of an empty database of PostgreSQL, as `mien serve --database` takes it."""
    return emptied_database(postgres)


@pytest.fixture(params=["sqlite", "postgresql"])
def either_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of an empty studio on each of the two databases."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    return Settings(folder=tmp_path / "studio", database=url)


@pytest.fixture
def either_db(either_settings: Settings) -> Iterator[Database]:
    """The database of `either_settings`."""
    database = Database.open(either_settings.database_url)
    yield database
    database.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an empty studio on SQLite."""
    return Settings(folder=tmp_path / "studio")


@pytest.fixture
def db(settings: Settings) -> Iterator[Database]:
    """The database of `settings`."""
    database = Database.open(settings.database_url)
    yield database
    database.close()

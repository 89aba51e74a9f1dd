"""The fixture of a studio that runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from api_making import Tried, served


@pytest.fixture
def tried(tmp_path: Path) -> Iterator[Tried]:
    """A studio without accounts, and a client of it."""
    with served(tmp_path / "studio") as found:
        yield found


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tried]:
    """The same for all tests of a module that leave no jobs behind that another one would see."""
    with served(
        tmp_path_factory.mktemp("shared") / "studio", hosts=("Studio.example",), requests_each_minute=10**9
    ) as found:
        yield found

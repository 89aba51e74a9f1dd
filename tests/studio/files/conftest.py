"""One studio for the tests of uploads that change nothing of it but files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from upload_making import studio


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the module's studio."""
    return tmp_path_factory.mktemp("studio")


@pytest.fixture(scope="module")
def client(place: Path) -> Iterator[TestClient]:
    """A client of the module's studio."""
    with studio(place) as found:
        yield found

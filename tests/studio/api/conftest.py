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

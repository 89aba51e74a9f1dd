"""A running studio for the tests of its pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.studio.pages.rest_making import Running, studio


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with studio(tmp_path) as made:
        yield made

"""A table of three requests."""

from __future__ import annotations

from pathlib import Path

import pytest
from batch_making import HEADER


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "me.png").write_bytes(b"a face")
    path = tmp_path / "table.csv"
    path.write_text(HEADER + 'me.png,"Good morning, all",HAP,a.mp4\nme.png,Xin chào,,b.mp4\n\nme.png,Three,SAD,\n')
    return path

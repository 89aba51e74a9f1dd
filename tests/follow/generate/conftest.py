"""The tiny model, once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from follow_making import Finder, save_model

from mien.bodies.detectors import detect
from mien.follow.generate import pictures, sources


@pytest.fixture(scope="session")
def follow_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_model(tmp_path_factory.mktemp("follow") / "model")


@pytest.fixture
def finder(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], Finder]:
    """Put a detector that finds somebody, or nobody, in the place of MediaPipe."""

    def put(somebody: bool) -> Finder:
        found = Finder(somebody)
        for module in (detect, sources, pictures):
            monkeypatch.setattr(module, "open_detector", lambda *_rest, **_more: found)
        return found

    return put

"""What `mien doctor` says of the detectors."""

from __future__ import annotations

from pathlib import Path

import pytest

from mien.bodies.detectors import availability, mmpose_library
from mien.bodies.detectors.availability import detectors_there


def test_each_detector_has_a_line(tmp_path: Path) -> None:
    lines = {line.name: line for line in detectors_there(tmp_path)}
    assert list(lines) == ["mediapipe", "mmpose", "vitpose", "skeleton"]
    assert lines["mediapipe"].usable
    assert lines["skeleton"].usable
    (tmp_path / "pose").mkdir()
    (tmp_path / "pose" / "config.json").write_text("{}")
    if lines["mmpose"].usable:
        assert "train weights with the stage pose" in lines["mmpose"].note
        assert "models/pose" in {line.name: line for line in detectors_there(tmp_path)}["mmpose"].note


def test_what_is_missing_is_said_with_its_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(mmpose_library, "_NEEDED", ("no_such_package",))
    monkeypatch.setattr(availability.importlib.util, "find_spec", lambda _: None)
    lines = {line.name: line for line in detectors_there(tmp_path)}
    assert not lines["mmpose"].usable
    assert "pip install --no-deps mmpose==1.3.2" in lines["mmpose"].note
    assert not lines["vitpose"].usable
    assert not lines["mediapipe"].usable

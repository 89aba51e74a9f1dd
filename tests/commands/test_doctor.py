"""`mien doctor` looks at everything and gives a remedy for what lacks."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from commands_making import mien

from mien.commands import doctor


def test_doctor_looks_at_everything_and_gives_a_remedy_for_what_lacks(tmp_path: Path) -> None:
    findings = {
        finding.thing: finding
        for finding in doctor.diagnose({"a talking face": tmp_path, "head motion": tmp_path, "moving shapes": tmp_path})
    }
    expected = {
        "Python", "torch", "ffmpeg", "landmarks: mediapipe", "landmarks: face-alignment", "speech voices",
        "free disk", "port 5000", "port 4200", "git", "dvc", "prefect", "mlflow", "model of a talking face",
        "model of head motion", "model of moving shapes", "heads", "poses: mediapipe", "poses: mmpose",
        "poses: vitpose", "animatediff, wan_vace",
    }  # fmt: skip
    assert set(findings) == expected
    assert findings["ffmpeg"].state == "ok"
    assert findings["landmarks: mediapipe"].state == "ok"
    assert findings["model of a talking face"].remedy == findings["model of head motion"].remedy == "make repro"
    assert findings["heads"].found.startswith("embedded")
    (tmp_path / "config.json").touch()
    assert doctor._model("a model", tmp_path).state == "ok"
    assert all(finding.remedy for finding in findings.values() if finding.state != "ok")


def test_doctor_sees_a_taken_port() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        taken = doctor._port(server.getsockname()[1], "MLflow")
    assert taken.found == "taken by another program"
    assert "make ui" in taken.remedy


def test_doctor_never_raises_and_exits_1_when_something_essential_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks() -> doctor.Finding:
        raise OSError("libavcodec.so:\n no such file")

    finding = doctor._looked_at("ffmpeg", breaks, True)
    assert (finding.state, finding.found, finding.essential) == ("missing", "libavcodec.so: no such file", True)
    assert finding.remedy
    fine = doctor.Finding("Python", "ok", "3.11", essential=True)
    optional = doctor.Finding("weights", "missing", "none", "fetch them")
    monkeypatch.setattr(doctor, "diagnose", lambda *_: [fine, optional])
    done = mien("doctor")
    assert done.exit_code == 0
    assert "nothing essential is missing" in done.output
    monkeypatch.setattr(doctor, "diagnose", lambda *_: [fine, finding])
    done = mien("doctor")
    assert done.exit_code == 1
    assert "essential and missing: ffmpeg" in done.output

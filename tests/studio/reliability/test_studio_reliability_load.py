"""Twenty clients at once see no fault: a short run of the benchmark that has a hundred of them for a minute."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.studio.worker.worker_making import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.ui]


def test_many_clients_see_no_fault_and_every_job_ends_as_it_should(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = [sys.executable, "benchmarks/studio_load.py", "--clients", "20", "--seconds", "6", "--json", str(figures)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(figures.read_text())
    assert found["faults"] == {}
    assert found["jobs"] > 0
    assert {"page", "accepted", "upload", "list"} <= set(found["times"])
    assert "Traceback" not in done.stderr

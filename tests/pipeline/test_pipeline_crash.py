"""`kill -9` in the middle of the joint training, then `dvc repro` again: the same bits as an undisturbed run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest
from ruamel.yaml import YAML
from toy_pipeline import command, environment

pytestmark = [pytest.mark.pipeline, pytest.mark.crash, pytest.mark.slow]


def checkpoint_every_step(project: Path, samples: int) -> None:
    """Let the joint training be long enough to be caught in the middle."""
    yaml = YAML()
    params = yaml.load((project / "params.yaml").read_text())
    params["execution"]["checkpoint_seconds"] = 0.0
    params["talking_face"]["training"]["samples"] = samples
    with (project / "params.yaml").open("w") as stream:
        yaml.dump(params, stream)


def first_checkpoint(project: Path, process: subprocess.Popen[bytes]) -> Path:
    """Wait for a few checkpoints of the joint training; the newest."""
    deadline = time.monotonic() + 180
    seen: set[int] = set()
    while time.monotonic() < deadline and process.poll() is None:
        for path in project.glob(".resume/*/**/*.safetensors"):
            try:
                seen.add(path.stat().st_mtime_ns)
            except FileNotFoundError:
                continue  # replaced by its successor
            if len(seen) >= 4:
                return path
        time.sleep(0.01)
    raise AssertionError("the training wrote no checkpoints")


def test_a_killed_training_ends_in_the_same_bits(project: Path, tmp_path: Path) -> None:
    checkpoint_every_step(project, samples=320)
    undisturbed = Path(shutil.copytree(project, tmp_path / "undisturbed", symlinks=True))
    command(undisturbed, "dvc", "repro", "-q", "talking_face", seconds=300, tracking="off")
    weights = (undisturbed / "models/talking_face/model.safetensors").read_bytes()

    with subprocess.Popen(
        ["dvc", "repro", "-q", "talking_face"],
        cwd=project,
        env={**environment(), "MIEN_TRACKING": "off"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        first_checkpoint(project, process)
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        for member in family:
            try:
                os.kill(member.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
    assert not (project / "models/talking_face/model.safetensors").exists()
    psutil.wait_procs(family, timeout=30)

    again = command(project, "dvc", "repro", "talking_face", seconds=300, tracking="off")
    assert "talking face: resumed at" in again.stdout + again.stderr
    assert (project / "models/talking_face/model.safetensors").read_bytes() == weights
    curves = "plots/talking_face.csv"
    assert (project / curves).read_bytes() == (undisturbed / curves).read_bytes()
    assert not list((project / ".resume").glob("*")), "the resume state is of no use after success"

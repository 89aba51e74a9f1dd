"""`python -m flows.repro` over a real DVC repository: one parent run, failures, signals, and what a person reads."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from ruamel.yaml import YAML
from toy_pipeline import environment

from mien.locks import file_lock
from stages.pipeline_files import read_yaml
from stages.receipts import read_receipt

pytestmark = pytest.mark.pipeline

NAMES = ("source", "left", "right", "both")


def words(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "flows.repro", *arguments]


def repro(toy: Path, *arguments: str, tracking: str = "off") -> subprocess.CompletedProcess[str]:
    settings = {**environment(), "MIEN_TRACKING": tracking}
    return subprocess.run(
        words(*arguments), cwd=toy, env=settings, capture_output=True, text=True, timeout=300, check=False
    )


def set_params(repository: Path, **sections: dict[str, object]) -> None:
    path = repository / "params.yaml"
    values = read_yaml(path)
    for name, change in sections.items():
        values[name].update(change)
    YAML().dump(values, path)


def tracked(repository: Path) -> list[Any]:
    from mlflow.tracking import MlflowClient

    client = MlflowClient(f"sqlite:///{repository / 'mlflow.db'}")
    return list(client.search_runs([client.get_experiment_by_name("mien").experiment_id]))


@pytest.mark.parametrize(
    ("name", "target", "words"),
    [
        (b"gone.mp4", "nowhere", "is a link to nothing"),
        (b"self.mp4", "self.mp4", "symbolic links"),
        (b"caf\xe9.mkv", None, "is no UTF-8 name"),
        (b"pipe", "", "is no regular file"),
    ],
)
def test_a_name_that_dvc_cannot_hash_is_said_before_anything_runs(
    toy: Path, name: bytes, target: str | None, words: str
) -> None:
    definition = read_yaml(toy / "dvc.yaml")
    definition["stages"]["source"]["deps"].append("raw")
    YAML().dump(definition, toy / "dvc.yaml")
    (toy / "raw" / "deep").mkdir(parents=True)
    path = toy / "raw" / "deep" / os.fsdecode(name)
    if target is None:
        try:
            path.touch()
        except OSError:
            pytest.skip("this file system takes only Unicode names")
    elif target:
        path.symlink_to(target)
    else:
        os.mkfifo(path)
    answer = repro(toy)
    assert answer.returncode == 2
    assert answer.stderr.strip() == (
        f"raw cannot be hashed: {b'deep/' + name!r} in it {words}; remove or rename it"
        if "links" not in words
        else "raw cannot be hashed: b'deep/self.mp4' in it cannot be read (Too many levels of symbolic links); "
        "remove or rename it"
    )
    path.unlink()
    (toy / "raw" / "loop").symlink_to(".")
    assert repro(toy, "--dry-run").returncode == 0


def ends(answer: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """Stage → the word with which it ended, from the lines `[m:ss] stage  word …`."""
    pattern = rf"^\[ *\d+:\d\d\] ({'|'.join(NAMES)}) +(ran|restored|cached|failed)\b"
    return dict(re.findall(pattern, answer.stdout, flags=re.MULTILINE))


def test_one_run_has_one_parent_and_side_by_side_stages_and_then_nothing_to_do(toy: Path) -> None:
    set_params(toy, left={"seconds": 3}, right={"seconds": 3})
    answer = repro(toy, "--jobs", "2", tracking="on")
    assert answer.returncode == 0, answer.stderr
    assert ends(answer) == dict.fromkeys(NAMES, "ran")
    assert answer.stdout.splitlines()[0].startswith("4 of 4 stages to make, at most 2 at once: about 0:0")
    assert re.fullmatch(r"4 ran in \d+:\d\d", answer.stdout.splitlines()[-1])
    left, right = (read_receipt(toy, name) for name in ("left", "right"))
    assert left
    assert right
    assert left.finished
    assert right.finished
    assert max(left.started, right.started) < min(left.finished, right.finished), "left and right ran side by side"
    assert "left step 5" in (toy / ".mien/logs/left.log").read_text()

    assert left.measured
    assert 3 < left.measured.seconds < left.finished - left.started + 60
    assert left.measured.cpu_seconds > 0
    assert 10 < left.measured.peak_mb < 4000
    trace = json.loads((toy / ".mien/last_run.json").read_text())
    assert (trace["status"], trace["jobs"], set(trace["stages"])) == ("FINISHED", 2, set(NAMES))
    kept, first = trace["stages"]["left"], trace["stages"]["source"]
    assert kept["began"] >= first["began"] + first["seconds"]
    assert (kept["word"], kept["cpu_seconds"]) == ("ran", left.measured.cpu_seconds)
    assert kept["process_seconds"] == left.measured.seconds < kept["seconds"]

    runs = tracked(toy)
    parents = [r for r in runs if r.data.tags["mien.kind"] == "pipeline"]
    assert len(runs) == 5
    assert {r.data.tags["mlflow.parentRunId"] for r in runs if r not in parents} == {parents[0].info.run_id}
    assert {r.info.status for r in runs} == {"FINISHED"}
    assert all("dvc.lock.sha256" in r.data.tags for r in runs if r not in parents)

    again = repro(toy, tracking="on")
    assert (again.returncode, again.stdout) == (0, "4 stages are up to date\n")
    assert len(tracked(toy)) == 5, "nothing to do makes no run"


def test_a_stage_whose_inputs_came_out_the_same_is_not_asked_of_dvc(toy: Path) -> None:
    assert repro(toy, "left").returncode == 0
    path = toy / "stages" / "source.py"
    path.write_text(path.read_text() + "# a comment\n")
    (toy / ".mien/logs/left.log").unlink()
    assert ends(repro(toy, "left")) == {"source": "ran", "left": "cached"}
    assert (toy / ".mien/logs/left.log").read_text() == ""
    set_params(toy, source={"value": 2.0})
    assert ends(repro(toy, "left")) == {"source": "ran", "left": "ran"}
    (toy / "data" / "left.txt").unlink()
    assert ends(repro(toy, "left")) == {"source": "cached", "left": "restored"}


def test_a_failed_stage_shows_its_last_lines_and_the_others_are_made(toy: Path) -> None:
    set_params(toy, right={"fail": True})
    answer = repro(toy, tracking="on")
    assert answer.returncode == 1
    assert ends(answer) == {"source": "ran", "left": "ran", "right": "failed"}
    assert "    RuntimeError: the toy was told to fail\n" in answer.stdout
    assert "2 ran, 1 failed, 1 not reached" in answer.stdout
    assert answer.stderr == "failed: right\n"
    assert not (toy / "data" / "both.txt").exists()
    status = {r.info.run_name: r.info.status for r in tracked(toy)}
    assert status == {"repro": "FAILED", "source": "FINISHED", "left": "FINISHED", "right": "FAILED"}


def test_what_is_wrong_is_said_in_a_sentence_and_nothing_runs(toy: Path) -> None:
    answer = repro(toy, "lefd")
    assert (answer.returncode, answer.stderr) == (2, "no stage is named lefd; there are source, left, right, both\n")
    answer = repro(toy, "--jobs", "0")
    assert answer.returncode == 2
    assert "--jobs must be at least 1" in answer.stderr
    with file_lock(toy / ".mien/locks/pipeline.lock", seconds=0):
        answer = repro(toy)
    assert answer.returncode == 75
    assert answer.stderr.startswith("another pipeline run is at work here: ")
    answer = repro(toy, "left", "--dry-run")
    assert answer.returncode == 0
    assert "2 of 2 stages to make" in answer.stdout
    assert read_receipt(toy, "source") is None


def wait_for(condition: Callable[[], Any], seconds: float = 240) -> Any:
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
    return value


def both_stages(toy: Path) -> list[psutil.Process] | None:
    """The processes of `left` and `right`, once both have begun."""
    if len(list(toy.glob(".resume/*/state"))) < 2:
        return None
    receipts = [receipt for name in ("left", "right") if (receipt := read_receipt(toy, name))]
    return [psutil.Process(receipt.pid) for receipt in receipts]


@pytest.mark.crash
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_however_it_is_ended_no_stage_goes_on(toy: Path, number: signal.Signals, code: int) -> None:
    set_params(toy, left={"seconds": 300}, right={"seconds": 300})
    settings = {**environment(), "MIEN_TRACKING": "off" if number == signal.SIGTERM else "on"}
    with (toy / "said.txt").open("w") as said:
        process = subprocess.Popen(words("left", "right", "-j2"), cwd=toy, env=settings, stdout=said, stderr=said)
    stages = wait_for(lambda: both_stages(toy))
    family = psutil.Process(process.pid).children(recursive=True)
    assert set(stages) <= set(family)
    os.kill(process.pid, number)
    assert process.wait(120) == code
    assert psutil.wait_procs(family, timeout=30)[1] == []
    assert [receipt.state for name in ("left", "right") if (receipt := read_receipt(toy, name))] == ["stopped"] * 2
    assert not (toy / "data" / "left.txt").exists()
    text = (toy / "said.txt").read_text()
    assert "failed" not in text
    if number == signal.SIGINT:
        assert "stopped; what was done is kept" in text
        status = {r.info.run_name: r.info.status for r in tracked(toy)}
        assert status == {"repro": "KILLED", "source": "FINISHED", "left": "KILLED", "right": "KILLED"}
    if number == signal.SIGKILL:
        set_params(toy, left={"seconds": 0})
        assert ends(repro(toy, "left", tracking="on")) == {"source": "cached", "left": "ran"}
        status = {r.info.status for r in tracked(toy)}
        assert status == {"KILLED", "FINISHED"}, "a run whose driver was killed is closed by the next"

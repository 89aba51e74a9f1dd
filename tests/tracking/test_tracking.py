"""Runs in MLflow: whose child is whose, how they end, and a server that is not there."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from toy_pipeline import command, environment

from mien.processes import Process
from mien.tracking.metric_pump import Measurement, MetricPump
from mien.tracking.tracking import TrackedRun, Tracking
from mien.tracking.values import Dataset, flatten, main_root, numbers

CHILD = """
import sys
from pathlib import Path
from mien.tracking.tracking import TrackedRun, Tracking
run = TrackedRun(Tracking.connect(Path(sys.argv[1])), sys.argv[2], None, {}, {"a": {"b": 1}})
for step in range(1000):
    run.log({"loss": 1 / (step + 1), "accuracy": step}, step)
run.end("FINISHED")
"""


def runs(folder: Path) -> dict[str, Any]:
    from mlflow.tracking import MlflowClient

    client = MlflowClient(f"sqlite:///{folder / 'mlflow.db'}")
    found = client.search_runs([client.get_experiment_by_name("mien").experiment_id])
    return {run.info.run_name: run for run in found}


def view_of(folder: Path) -> str:
    """The experiment's tag from which MLflow's page takes the columns of its table."""
    from mlflow.tracking import MlflowClient

    client = MlflowClient(f"sqlite:///{folder / 'mlflow.db'}")
    return str(client.get_experiment_by_name("mien").tags["mlflow.sharedViewState.mien"])


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MLFLOW_TRACKING_URI", "MIEN_TRACKING", "MIEN_PARENT_RUN"):
        monkeypatch.delenv(name, raising=False)


def test_parameters_are_flat_and_figures_are_numbers() -> None:
    assert flatten({"lr": 1e-4, "loss": {"mouth": 2, "none": {}}}) == {
        "lr": "0.0001",
        "loss.mouth": "2",
        "loss.none": "{}",
    }
    assert numbers({"a": {"b": 1, "c": "x", "d": None, "e": True}, "f": 0.5}) == {"a.b": 1.0, "f": 0.5}


def test_worktrees_and_experiments_share_the_main_repository(toy: Path) -> None:
    command(toy, "git", "worktree", "add", "-q", "--detach", "elsewhere")
    assert main_root(toy / "elsewhere" / "stages") == toy
    assert main_root(toy / ".dvc" / "tmp" / "exps" / "tmpabc") == toy
    (toy.parent / "plain").mkdir()
    assert main_root(toy.parent / "plain") == toy.parent / "plain"


@pytest.mark.slow
def test_two_processes_at_once_create_the_store_and_log_every_value(tmp_path: Path) -> None:
    words = [sys.executable, "-c", CHILD, str(tmp_path)]
    both = [subprocess.Popen([*words, name], env=environment()) for name in ("one", "two")]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    from mlflow.tracking import MlflowClient

    client = MlflowClient(f"sqlite:///{tmp_path / 'mlflow.db'}")
    for name in ("one", "two"):
        run = runs(tmp_path)[name]
        assert run.info.status == "FINISHED"
        assert run.data.params == {"a.b": "1"}
        history = client.get_metric_history(run.info.run_id, "loss")
        assert sorted((m.step, m.value) for m in history) == [(step, 1 / (step + 1)) for step in range(1000)]


@pytest.mark.slow
def test_a_bare_repro_has_one_parent_that_fails_with_its_stage(toy: Path) -> None:
    params = toy / "params.yaml"
    params.write_text(params.read_text().replace("both:\n", "both:\n  fail: true\n"))
    dvc = subprocess.run([sys.executable, "-m", "dvc", "repro"], cwd=toy, env=environment(), check=False)
    assert dvc.returncode != 0
    found = runs(toy)
    assert set(found) == {"dvc repro", "source", "left", "right", "both"}
    parent = found.pop("dvc repro")
    assert parent.info.status == "FAILED"
    assert {run.data.tags["mlflow.parentRunId"] for run in found.values()} == {parent.info.run_id}
    assert {name: run.info.status for name, run in found.items()} == {
        "source": "FINISHED",
        "left": "FINISHED",
        "right": "FINISHED",
        "both": "FAILED",
    }
    assert parent.data.metrics == {"source_total": 1.0, "left_total": 2.0, "right_total": 2.0}
    shown = json.loads(view_of(toy))["selectedColumns"]
    assert set(shown) == {"metrics.`source_total`", "metrics.`left_total`", "metrics.`right_total`"}
    left = found["left"]
    assert left.data.params["source.value"] == "1.0", "what the stages below were given is there to compare"
    assert left.data.tags["git.dirty"] == "true"
    digests = {d.dataset.name: d.dataset.digest for d in left.inputs.dataset_inputs}
    # printf 1.0 | md5sum
    assert digests == {"data/source.txt": "e4c2e8edac362acab7123654b9e73432"}


def test_a_run_whose_driver_was_killed_is_closed_by_the_next(tmp_path: Path) -> None:
    driver = subprocess.Popen(["sleep", "60"])
    tracking = Tracking.connect(tmp_path)
    abandoned = tracking.open_pipeline("abandoned", Process.of(driver.pid), False, {}, {})
    TrackedRun(tracking, "stage", abandoned, {}, {})
    assert tracking.open_pipeline("again", Process.of(driver.pid), False, {}, {}) == abandoned
    driver.kill()
    driver.wait()
    assert tracking.open_pipeline("next", Process.of(), False, {}, {}) != abandoned
    assert {name: run.info.status for name, run in runs(tmp_path).items()} == {
        "abandoned": "KILLED",
        "stage": "KILLED",
        "next": "RUNNING",
    }


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.timeout(60)  # with its own retries MLflow would wait for four minutes
def test_a_dead_server_costs_one_warning_and_no_retries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{closed_port()}")
    tracking = Tracking.connect(tmp_path)
    run = TrackedRun(tracking, "stage", None, {}, {"a": 1}, [Dataset("data", "0" * 32)])
    run.log({"loss": 1.0}, 1)
    run.figures({"psnr": 20}, {"psnr": 20})
    run.artifact(tmp_path)
    run.end("FINISHED")
    assert tracking.open_pipeline("parent", Process.of(), True, {}, {}) is None
    assert run.run_id is None
    assert capfd.readouterr().err.count("tracking:") == 1


@pytest.mark.timeout(100)  # MLflow's own limit for one request is 120 s
def test_a_server_that_accepts_and_never_answers_stalls_nobody_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen(64)
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{mute.getsockname()[1]}")
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
        run = TrackedRun(Tracking.connect(tmp_path), "stage", None, {}, {})
        run.log({"loss": 1.0}, 1)
        run.end("FINISHED")
        assert run.run_id is None


def test_the_pump_keeps_what_a_server_missed_and_never_waits() -> None:
    missed, alive = threading.Event(), threading.Event()
    arrived: list[Measurement] = []

    def send(batch: Sequence[Measurement]) -> None:
        if not alive.is_set():
            missed.set()
            raise ConnectionError("away")
        arrived.extend(batch)

    pump = MetricPump(send, pause=0.01, longest_pause=0.05)
    for step in range(2500):
        pump.put({"loss": float(step)}, step)
    assert missed.wait(60)
    assert arrived == [], "every value was put while the server was away"
    alive.set()
    assert pump.close(60)
    assert [m.step for m in arrived] == list(range(2500))


def test_a_pump_whose_server_hangs_is_given_up_in_time() -> None:
    answer = threading.Event()
    pump = MetricPump(lambda _: answer.wait(), pause=0.01)  # type: ignore[arg-type, return-value]
    pump.put({"loss": 1.0}, 1)
    assert not pump.close(0.3), "it came back although the server never answered"
    answer.set()

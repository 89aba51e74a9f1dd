"""Runs in MLflow: whose child is whose, how they end, which model is champion, and a server that is not there."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toy_pipeline import command, environment

from mien.processes import Process
from mien.tracking.metric_pump import Measurement, MetricPump
from mien.tracking.tracking import TrackedRun, Tracking
from mien.tracking.values import (
    Dataset,
    Figure,
    ServedModel,
    flatten,
    main_root,
    numbers,
)

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


def test_a_dead_server_costs_one_warning_and_no_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{closed_port()}")
    began = time.monotonic()
    tracking = Tracking.connect(tmp_path)
    run = TrackedRun(tracking, "stage", None, {}, {"a": 1}, [Dataset("data", "0" * 32)])
    run.log({"loss": 1.0}, 1)
    run.figures({"psnr": 20}, {"psnr": 20})
    run.artifact(tmp_path)
    run.end("FINISHED")
    assert tracking.open_pipeline("parent", Process.of(), True, {}, {}) is None
    assert time.monotonic() - began < 3
    assert run.run_id is None
    assert capfd.readouterr().err.count("tracking:") == 1


def test_a_server_that_accepts_and_never_answers_stalls_nobody_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen(64)
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{mute.getsockname()[1]}")
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
        began = time.monotonic()
        run = TrackedRun(Tracking.connect(tmp_path), "stage", None, {}, {})
        run.log({"loss": 1.0}, 1)
        run.end("FINISHED")
        assert time.monotonic() - began < 15


def test_the_pump_keeps_what_a_server_missed_and_never_waits() -> None:
    alive = threading.Event()
    arrived: list[Measurement] = []

    def send(batch: Sequence[Measurement]) -> None:
        if not alive.is_set():
            raise ConnectionError("away")
        arrived.extend(batch)

    pump = MetricPump(send, pause=0.01, longest_pause=0.05)
    began = time.monotonic()
    for step in range(2500):
        pump.put({"loss": float(step)}, step)
    assert time.monotonic() - began < 1
    time.sleep(0.1)
    alive.set()
    assert pump.close(5)
    assert [m.step for m in arrived] == list(range(2500))


def test_a_pump_whose_server_hangs_is_given_up_in_time() -> None:
    pump = MetricPump(lambda _: time.sleep(60), pause=0.01)
    pump.put({"loss": 1.0}, 1)
    began = time.monotonic()
    assert not pump.close(0.3)
    assert time.monotonic() - began < 1


LOADER = """
from pathlib import Path
import numpy as np
class Doubler:
    def __init__(self, factor): self.factor = factor
    def predict(self, model_input): return {"y": np.asarray(model_input["x"]) * self.factor}
def _load_pyfunc(folder):
    return Doubler(np.float32((Path(folder) / "model.safetensors").read_text()))
"""


def test_champion_moves_only_to_a_better_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import mlflow.pyfunc
    from mlflow.tracking import MlflowClient

    (tmp_path / "toy_loader.py").write_text(LOADER)
    monkeypatch.syspath_prepend(tmp_path)
    tracking = Tracking.connect(tmp_path)
    client = MlflowClient(tracking.uri)

    def register(factor: float, figure: float) -> str | None:
        folder = tmp_path / "model"
        folder.mkdir(exist_ok=True)
        (folder / "model.safetensors").write_text(str(factor))
        shape = {"x": ("float32", (-1, 3))}
        example = {"x": np.ones((2, 3), np.float32)}
        model = ServedModel("doubler", folder, "toy_loader", shape, {"y": ("float32", (-1, 3))}, example)
        run = TrackedRun(tracking, "evaluate", None, {}, {})
        version = run.register(model, Figure("nlmd", figure, higher_is_better=False))
        run.end("FINISHED")
        return version

    def champion() -> str:
        return str(client.get_model_version_by_alias("doubler", "champion").version)

    assert register(2, 0.5) == "1"
    assert champion() == "1"
    assert register(3, 0.6) == "2", "worse: registered,"
    assert champion() == "1", "but no champion"
    assert register(4, float("nan")) == "3"
    assert champion() == "1"
    assert register(5, 0.4) == "4"
    assert champion() == "4"
    assert register(5, 0.4) == "4", "the same weights get no second version"
    loaded = mlflow.pyfunc.load_model("models:/doubler@champion")
    x = np.ones((3, 3), np.float32)
    np.testing.assert_array_equal(loaded.predict({"x": x})["y"], 5 * x)
    names = {spec.name: spec.shape for spec in loaded.metadata.signature.inputs}
    assert names == {"x": (-1, 3)}

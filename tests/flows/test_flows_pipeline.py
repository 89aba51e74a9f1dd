"""The flow over a real DVC repository, against a real (temporary) Prefect server in this process."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.testing.utilities import prefect_test_harness
from ruamel.yaml import YAML
from toy_pipeline import command, environment

from flows.pipeline import pipeline
from flows.request import PipelineRequest
from stages.pipeline_files import read_yaml
from stages.receipts import read_receipt

pytestmark = [pytest.mark.pipeline, pytest.mark.ui, pytest.mark.slow]


@pytest.fixture(scope="module")
def prefect_server() -> Iterator[None]:
    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.fixture
def here(toy: Path, prefect_server: None, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: ARG001
    monkeypatch.chdir(toy)
    for name in ("MLFLOW_TRACKING_URI", "MIEN_PARENT_RUN", "DVC_EXP_NAME"):
        monkeypatch.delenv(name, raising=False)
    return toy


def run(**request: Any) -> tuple[Any, dict[str, str]]:
    """Run the flow; its final state and each task's state name."""
    state = pipeline(PipelineRequest(**request), return_state=True)
    run_id = state.state_details.flow_run_id
    with get_client(sync_client=True) as client:
        from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId

        wanted = FlowRunFilter(id=FlowRunFilterId(any_=[run_id]))
        tasks = client.read_task_runs(flow_run_filter=wanted)
        artifacts = client.request(
            "POST", "/artifacts/filter", json={"artifacts": {"flow_run_id": {"any_": [str(run_id)]}}}
        ).json()
    texts = {artifact["key"]: artifact["data"] for artifact in artifacts}
    return (state, texts), {task.name: task.state_name for task in tasks}


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


def test_ran_cached_and_restored_with_their_runs_in_mlflow(here: Path) -> None:
    set_params(here, left={"seconds": 3}, right={"seconds": 3})
    (state, artifacts), tasks = run()
    assert (state.name, state.message) == ("Completed", "4 ran")
    assert tasks == dict.fromkeys(("source", "left", "right", "both"), "Completed")
    left, right, both = (read_receipt(here, name) for name in ("left", "right", "both"))
    assert left
    assert right
    assert both
    assert left.finished
    assert right.finished
    assert max(left.started, right.started) < min(left.finished, right.finished), "left and right ran side by side"
    assert both.started > max(left.finished, right.finished)
    assert "| both | **ran** |" in artifacts["stages"]
    assert "| left | will run |" in artifacts["plan"]
    assert "| total | 5 |" in artifacts["metrics"]
    assert "](data:image/jpeg;base64," in artifacts["sample"]

    runs = {r.info.run_name: r for r in tracked(here)}
    assert len(runs) == 5
    parent = next(r for r in runs.values() if r.data.tags["mien.kind"] == "pipeline")
    assert {r.info.status for r in runs.values()} == {"FINISHED"}
    made = {name: r.info.run_id for name, r in runs.items() if name in tasks}
    assert all(runs[name].data.tags["mlflow.parentRunId"] == parent.info.run_id for name in made)
    assert all("dvc.lock.sha256" in runs[name].data.tags for name in made)
    assert runs["both"].data.metrics["total"] == 5.0

    (state, artifacts), tasks = run()
    assert (state.name, state.message) == ("Completed", "4 cached")
    assert tasks == dict.fromkeys(("source", "left", "right", "both"), "Cached")
    again = next(r for r in tracked(here) if r.data.tags["mien.kind"] == "pipeline")
    assert {name: again.data.tags[f"cached.{name}"] for name in made} == made
    assert len(tracked(here)) == 6, "a cached stage makes no run of its own"

    (here / "data" / "left.txt").unlink()
    (state, _), tasks = run()
    assert state.message == "1 restored, 3 cached"
    assert tasks["left"] == "Restored"
    assert (here / "data" / "left.txt").read_text() == "2.0"


def test_a_failed_stage_stops_its_dependants_but_no_other_branch(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIEN_TRACKING", "off")
    set_params(here, right={"fail": True})
    (state, artifacts), tasks = run()
    assert state.type.value == "FAILED"
    assert state.message == "failed: right; not reached: both"
    assert tasks["left"] == "Completed"
    assert tasks["right"] == "Failed"
    assert tasks["both"] == "NotReady"
    assert "| both | not reached |" in artifacts["stages"]
    assert not (here / "data" / "both.txt").exists()


def test_a_failed_experiment_leaves_no_worktree_and_shows_nothing_of_an_earlier_run(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIEN_TRACKING", "off")
    (state, artifacts), _ = run()
    assert state.type.value == "COMPLETED"
    assert "sample" in artifacts
    set_params(here, both={"fail": True})
    (state, artifacts), tasks = run(experiment="bad")
    assert state.message == "failed: both"
    assert tasks["left"] == "Cached"
    assert "sample" not in artifacts, "the picture in data/sheet is an earlier run's"
    assert "left_total" in artifacts["metrics"]
    assert "both_total" not in artifacts["metrics"]
    assert not list((here / ".mien" / "worktrees").iterdir())
    abandoned = here / ".mien" / "worktrees" / "killed"
    command(here, "git", "worktree", "add", "--quiet", "--detach", str(abandoned), "HEAD")
    set_params(here, both={"fail": False})
    (state, _), _ = run(overrides=["both.value=2"], experiment="good")
    assert state.type.value == "COMPLETED"
    assert not abandoned.exists()


def test_a_run_waits_for_a_dvc_that_works_on_the_same_files(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIEN_TRACKING", "off")
    set_params(here, source={"seconds": 12.0})
    by_hand = subprocess.Popen(
        ["dvc", "repro", "source"], cwd=here, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert by_hand.stdout is not None
    for line in by_hand.stdout:
        if b"source step" in line:
            break
    (state, _), tasks = run()
    assert by_hand.wait(60) == 0
    assert state.type.value == "COMPLETED", state.message
    assert tasks["source"] == "Cached"


def test_an_experiment_leaves_the_working_tree_alone(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIEN_TRACKING", "off")
    monkeypatch.setenv("PATH", "/usr/bin:/bin")  # the flow itself knows where dvc is
    set_params(here, right={"value": 5.0})  # a change that is not committed goes into the experiment
    (here / "notes with space.txt").write_text("mine")
    before = {p: p.read_bytes() for p in here.iterdir() if p.is_file()}
    (state, artifacts), _ = run(overrides=["left.value=3"], experiment="three")
    assert state.message == "4 ran", artifacts
    assert {p: p.read_bytes() for p in here.iterdir() if p.is_file()} == before
    assert not (here / "data").exists()
    assert not list((here / ".mien" / "worktrees").iterdir())
    assert "three" in command(here, "dvc", "exp", "list", "--name-only").stdout.split()
    command(here, "dvc", "exp", "apply", "three")
    assert (here / "data" / "both.txt").read_text() == "11.0"  # 1 + (3 + 1) + (5 + 1)
    tree = subprocess.run(["git", "worktree", "list"], cwd=here, capture_output=True, text=True, check=True).stdout
    assert len(tree.splitlines()) == 1

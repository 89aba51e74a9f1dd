"""Real servers on loopback: a run triggered through Prefect's API as the form does it, a cancelled one, and the end."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import pytest
from toy_pipeline import environment, make_repository

from flows.deploy import ServiceError, Services, choose_port
from mien.studio.pipeline.place import mlflow_server, prefect_server
from mien.studio.pipeline.prefect import Asked, Prefect, RunRefusedError
from mien.studio.settings import Settings
from stages.receipts import read_receipt

pytestmark = [pytest.mark.ui, pytest.mark.pipeline, pytest.mark.slow]


def deploy(toy: Path, action: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flows.deploy", action],
        cwd=toy,
        env={**environment(), "MIEN_TRACKING": "off", **PORTS},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )


def free_port() -> str:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


PORTS = {"MIEN_MLFLOW_PORT": free_port(), "MIEN_PREFECT_PORT": free_port()}
SERVER = f"http://127.0.0.1:{PORTS['MIEN_PREFECT_PORT']}"
SECRET: dict[str, str] = {}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    toy = make_repository(tmp_path_factory.mktemp("served") / "toy")
    up = deploy(toy, "up")
    try:
        assert up.returncode == 0, up.stderr
        password = Services(toy).password()
        assert f"password {password}" in up.stdout
        SECRET["basic"] = base64.b64encode(password.encode()).decode()
        yield toy
    finally:
        down = deploy(toy, "down")
    assert down.stdout == "ended: deployment, prefect, mlflow\n"
    assert not Services(toy).running()


def api(path: str, body: Any = None) -> Any:
    """The answer of Prefect's API to a request as its own page makes it: with password and CSRF token."""
    headers = {"content-type": "application/json", "Authorization": f"Basic {SECRET['basic']}"}
    if body is not None:
        token = api("/csrf-token?client=test")["token"]
        headers |= {"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": "test", "Origin": SERVER}
    for _ in range(9):  # Prefect says 503, with Retry-After, while its SQLite is locked
        try:
            return json.loads(send(path, headers, body))
        except urllib.error.HTTPError as error:
            if error.code != 503:
                raise
            time.sleep(float(error.headers.get("Retry-After") or 1))
    return json.loads(send(path, headers, body))


def send(path: str, headers: dict[str, str], body: Any = None) -> bytes:
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{SERVER}/api{path}", data, headers), timeout=30) as answer:
        return bytes(answer.read())


def status(path: str, headers: dict[str, str], body: Any = None) -> int:
    with pytest.raises(urllib.error.HTTPError) as refused:
        send(path, headers, body)
    assert refused.value.headers.get("Access-Control-Allow-Origin") is None
    return refused.value.code


def trigger(**request: Any) -> str:
    deployment = api("/deployments/name/pipeline/mien")
    body = {"parameters": {"request": request}, "state": {"type": "SCHEDULED"}}
    return str(api(f"/deployments/{deployment['id']}/create_flow_run", body)["id"])


def wait_for(condition: Callable[[], Any], seconds: float = 180) -> Any:
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)
    return value


def ended(run: str) -> dict[str, Any]:
    final = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}

    def state() -> dict[str, Any] | None:
        found: dict[str, Any] = api(f"/flow_runs/{run}")["state"]
        return found if found["type"] in final else None

    result: dict[str, Any] = wait_for(state)
    return result


def test_a_triggered_run_is_seen_completed_with_every_stage(served: Path) -> None:
    state = ended(trigger(targets=["left"]))
    assert (state["type"], state["message"]) == ("COMPLETED", "2 ran")
    run = trigger(targets=["right"])
    state = ended(run)
    assert state["message"] == "1 ran, 1 cached"
    tasks = api("/task_runs/filter", {"flow_runs": {"id": {"any_": [run]}}})
    assert {task["name"]: task["state"]["name"] for task in tasks} == {"source": "Cached", "right": "Completed"}
    wanted = {f"right step {step}" for step in range(1, 6)}
    query = {"logs": {"flow_run_id": {"any_": [run]}}}
    # The run's last lines arrive a moment after its state.
    wait_for(lambda: wanted <= {log["message"] for log in api("/logs/filter", query)}, seconds=30)
    artifacts = api("/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run]}}})
    assert {"plan", "stages", "metrics"} <= {artifact["key"] for artifact in artifacts}
    assert not (served / "data" / "both.txt").exists()


def test_the_form_offers_the_stages_and_the_server_refuses_what_is_wrong(served: Path) -> None:  # noqa: ARG001
    schema = api("/deployments/name/pipeline/mien")["parameter_openapi_schema"]["definitions"]
    assert schema["StageName"]["enum"] == ["source", "left", "right", "both"]
    assert schema["PipelineRequest"]["properties"]["concurrency"]["maximum"] == 16
    with pytest.raises(urllib.error.HTTPError) as refused:
        trigger(concurrency=99)
    assert refused.value.code in {409, 422}


def test_the_server_refuses_whoever_is_not_its_own_page(served: Path) -> None:
    """What another web page can send: a foreign origin, a name that it has pointed at this machine, no password."""
    identifier = api("/deployments/name/pipeline/mien")["id"]
    post = f"/deployments/{identifier}/create_flow_run"
    body = {"parameters": {"request": {"targets": ["source"]}}}
    known = {"content-type": "application/json", "Authorization": f"Basic {SECRET['basic']}"}
    token = {"Prefect-Csrf-Token": api("/csrf-token?client=test")["token"], "Prefect-Csrf-Client": "test"}
    plain = {"content-type": "text/plain"}
    assert status(post, {**known, **token, "Origin": "http://evil.example"}, body) == 403
    assert status(post, {**known, **token, "Origin": "null"}, body) == 403
    assert status(post, {**known, **token, "Host": "evil.example:4200"}, body) == 400
    assert status("/deployments/name/pipeline/mien", {**known, "Host": "evil.example"}) == 400
    assert status(post, {**plain, "Origin": "http://evil.example"}, body) == 403
    assert status(post, {"content-type": "application/json", **token}, body) == 401
    assert status("/deployments/name/pipeline/mien", {}) == 401
    wrong = base64.b64encode(b"mien:wrong").decode()
    assert status(post, {**known, **token, "Authorization": f"Basic {wrong}"}, body) == 401
    assert status(post, known, body) == 403  # no CSRF token
    secret = served / ".mien" / "prefect" / "password"
    assert secret.stat().st_mode & 0o077 == 0


def test_the_form_refuses_overrides_that_reach_beyond_the_run(served: Path) -> None:  # noqa: ARG001
    for override in ("execution.executor=dask", "execution.address=tcp://192.0.2.1:1", "source.sceonds=1", "nonsense"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            trigger(targets=["source"], overrides=[override])
        assert refused.value.code in {409, 422}, override


def test_the_studio_starts_follows_and_cancels_runs(served: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(served)
    assert mlflow_server(Settings()).address == f"http://127.0.0.1:{PORTS['MIEN_MLFLOW_PORT']}"
    prefect = Prefect(prefect_server(Settings()))
    assert prefect.deployment().targets == ("source", "left", "right", "both")
    assert "source.seconds" in prefect.deployment().parameters
    with pytest.raises(RunRefusedError):
        prefect.start(Asked(["source"], ["execution.executor=dask"]))
    started = prefect.start(Asked(["source"], ["source.seconds=300"], "studio"))
    assert (started.targets, started.overrides, started.experiment) == (("source",), ("source.seconds=300",), "studio")
    run = wait_for(lambda: (found := prefect.run(UUID(started.id))).stages and found)
    assert run.state == "running"
    assert run.stages[0].name == "source"
    assert run.id in [one.id for one in prefect.runs()]
    assert prefect.cancel(UUID(started.id)).state in ("cancelling", "cancelled")
    wait_for(lambda: prefect.run(UUID(started.id)).state == "cancelled", seconds=60)
    with pytest.raises(RunRefusedError, match="has ended"):
        prefect.cancel(UUID(started.id))


@pytest.mark.crash
def test_cancelling_a_run_ends_the_stage_and_its_whole_group(served: Path) -> None:
    run = trigger(targets=["source"], overrides=["source.seconds=300"], experiment="endless")
    worktree = served / ".mien" / "worktrees" / "endless"
    receipt = wait_for(lambda: read_receipt(worktree, "source"))
    stage = psutil.Process(receipt.pid)
    group = os.getpgid(stage.pid)
    family = [stage, *stage.parents()]
    dvc = next(process for process in family if process.pid == group)
    assert "dvc" in " ".join(dvc.cmdline())
    api(f"/flow_runs/{run}/set_state", {"state": {"type": "CANCELLING"}})
    wait_for(lambda: not stage.is_running() and not dvc.is_running(), seconds=60)
    assert ended(run)["type"] == "CANCELLED"
    wait_for(lambda: not worktree.exists(), seconds=30)


def test_up_again_leaves_what_runs_alone(served: Path) -> None:
    before = Services(served).running()
    assert set(before) == {"mlflow", "prefect", "deployment"}
    up = deploy(served, "up")
    assert up.returncode == 0
    assert f"http://127.0.0.1:{PORTS['MIEN_MLFLOW_PORT']}" in up.stdout
    assert Services(served).running() == before


def test_a_port_that_is_taken_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        monkeypatch.setenv("MIEN_MLFLOW_PORT", port)
        with pytest.raises(ServiceError, match=f"port {port} .* is taken"):
            choose_port("mlflow")
    monkeypatch.setenv("MIEN_MLFLOW_PORT", "many")
    with pytest.raises(ServiceError, match="is no port"):
        choose_port("mlflow")

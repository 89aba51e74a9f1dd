"""Runs of the pipeline by Prefect's HTTP API: what is asked, what is refused, what is said where none answers."""

from __future__ import annotations

import base64
import json
import os
import socket
from pathlib import Path
from uuid import UUID

import pytest
from prefect_making import RUN, STAGES, StandIn

from mien.processes import Process
from mien.studio.pipeline.place import Server, mlflow_server, prefect_server
from mien.studio.pipeline.prefect import Asked, NoSuchRunError, Prefect, PrefectError, RunRefusedError
from mien.studio.settings import Settings

SERVER = Server("http://127.0.0.1:4200", "http://127.0.0.1:4200")


def prefect(stand_in: StandIn, server: Server = SERVER) -> Prefect:
    return Prefect(server, stand_in.transport())


def test_the_deployment_says_which_stages_and_parameters_may_be_asked_for() -> None:
    found = prefect(StandIn()).deployment()
    assert found.ready
    assert list(found.targets) == STAGES
    assert found.parameters == ("shapes.training.lr", "corpus.embedded.seed")


def test_runs_are_shown_with_their_stages_while_they_run() -> None:
    stand_in = StandIn()
    (found,) = prefect(stand_in).runs()
    assert (found.id, found.state, found.message, found.targets) == (RUN, "running", "it is so", ("evaluate_shapes",))
    assert [(one.name, one.state) for one in found.stages] == [("shapes", "Cached"), ("evaluate_shapes", "Running")]
    assert found.page == f"http://127.0.0.1:4200/v2/runs/flow-run/{RUN}"
    stand_in.state = "COMPLETED"
    (found,) = prefect(stand_in).runs()
    assert (found.state, found.stages) == ("done", ())


def test_a_run_is_asked_for_with_exactly_what_was_chosen() -> None:
    stand_in = StandIn()
    asked = Asked(["evaluate_shapes"], ["shapes.training.lr=1e-3"], "faster", True)
    started = prefect(stand_in).start(asked)
    assert (started.state, started.experiment) == ("scheduled", "faster")
    path, body = stand_in.sent[-1]
    assert path == "/deployments/d1/create_flow_run"
    assert body["parameters"] == {
        "request": {
            "targets": ["evaluate_shapes"],
            "overrides": ["shapes.training.lr=1e-3"],
            "experiment": "faster",
            "force": True,
        }
    }


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (Asked(["no_stage"]), "targets"),
        (Asked([], ["shapes.training.lr"]), "overrides"),
        (Asked([], ["corpus.path=/etc"]), "overrides"),
        (Asked([], ["execution.device=cuda"]), "overrides"),
    ],
)
def test_what_may_not_be_asked_for_is_refused_before_prefect_is_asked(asked: Asked, field: str) -> None:
    stand_in = StandIn()
    with pytest.raises(RunRefusedError) as refused:
        prefect(stand_in).start(asked)
    assert refused.value.field == field
    assert stand_in.sent == []


def test_a_deployment_that_is_not_served_takes_no_run() -> None:
    stand_in = StandIn(status="NOT_READY")
    with pytest.raises(RunRefusedError, match="make ui"):
        prefect(stand_in).start(Asked())
    with pytest.raises(PrefectError, match="make ui"):
        prefect(StandIn(deployed=False)).deployment()
    assert stand_in.sent == []


def test_cancelling_ends_what_waits_at_once_and_asks_what_runs() -> None:
    for before, after, word in (("RUNNING", "CANCELLING", "cancelling"), ("SCHEDULED", "CANCELLED", "cancelled")):
        stand_in = StandIn(state=before)
        assert prefect(stand_in).cancel(UUID(RUN)).state == word
        assert [body["state"]["type"] for path, body in stand_in.sent if path.endswith("set_state")] == [after]
    for ended in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED"):
        stand_in = StandIn(state=ended)
        with pytest.raises(RunRefusedError, match="has ended"):
            prefect(stand_in).cancel(UUID(RUN))
        assert stand_in.sent == []
    with pytest.raises(NoSuchRunError):
        prefect(StandIn()).cancel(UUID(int=5))


def test_the_password_and_a_server_without_csrf() -> None:
    secret = base64.b64encode(b"mien:secret").decode()
    server = Server("http://127.0.0.1:4200", "http://127.0.0.1:4200", f"Basic {secret}")
    assert prefect(StandIn(password=secret), server).deployment().ready
    with pytest.raises(PrefectError, match="asks for a password"):
        prefect(StandIn(password=secret)).deployment()
    assert prefect(StandIn(csrf=False)).runs()


def test_a_locked_database_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    paused: list[float] = []
    monkeypatch.setattr("mien.studio.pipeline.prefect.time.sleep", paused.append)
    stand_in = StandIn(locked=3)
    assert prefect(stand_in).start(Asked(["shapes"])).state == "scheduled"
    assert paused == [1.0, 1.0, 1.0]
    with pytest.raises(PrefectError, match="503"):
        prefect(StandIn(locked=99)).runs()


def test_what_does_not_answer_or_is_no_prefect_is_said_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(PrefectError, match=f"does not answer at http://127.0.0.1:{port}: start it with `make ui`"):
        Prefect(Server(f"http://127.0.0.1:{port}", "")).runs()
    with pytest.raises(PrefectError, match="does not answer"):
        Prefect(Server("http://[bad", "")).runs()
    for broken in (200, 302, 500):
        with pytest.raises(PrefectError) as refused:
            prefect(StandIn(broken=broken)).runs()
        assert "\n" not in str(refused.value)
    with pytest.raises(RunRefusedError, match="Prefect refuses that: <html> something else"):
        prefect(StandIn(broken=409)).runs()


def test_servers_of_make_ui_go_before_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", "other:one")
    (tmp_path / "dvc.yaml").touch()
    settings = Settings(prefect="http://127.0.0.1:4201/", mlflow="http://127.0.0.1:5001")
    other = f"Basic {base64.b64encode(b'other:one').decode()}"
    assert prefect_server(settings) == Server("http://127.0.0.1:4201", "http://127.0.0.1:4201", other)
    (tmp_path / ".mien" / "prefect").mkdir(parents=True)
    (tmp_path / ".mien" / "prefect" / "password").write_text("mien:secret\n")
    own = Process.of(os.getpid())
    entries = {
        name: {"pid": own.pid, "started": own.started, "address": f"http://127.0.0.1:{port}", "page": page}
        for name, port, page in (("prefect", 4300, ""), ("mlflow", 5300, "http://127.0.0.1:5300/#/experiments/1"))
    }
    (tmp_path / ".mien" / "ui.json").write_text(json.dumps(entries))
    secret = f"Basic {base64.b64encode(b'mien:secret').decode()}"
    assert prefect_server(settings) == Server("http://127.0.0.1:4300", "http://127.0.0.1:4300", secret)
    assert mlflow_server(settings).page == "http://127.0.0.1:5300/#/experiments/1"
    entries["prefect"]["address"] = "http://example.org"  # the password is for this machine only
    (tmp_path / ".mien" / "ui.json").write_text(json.dumps(entries))
    assert prefect_server(settings).authorization == other
    entries["prefect"] |= {"address": "http://127.0.0.1:4300", "started": 1.0}  # of an earlier process of that number
    (tmp_path / ".mien" / "ui.json").write_text(json.dumps(entries))
    assert prefect_server(settings).address == "http://127.0.0.1:4201"

"""The pipeline in the API: who may see and start what, and how errors of Prefect are answered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prefect_making import RUN, STAGES, StandIn

from mien.studio.api.app import create_app
from mien.studio.api.routes import pipeline
from mien.studio.people.accounts import create_person
from mien.studio.people.tokens import create_token
from mien.studio.pipeline.place import Server
from mien.studio.pipeline.prefect import Prefect
from mien.studio.settings import Settings

SERVER = Server("http://127.0.0.1:4200", "http://127.0.0.1:4200")


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    made = StandIn()
    monkeypatch.setattr(pipeline, "_prefect", lambda _context: Prefect(SERVER, made.transport()))
    return made


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(folder=tmp_path)), base_url="http://127.0.0.1:8765") as found:
        yield found


def test_models_are_listed_with_their_figures_and_pages(client: TestClient) -> None:
    answer = client.get("/api/v1/pipeline/models")
    assert answer.status_code == 200
    names = [one["name"] for one in answer.json()["models"]]
    assert names == ["talking_face", "head_motion", "head_prior", "head_clip", "follow", "shapes"]
    for one in answer.json()["models"]:
        assert one["state"] in ("trained", "bundled", "missing")
        assert {figure["better"] for figure in one["figures"]} <= {"high", "low"}


def test_a_run_is_started_followed_and_cancelled(client: TestClient, stand_in: StandIn) -> None:
    found = client.get("/api/v1/pipeline/runs").json()
    assert (found["targets"], found["ready"], found["runs"][0]["id"]) == (STAGES, True, RUN)
    started = client.post("/api/v1/pipeline/runs", json={"targets": ["shapes"], "experiment": "a"})
    assert (started.status_code, started.json()["state"]) == (202, "scheduled")
    assert stand_in.sent[-1][1]["parameters"]["request"]["targets"] == ["shapes"]
    cancelled = client.post(f"/api/v1/pipeline/runs/{RUN}/cancel")
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert client.get(f"/api/v1/pipeline/runs/{RUN}").json()["state"] == "cancelled"


def test_errors_are_sentences_with_the_right_status(client: TestClient, stand_in: StandIn) -> None:
    wrong = client.post("/api/v1/pipeline/runs", json={"targets": ["nothing"]})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "targets")
    assert client.post("/api/v1/pipeline/runs", json={"experiment": "../a"}).status_code == 422
    assert client.get(f"/api/v1/pipeline/runs/{'0' * 32}").status_code == 404
    assert client.get("/api/v1/pipeline/runs/../x").status_code in (404, 422)
    stand_in.state = "COMPLETED"
    assert client.post(f"/api/v1/pipeline/runs/{RUN}/cancel").status_code == 409
    stand_in.broken = 500
    broken = client.get("/api/v1/pipeline/runs")
    assert (broken.status_code, broken.headers["Retry-After"]) == (503, "10")
    assert set(broken.json()) == {"error", "field"}


def test_only_administrators_start_trainings_and_see_folders(tmp_path: Path, stand_in: StandIn) -> None:
    with TestClient(create_app(Settings(folder=tmp_path, users=True)), base_url="http://127.0.0.1:8765") as client:
        db = client.app.state.studio.db  # type: ignore[attr-defined]
        people = {name: create_person(db, name, "a long enough pass phrase", name == "ada") for name in ("ada", "bob")}
        ada = create_token(db, people["ada"].id, "t", ["read", "pipeline"])[1]
        bob = create_token(db, people["bob"].id, "t", ["read", "make"])[1]
        assert client.get("/api/v1/pipeline/models").status_code == 401
        asked = {"targets": ["shapes"]}
        for token, status in ((ada, 202), (bob, 403)):
            headers = {"Authorization": f"Bearer {token}"}
            assert client.post("/api/v1/pipeline/runs", json=asked, headers=headers).status_code == status
            folders = [one["folder"] for one in client.get("/api/v1/pipeline/models", headers=headers).json()["models"]]
            assert all(folders) == (status == 202)
            assert any(folders) == (status == 202)
    assert len([path for path, _ in stand_in.sent if path.endswith("create_flow_run")]) == 1

"""The whole API as it is described: light to load, documented, and without a fault for whatever is sent."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import httpx
import hypothesis
import pytest
import requests
import schemathesis
from api_making import BASE, Tried, served

from mien.studio.api.routes import pipeline
from mien.studio.people.accounts import create_person
from mien.studio.pipeline.place import Server

HEAVY = ("torch", "cv2", "mediapipe", "numba", "transformers", "mlflow", "prefect")

SERVER = f"""
import sys, tempfile
from pathlib import Path
from fastapi.testclient import TestClient
from mien.studio.api.app import create_app
from mien.studio.settings import Settings
with tempfile.TemporaryDirectory() as folder:
    with TestClient(create_app(Settings(folder=Path(folder))), base_url="{BASE}") as client:
        for command, text in (("move", "nods"), ("shapes", ["a red circle"]), ("sculpt", "an old man")):
            assert client.post(f"/api/v1/{{command}}", json={{"text": text}}).status_code == 202
        for path in ("jobs", "queue", "makers", "health"):
            assert client.get(f"/api/v1/{{path}}").status_code == 200
        assert client.get("/").status_code in (200, 404)
print(*sorted(set(sys.modules) & set({HEAVY!r})))
"""


def test_the_server_never_loads_what_the_models_need() -> None:
    found = subprocess.run([sys.executable, "-c", SERVER], capture_output=True, text=True, timeout=120, check=False)
    assert found.returncode == 0, found.stderr
    assert found.stdout.strip() == ""


def test_every_route_is_documented(tried: Tried) -> None:
    described = tried.client.get("/api/openapi.json").json()
    operations = [
        (f"{method} {path}", one) for path, methods in described["paths"].items() for method, one in methods.items()
    ]
    assert len({one["operationId"] for _name, one in operations}) == len(operations)
    for name, one in operations:
        assert one.get("summary"), name
        assert one.get("tags"), name
        assert one["responses"].get("401") or name.endswith(("health", "sign-in", "sign-out", "me")), name
    page = tried.client.get("/api/docs").text
    for path in described["paths"]:
        assert path.replace("{", "{") in page


def sent(tried: Tried, case: schemathesis.Case) -> httpx.Response:
    """The answer to a case, from the application in this process."""
    given = requests.Request(**case.as_transport_kwargs(base_url=BASE)).prepare()
    body = given.body if isinstance(given.body, bytes) else (given.body or "").encode()
    headers = {name: value for name, value in given.headers.items() if name.lower() != "content-length"}
    return tried.client.request(str(given.method), str(given.url), content=body, headers=headers)


@pytest.mark.slow
@pytest.mark.parametrize(("users", "database"), [(False, "sqlite"), (True, "sqlite"), (True, "postgresql")])
def test_nothing_that_is_sent_makes_the_studio_fail(
    tmp_path: Path, users: bool, database: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_url") if database == "postgresql" else None
    nowhere = Server("http://127.0.0.1:9", "http://127.0.0.1:9")  # a Prefect that runs here must not be asked
    monkeypatch.setattr(pipeline, "prefect_server", lambda _settings: nowhere)
    with served(tmp_path / "studio", users=users, database=url, requests_each_minute=10**9) as tried:
        if users:
            sign_in(tried)
        statuses, faults = try_everything(tried)
    assert faults == []
    assert {200, 202, 404, 409, 422} <= statuses.keys(), statuses
    assert statuses[429] < 10, "only wrong passwords are counted"


def sign_in(tried: Tried) -> None:
    """Let an administrator's browser be the client."""
    create_person(tried.studio.db, "anna", "a long enough pass phrase", admin=True)
    given = {"name": "anna", "password": "a long enough pass phrase"}
    answer = tried.client.post("/api/v1/sign-in", json=given)
    assert answer.status_code == 200, answer.text
    tried.client.headers["X-CSRF-Token"] = answer.json()["csrf"]


def try_everything(tried: Tried) -> tuple[Counter[int], list[str]]:
    """Send made-up requests to every route: how often which status was answered, and the faults."""
    schema = schemathesis.openapi.from_dict(tried.client.get("/api/openapi.json").json())
    faults: list[str] = []
    statuses: Counter[int] = Counter()
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path.endswith(("/events", "/sign-out", "/sign-in")):  # never ends; ends what the others need
            continue

        @hypothesis.settings(max_examples=12, database=None, derandomize=True, phases=[hypothesis.Phase.generate])
        @hypothesis.given(case=operation.as_strategy())
        def send(case: schemathesis.Case) -> None:
            answer = sent(tried, case)
            statuses[answer.status_code] += 1
            if answer.status_code >= 500 and answer.status_code != 503:
                faults.append(f"{case.method} {case.path}: {answer.status_code} {answer.text[:200]}")
            if answer.status_code >= 400:
                assert set(answer.json()) == {"error", "field"}, answer.text

        send()
    return statuses, faults

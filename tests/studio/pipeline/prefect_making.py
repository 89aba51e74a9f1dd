"""A stand-in for Prefect's server: its API as far as the studio asks it, in this process."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

STAGES = ["shapes", "evaluate_shapes", "talking_face"]
RUN = "0b5b2a55-8d0f-4d53-9c0c-1f2f7f3d9f10"
SCHEMA = {
    "properties": {"request": {"$ref": "#/definitions/PipelineRequest"}},
    "definitions": {
        "PipelineRequest": {
            "properties": {
                "targets": {"items": {"$ref": "#/definitions/StageName"}},
                "overrides": {"items": {"pattern": r"^(shapes\.training\.lr|corpus\.embedded\.seed)=.*$"}},
            }
        },
        "StageName": {"enum": STAGES},
    },
}


@dataclass
class StandIn:
    """What Prefect answers. password: `user:password` in base64 that it asks for. sent: (path, body) of every POST.

    locked: so many requests are answered that the database is locked.
    """

    password: str | None = None
    csrf: bool = True
    deployed: bool = True
    status: str = "READY"
    state: str = "RUNNING"
    broken: int | None = None
    locked: int = 0
    sent: list[tuple[str, Any]] = field(default_factory=list)

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api")
        if self.locked:
            self.locked -= 1
            return httpx.Response(503, headers={"Retry-After": "1"})
        if self.password is not None and request.headers.get("Authorization") != f"Basic {self.password}":
            return httpx.Response(401, json={"exception_message": "Unauthorized"})
        if path == "/csrf-token":
            client = request.url.params["client"]
            return httpx.Response(200, json={"token": f"of {client}"}) if self.csrf else httpx.Response(422)
        if request.method == "POST":
            client = request.headers.get("Prefect-Csrf-Client")
            if self.csrf and request.headers.get("Prefect-Csrf-Token") != f"of {client}":
                return httpx.Response(403, json={"detail": "Missing CSRF token."})
            self.sent.append((path, json.loads(request.content)))
        if self.broken is not None:
            return httpx.Response(self.broken, text="<html>\nsomething else</html>")
        return self.routed(path)

    def routed(self, path: str) -> httpx.Response:
        if path == "/deployments/name/pipeline/mien":
            body = {"id": "d1", "status": self.status, "parameter_openapi_schema": SCHEMA}
            return httpx.Response(200, json=body) if self.deployed else httpx.Response(404)
        if path == "/flow_runs/filter":
            return httpx.Response(200, json=[self.run()])
        if path == "/task_runs/filter":
            tasks = [("shapes", "Cached", 0.5), ("evaluate_shapes", "Running", 3.0)]
            found = [{"name": name, "state": {"name": state}, "estimated_run_time": s} for name, state, s in tasks]
            return httpx.Response(200, json=found)
        if path == "/deployments/d1/create_flow_run":
            self.state = "SCHEDULED"
            return httpx.Response(201, json=self.run(**self.sent[-1][1]["parameters"]["request"]))
        if path == f"/flow_runs/{RUN}/set_state":
            self.state = self.sent[-1][1]["state"]["type"]
            return httpx.Response(201, json={"status": "ACCEPT", "details": {}})
        return httpx.Response(200, json=self.run()) if path == f"/flow_runs/{RUN}" else httpx.Response(404)

    def run(self, **request: Any) -> dict[str, Any]:
        return {
            "id": RUN, "name": "brave-otter", "created": "2026-11-30T01:00:00Z", "start_time": None, "end_time": None,
            "estimated_run_time": 3.5, "state": {"type": self.state, "message": "it\n is so"},
            "parameters": {"request": request or {"targets": ["evaluate_shapes"]}},
        }  # fmt: skip

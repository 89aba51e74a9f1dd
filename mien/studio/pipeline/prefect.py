"""Runs of the pipeline through the HTTP API of Prefect's server: the only thing that the studio asks Prefect for.

The one deployment is `pipeline/mien`, which `make ui` serves. Prefect itself checks what may be set: stages of
dvc.yaml, and parameters that flows/overrides.py leaves open.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID, uuid4

import httpx

from mien.studio.pipeline.place import Server

DEPLOYMENT = "pipeline/mien"
SHOWN_RUNS = 20
CONNECT_SECONDS, ANSWER_SECONDS = 2.0, 15.0
LOCKED_TRIES, LOCKED_SECONDS = 5, 2.0
"""How often Prefect is asked while its database is locked, and the longest pause in between."""

RunState = Literal["scheduled", "running", "done", "failed", "cancelling", "cancelled"]

_STATES: dict[str, RunState] = {
    "SCHEDULED": "scheduled", "PENDING": "scheduled", "PAUSED": "scheduled", "RUNNING": "running",
    "COMPLETED": "done", "FAILED": "failed", "CRASHED": "failed", "CANCELLING": "cancelling", "CANCELLED": "cancelled",
}  # fmt: skip
ENDED = ("done", "failed", "cancelled")


class PrefectError(Exception):
    """Prefect could not be asked, in one sentence with the next step."""


class RunRefusedError(PrefectError):
    """Prefect does not take the request, as it is or now. field: what is meant, None for the whole."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class NoSuchRunError(PrefectError):
    """There is no run of this id."""


@dataclass(frozen=True)
class Deployment:
    """What may be asked for: the stages by name, and the parameters that may be set. ready: whether it is served."""

    id: str
    ready: bool
    targets: tuple[str, ...]
    parameters: tuple[str, ...]


@dataclass(frozen=True)
class StageRun:
    """A stage of a run. state: as Prefect names it (Running, Cached, …)."""

    name: str
    state: str
    seconds: float


@dataclass(frozen=True)
class PipelineRun:
    """A run of the pipeline. message: of its state. Times as Prefect writes them (ISO 8601), None: not yet."""

    id: str
    name: str
    state: RunState
    message: str
    created: str | None
    started: str | None
    ended: str | None
    seconds: float
    targets: tuple[str, ...]
    overrides: tuple[str, ...]
    experiment: str
    page: str
    stages: tuple[StageRun, ...] = ()

    @property
    def kept_as(self) -> str:
        """The DVC experiment that holds its results; empty where it works in the repository itself."""
        return self.experiment or (f"run-{self.name}" if self.overrides else "")


@dataclass(frozen=True)
class Asked:
    """What a run is asked for; no targets: the whole pipeline."""

    targets: Sequence[str] = ()
    overrides: Sequence[str] = ()
    experiment: str = ""
    force: bool = False


@dataclass
class Prefect:
    """A connection to Prefect's server. transport: in place of the network, for tests."""

    server: Server
    transport: httpx.BaseTransport | None = None
    _headers: dict[str, str] = field(default_factory=dict)

    def deployment(self) -> Deployment:
        """The deployment of the pipeline. Raises PrefectError where there is none, or nothing answers."""
        with self._client() as client:
            return _deployment(client)

    def runs(self) -> list[PipelineRun]:
        """The latest runs, the newest first; those that run with their stages. Raises PrefectError."""
        asked = {"flows": {"name": {"any_": ["pipeline"]}}, "sort": "EXPECTED_START_TIME_DESC", "limit": SHOWN_RUNS}
        with self._client() as client:
            found = _json(_post(client, "/flow_runs/filter", asked))
            return [self._run(client, one) for one in found]

    def run(self, id: UUID) -> PipelineRun:
        """A run with its stages. Raises NoSuchRunError, PrefectError."""
        with self._client() as client:
            return self._one(client, id)

    def start(self, asked: Asked) -> PipelineRun:
        """Ask for a run. Raises RunRefusedError where Prefect does not allow what is asked, PrefectError."""
        with self._client() as client:
            deployment = _deployment(client)
            _check(asked, deployment)
            request = {
                "targets": list(asked.targets), "overrides": list(asked.overrides), "experiment": asked.experiment,
                "force": asked.force,
            }  # fmt: skip
            body = {"parameters": {"request": request}, "tags": ["mien", "studio"], "idempotency_key": uuid4().hex}
            answer = _post(client, f"/deployments/{deployment.id}/create_flow_run", body)
            return self._run(client, _json(answer))

    def cancel(self, id: UUID) -> PipelineRun:
        """Cancel a run: one that waits at once, one that runs within half a minute.

        Raises NoSuchRunError, RunRefusedError for one that has ended, PrefectError.
        """
        with self._client() as client:
            found = self._one(client, id)
            if found.state in ENDED:
                raise RunRefusedError(f"the run {found.name} has ended ({found.state}): there is nothing to cancel")
            kind = "CANCELLED" if found.state == "scheduled" else "CANCELLING"
            body = {"state": {"type": kind, "name": kind.capitalize(), "message": "cancelled in the studio"}}
            answer = _json(_post(client, f"/flow_runs/{id}/set_state", body))
            if answer.get("status") not in ("ACCEPT", None):
                reason = (answer.get("details") or {}).get("reason") or answer.get("status")
                raise RunRefusedError(f"Prefect did not cancel the run {found.name}: {_line(str(reason))}")
            return self._one(client, id)

    def _one(self, client: httpx.Client, id: UUID) -> PipelineRun:
        answer = _sent(client, client.build_request("GET", f"/flow_runs/{id}"))
        if answer.status_code == 404:
            raise NoSuchRunError("there is no such run of the pipeline")
        return self._run(client, _json(_checked(answer)))

    def _run(self, client: httpx.Client, found: Mapping[str, Any]) -> PipelineRun:
        state: Mapping[str, Any] = found.get("state") or {}
        request: Mapping[str, Any] = (found.get("parameters") or {}).get("request") or {}
        word = _STATES.get(str(state.get("type")), "scheduled")
        run_id = str(found["id"])
        return PipelineRun(
            id=run_id, name=str(found.get("name") or ""), state=word, message=_line(str(state.get("message") or "")),
            created=found.get("created"), started=found.get("start_time"), ended=found.get("end_time"),
            seconds=float(found.get("estimated_run_time") or 0.0),
            targets=tuple(map(str, request.get("targets") or ())),
            overrides=tuple(map(str, request.get("overrides") or ())), experiment=str(request.get("experiment") or ""),
            # Prefect's first page loses this address when it asks for the password, its second one keeps it
            page=f"{self.server.page}/v2/runs/flow-run/{run_id}",
            stages=_stages(client, run_id) if word in ("running", "cancelling") else (),
        )  # fmt: skip

    @contextmanager
    def _client(self) -> Iterator[httpx.Client]:
        """A client of the API, with Prefect's token against cross-site requests."""
        headers = {"Authorization": self.server.authorization} if self.server.authorization else {}
        timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
        with httpx.Client(
            base_url=f"{self.server.address}/api", headers=headers, timeout=timeout, transport=self.transport,
            trust_env=False, follow_redirects=False,
        ) as client:  # fmt: skip
            name = f"mien-studio-{uuid4().hex}"
            answer = _sent(client, client.build_request("GET", "/csrf-token", params={"client": name}))
            if answer.status_code == 401:
                raise PrefectError(
                    f"Prefect at {self.server.address} asks for a password: set PREFECT_API_AUTH_STRING where the "
                    "studio is started, or run `make ui`"
                )
            if answer.status_code != 422:  # 422: it asks for no such token
                token = str(_json(_checked(answer)).get("token"))
                client.headers.update({"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": name})
            yield client


def _deployment(client: httpx.Client) -> Deployment:
    answer = _sent(client, client.build_request("GET", f"/deployments/name/{DEPLOYMENT}"))
    if answer.status_code == 404:
        raise PrefectError(f"Prefect serves no deployment {DEPLOYMENT}: run `make ui` in the repository")
    found = _json(_checked(answer))
    properties = _properties(found.get("parameter_openapi_schema") or {})
    return Deployment(
        str(found["id"]), found.get("status") == "READY", _targets(found, properties), _open_parameters(properties)
    )


def _properties(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    definitions = schema.get("definitions") or schema.get("$defs") or {}
    found: Mapping[str, Any] = (definitions.get("PipelineRequest") or {}).get("properties") or {}
    return found


def _targets(found: Mapping[str, Any], properties: Mapping[str, Any]) -> tuple[str, ...]:
    items = (properties.get("targets") or {}).get("items") or {}
    schema = found.get("parameter_openapi_schema") or {}
    if "$ref" in items:
        definitions = schema.get("definitions") or schema.get("$defs") or {}
        items = definitions.get(str(items["$ref"]).rpartition("/")[2]) or {}
    return tuple(map(str, items.get("enum") or ()))


def _open_parameters(properties: Mapping[str, Any]) -> tuple[str, ...]:
    """The names in the pattern of an override, `^(section\\.key|…)=.*$`."""
    pattern = str(((properties.get("overrides") or {}).get("items") or {}).get("pattern") or "")
    match = re.fullmatch(r"\^\((.*)\)=\.\*\$", pattern)
    names = match[1].split("|") if match else []
    return tuple(name for one in names if re.fullmatch(r"[\w.-]+", name := re.sub(r"\\(.)", r"\1", one)))


def _check(asked: Asked, deployment: Deployment) -> None:
    """Say in a sentence what Prefect would refuse by its schema."""
    for target in asked.targets:
        if target not in deployment.targets:
            raise RunRefusedError(
                f"there is no stage {target[:40]!r}: choose from {', '.join(deployment.targets)}", "targets"
            )
    for override in asked.overrides:
        name, equals, _ = override.partition("=")
        if not equals:
            raise RunRefusedError(f"{override[:60]!r} is no override: write section.key=value", "overrides")
        if name not in deployment.parameters:
            raise RunRefusedError(
                f"{name[:60]!r} cannot be set from here: it is no parameter, or it reaches beyond the run", "overrides"
            )
    if not deployment.ready:
        raise RunRefusedError("the pipeline is not served at the moment, so a run would only wait: run `make ui`")


def _stages(client: httpx.Client, run_id: str) -> tuple[StageRun, ...]:
    asked = {"flow_runs": {"id": {"any_": [run_id]}}, "sort": "EXPECTED_START_TIME_ASC", "limit": 100}
    return tuple(
        StageRun(
            str(one.get("name") or ""), str((one.get("state") or {}).get("name") or ""),
            float(one.get("estimated_run_time") or 0.0),
        )
        for one in _json(_post(client, "/task_runs/filter", asked))
    )  # fmt: skip


def _post(client: httpx.Client, path: str, body: Mapping[str, Any]) -> httpx.Response:
    return _checked(_sent(client, client.build_request("POST", path, json=dict(body))))


def _sent(client: httpx.Client, request: httpx.Request) -> httpx.Response:
    """The answer; asked again where Prefect says that its database is locked at the moment (503)."""
    try:
        for _ in range(LOCKED_TRIES - 1):
            answer = client.send(request)
            if answer.status_code != 503:
                return answer
            wanted = answer.headers.get("Retry-After", "")
            time.sleep(min(float(wanted) if wanted.isdigit() else 1.0, LOCKED_SECONDS))
        return client.send(request)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        address = f"{client.base_url.scheme}://{client.base_url.netloc.decode()}"
        raise PrefectError(f"Prefect does not answer at {address}: start it with `make ui`") from error


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.is_success:
        return answer
    detail = _line(answer.text)
    if answer.status_code in (400, 409, 422):
        raise RunRefusedError(f"Prefect refuses that: {detail}")
    raise PrefectError(f"Prefect answers with an error ({answer.status_code}): look into .mien/logs/prefect.log")


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError as error:
        raise PrefectError("what answers there is not Prefect: check --prefect, or run `make ui`") from error


def _line(text: str) -> str:
    return " ".join(text.split())[:300]

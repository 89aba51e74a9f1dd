"""The servers on this machine: `python -m flows.deploy up|down|status`.

`up` starts MLflow's server, Prefect's server and the served deployment `pipeline/mien` (one run at a time) on
loopback, waits until each is healthy and prints their addresses; running ones are left alone. `down` ends exactly
the processes that `up` started, identified by PID and start time in `.mien/ui.json`. Logs: `.mien/logs/`.

Prefect's page and API ask for a password, which `up` makes, keeps in `.mien/prefect/password` (readable by its owner
only) and prints; other web pages are refused (see flows/prefect_server.py).

`MIEN_MLFLOW_PORT` and `MIEN_PREFECT_PORT` choose the ports; by default 5000 and 4200, or free ones where those are
taken.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel

from mien.files import atomic_file, write_json
from mien.locks import file_lock
from mien.processes import Process, print_anything, stop_tree
from mien.tracking.tracking import TABLE_VIEW, Tracking
from mien.tracking.values import main_root, tracking_uri

HOST = "127.0.0.1"
CODE = Path(__file__).resolve().parent.parent
HEALTHY_SECONDS = 240.0
PORTS = {"mlflow": 5000, "prefect": 4200}
# The deployment ends first: it deregisters at its server.
_ENDING = ("deployment", "prefect", "mlflow")


class Service(BaseModel):
    """One process that `up` started."""

    pid: int
    started: float
    address: str
    page: str = ""
    """URL for the browser; `address` is that of the server."""
    log: str

    def process(self) -> Process:
        return Process(self.pid, self.started)


class ServiceError(RuntimeError):
    """A server did not start; the message names its log."""


class Services:
    """The servers of the repository at `root`: start, state and end."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._state = root / ".mien" / "ui.json"
        self._lock = root / ".mien" / "locks" / "ui.lock"

    def running(self) -> dict[str, Service]:
        """The services of the state file whose process is alive."""
        try:
            entries = json.loads(self._state.read_text())
            services = {name: Service.model_validate(entry) for name, entry in entries.items()}
        except (OSError, ValueError):
            return {}
        return {name: service for name, service in services.items() if service.process().alive()}

    def up(self) -> dict[str, Service]:
        """Start missing services and return all, healthy. On failure, ends those that it started and raises."""
        with file_lock(self._lock, seconds=HEALTHY_SECONDS):
            before = self.running()
            try:
                self._up(dict(before))
            except BaseException:
                self._end({n: s for n, s in self.running().items() if n not in before})
                raise
            return self.running()

    def down(self) -> list[str]:
        """End all services that `up` started; returns their names."""
        with file_lock(self._lock, seconds=HEALTHY_SECONDS):
            services = self.running()
            self._end(services)
            self._state.unlink(missing_ok=True)
            return [name for name in _ENDING if name in services]

    def _up(self, services: dict[str, Service]) -> None:
        starting: list[tuple[str, Callable[[], bool]]] = []
        for name, start in (("mlflow", self._start_mlflow), ("prefect", self._start_prefect)):
            if name not in services:
                port = choose_port(name)
                services[name] = start(port)
                self._write(services)
                path = "/health" if name == "mlflow" else "/api/health"
                address = f"http://{HOST}:{port}{path}"
                starting.append((name, lambda address=address: _answers(address)))  # type: ignore[misc]
        for name, healthy in starting:
            self._wait(name, services[name], healthy)
        if "deployment" not in services:
            api = f"{services['prefect'].address}/api"
            services["deployment"] = self._start_deployment(api, services["prefect"].address)
            self._write(services)
            self._wait("deployment", services["deployment"], lambda: _deployed(api, self.password()))

    def _start_mlflow(self, port: int) -> Service:
        artifacts = self.root / "mlartifacts"
        command = [sys.executable, "-m", "mlflow", "server", "--host", HOST, "--port", str(port), "--workers", "1"]
        command += ["--backend-store-uri", tracking_uri(self.root), "--default-artifact-root", artifacts.as_uri()]
        # Without the job queue for language models, which takes seven more processes.
        settings = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
        settings["DO_NOT_TRACK"] = "true"
        # Creates the tables and the experiment before the server starts.
        experiment = Tracking.connect(self.root).experiment
        address = f"http://{HOST}:{port}"
        page = f"{address}/#/experiments/{experiment}/runs{TABLE_VIEW}" if experiment else address
        return self._start("mlflow", command, settings, address, page)

    def password(self) -> str:
        """The password of Prefect's page and API as `user:password`, made at the first call."""
        path = self.root / ".mien" / "prefect" / "password"
        if not path.exists():
            with atomic_file(path) as temporary:
                temporary.touch(mode=0o600)
                temporary.write_text(f"mien:{secrets.token_urlsafe(18)}")
        return path.read_text()

    def _start_prefect(self, port: int) -> Service:
        address = f"http://{HOST}:{port}"
        command = [sys.executable, "-m", "uvicorn", "--factory", "flows.prefect_server:create_app"]
        command += ["--app-dir", str(CODE), "--host", HOST, "--port", str(port), "--log-level", "warning"]
        settings = {
            **self._prefect_settings(),
            "PREFECT_SERVER_API_HOST": HOST,
            "PREFECT_SERVER_API_PORT": str(port),
            "PREFECT_SERVER_API_AUTH_STRING": self.password(),
            "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
            "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": address,
            "PREFECT_UI_API_URL": f"{address}/api",
        }
        return self._start("prefect", command, settings, address)

    def _start_deployment(self, api: str, page: str) -> Service:
        settings = {"PREFECT_RUNNER_POLL_FREQUENCY": "2", **self._prefect_settings(), "PREFECT_API_URL": api}
        settings["PREFECT_API_AUTH_STRING"] = self.password()
        return self._start("deployment", [sys.executable, "-m", "flows.deploy", "serve"], settings, page)

    def _prefect_settings(self) -> dict[str, str]:
        return {
            "PREFECT_HOME": str(self.root / ".mien" / "prefect"),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "true",
        }

    def _start(
        self, name: str, command: Sequence[str], settings: Mapping[str, str], address: str, page: str = ""
    ) -> Service:
        log = self.root / ".mien" / "logs" / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        # A Prefect profile, address or password of the user must not redirect these processes to another server.
        foreign = {"PREFECT_API_URL", "PREFECT_PROFILE", "PREFECT_API_AUTH_STRING", "PREFECT_API_KEY"}
        inherited = {k: v for k, v in os.environ.items() if k not in foreign}
        with log.open("ab") as stream:
            process = subprocess.Popen(
                list(command),
                cwd=self.root,
                env={**inherited, **settings},
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        known = Process.of(process.pid)
        return Service(pid=known.pid, started=known.started, address=address, page=page or address, log=str(log))

    def _wait(self, name: str, service: Service, healthy: Callable[[], bool]) -> None:
        deadline = time.monotonic() + HEALTHY_SECONDS
        while not healthy():
            if not service.process().alive():
                raise ServiceError(f"{name} ended while starting; see {service.log}")
            if time.monotonic() > deadline:
                raise ServiceError(f"{name} is not healthy after {HEALTHY_SECONDS:.0f} s; see {service.log}")
            time.sleep(0.2)

    def _write(self, services: Mapping[str, Service]) -> None:
        write_json(self._state, {name: service.model_dump() for name, service in services.items()})

    def _end(self, services: Mapping[str, Service]) -> None:
        for name in _ENDING:
            if name in services:
                stop_tree(services[name].process(), grace=10)


def choose_port(name: str) -> int:
    """The port in `MIEN_<NAME>_PORT`, else the default one, else a free one. Raises ServiceError for an invalid one."""
    wanted = os.environ.get(f"MIEN_{name.upper()}_PORT")
    if wanted:
        port = int(wanted) if wanted.isdigit() else -1
        if not 0 < port < 65536:
            raise ServiceError(f"MIEN_{name.upper()}_PORT={wanted!r} is no port")
        if not _free(port):
            raise ServiceError(f"port {port} (MIEN_{name.upper()}_PORT) is taken")
        return port
    if _free(PORTS[name]):
        return PORTS[name]
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _deployed(api: str, password: str) -> bool:
    """Whether the deployment exists and its runner is ready."""
    basic = base64.b64encode(password.encode()).decode()
    request = urllib.request.Request(
        f"{api}/deployments/name/pipeline/mien", headers={"Authorization": f"Basic {basic}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=2) as answer:
            return json.load(answer).get("status") == "READY"
    except (urllib.error.URLError, OSError, ValueError):
        return False


def serve() -> None:
    """Serve `pipeline/mien`, one run at a time, until the process is ended."""
    from flows.pipeline import pipeline

    pipeline.serve(
        name="mien",
        limit=1,
        description="Runs the stages that are out of date; choose targets, parameters and a name, then Run.",
        tags=["mien"],
        print_starting_message=False,
        enforce_parameter_schema=True,
    )


def main(argv: Sequence[str] | None = None) -> int:
    print_anything()
    parser = argparse.ArgumentParser(prog="python -m flows.deploy", description="MLflow and Prefect on this machine")
    parser.add_argument("action", choices=("up", "down", "status", "serve"))
    action = parser.parse_args(argv).action
    if action == "serve":
        serve()
        return 0
    services = Services(main_root(Path.cwd()))
    if action == "down":
        ended = services.down()
        print(f"ended: {', '.join(ended)}" if ended else "nothing was running")
        return 0
    try:
        running = services.up() if action == "up" else services.running()
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 1
    _print(running, services.password() if "prefect" in running else "")
    return 0 if action == "up" or running else 1


def _print(running: Mapping[str, Service], password: str) -> None:
    if not running:
        print("nothing is running; `make ui` starts it")
        return
    if mlflow := running.get("mlflow"):
        print(f"MLflow   {mlflow.page or mlflow.address}")
    if prefect := running.get("prefect"):
        print(f"Prefect  {prefect.address}, password {password} (its page asks once)")
    if "deployment" in running and prefect:
        print(f"run the pipeline: {prefect.address}/deployments, pipeline/mien, Run")


if __name__ == "__main__":
    sys.exit(main())

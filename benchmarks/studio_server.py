"""What both benchmarks of the studio share: servers as processes of their own, and a client of one connection."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[1]

EMPTY = """
import socket, uvicorn
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
def empty() -> dict[str, str]:
    return {}
listening = socket.create_server(("127.0.0.1", 0))
print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
uvicorn.Server(uvicorn.Config(app, http="h11", log_level="warning", access_log=False)).run(sockets=[listening])
"""
"""A FastAPI application with one route that does nothing, on the same server and HTTP parser."""


@contextmanager
def running(command: list[str], place: Path = ROOT, variables: Mapping[str, str] | None = None) -> Iterator[str]:
    """A server that prints its address; it is gone afterwards."""
    given = {**os.environ, **(variables or {})}
    environment = {**given, "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), given.get("PYTHONPATH", "")]))}
    with subprocess.Popen(command, cwd=place, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if not line:
                raise SystemExit(f"this server did not start: {' '.join(command)[:200]}")
            yield line.removeprefix("mien studio: ").split()[0]
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def empty_route() -> Iterator[str]:
    """The server of the empty route."""
    with running([sys.executable, "-c", EMPTY]) as address:
        yield address


@contextmanager
def studio(folder: Path, place: Path = ROOT, workers: int = 0, **limits: float) -> Iterator[str]:
    """A studio. place: models are looked for in its folder `models` first."""
    given = {"requests_each_minute": 10_000_000, **limits}
    options = [part for name, value in given.items() for part in ("--limit", f"{name}={value:.0f}")]
    own = ["--folder", str(folder), "--port", "0", "--workers", str(workers)]
    with running([sys.executable, "-m", "mien", "serve", *own, *options], place) as address:
        yield address


@dataclass(frozen=True)
class Answer:
    """seconds: until the first bytes of the answer were there."""

    status: int
    seconds: float
    body: bytes

    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)


IDLE_SECONDS = 10.0
"""A connection that was not used for longer is opened anew: servers close it."""


class Client:
    """One connection that is kept open, as a browser keeps it."""

    def __init__(self, address: str) -> None:
        place = urlsplit(address)
        self.connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=120)
        self.connection.connect()
        self.used = time.monotonic()

    def ask(
        self, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None, method: str | None = None
    ) -> Answer:
        """One request. Raises SystemExit for an answer that is an error."""
        if time.monotonic() - self.used > IDLE_SECONDS:
            self.connection.close()
            self.connection.connect()
        started = time.perf_counter()
        self.connection.request(method or ("GET" if body is None else "POST"), path, body, dict(headers or {}))
        answer = self.connection.getresponse()
        seconds = time.perf_counter() - started
        found = Answer(answer.status, seconds, answer.read())
        self.used = time.monotonic()
        if found.status >= 400:
            raise SystemExit(f"{path} was answered by {found.status}: {found.body[:300].decode()}")
        return found

    def post(self, path: str, value: Any) -> Answer:
        """Send JSON."""
        return self.ask(path, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def upload(self, path: Path, media_type: str) -> str:
        """Upload a file; what a request names it by."""
        head = f'--x--\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n'
        body = f"{head}Content-Type: {media_type}\r\n\r\n".encode() + path.read_bytes() + b"\r\n--x----\r\n"
        sent = self.ask("/api/v1/files", body, {"Content-Type": "multipart/form-data; boundary=x--"})
        return str(sent.json()["value"])

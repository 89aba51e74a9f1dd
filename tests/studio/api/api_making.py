"""A studio for tests of its API: the application in this process, with a database of its own and no worker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn
from fastapi.testclient import TestClient

from mien.studio.api.app import create_app, server_options
from mien.studio.api.context import Studio
from mien.studio.database.tables import File, Job, new_id
from mien.studio.files.place import result_folder, upload_path
from mien.studio.people.accounts import create_person
from mien.studio.people.tokens import create_token
from mien.studio.queue.claim import claim, finish
from mien.studio.queue.workers import register
from mien.studio.settings import Limits, Settings

BASE = "http://127.0.0.1:8765"


@dataclass(frozen=True)
class Tried:
    """A studio that runs, and a client of it."""

    client: TestClient
    settings: Settings
    studio: Studio

    def make(self, command: str = "shapes", **values: Any) -> dict[str, Any]:
        """Ask a maker for something that it accepts; the job as JSON."""
        answer = self.client.post(f"/api/v1/{command}", json=values or {"text": ["a red circle"]})
        assert answer.status_code == 202, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def upload(self, kind: str, name: str, suffix: str, content: bytes = b"x", owner: str = "") -> str:
        """An uploaded file as it is after its content was inspected; its value in a request."""
        file = File(
            id=new_id(), owner=owner, name=name, kind=kind, suffix=suffix, media_type="x/y", bytes=len(content),
            sha256="0" * 64, facts={},
        )  # fmt: skip
        path = upload_path(self.settings.folder, file.id, suffix)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        with self.studio.db.write() as session:
            session.add(file)
        return f"file:{file.id}"

    def finish(self, files: dict[str, tuple[str, bytes]], state: Any = "done", reason: str = "") -> Job:
        """Do the first waiting job as a worker does, with these files (name and content) by role."""
        db = self.studio.db
        worker = register(db)
        job = claim(db, worker)
        assert job is not None
        folder = result_folder(self.settings.folder, job.id)
        folder.mkdir(parents=True)
        for name, content in files.values():
            (folder / name).write_bytes(content)
        names = {role: name for role, (name, _content) in files.items()}
        assert finish(db, job.id, worker, job.attempt, state, reason, result=names)
        return job

    def token(self, name: str, scopes: list[Any], admin: bool = False) -> dict[str, str]:
        """A new person; the headers of a request with a token of theirs."""
        user = create_person(self.studio.db, name, "a long enough pass phrase", admin)
        secret = create_token(self.studio.db, user.id, name, scopes)[1]
        return {"Authorization": f"Bearer {secret}"}


@contextmanager
def served(
    folder: Path, users: bool = False, hosts: tuple[str, ...] = (), database: str | None = None, **limits: Any
) -> Iterator[Tried]:
    """A studio in a folder, with these limits."""
    settings = Settings(folder=folder, users=users, hosts=hosts, database=database, limits=Limits(**limits))
    app = create_app(settings)
    with TestClient(app, base_url=BASE) as client:
        yield Tried(client, settings, app.state.studio)


@contextmanager
def running(settings: Settings) -> Iterator[tuple[str, Any]]:
    """A server on loopback: its address and its application."""
    app = create_app(settings)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", **server_options(settings)))
    thread = Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", app
    finally:
        server.should_exit = True
        thread.join(30)

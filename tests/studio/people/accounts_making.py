"""Accounts for tests: all have the same password, which is hashed once, because hashing takes its time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.requests import Request

from mien.studio.api.app import create_app
from mien.studio.database.engine import Database
from mien.studio.database.tables import User
from mien.studio.people.passwords import hash_password
from mien.studio.people.tokens import create_token
from mien.studio.settings import Settings

BASE = "http://127.0.0.1:8765"
PASSWORD = "correct horse battery"


@cache
def _hashed() -> str:
    return hash_password(PASSWORD)


def an_account(db: Database, name: str = "anna", admin: bool = False) -> User:
    """An account with the password of all."""
    user = User(name=name, password=_hashed(), admin=admin)
    with db.write() as session:
        session.add(user)
    return user


def a_request(method: str = "GET", **headers: str) -> Request:
    """A request with these headers; `_` in a name stands for `-`."""
    given = {"host": "studio.test:8765", **{name.replace("_", "-"): value for name, value in headers.items()}}
    raw = [(name.encode(), value.encode("latin-1")) for name, value in given.items()]
    return Request({"type": "http", "method": method, "path": "/", "query_string": b"", "headers": raw})


@contextmanager
def served(folder: Path, **settings: Any) -> Iterator[Served]:
    """A studio with accounts in a folder, in this process."""
    app = create_app(Settings(folder=folder, **{"users": True, **settings}))
    with TestClient(app, base_url=BASE) as client:
        yield Served(app, client, app.state.studio.db)


@dataclass(frozen=True)
class Served:
    """A running studio. client: without a cookie."""

    app: FastAPI
    client: TestClient
    db: Database

    def browser(self, name: str) -> TestClient:
        """A browser that has signed in as a person, and sends the session's CSRF token."""
        found = TestClient(self.app, base_url=BASE)
        answer = found.post("/api/v1/sign-in", json={"name": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        found.headers["X-CSRF-Token"] = answer.json()["csrf"]
        return found

    def script(self, user: User, *scopes: str) -> TestClient:
        """A program with a token of a person."""
        secret = create_token(self.db, user.id, "script", scopes)[1]
        return TestClient(self.app, base_url=BASE, headers={"Authorization": f"Bearer {secret}"})

"""Accounts for tests: all have the same password, which is hashed once, because hashing takes its time."""

from __future__ import annotations

from functools import cache

from starlette.requests import Request

from mien.studio.database.engine import Database
from mien.studio.database.tables import User
from mien.studio.people.passwords import hash_password

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

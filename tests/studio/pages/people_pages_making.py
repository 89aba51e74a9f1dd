"""People who are signed in, for the tests of the pages."""

from __future__ import annotations

from fastapi.testclient import TestClient

from mien.studio.database.engine import Database
from mien.studio.database.tables import User
from mien.studio.people.accounts import create_person

PASSWORD = "mot mat khau dai"


def signed_in(client: TestClient, db: Database, name: str, admin: bool = False) -> User:
    """A new person whose session the client holds from now on."""
    user = create_person(db, name, PASSWORD, admin=admin)
    answer = client.post("/api/v1/sign-in", json={"name": name, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return user

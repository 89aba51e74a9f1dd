"""A stream of events ends for a person who may no longer see it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from accounts_making import an_account

from mien.studio.api.feed import Told
from mien.studio.api.routes import events
from mien.studio.database.engine import Database
from mien.studio.people.accounts import set_disabled
from mien.studio.people.identity import Person
from mien.studio.people.sessions import start_session
from mien.studio.settings import Settings


def test_a_disabled_person_is_told_nothing_more(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = an_account(db)
    monkeypatch.setattr(events, "CHECK_SECONDS", -1.0)

    async def told(_owner: str, _last: int | None) -> AsyncIterator[Told]:
        for number in range(4):
            if number == 2:
                set_disabled(db, anna.id, True)
            yield Told(number, "changed", anna.id, "0" * 32, "{}")

    studio = SimpleNamespace(settings=Settings(users=True), db=db, feed=SimpleNamespace(told=told))
    request: Any = SimpleNamespace(
        app=SimpleNamespace(state=SimpleNamespace(studio=studio)), headers={},
        cookies={"mien_session": start_session(db, anna.id)},
    )  # fmt: skip
    context: Any = SimpleNamespace(owner=anna.id, person=Person(anna.id, "anna", False, frozenset()))

    async def numbers() -> list[str | None]:
        return [one.id async for one in events.watch(request, context)]

    assert asyncio.run(numbers()) == ["0", "1"]

"""Events: what a page is told, what it missed, and that one reader serves all of them."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from api_making import running

from mien.studio.api import feed as feed_module
from mien.studio.api.errors import RetryError
from mien.studio.api.feed import Feed, Told
from mien.studio.database.engine import Database
from mien.studio.queue import control, events
from mien.studio.queue.submit import submit
from mien.studio.settings import Settings


class Names:
    """Shows a job by its id, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def job_data(self, jobs: Sequence[str]) -> dict[str, Any]:
        self.asked += 1
        return {one: {"id": one} for one in jobs}

    def queue_data(self) -> dict[str, Any]:
        return {"waiting": 0}


def tell(db: Database, *told: tuple[str | None, str, Any]) -> None:
    for job, owner, kind in told:
        with db.write() as session:
            events.emit(session, job, owner, kind)


def with_feed(folder: Path, run: Callable[[Database, Feed, Names], Awaitable[None]]) -> None:
    async def main() -> None:
        names = Names()
        async with Feed(db, names) as feed:
            await asyncio.wait_for(run(db, feed, names), 20)

    db = Database.open(Settings(folder=folder).database_url)
    try:
        asyncio.run(main())
    finally:
        db.close()


async def take(feed: Feed, owner: str, count: int, last_id: int | None = None) -> list[Told]:
    found: list[Told] = []
    told = feed.told(owner, last_id)
    async for one in told:
        found.append(one)
        if len(found) == count:
            break
    await told.aclose()  # type: ignore[attr-defined]
    return found


async def watched(feed: Feed, count: int) -> None:
    while feed.readers < count:
        await asyncio.sleep(0.01)


def test_people_are_told_of_their_own_jobs_and_of_the_queue(tmp_path: Path) -> None:
    async def run(db: Database, feed: Feed, _names: Names) -> None:
        anna = asyncio.create_task(take(feed, "anna", 3))
        await watched(feed, 1)
        await asyncio.to_thread(tell, db, ("b", "ben", "queued"), ("a", "anna", "queued"), (None, "", "queue"))
        hello, own, queue = await anna
        assert (hello.kind, json.loads(hello.data)) == (
            "queue",
            {"job": None, "queue": {"waiting": 0}, "missed": False},
        )
        assert (own.kind, json.loads(own.data)["job"]) == ("queued", {"id": "a"})
        assert (queue.kind, queue.job) == ("queue", None)

    with_feed(tmp_path, run)


def test_a_page_is_told_what_it_missed_and_nothing_twice(tmp_path: Path) -> None:
    async def run(db: Database, feed: Feed, _names: Names) -> None:
        await asyncio.to_thread(tell, db, ("a", "", "queued"), ("a", "", "started"), ("a", "", "ended"))
        while feed.position < events.latest_id(db):
            await asyncio.sleep(0.01)
        page = asyncio.create_task(take(feed, "", 4, last_id=1))
        await watched(feed, 1)
        await asyncio.to_thread(tell, db, ("b", "", "queued"))
        found = await page
        assert [one.kind for one in found] == ["queue", "started", "ended", "queued"]
        assert [one.id for one in found] == [1, 2, 3, 4]

    with_feed(tmp_path, run)


def test_a_page_that_comes_while_events_are_read_misses_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reading, came = threading.Event(), threading.Event()
    real = Names.job_data

    def slow(self: Names, jobs: Sequence[str]) -> dict[str, Any]:
        if not came.is_set():
            reading.set()
            came.wait(20)
        return real(self, jobs)

    monkeypatch.setattr(Names, "job_data", slow)

    async def run(db: Database, feed: Feed, _names: Names) -> None:
        ben = asyncio.create_task(take(feed, "ben", 2))
        await watched(feed, 1)
        await asyncio.to_thread(tell, db, ("b", "ben", "queued"), ("a", "anna", "queued"))
        await asyncio.to_thread(reading.wait, 20)
        anna = asyncio.create_task(take(feed, "anna", 2, last_id=0))
        await watched(feed, 2)
        came.set()
        assert [(one.kind, one.job) for one in await anna] == [("queue", None), ("queued", "a")]
        assert [(one.kind, one.job) for one in await ben] == [("queue", None), ("queued", "b")]

    with_feed(tmp_path, run)


def test_a_page_that_missed_too_much_is_told_so(tmp_path: Path) -> None:
    async def run(db: Database, feed: Feed, _names: Names) -> None:
        hello = (await take(feed, "", 1, last_id=10**9))[0]
        assert json.loads(hello.data)["missed"] is True
        await asyncio.to_thread(tell, db, *[("a", "", "progress")] * 3)
        await asyncio.to_thread(remove_first, db)
        while feed.position < 3:
            await asyncio.sleep(0.01)
        hello = (await take(feed, "", 1, last_id=1))[0]
        assert json.loads(hello.data)["missed"] is True

    with_feed(tmp_path, run)


def remove_first(db: Database) -> None:
    from sqlalchemy import delete

    from mien.studio.database.tables import Event

    with db.write() as session:
        session.execute(delete(Event).where(Event.id <= 2))


def test_many_pages_share_one_reader(tmp_path: Path) -> None:
    async def run(db: Database, feed: Feed, names: Names) -> None:
        pages = [asyncio.create_task(take(feed, "", 2)) for _ in range(100)]
        await watched(feed, 100)
        await asyncio.to_thread(tell, db, ("a", "", "queued"))
        found = await asyncio.gather(*pages)
        assert {one[1].job for one in found} == {"a"}
        assert names.asked == 1
        assert feed.readers == 0

    with_feed(tmp_path, run)


def test_progress_is_told_once_for_several_steps(tmp_path: Path) -> None:
    async def run(db: Database, feed: Feed, _names: Names) -> None:
        with db.write() as session:
            for _ in range(50):
                events.emit(session, "a", "", "progress")
            events.emit(session, "a", "", "ended")
        found = await take(feed, "", 3, last_id=0) if feed.position else []
        while not feed.position:
            await asyncio.sleep(0.01)
        found = found or await take(feed, "", 3, last_id=0)
        assert json.loads(found[0].data)["missed"] is False
        assert [(one.kind, one.id) for one in found[1:]] == [("progress", 50), ("ended", 51)]

    with_feed(tmp_path, run)


def test_a_slow_page_is_cut_off(tmp_path: Path) -> None:
    async def run(_db: Database, feed: Feed, _names: Names) -> None:
        told = feed.told("", None)
        await anext(told)  # type: ignore[arg-type]
        for number in range(feed_module.MOST_WAITING + 1):
            feed._hand_out(Told(10 + number, "progress", "", "a", "{}"))
        assert feed.readers == 0
        left = [one async for one in told]
        assert len(left) < feed_module.MOST_WAITING

    with_feed(tmp_path, run)


def test_too_many_pages_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "MOST_READERS_EACH", 1)

    async def run(_db: Database, feed: Feed, _names: Names) -> None:
        first = feed.told("", None)
        await anext(first)  # type: ignore[arg-type]
        with pytest.raises(RetryError):
            await take(feed, "", 1)
        assert len(await take(feed, "other", 1)) == 1

    with_feed(tmp_path, run)


def listen(lines: Iterator[str]) -> tuple[str, str, dict[str, Any]]:
    """The next event of a stream: id, kind and data."""
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        if not line and "event" in fields:
            return fields["id"], fields["event"], json.loads(fields["data"])
        if name:
            fields[name] = value.strip()
    raise AssertionError("the stream ended")


@pytest.mark.ui
def test_a_page_goes_on_after_the_server_was_started_again(tmp_path: Path) -> None:
    settings = Settings(folder=tmp_path)

    def job(db: Database, text: str) -> str:
        return submit(
            db, settings, owner="", system="shapes", request={"text": [text]}, output=".gif", title=text, words=text,
            amount=1.0,
        ).id  # fmt: skip

    with running(settings) as (address, app), httpx.Client(base_url=address, timeout=20) as client:
        with client.stream("GET", "/api/v1/events") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            assert "content-security-policy" in stream.headers
            lines = stream.iter_lines()
            assert listen(lines)[1] == "queue"
            first = job(app.state.studio.db, "one")
            seen, kind, data = listen(lines)
            assert (kind, data["job"]["id"], data["queue"]["waiting"]) == ("queued", first, 1)
        second = job(app.state.studio.db, "two")
        control.cancel(app.state.studio.db, first)
    with running(settings) as (address, app), httpx.Client(base_url=address, timeout=20) as client:
        with client.stream("GET", "/api/v1/events", headers={"Last-Event-ID": seen}) as stream:
            lines = stream.iter_lines()
            assert listen(lines)[2]["missed"] is False
            assert listen(lines)[2]["job"]["id"] == second
            assert listen(lines)[2]["job"]["state"] == "cancelled"
        while app.state.studio.feed.readers:
            client.get("/api/v1/health")

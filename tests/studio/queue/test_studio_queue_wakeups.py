"""Wake-ups: ids of jobs as JSON, each to one of those who wait, on both databases."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from mien.studio.database.engine import Database
from mien.studio.queue.wakeups import JsonSerializer, Wakeups
from mien.studio.settings import Settings


def test_what_is_sent_arrives_once_in_order(either_settings: Settings) -> None:
    wakeups, ids = Wakeups.open(either_settings), [uuid4().hex for _ in range(3)]
    for job_id in ids:
        wakeups.send(job_id)
    assert [wakeups.wait(5.0) for _ in range(3)] == ids
    assert wakeups.wait(0.0) is None
    wakeups.close()


def test_one_who_waits_is_woken_by_another_thread(either_settings: Settings) -> None:
    wakeups, job_id = Wakeups.open(either_settings), uuid4().hex
    woken: list[str | None] = []
    thread = threading.Thread(target=lambda: woken.append(wakeups.wait(30.0)))
    thread.start()
    time.sleep(0.1)
    Wakeups.open(either_settings).send(job_id)
    thread.join(30.0)
    wakeups.close()
    assert woken == [job_id]


def test_many_may_open_them_at_once(either_settings: Settings) -> None:
    with ThreadPoolExecutor(6) as pool:
        opened = list(pool.map(lambda _: Wakeups.open(either_settings), range(6)))
    opened[0].send("a" * 32)
    assert opened[5].wait(5.0) == "a" * 32
    for one in opened:
        one.close()


def test_of_many_who_wait_one_gets_it(either_settings: Settings) -> None:
    wakeups, ids = Wakeups.open(either_settings), [uuid4().hex for _ in range(8)]
    got: list[str | None] = []

    def wait() -> None:
        for _ in range(4):
            got.append(wakeups.wait(1.0))

    threads = [threading.Thread(target=wait) for _ in range(3)]
    for thread in threads:
        thread.start()
    for job_id in ids:
        wakeups.send(job_id)
    for thread in threads:
        thread.join()
    wakeups.close()
    assert sorted(one for one in got if one is not None) == sorted(ids)


def test_a_wakeup_that_fails_does_not_undo_what_was_submitted(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    wakeups = Wakeups.open(settings)
    wakeups.huey.storage.sql("drop table task", commit=True)
    wakeups.send("0" * 32)
    assert "no worker could be woken" in caplog.text
    assert wakeups.wait(0.01) is None
    assert "no wake-up could be read" in caplog.text
    wakeups.close()


def test_only_json_travels_and_only_ids_are_read(settings: Settings) -> None:
    wakeups = Wakeups.open(settings)
    wakeups.send("0" * 32)
    assert [json.loads(bytes(data)) for data in wakeups.huey.storage.enqueued_items()] == ["0" * 32]
    assert wakeups.wait(0.0) == "0" * 32
    for odd in ({"a": 1}, "../../etc/passwd", 7):
        wakeups.huey.storage.enqueue(JsonSerializer().serialize(odd))
        assert wakeups.wait(0.0) is None
    wakeups.close()


def test_they_live_beside_the_tables_and_disturb_none(postgres_url: str, settings: Settings) -> None:
    with_server = settings.model_copy(update={"database": postgres_url})
    Wakeups.open(with_server).close()
    database = Database.open(with_server.database_url)
    assert make_url(database.url).get_backend_name() == "postgresql"
    assert not (settings.folder / "wakeups.db").exists()
    database.close()

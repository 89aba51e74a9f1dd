"""The server over a real connection: many clients at once, and clients that do not behave."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from api_making import running
from sqlalchemy import func, select

from mien.studio.api import connections, feed
from mien.studio.database.tables import Job, new_id
from mien.studio.files.place import result_folder
from mien.studio.queue import events
from mien.studio.settings import Limits, Settings

pytestmark = pytest.mark.ui

CLIENTS = 100


@pytest.mark.slow
def test_a_hundred_clients_at_once_are_served_or_told_to_wait(tmp_path: Path) -> None:
    settings = Settings(folder=tmp_path, limits=Limits(waiting=150, requests_each_minute=6000))
    with running(settings) as (address, app):
        statuses, jobs = asyncio.run(many(address))
        assert set(statuses) <= {200, 202, 429}, statuses
        assert statuses[200] > 0
        assert statuses[202] == len(jobs) == len(set(jobs))
        with app.state.studio.db.session() as session:
            waiting = session.scalars(select(Job.id).where(Job.state == "waiting")).all()
            assert session.scalar(select(func.count()).select_from(Job)) == len(waiting)
        assert set(waiting) == set(jobs)
        assert len(jobs) == settings.limits.waiting


async def many(address: str) -> tuple[Counter[int], list[str]]:
    """How often which status was answered to many clients, and the jobs that were accepted."""
    statuses: Counter[int] = Counter()
    jobs: list[str] = []

    async def one(number: int) -> None:
        limits = httpx.Limits(max_connections=2)
        browser = httpx.AsyncClient(base_url=address, timeout=60, limits=limits)
        async with browser as client, client.stream("GET", "/api/v1/events") as stream:
            statuses[stream.status_code] += 1
            for turn in range(4):
                made = await client.post("/api/v1/shapes", json={"text": [f"a red circle {number} {turn}"]})
                listed = await client.get("/api/v1/jobs", params={"most": 5})
                statuses.update((made.status_code, listed.status_code))
                if made.status_code == 202:
                    jobs.append(made.json()["id"])
                else:
                    assert int(made.headers["retry-after"]) > 0

    await asyncio.gather(*(one(number) for number in range(CLIENTS)))
    return statuses, jobs


def test_clients_that_do_not_behave_are_answered_or_cut_off(tmp_path: Path) -> None:
    limits = Limits(header_bytes=4000, body_bytes=1000, upload_idle_seconds=0.3)
    with running(Settings(folder=tmp_path, limits=limits)) as (address, _app):
        place = urlsplit(address)
        host = f"Host: {place.netloc}\r\n"

        def said(text: str) -> str:
            with socket.create_connection((place.hostname, place.port), timeout=20) as connection:
                connection.sendall(text.encode())
                parts = []
                while part := connection.recv(65536):
                    parts.append(part)
                    if b"\r\n\r\n" in b"".join(parts):
                        break
            return b"".join(parts).decode().partition("\r\n")[0]

        ask = "/api/v1/health HTTP/1.1\r\n"
        assert "200" in said(f"GET {ask}{host}\r\n")
        assert "431" in said(f"GET {ask}{host}X-Large: {'x' * 4000}\r\n\r\n")
        assert said(f"GET {ask}{host}X-Large: {'x' * 100_000}\r\n\r\n").split()[1:2] in (["400"], ["431"], [])
        assert "421" in said(f"GET {ask}Host: evil.example\r\n\r\n")
        assert "400" in said(f"GET {ask}\r\n")
        make = f"POST /api/v1/shapes HTTP/1.1\r\n{host}Content-Type: application/json\r\n"
        assert "408" in said(f"{make}Content-Length: 100\r\n\r\n" + '{"text"')
        assert "413" in said(f"{make}Content-Length: 1001\r\n\r\n")
        assert "413" in said(f"{make}Transfer-Encoding: chunked\r\n\r\n3e9\r\n{' ' * 1001}\r\n0\r\n\r\n")
        assert "400" in said(f"{make}Content-Length: 5\r\nContent-Length: 6\r\n\r\n12345")
        assert "200" in said(f"GET {ask}{host}\r\n")


def test_a_connection_without_the_head_of_a_request_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 1.0)
    with running(Settings(folder=tmp_path)) as (address, _app):
        place = urlsplit(address)
        made = [socket.create_connection((place.hostname, place.port), timeout=20) for _ in range(3)]
        silent, slow, used = made
        slow.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        head = f"GET /api/v1/health HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode()
        used.sendall(head)
        assert used.recv(65536).startswith(b"HTTP/1.1 200")
        used.sendall(head[:20])  # of its second request the head does not come
        for one in (silent, slow):
            assert one.recv(65536) == b""
        while used.recv(65536):  # the rest of its answer
            pass
        for one in made:
            one.close()


def test_a_long_answer_outlasts_the_time_for_a_head(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.3)
    with (
        running(Settings(folder=tmp_path)) as (address, app),
        httpx.stream("GET", f"{address}/api/v1/events", timeout=20) as stream,
    ):
        lines = stream.iter_lines()
        assert next(lines)
        time.sleep(1.0)
        with app.state.studio.db.write() as session:
            events.emit(session, None, "", "queue")
        assert any(line == "event: queue" for _, line in zip(range(20), lines, strict=False))


def test_a_body_that_crawls_is_refused(tmp_path: Path) -> None:
    with running(Settings(folder=tmp_path, limits=Limits(upload_idle_seconds=0.4))) as (address, _app):
        place = urlsplit(address)
        with socket.create_connection((place.hostname, place.port), timeout=20) as connection:
            head = f"POST /api/v1/shapes HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: 1000\r\n\r\n"
            connection.sendall(head.encode())
            connection.settimeout(0.2)
            for _ in range(100):
                try:
                    answer = connection.recv(65536)
                    break
                except TimeoutError:
                    connection.sendall(b" ")  # never a pause, and never an end
            assert b"HTTP/1.1 408" in answer


def test_an_answer_that_is_not_read_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "STALLED_SECONDS", 0.5)
    with running(Settings(folder=tmp_path)) as (address, app):
        job = Job(id=new_id(), system="shapes", request={}, output=".gif", state="done", result={"file": "result.gif"})
        folder = result_folder(tmp_path, job.id)
        folder.mkdir(parents=True)
        with (folder / "result.gif").open("wb") as stream:
            stream.truncate(200_000_000)
        ask = f"GET /api/v1/jobs/{job.id}/files/file HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\n\r\n"
        with app.state.studio.db.write() as session:
            session.add(job)
        place = urlsplit(address)
        with socket.create_connection((place.hostname, place.port), timeout=20) as connection:
            connection.sendall(ask.encode())
            time.sleep(2.0)
            read = 0
            try:
                while part := connection.recv(1_000_000):
                    read += len(part)
            except ConnectionResetError:
                assert read < 200_000_000
            assert 0 < read < 200_000_000


def test_a_page_too_many_is_told_so_before_its_stream_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MOST_READERS_EACH", 1)
    with (
        running(Settings(folder=tmp_path)) as (address, _app),
        httpx.stream("GET", f"{address}/api/v1/events", timeout=20) as first,
    ):
        assert first.status_code == 200
        lines = first.iter_lines()  # which would close the stream when it is forgotten
        next(lines)
        with httpx.stream("GET", f"{address}/api/v1/events", timeout=20) as second:
            assert (second.status_code, second.headers["retry-after"]) == (503, "30")
            assert "too many pages" in json.loads(second.read())["error"]


def test_who_is_still_served_when_the_server_ends_is_told_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    asked = {
        "upload": b"POST /api/v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        b"Content-Length: 5000\r\n\r\n--x\r\nContent-Disposition: form-data; name=file; filename=a.png\r\n\r\n\x89PNG",
        "events": b"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    }
    connections = {}
    with running(Settings(folder=tmp_path)) as (address, app):
        for name, head in asked.items():
            connections[name] = socket.create_connection(("127.0.0.1", urlsplit(address).port or 0), timeout=30)
            connections[name].sendall(head)
        while not app.state.studio.feed.readers or not app.state.uploads.receiving(""):
            time.sleep(0.02)
    answers = {name: b"".join(iter(lambda one=one: one.recv(65_536), b"")) for name, one in connections.items()}
    for one in connections.values():
        one.close()
    head, _, body = answers["upload"].partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: " in head.lower()
    assert json.loads(body)["error"] == "the studio is being stopped: try again in a moment"
    assert answers["events"].endswith(b"\r\n0\r\n\r\n"), "the stream has an end"
    assert "Traceback" not in caplog.text

"""What the server lets in, and what every answer says to the browser."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from api_making import Tried, running, served
from fastapi import FastAPI

from mien.studio.api.app import create_app
from mien.studio.api.guard import Guard, host_name
from mien.studio.api.rates import MOST_KEYS, Rates
from mien.studio.api.routes.docs import page
from mien.studio.settings import Limits, Settings


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "evil.example:8765", "[::2]", "", "a b"],
)
def test_another_host_name_is_refused(shared: Tried, host: str) -> None:
    answer = shared.client.get("/api/v1/health", headers={"Host": host})
    assert answer.status_code == 421
    assert "host name" in answer.json()["error"]


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8765", "127.0.0.1:1", "[::1]:8765", "[::1]", "studio.example:443", "localhost."]
)
def test_own_host_names_are_served(shared: Tried, host: str) -> None:
    assert shared.client.get("/api/v1/health", headers={"Host": host}).status_code == 200


def test_host_names_are_read_without_port_and_brackets() -> None:
    assert host_name("[::1]:80") == "::1"
    assert host_name("Example.org:8080") == "example.org"
    assert host_name("a@b") is None
    assert host_name("a:b") is None


def test_every_answer_has_the_security_headers(shared: Tried) -> None:
    for path in ("/api/v1/health", "/api/v1/nothing", "/api/docs", "/nothing", "/api/v1/jobs/x"):
        headers = shared.client.get(path).headers
        policy = headers["content-security-policy"]
        assert "unsafe-inline" not in policy
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "access-control-allow-origin" not in headers
    refused = shared.client.get("/api/v1/health", headers={"Host": "evil.example"})
    assert "content-security-policy" in refused.headers


def test_the_documentation_needs_no_inline_script_or_style(shared: Tried) -> None:
    page = shared.client.get("/api/docs").text
    assert "<script" not in page
    assert "style=" not in page
    assert "/api/v1/talk" in page
    assert "curl -X POST http://127.0.0.1:8765/api/v1/talk" in page
    assert shared.client.get("/api/docs.css").headers["content-type"].startswith("text/css")


def test_the_documentation_shows_a_token_where_there_are_accounts(tmp_path: Path) -> None:
    app = create_app(Settings(folder=tmp_path, users=True))
    shown = unescape(page(app, "https://studio.example"))
    assert 'curl https://studio.example/api/v1/jobs -H "Authorization: Bearer $TOKEN"' in shown


def test_head_is_answered_wherever_get_is(shared: Tried) -> None:
    for path in ("/api/v1/health", "/api/v1/makers", "/api/docs", "/api/v1/events"):
        answer = shared.client.head(path)
        assert (answer.status_code, answer.content) == (200, b""), path
    assert shared.client.head("/api/v1/nothing").status_code == 404
    length = int(shared.client.head("/api/v1/makers").headers["content-length"])
    assert length == len(shared.client.get("/api/v1/makers").content)


def test_a_method_is_not_overridden(tried: Tried) -> None:
    job = tried.make()["id"]
    answer = tried.client.post(f"/api/v1/jobs/{job}", headers={"X-HTTP-Method-Override": "DELETE"})
    assert answer.status_code == 405
    assert tried.client.options("/api/v1/jobs").status_code == 405


def test_another_site_cannot_change_anything(tried: Tried) -> None:
    for headers in (
        {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://127.0.0.1:9999"}, {"Sec-Fetch-Site": "same-site"},
    ):  # fmt: skip
        answer = tried.client.post("/api/v1/shapes", json={"text": ["a circle"]}, headers=headers)
        assert answer.status_code == 403, headers
    own = {"Origin": "http://127.0.0.1:8765", "Sec-Fetch-Site": "same-origin"}
    assert tried.client.post("/api/v1/shapes", json={"text": ["a circle"]}, headers=own).status_code == 202
    form = tried.client.post("/api/v1/shapes", data={"text": "a circle"}, headers={"Origin": "https://evil.example"})
    assert form.status_code in (403, 422)
    assert len(tried.client.get("/api/v1/jobs").json()["jobs"]) == 1


def test_a_large_body_or_head_is_refused(tmp_path: Path) -> None:
    with served(tmp_path / "studio", body_bytes=1000, header_bytes=4000) as tried:
        json = {"Content-Type": "application/json"}
        answer = tried.client.post("/api/v1/shapes", content=b" " * 1001, headers=json)
        assert answer.status_code == 413
        streamed = tried.client.post("/api/v1/shapes", content=iter([b" " * 600] * 2), headers=json)
        assert streamed.status_code == 413
        assert tried.client.post("/api/v1/shapes", content=b'{"text": ["a"]}', headers=json).status_code == 202
        answer = tried.client.get("/api/v1/health", headers={"X-Large": "x" * 4000})
        assert answer.status_code == 431
        assert tried.client.get(f"/api/v1/health?{'x' * 4000}").status_code == 431


@contextmanager
def connected(settings: Settings) -> Iterator[socket.socket]:
    """A connection to a server with these settings."""
    with running(settings) as (address, _app):
        port = int(address.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            yield connection


@pytest.mark.parametrize(
    ("path", "host", "status"),
    [("shapes", "127.0.0.1", 413), ("files", "127.0.0.1", 401), ("files", "evil.example", 421)],
)
def test_who_is_refused_reads_it_after_sending_all_of_a_large_body(
    tmp_path: Path, path: str, host: str, status: int
) -> None:
    size = 8_000_000
    with connected(Settings(folder=tmp_path / "studio", users=True)) as connection:
        head = f"POST /api/v1/{path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {size}\r\n"
        connection.sendall(head.encode() + b"Content-Type: multipart/form-data; boundary=x\r\n\r\n" + b" " * size)
        assert connection.recv(1000).startswith(f"HTTP/1.1 {status} ".encode())


def test_who_waits_to_be_asked_for_a_large_body_is_refused_without_it(tmp_path: Path) -> None:
    with connected(Settings(folder=tmp_path / "studio")) as connection:
        head = "POST /api/v1/shapes HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 8000000\r\n"
        connection.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 413 ")


def test_who_asks_too_often_waits(tmp_path: Path) -> None:
    with served(tmp_path / "studio", requests_each_minute=12) as tried:
        answers = [tried.client.get("/api/v1/health") for _ in range(6)]
        assert [one.status_code for one in answers[:2]] == [200, 200]
        assert answers[-1].status_code == 429
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 10


def test_rates_fill_up_again_and_stay_bounded() -> None:
    rates = Rates(60)
    assert [rates.wait("a", 0.0) for _ in range(11)] == [None] * 10 + [1]
    assert rates.wait("b", 0.0) is None
    assert rates.wait("a", 2.0) is None
    for number in range(MOST_KEYS + 100):
        rates.wait(str(number), 3.0)
    assert len(rates._left) == MOST_KEYS


def test_a_mistake_of_the_studio_shows_no_details(tmp_path: Path) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError("secret")

    sent = asyncio.run(answered(Guard(broken, Settings(folder=tmp_path)), "GET", [b""]))
    assert sent[0]["status"] == 500
    assert b"secret" not in sent[1]["body"]


def test_a_body_that_does_not_arrive_is_given_up(tmp_path: Path) -> None:
    async def echo(_scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    guard = Guard(echo, Settings(folder=tmp_path, limits=Limits(upload_idle_seconds=0.05)))
    assert asyncio.run(answered(guard, "POST", [b"one ", b"two"]))[1]["body"] == b"one two"
    assert asyncio.run(answered(guard, "POST", [b"one ", None]))[0]["status"] == 408


async def answered(guard: Guard, method: str, body: list[bytes | None]) -> list[Any]:
    """What a client is sent for a request whose body arrives in parts; None: no more of it ever arrives."""
    sent: list[Any] = []
    parts = list(body)

    async def receive() -> Any:
        part = parts.pop(0) if parts else None
        if part is None:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": method, "path": "/api/v1/x", "raw_path": b"/api/v1/x", "query_string": b"",
        "headers": [(b"host", b"127.0.0.1")], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8765),
        "app": FastAPI(),
    }  # fmt: skip
    await guard(scope, receive, send)
    return sent

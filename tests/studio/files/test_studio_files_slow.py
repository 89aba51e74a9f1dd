"""Uploads over real connections: slow ones and cut ones end, and leave nothing."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from upload_making import left_over, png

from mien.studio.api.app import create_app, server_options
from mien.studio.settings import Limits, Settings

pytestmark = pytest.mark.ui

IDLE_SECONDS = 0.4
_FORM = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'


@contextmanager
def _server(folder: Path, limits: Limits) -> Iterator[int]:
    settings = Settings(folder=folder, limits=limits)
    server = uvicorn.Server(
        uvicorn.Config(create_app(settings), host="127.0.0.1", port=0, log_level="warning", **server_options(settings))
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the module's server."""
    return tmp_path_factory.mktemp("slow")


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    """The port of a server that waits for uploads for `IDLE_SECONDS` only, and takes at most 2 MB."""
    with _server(folder, Limits(upload_idle_seconds=IDLE_SECONDS, free_bytes=0, upload_bytes=2_000_000)) as found:
        yield found


def _begin(port: int, length: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(
        f"POST /api/v1/files HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        f"Content-Length: {length}\r\n\r\n".encode()
    )
    return connection


def _answer(connection: socket.socket) -> tuple[int, str]:
    received = b""
    while b"}" not in received:
        part = connection.recv(65_536)
        if not part:
            break
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), str(json.loads(body)["error"])


def _left(folder: Path) -> list[str]:
    """What uploads left, as soon as the server has noticed that they ended."""
    deadline = time.monotonic() + 30
    while left_over(folder) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left_over(folder)


def test_an_upload_that_pauses_is_refused(port: int, folder: Path) -> None:
    with _begin(port, 10_000) as connection:
        connection.sendall(_FORM + png()[:50])
        status, said = _answer(connection)
    assert status == 408
    assert said == f"the upload paused for more than {IDLE_SECONDS:g} s: send the file again"
    assert _left(folder) == []


def test_an_upload_that_crawls_is_refused(port: int, folder: Path) -> None:
    ended = threading.Event()
    with _begin(port, 100_000) as connection:
        connection.sendall(_FORM)

        def crawl() -> None:
            while not ended.wait(IDLE_SECONDS / 8):
                try:
                    connection.sendall(b"\x89PNG\r\n\x1a\n"[:1])
                except OSError:
                    return

        crawler = threading.Thread(target=crawl)
        crawler.start()
        status, said = _answer(connection)
        ended.set()
        crawler.join()
    assert status in (408, 415)
    assert "too slow" in said
    assert _left(folder) == []


def test_a_connection_that_is_cut_leaves_nothing(port: int, folder: Path) -> None:
    for sent in (b"", _FORM[:20], _FORM, _FORM + png()[:40], _FORM + png() + b"\0" * 1_500_000):
        with _begin(port, 1_900_000) as connection:
            connection.sendall(sent)
        assert _left(folder) == []


def test_a_browser_that_sends_too_much_reads_the_sentence(port: int, folder: Path) -> None:
    with _begin(port, len(_FORM) + 8_000_000) as connection:
        connection.sendall(_FORM + png() + b"\0" * (8_000_000 - len(png())))
        status, said = _answer(connection)
    assert status == 413
    assert "larger than 2 MB" in said
    assert _left(folder) == []

"""Pages that watch are closed all the time: that is no mistake of the studio, and nothing of it is in the log."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest
from anyio import BrokenResourceError

from mien.studio.api.guard import Guard
from mien.studio.settings import Settings

SCOPE: dict[str, Any] = {
    "type": "http", "method": "GET", "path": "/api/v1/events", "raw_path": b"/api/v1/events", "query_string": b"",
    "headers": [(b"host", b"127.0.0.1")], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8765),
}  # fmt: skip


def logged(error: Exception, folder: Path, caplog: pytest.LogCaptureFixture) -> int:
    """How many lines the log has after an answer that had begun has ended with this error."""

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise error

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message: Any) -> None:
        return None

    caplog.clear()
    with caplog.at_level(logging.INFO):
        asyncio.run(Guard(app, Settings(folder=folder))(SCOPE, receive, send))
    return len(caplog.records)


def test_a_client_that_leaves_is_no_mistake_but_others_are(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    gone = ExceptionGroup("unhandled errors in a TaskGroup", [BrokenResourceError()])
    assert logged(gone, tmp_path, caplog) == 0
    assert logged(ExceptionGroup("outer", [gone]), tmp_path, caplog) == 0
    assert logged(KeyError("mien"), tmp_path, caplog) == 1
    assert logged(ExceptionGroup("both", [BrokenResourceError(), KeyError("mien")]), tmp_path, caplog) == 1

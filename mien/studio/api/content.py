"""The content of a file as an answer."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from fastapi import Response
from fastapi.responses import FileResponse
from starlette.types import Receive, Scope, Send

from mien.studio.api.errors import NotFoundError


class ContentResponse(FileResponse):
    """A file with Range, HEAD and If-None-Match."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("head"):
            scope = {**scope, "method": "HEAD"}
        asked = [value.decode("latin-1") for name, value in scope["headers"] if name == b"if-none-match"]
        tags = {one.strip().removeprefix("W/") for one in ",".join(asked).split(",")}
        if self.headers["etag"] in tags or "*" in tags:
            kept = {name: self.headers[name] for name in ("etag", "cache-control") if name in self.headers}
            await Response(status_code=304, headers=kept)(scope, receive, send)
            return
        await super().__call__(scope, receive, send)


def send_file(path: Path, media_type: str, headers: Mapping[str, str]) -> ContentResponse:
    """The content of a file as an answer. Raises NotFoundError where it was removed meanwhile."""
    try:
        state = os.stat(path)  # noqa: PTH116 - the response takes the result of os.stat
    except FileNotFoundError:
        raise NotFoundError("file") from None
    return ContentResponse(path, 200, dict(headers), media_type, stat_result=state)

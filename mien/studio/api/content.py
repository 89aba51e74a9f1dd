"""The content of a file as an answer."""

from __future__ import annotations

import os
import re
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
        # a Range that is none counts as not given (RFC 9110, section 14.2)
        kept_headers = [one for one in scope["headers"] if one[0] != b"range" or _is_range(one[1].decode("latin-1"))]
        scope = {**scope, "headers": kept_headers}
        asked = [value.decode("latin-1") for name, value in scope["headers"] if name == b"if-none-match"]
        tags = {one.strip().removeprefix("W/") for one in ",".join(asked).split(",")}
        if self.headers["etag"] in tags or "*" in tags:
            kept = {name: self.headers[name] for name in ("etag", "cache-control") if name in self.headers}
            await Response(status_code=304, headers=kept)(scope, receive, send)
            return
        await super().__call__(scope, receive, send)


_PART = re.compile(r"\s*(?:([0-9]{1,18})-([0-9]{0,18})|-[0-9]{1,18})\s*")


def _is_range(text: str) -> bool:
    """Whether it is the value of a header Range."""
    unit, _, parts = text.partition("=")
    found = [_PART.fullmatch(part) for part in parts.split(",")]
    ordered = all(one is not None and (not one[2] or int(one[1]) <= int(one[2])) for one in found)
    return unit.strip() == "bytes" and ordered


def send_file(path: Path, media_type: str, headers: Mapping[str, str]) -> ContentResponse:
    """The content of a file as an answer. Raises NotFoundError where it was removed meanwhile."""
    try:
        state = os.stat(path)  # noqa: PTH116 - the response takes the result of os.stat
    except FileNotFoundError:
        raise NotFoundError("file") from None
    return ContentResponse(path, 200, dict(headers), media_type, stat_result=state)

"""The part of a request's body that nobody has read when the request is refused.

A browser reads an answer only once it has sent its request; a connection that is closed before breaks off without it.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.types import Message, Receive, Scope

REST_SECONDS, REST_BYTES = 5.0, 1_000_000_000
"""How much of a refused request is read away, so that a browser comes to read the answer."""


class Body:
    """Hands out the messages of a request, and knows whether its body has come to an end."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        headers = dict(scope["headers"])
        self._receive = receive
        self._ended = b"transfer-encoding" not in headers and headers.get(b"content-length", b"0") == b"0"
        self._waits = b"expect" in headers

    async def receive(self) -> Message:
        """The next message, of ASGI."""
        message = await self._receive()
        self._ended = self._ended or message["type"] != "http.request" or not message.get("more_body", False)
        return message

    def give_up(self) -> None:
        """Leave the rest unread."""
        self._ended = True

    async def read_away(self) -> None:
        """Read the rest, within bounds; not of a client that sends it only when asked to, which this would do."""
        count = 0
        if self._waits:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(REST_SECONDS):
                while not self._ended and count <= REST_BYTES:
                    count += len((await self.receive()).get("body", b""))

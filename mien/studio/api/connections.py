"""Connections that bound what uvicorn does not: how long a client may send no head, and read no answer."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 30.0
"""A connection on which no whole head has come after so long, since it was made or the last answer, is closed."""


STALLED_SECONDS = 300.0
"""A connection whose client has read nothing of an answer for so long is cut. A browser does that with a video that is
paused, and asks for the rest of it when it goes on."""


class BoundedConnection(H11Protocol):
    """A connection that ends where its client sends nothing, the head of a request byte by byte, or reads nothing."""

    _late: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Of asyncio: the client is there."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Of asyncio: the client is gone."""
        self._wait_no_more()
        self._stall_no_more()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Of asyncio: what was written has not been read yet."""
        super().pause_writing()
        self._stalled = self.loop.call_later(STALLED_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Of asyncio: it was read."""
        self._stall_no_more()
        super().resume_writing()

    def handle_events(self) -> None:
        """Of uvicorn: something has come."""
        super().handle_events()
        if self.cycle is not None and not self.cycle.response_complete:
            self._wait_no_more()

    def on_response_complete(self) -> None:
        """Of uvicorn: an answer is complete."""
        self._wait()  # before the next request, which may be there already
        super().on_response_complete()

    def _wait(self) -> None:
        self._wait_no_more()
        self._late = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _wait_no_more(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _stall_no_more(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

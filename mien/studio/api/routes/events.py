"""`GET /api/v1/events`: what happens to one's jobs, as server-sent events."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from mien.studio.api.context import CanRead, studio_of
from mien.studio.api.errors import ERRORS
from mien.studio.people.identity import identify

router = APIRouter(tags=["events"], responses={status: ERRORS[status] for status in (401, 403, 503)})

RETRY_MILLISECONDS = 2000
CHECK_SECONDS = 2.0
"""How often it is checked, at most, that the person of a stream may still see it."""


async def _room(request: Request, context: CanRead) -> None:
    """Refuse a page too many before its stream begins, while there is still a status to answer with."""
    studio_of(request).feed.check_room(context.owner)


@router.get(
    "/events", dependencies=[Depends(_room)], response_class=EventSourceResponse, summary="What happens to your jobs"
)
async def watch(
    request: Request,
    context: CanRead,
    last_event_id: Annotated[str | None, Header(description="The last event that was seen; goes on after it")] = None,
) -> AsyncIterator[ServerSentEvent]:
    """A stream of server-sent events: queued, started, progress, preview, ended, changed, and queue.

    The data is `{"job": the job or null, "queue": {"waiting", "running", "paused"}}`. The first event says how the
    queue is; `"missed": true` in it means that earlier events are gone: load the list of jobs again.
    """
    seen = last_event_id.strip() if last_event_id is not None else ""
    last = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else None
    first, checked, studio = True, time.monotonic(), studio_of(request)
    async for one in studio.feed.told(context.owner, last):
        if studio.settings.users and time.monotonic() - checked > CHECK_SECONDS:
            # signed out or disabled since: the stream ends, and the next one is refused
            if await run_sync(identify, request, studio.db, studio.settings) is None:
                return
            checked = time.monotonic()
        yield ServerSentEvent(
            raw_data=one.data, event=one.kind, id=str(one.id), retry=RETRY_MILLISECONDS if first else None
        )
        first = False

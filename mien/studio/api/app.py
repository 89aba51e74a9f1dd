"""The application: the API, the pages, and what both of them need while the server runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from anyio import to_thread
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError

from mien import __version__
from mien.studio.api.connections import BoundedConnection
from mien.studio.api.context import Studio
from mien.studio.api.errors import add_error_handlers
from mien.studio.api.feed import Feed
from mien.studio.api.guard import Guard
from mien.studio.api.invalid import invalid
from mien.studio.api.rates import Rates
from mien.studio.api.routes import docs, events, files, jobs, makers, people, pipeline, queue, results, voice
from mien.studio.api.submission import warm_up
from mien.studio.api.views import ShownJobs
from mien.studio.database.engine import Database
from mien.studio.pages import routes
from mien.studio.pages.error_pages import error_page
from mien.studio.queue.wakeups import Wakeups
from mien.studio.settings import Settings

PREFIX = "/api/v1"

DESCRIPTION = """Text in, faces and figures that move out: five makers, a queue of jobs, and their results.

Ask a maker for something (`POST /api/v1/talk`), follow the job that it answers with (`GET /api/v1/jobs/ID`, or the
events of `/api/v1/events`), and download its files. Errors are `{"error": sentence, "field": name or null}`.
Where the studio has accounts, send `Authorization: Bearer` and a token that you made on the page of your account.
"""


def create_app(settings: Settings) -> FastAPI:
    """The application of a studio with these settings. It opens the database when the server starts."""
    app = FastAPI(
        title="mien studio", version=__version__, description=DESCRIPTION, openapi_url="/api/openapi.json",
        docs_url=None, redoc_url=None, lifespan=_lifespan(settings),
    )  # fmt: skip
    app.state.settings = settings
    app.state.error_page = error_page
    app.add_middleware(Guard, settings=settings)
    add_error_handlers(app)
    app.exception_handler(RequestValidationError)(invalid)
    for part in (jobs, queue, results, files, events, makers, people, pipeline, voice):
        app.include_router(part.router, prefix=PREFIX)
    app.include_router(docs.router)
    app.include_router(routes.router)
    return app


def server_options(settings: Settings) -> dict[str, Any]:
    """Options of uvicorn that the limits need: of the head of a request, of idle connections, and of the end."""
    return {
        "http": BoundedConnection, "h11_max_incomplete_event_size": 2 * settings.limits.header_bytes,
        "server_header": False, "timeout_keep_alive": 20, "timeout_graceful_shutdown": 3, "ws": "none",
        "proxy_headers": settings.secure,
    }  # fmt: skip


def _lifespan(settings: Settings) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        settings.folder.mkdir(parents=True, exist_ok=True)
        db = Database.open(settings.database_url)
        try:
            wakeups = Wakeups.open(settings)
            feed = Feed(db, ShownJobs(db, settings))
            app.state.studio = Studio(settings, db, wakeups, feed, Rates(settings.limits.requests_each_minute))
            await to_thread.run_sync(warm_up, settings)
            try:
                async with feed:
                    yield
            finally:
                wakeups.close()
        finally:
            db.close()

    return lifespan

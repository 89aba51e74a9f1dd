"""The application: the API, the pages, and what both of them need while the server runs."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI

from mien import __version__
from mien.studio.api.context import Studio
from mien.studio.api.errors import add_error_handlers
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
    add_error_handlers(app)
    for module, prefix in _ROUTERS.items():
        router = _router(module)
        if router is not None:
            app.include_router(router, prefix=prefix)
    return app


_ROUTERS = {
    "mien.studio.api.files": PREFIX,
    "mien.studio.api.people": PREFIX,
    "mien.studio.api.pipeline": PREFIX,
    "mien.studio.pages.routes": "",
}


def _router(module: str) -> APIRouter | None:
    """The router of a module; None while there is no such module yet."""
    try:
        router: APIRouter = importlib.import_module(module).router
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        return None
    return router


def _lifespan(settings: Settings) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        from mien.studio.api.feed import Feed
        from mien.studio.database.engine import Database
        from mien.studio.queue.wakeups import Wakeups

        settings.folder.mkdir(parents=True, exist_ok=True)
        db = Database.open(settings.database_url)
        try:
            wakeups = Wakeups.open(settings)
            feed = Feed(db)
            app.state.studio = Studio(settings, db, wakeups, feed)
            async with feed:
                yield
        finally:
            db.close()

    return lifespan

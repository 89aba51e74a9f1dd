"""Errors of the API: always JSON with one sentence, `{"error": sentence, "field": name or null}`.

The sentence is in the language that the request asks for, where the catalogues have it, otherwise in English.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from starlette.exceptions import HTTPException

from mien.errors import InputError
from mien.studio.database.errors import DatabaseError
from mien.studio.files.errors import FileError
from mien.studio.history.search import CursorError
from mien.studio.history.use import GoneError
from mien.studio.pages.catalogue import Translator
from mien.studio.pages.sayings import said
from mien.studio.pages.templates import language_of
from mien.studio.people.errors import AccountError, CrossSiteError, TooManyTriesError
from mien.studio.queue.errors import JobStateError, KeyReusedError, NoSuchJobError, QueueFullError, TooMuchWorkError
from mien.studio.settings import Settings
from mien.studio.worker.space import has_space

LOG = logging.getLogger(__name__)

RETRY_SECONDS = 30
"""When to ask again, where no better time is known."""


class ErrorBody(BaseModel):
    """The body of every error."""

    error: str = Field(description="What is wrong and what to do, in one sentence", examples=["there is no such job"])
    field: str | None = Field(default=None, description="The field of the request that is meant", examples=["text"])


class ApiError(Exception):
    """A request that is answered with `status` and a sentence. field: the field of the request that is meant."""

    def __init__(
        self, status: int, message: str, field: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.field, self.headers = status, message, field, dict(headers or {})


class NotFoundError(ApiError):
    """There is no such thing, or it is another person's."""

    def __init__(self, what: str) -> None:
        super().__init__(404, f"there is no such {what}")


class RetryError(ApiError):
    """Too much at once (429), or not now (503): `seconds` until it is worth trying again."""

    def __init__(self, message: str, seconds: float, status: int = 429) -> None:
        super().__init__(status, message, headers={"Retry-After": str(max(1, math.ceil(seconds)))})


def error_response(
    status: int, message: str, field: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """The answer of an error."""
    return JSONResponse({"error": printable(message), "field": field}, status, dict(headers or {}))


def printable(text: str) -> str:
    """A text that can be sent: lone surrogates and control characters as `?`."""
    sendable = text.encode("utf-8", "replace").decode()
    return "".join(one if one.isprintable() or one == " " else " " for one in sendable)


ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody, "description": what}
    for status, what in {
        400: "The request cannot be read",
        401: "Sign in, or give a token",
        403: "Not allowed",
        404: "There is no such thing",
        409: "Its state forbids that",
        413: "The request is too large",
        422: "The request cannot be met; the sentence says why",
        429: "Too much at once; Retry-After says when to try again",
        503: "Not now; Retry-After says when to try again",
    }.items()
}
"""The errors that any route may answer, for the documentation of the API."""


def add_error_handlers(app: FastAPI) -> None:
    """Answer every error of the API as JSON, and those of pages by `app.state.error_page` where there is one."""
    app.exception_handler(ApiError)(_api_error)
    app.exception_handler(HTTPException)(_http_error)
    app.exception_handler(InputError)(_input_error)
    app.exception_handler(CursorError)(_cursor_error)
    app.exception_handler(FileError)(_file_error)
    app.exception_handler(CrossSiteError)(_cross_site)
    app.exception_handler(AccountError)(_account_error)
    for kind in (OperationalError, InterfaceError, NoConnectionError):
        app.exception_handler(kind)(_database_fault)
    app.exception_handler(DataError)(_not_kept)


async def _api_error(request: Request, error: ApiError) -> Response:
    return answer(request, error.status, error.message, error.field, error.headers)


_STATUS: dict[type[InputError], int] = {
    NoSuchJobError: 404,
    JobStateError: 409,
    KeyReusedError: 409,
    GoneError: 409,
    QueueFullError: 429,
    TooMuchWorkError: 429,
    DatabaseError: 503,
}
"""Of errors that are not answered by 422."""


async def _input_error(request: Request, error: InputError) -> Response:
    status = next((_STATUS[one] for one in type(error).__mro__ if one in _STATUS), 422)
    retry = getattr(error, "retry_after", None) or (RETRY_SECONDS if status in (429, 503) else None)
    headers = {} if retry is None else {"Retry-After": str(retry)}
    return answer(request, status, str(error), getattr(error, "field", None), headers)


async def _cursor_error(request: Request, error: CursorError) -> Response:
    return answer(request, 422, str(error), "cursor")


async def _file_error(request: Request, error: FileError) -> Response:
    headers = {} if error.retry_after is None else {"Retry-After": str(math.ceil(error.retry_after))}
    return answer(request, error.status, str(error), "file", headers)


async def _cross_site(request: Request, error: CrossSiteError) -> Response:
    return answer(request, 403, str(error))


async def _account_error(request: Request, error: AccountError) -> Response:
    if isinstance(error, TooManyTriesError):
        return answer(request, 429, str(error), None, {"Retry-After": str(error.retry_after)})
    return answer(request, 422, str(error), error.field)


async def _not_kept(request: Request, _error: DataError) -> Response:
    """Of a value that the database refuses, such as a NUL character in PostgreSQL."""
    return answer(request, 422, "a text holds a NUL character: leave it out")


async def _database_fault(request: Request, error: Exception) -> Response:
    """Of a database that cannot be reached or written just now, such as one on a full disk or that starts again."""
    LOG.error("%s %s: the database failed: %s", request.method, request.url.path, error)
    settings: Settings = request.app.state.settings
    if has_space(settings.folder, settings.limits.free_bytes):
        sentence = "the studio's database cannot be reached or written just now: try again in a moment"
    else:
        sentence = "the studio's disk is full: make room on it, and what waits goes on by itself"
    return answer(request, 503, sentence, None, {"Retry-After": str(RETRY_SECONDS)})


async def _http_error(request: Request, error: HTTPException) -> Response:
    messages = {404: "there is nothing here", 405: "this address cannot be asked for in this way"}
    message = messages.get(error.status_code, "") or str(error.detail)
    if error.status_code == 400 and "parsing the body" in message:
        message = "the body of the request cannot be read: send JSON in UTF-8"
    return answer(request, error.status_code, message, None, error.headers)


def answer(
    request: Request, status: int, message: str, field: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """The answer of an error to this request: JSON below /api, elsewhere a page."""
    page = getattr(request.app.state, "error_page", None)
    if page is not None and not request.url.path.startswith("/api"):
        response: Response = page(request, status, printable(message))
        response.headers.update(dict(headers or {}))
        return response
    # a page's script names the reader's language; programs name none and are answered in English
    return error_response(status, said(Translator(language_of(request)), message), field, headers)

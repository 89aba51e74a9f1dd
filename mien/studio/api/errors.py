"""Errors of the API: always JSON with one sentence, `{"error": sentence, "field": name or null}`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from mien.errors import InputError


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
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(HTTPException)(_http_error)
    app.exception_handler(InputError)(_input_error)


async def _api_error(request: Request, error: ApiError) -> Response:
    return answer(request, error.status, error.message, error.field, error.headers)


async def _input_error(request: Request, error: InputError) -> Response:
    return answer(request, 422, str(error))


async def _http_error(request: Request, error: HTTPException) -> Response:
    messages = {404: "there is nothing here", 405: "this address cannot be asked for in this way"}
    message = messages.get(error.status_code, "") or str(error.detail)
    if error.status_code == 400 and "parsing the body" in message:
        message = "the body of the request cannot be read: send JSON in UTF-8"
    return answer(request, error.status_code, message, None, error.headers)


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    first = error.errors()[0]
    field = next((str(one) for one in first["loc"][1:] if isinstance(one, str)), None)
    return answer(request, 422, sentence_of(first), field)


def answer(
    request: Request, status: int, message: str, field: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """The answer of an error to this request: JSON below /api, elsewhere a page."""
    page = getattr(request.app.state, "error_page", None)
    if page is not None and not request.url.path.startswith("/api"):
        response: Response = page(request, status, printable(message))
        response.headers.update(dict(headers or {}))
        return response
    return error_response(status, message, field, headers)


def sentence_of(error: Mapping[str, Any]) -> str:
    """An error of Pydantic as a sentence that names the field."""
    named = ".".join(str(one) for one in error["loc"][1:]) or "the body"
    kind = error["type"]
    if kind == "json_invalid":
        return "the body of the request is no JSON"
    if kind == "missing":
        return f"{named} is missing"
    if kind == "extra_forbidden":
        return f"there is no field {named[:60]!r}"
    said = str(error["msg"]).removeprefix("Value error, ")
    said = said.replace("Input should be", "it must be").replace("String should", "the text must")
    return f"{named[:60]}: {said[:1].lower()}{said[1:]}"

"""Answers to requests whose parameters or bodies do not fit: one sentence that names the field."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response

from mien.makers.forms import build_request
from mien.makers.systems import SYSTEMS
from mien.studio.api.errors import answer
from mien.systems.errors import RequestError


async def invalid(request: Request, error: RequestValidationError) -> Response:
    """The answer to a request that FastAPI refuses."""
    first = error.errors()[0]
    kind = first["type"]
    if kind == "json_invalid":
        return answer(request, 400, "the body of the request is no JSON")
    field = next((str(one)[:60] for one in first["loc"][1:] if isinstance(one, str)), None)
    if kind in ("model_attributes_type", "dict_type") and len(first["loc"]) == 1:
        return answer(request, 422, "the body must be a JSON object: send it with Content-Type: application/json")
    if kind in ("extra_forbidden", "model_attributes_type", "dict_type"):
        field = None
    return answer(request, 422, _of_maker(request, error.body, first) or sentence_of(first), field)


def _of_maker(request: Request, body: Any, error: Mapping[str, Any]) -> str | None:
    """What the request of a maker says about the body; None for another route, or where the maker finds nothing."""
    system = SYSTEMS.get(getattr(request.scope.get("route"), "name", ""))
    if system is None or not isinstance(body, dict) or error["loc"][:1] != ("body",) or error["loc"][-1] == "output":
        return None
    values = {str(name): value for name, value in body.items() if name != "output"}
    try:
        build_request(system, values, lambda _id, _kinds, _field: Path("given"))
    except RequestError as found:
        return str(found)
    return None


def sentence_of(error: Mapping[str, Any]) -> str:
    """An error of Pydantic as a sentence that names the field."""
    named = ".".join(str(one) for one in error["loc"][1:])[:60] or "the body"
    if error["type"] == "missing":
        return f"{named} is missing"
    if error["type"] == "extra_forbidden":
        return f"there is no field {named!r}"
    said = str(error["msg"]).removeprefix("Value error, ")
    said = said.replace("Input should be", "it must be").replace("String should", "the text must")
    return f"{named}: {said[:1].lower()}{said[1:]}"

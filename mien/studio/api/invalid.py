"""Answers to requests whose parameters or bodies do not fit: one sentence that names the field."""

from __future__ import annotations

import re
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
from mien.systems.request import json_form


async def invalid(request: Request, error: RequestValidationError) -> Response:
    """The answer to a request that FastAPI refuses."""
    first = error.errors()[0]
    kind = first["type"]
    if kind == "json_invalid":
        return answer(request, 400, "the body of the request is no JSON")
    field = next((str(one)[:60] for one in first["loc"][1:] if isinstance(one, str)), None)
    if kind in ("model_attributes_type", "dict_type") and len(first["loc"]) == 1:
        if "json" in request.headers.get("content-type", "").lower():
            said = f"the body must be a JSON object, its fields by their names, not {_shown(first['input'])}"
            return answer(request, 422, said)
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


WANTED: Mapping[str, str] = {
    "^[0-9a-f]{32}$": "an id of the studio: 32 digits and letters from a to f",
    "^[!-~]+$": "letters, digits and signs of ASCII without spaces",
    "^[a-z0-9_-]+$": "the name of a file of the result, such as file or captions",
    r"^[a-z]+\.[a-z_]+$": "a maker and its field, such as talk.image",
    r"^([A-Za-z0-9][A-Za-z0-9_-]{0,63})?$": "at most 64 letters, digits, - and _, and begin with a letter or digit",
}
"""What the patterns of parameters and bodies ask for, in words."""

_KINDS = {
    "int": "a whole number", "float": "a number", "bool": "yes or no", "string": "a text", "list": "a list",
    "date": "a date such as 2026-11-30", "uuid": "an id that the list of runs gives",
}  # fmt: skip
_BOUNDS = {
    "greater_than_equal": ("at least", "ge"), "less_than_equal": ("at most", "le"), "greater_than": ("more than", "gt"),
    "less_than": ("less than", "lt"),
}  # fmt: skip


def sentence_of(error: Mapping[str, Any]) -> str:
    """An error of Pydantic as a sentence that names the field and says what is allowed."""
    named = ".".join(str(one) for one in error["loc"][1:])[:60] or "the body"
    kind, given, context = str(error["type"]), error.get("input"), error.get("ctx", {})
    if kind == "missing":
        return f"{named} is missing"
    if kind == "extra_forbidden":
        return f"there is no field {named!r}"
    if kind == "string_too_long":
        return f"{named} has {len(given or '')} characters, at most {context['max_length']} are allowed: shorten it"
    if kind == "string_too_short":
        return f"{named} has {len(given or '')} characters, at least {context['min_length']} are needed"
    wanted = _wanted(kind, context)
    if wanted is not None:
        return f"{named} must be {wanted}, not {_shown(given)}"
    said = str(error["msg"]).removeprefix("Value error, ")
    said = said.replace("Input should be", "it must be").replace("String should", "the text must")
    return f"{named}: {said[:1].lower()}{said[1:]}"


def _wanted(kind: str, context: Mapping[str, Any]) -> str | None:
    """What a value must be; None for an error of another kind."""
    if kind == "literal_error":
        choices = re.findall("'([^']*)'", str(context["expected"]))
        return f"one of {', '.join(choices)}"
    if kind == "string_pattern_mismatch":
        pattern = str(context["pattern"])
        words = re.fullmatch(r"\^\(([a-z_|]+)\)\$", pattern)
        return f"one of {words[1].replace('|', ', ')}" if words else WANTED.get(pattern)
    if kind in _BOUNDS:
        words_of, key = _BOUNDS[kind]
        return f"{words_of} {context[key]:,}"
    if kind.endswith(("_type", "_parsing", "_parsing_size", "_from_datetime_inexact", "int_from_float")):
        return _KINDS.get(kind.split("_")[0])
    return None


def _shown(given: object) -> str:
    return json_form(given) or repr(" ".join(str(given).split())[:40])

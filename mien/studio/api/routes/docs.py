"""`/api/docs`: the documentation of the API as one plain page, made from its OpenAPI description, without scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, Response

from mien.studio.pages.templates import static

router = APIRouter(include_in_schema=False)

STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid; border-radius: .4rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .9rem; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; }
section { border-top: 1px solid; margin-top: 2rem; }
h3 code { font-weight: 700; }
"""


@router.get("/api/docs")
def docs(request: Request) -> HTMLResponse:
    """The page."""
    app: FastAPI = request.app
    return HTMLResponse(page(app, str(request.base_url).rstrip("/")))


@router.get("/api/docs.css")
def style() -> Response:
    """Its style."""
    return Response(STYLE, media_type="text/css")


def page(app: FastAPI, base: str) -> str:
    """The HTML of the documentation. base: the address of the studio, for the examples."""
    described, users = app.openapi(), app.state.settings.users
    tags: dict[str, list[str]] = {}
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            tag = (operation.get("tags") or ["other"])[0]
            tags.setdefault(tag, []).append(_operation(described, base, users, method, path, operation))
    body = "".join(f"<section><h2>{escape(tag)}</h2>{''.join(parts)}</section>" for tag, parts in tags.items())
    about = "".join(f"<p>{_text(part)}</p>" for part in described["info"]["description"].split("\n\n"))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>API of the mien studio</title>'
        f'<link rel="icon" type="image/svg+xml" href="{static("icon.svg")}">'
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/api/docs.css"></head><body>'
        f"<h1>API of the mien studio</h1>{about}"
        '<p>As OpenAPI: <a href="/api/openapi.json">/api/openapi.json</a>. <a href="/">Back to the studio</a></p>'
        f"{body}</body></html>"
    )


def _text(text: str) -> str:
    """A description as HTML: in one line, and what stands in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(" ".join(text.split())))


def _operation(
    described: Mapping[str, Any], base: str, users: bool, method: str, path: str, operation: Mapping[str, Any]
) -> str:
    rows = [
        _row(one["name"], one["in"], one.get("description", ""), one.get("schema", {}), one.get("required", False))
        for one in operation.get("parameters", ())
    ]
    example: tuple[str, Any] | None = None
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        schema = _resolved(described, content.get("schema", {}))
        needed = schema.get("required", ())
        for name, one in schema.get("properties", {}).items():
            rows.append(_row(name, "body", one.get("description", ""), one, name in needed))
        example = example or (media_type, _example(content, schema))
    table = f"<table><tr><th>Name<th>In<th>Meaning</tr>{''.join(rows)}</table>" if rows else ""
    answers = ", ".join(escape(str(status)) for status in operation.get("responses", {}))
    summary = _text(operation.get("summary", "").rstrip("."))
    about = operation.get("description", "")
    return (
        f"<h3><code>{method.upper()} {escape(path)}</code></h3><p><strong>{summary}.</strong> {_text(about)}</p>"
        f"{table}<p>Answers: {answers}</p><pre>{escape(curl(base, method, path, example, users))}</pre>"
    )


def _row(name: str, place: str, meaning: str, schema: Mapping[str, Any], required: bool) -> str:
    notes = [*(["required"] if required else []), *_bounds(schema)]
    shown = f" ({escape('; '.join(notes))})" if notes else ""
    return f"<tr><td><code>{escape(name)}</code><td>{escape(place)}<td>{_text(meaning)}{shown}</tr>"


def _bounds(schema: Mapping[str, Any]) -> Iterator[str]:
    """What a value may be, and what it is where it is left out."""
    one = _plain(schema)
    if "enum" in one:
        yield "one of " + ", ".join(str(choice) for choice in one["enum"])
    least, most = one.get("minimum", one.get("exclusiveMinimum")), one.get("maximum")
    if least is not None and most is not None and most < 1e9:
        yield f"{least:g} to {most:g}"
    default = schema.get("default")
    if default not in (None, "", []):
        yield f"default {json.dumps(default, ensure_ascii=False)}"


def _plain(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of a value that is not null."""
    return next((one for one in schema.get("anyOf", ()) if one.get("type") != "null"), schema)


def _resolved(described: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    named = next((one["$ref"] for one in (schema, *schema.get("anyOf", ())) if "$ref" in one), None)
    found: Mapping[str, Any] = described["components"]["schemas"][named.rpartition("/")[2]] if named else schema
    return found


def _example(content: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    """The body of an example: the one that is described, else one of the values that the fields describe."""
    examples = list(content.get("examples", {}).values())
    if examples:
        return examples[0].get("value")
    needed = schema.get("required", ())
    fields = {name: _value(one) for name, one in schema.get("properties", {}).items() if name in needed}
    return fields or dict([(name, _value(one)) for name, one in schema.get("properties", {}).items()][:1])


def _value(schema: Mapping[str, Any]) -> Any:
    one = _plain(schema)
    shown = schema.get("examples") or one.get("examples") or one.get("enum")
    if shown:
        return shown[0]
    return {"integer": 7, "number": 1.0, "boolean": True, "array": [], "object": {}}.get(one.get("type", ""), "…")


def curl(base: str, method: str, path: str, example: tuple[str, Any] | None, users: bool = False) -> str:
    """A command line that sends such a request. users: with a token, which stands in the variable TOKEN."""
    shown = path.replace("{role}", "file")
    shown = re.sub(r"\{[a-z_]+\}", "ID", shown)
    parts = ["curl" if method == "get" else f"curl -X {method.upper()}", f"{base}{shown}"]
    if users and not path.endswith(("/health", "/sign-in")):
        parts.append('-H "Authorization: Bearer $TOKEN"')
    if example is not None and example[0] == "multipart/form-data":
        parts.append("-F file=@photo.jpg")
    elif example is not None and example[1] is not None:
        body = json.dumps(example[1], ensure_ascii=False).replace("'", "'\\''")
        parts.append(f"-H 'Content-Type: application/json' -d '{body}'")
    return " ".join(parts)

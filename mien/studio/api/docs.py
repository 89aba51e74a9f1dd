"""`/api/docs`: the documentation of the API as one plain page, made from its OpenAPI description, without scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, Response

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
    described = app.openapi()
    tags: dict[str, list[str]] = {}
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            tag = (operation.get("tags") or ["other"])[0]
            tags.setdefault(tag, []).append(_operation(described, base, method, path, operation))
    body = "".join(f"<section><h2>{escape(tag)}</h2>{''.join(parts)}</section>" for tag, parts in tags.items())
    about = "".join(f"<p>{escape(part)}</p>" for part in described["info"]["description"].split("\n\n"))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>API of the mien studio</title>'
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/api/docs.css"></head><body>'
        f"<h1>API of the mien studio</h1>{about}"
        '<p>As OpenAPI: <a href="/api/openapi.json">/api/openapi.json</a>. <a href="/">Back to the studio</a></p>'
        f"{body}</body></html>"
    )


def _operation(described: Mapping[str, Any], base: str, method: str, path: str, operation: Mapping[str, Any]) -> str:
    rows = [
        _row(one["name"], one["in"], one.get("description", ""), one.get("required", False))
        for one in operation.get("parameters", ())
    ]
    example = None
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        rows += _body_rows(described, content.get("schema", {}))
        example = example or (media_type, _example(content))
    table = f"<table><tr><th>Name<th>In<th>Meaning</tr>{''.join(rows)}</table>" if rows else ""
    answers = ", ".join(escape(str(status)) for status in operation.get("responses", {}))
    summary, about = escape(operation.get("summary", "")), escape(" ".join(operation.get("description", "").split()))
    return (
        f"<h3><code>{method.upper()} {escape(path)}</code></h3><p><strong>{summary}.</strong> "
        f"{about}</p>{table}<p>Answers: {answers}</p>"
        f"<pre>{escape(curl(base, method, path, example))}</pre>"
    )


def _row(name: str, place: str, meaning: str, required: bool) -> str:
    needed = " (required)" if required else ""
    return f"<tr><td><code>{escape(name)}</code><td>{escape(place)}<td>{escape(meaning)}{needed}</tr>"


def _body_rows(described: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[str]:
    named = next((one["$ref"] for one in (schema, *schema.get("anyOf", ())) if "$ref" in one), None)
    found = described["components"]["schemas"][named.rpartition("/")[2]] if named else schema
    for name, one in found.get("properties", {}).items():
        yield _row(name, "body", one.get("description", one.get("title", "")), name in found.get("required", ()))


def _example(content: Mapping[str, Any]) -> Any:
    examples = list(content.get("examples", {}).values())
    return examples[0].get("value") if examples and isinstance(examples[0], dict) else None


def curl(base: str, method: str, path: str, example: tuple[str, Any] | None) -> str:
    """A command line that sends such a request."""
    shown = path.replace("{", "").replace("}", "").replace("job_id", "ID").replace("file_id", "ID")
    parts = ["curl" if method == "get" else f"curl -X {method.upper()}", f"{base}{shown}"]
    if example is not None and example[0] == "multipart/form-data":
        parts.append("-F file=@photo.jpg")
    elif example is not None and example[1] is not None:
        body = json.dumps(example[1], ensure_ascii=False).replace("'", "'\\''")
        parts.append(f"-H 'Content-Type: application/json' -d '{body}'")
    return " ".join(parts)

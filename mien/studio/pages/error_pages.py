"""Errors as pages: what is wrong and where to go from there; who is not signed in goes to the page for that."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from mien.studio.pages.catalogue import LANGUAGES, Translator
from mien.studio.pages.templates import STATIC, asked_language, render, version

router = APIRouter(include_in_schema=False)

OWN_TEXTS = frozenset((403, 404, 429, 500, 503))
"""The statuses whose pages have texts of their own."""


def error_page(request: Request, status: int, message: str) -> Response:
    """The page of an error. `message`: one sentence of the server, in English."""
    part = request.headers.get("hx-request") == "true"
    if status == 401:
        return _to_sign_in(request, part)
    key = f"error.{status}" if status in OWN_TEXTS else "error.other"
    settings = getattr(request.app.state, "settings", None)
    users = bool(settings is not None and settings.users)
    said = message if status not in OWN_TEXTS else ""
    return render(request, "error.html", users=users, status=status, status_shown=status, key=key, said=said)


def _to_sign_in(request: Request, part: bool) -> Response:
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    address = "/sign-in" if path == "/" or request.method != "GET" or part else f"/sign-in?next={quote(path)}"
    if part:  # a redirect would be followed within the page
        return Response(status_code=401, headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})


@router.get("/offline")
def offline(request: Request) -> HTMLResponse:
    """The page that a browser keeps, and shows where the studio does not answer; in all languages, and of nobody."""
    others = {code: Translator(code) for code in LANGUAGES if code != asked_language(request)}
    return render(request, "offline.html", users=True, others=others)


@router.get("/offline-worker.js")
def offline_worker() -> Response:
    """The service worker that keeps that page. At the root, because it may only serve pages below its own place."""
    script = (STATIC / "js" / "offline.js").read_text(encoding="utf-8")
    content = f'const VERSION = "{version()}";\n{script}'
    return Response(content, media_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})

"""The routes of the makers' page, and of the static files."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from mien.studio.api.context import CanRead
from mien.studio.pages import account_pages, admin_pages, error_pages, history_pages, job_pages, pipeline_pages
from mien.studio.pages.catalogue import DEFAULT, Translator, catalogue
from mien.studio.pages.forms import MAKERS, form_of
from mien.studio.pages.sayings import PREFIX, particular
from mien.studio.pages.showing import show
from mien.studio.pages.templates import asked_language, static_files_on_disk, version
from mien.studio.pages.voices import languages, voices

router = APIRouter(include_in_schema=False)
for own in (history_pages, job_pages, pipeline_pages, account_pages, admin_pages, error_pages):
    router.include_router(own.router)

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
    ".webp": "image/webp", ".jpg": "image/jpeg", ".png": "image/png",
}  # fmt: skip


@cache
def static_files() -> dict[str, Path]:
    """The files that are served under /static, by their path there; no other path is ever looked up on the disk."""
    return {name: path for name, path in static_files_on_disk().items() if path.suffix in MEDIA_TYPES}


@router.api_route("/static/{digest}/{path:path}", methods=["GET", "HEAD"])
def static_file(digest: str, path: str) -> Response:
    """A static file. Under the digest of the present ones it may be kept for a year."""
    file = static_files().get(path)
    if file is None:
        raise HTTPException(404, "there is no such file")
    keep = "public, max-age=31536000, immutable" if digest == version() else "no-cache"
    return FileResponse(file, media_type=MEDIA_TYPES[file.suffix], headers={"Cache-Control": keep})


@router.get("/")
def first_page(request: Request, context: CanRead) -> HTMLResponse:
    """The page of the first maker."""
    return make_page(MAKERS[0], request, context)


@router.get("/make/{command}")
def make_page(command: str, request: Request, context: CanRead) -> HTMLResponse:
    """The page of a maker: its form, the result, and the queue."""
    if command not in MAKERS:
        raise HTTPException(404, "there is no such maker")
    t = Translator(asked_language(request))
    form = form_of(command, t)
    return show(
        request, context, "make.html", "make", form=form, form_data=form.data(), makers=MAKERS, spoken=languages(t),
        voices=voices(t), emotions=_emotions(t),
        may_pause=context.person.may("admin"), sentences=_sentences(t.language),
        worker_command=context.settings.hint("worker"),
    )  # fmt: skip


def _emotions(t: Translator) -> list[tuple[str, str]]:
    return [(code, t(f"choice.emotion.{code}")) for code in ("HAP", "SAD", "ANG", "FEA", "DIS")]


@cache
def _sentences(language: str) -> dict[str, str]:
    """English sentence of the studio → the same in another language, for the page's script; English needs none."""
    if language == DEFAULT:
        return {}
    english, own = catalogue(DEFAULT), catalogue(language)
    known = [(text, own[key]) for key, text in english.items() if key.startswith(PREFIX)]
    return dict(sorted(known, key=lambda one: particular(one[0])))

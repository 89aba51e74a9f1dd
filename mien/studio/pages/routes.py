"""The routes of the makers' page, and of the static files."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse, Response

from mien.studio.pages import account_pages, admin_pages, history_pages, job_pages, pipeline_pages
from mien.studio.pages.templates import STATIC, version

router = APIRouter(include_in_schema=False)
for own in (history_pages, job_pages, pipeline_pages, account_pages, admin_pages):
    router.include_router(own.router)

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
    ".webp": "image/webp", ".jpg": "image/jpeg", ".png": "image/png",
}  # fmt: skip


@cache
def static_files() -> dict[str, Path]:
    """The files that are served under /static, by their path there; no other path is ever looked up on the disk."""
    found = (path for path in STATIC.rglob("*") if path.suffix in MEDIA_TYPES)
    return {path.relative_to(STATIC).as_posix(): path for path in found}


@router.api_route("/static/{digest}/{path:path}", methods=["GET", "HEAD"])
def static_file(digest: str, path: str) -> Response:
    """A static file. Under the digest of the present ones it may be kept for a year."""
    file = static_files().get(path)
    if file is None:
        raise HTTPException(404, "there is no such file")
    keep = "public, max-age=31536000, immutable" if digest == version() else "no-cache"
    return FileResponse(file, media_type=MEDIA_TYPES[file.suffix], headers={"Cache-Control": keep})

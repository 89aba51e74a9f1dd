"""Routes of files: uploading, showing and removing them, opening a result, and many results as one zip."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import FileResponse, JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import select
from starlette.requests import ClientDisconnect

from mien.studio.api.content import send_file
from mien.studio.api.context import CanMake, CanRead, Studio
from mien.studio.api.errors import ERRORS, ApiError
from mien.studio.database.tables import Job
from mien.studio.files.inspector import Inspector
from mien.studio.files.keeping import content, file_view, find, listed, preview, remove
from mien.studio.files.multipart import MOST_OUTSIDE, FormFile, paced
from mien.studio.files.names import disposition
from mien.studio.files.place import is_id
from mien.studio.files.reading import opened
from mien.studio.files.upload import KIND_WORDS, Uploads
from mien.studio.files.zip import entries, left_out, stream_zip
from mien.systems.request import FileKind

MOST_ZIPPED = 200
"""Most results of one zip."""

_SHOWN = {
    "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp", "video/mp4", "video/webm",
    "audio/wav", "audio/mpeg", "audio/ogg", "audio/flac", "audio/mp4", "audio/webm", "audio/aac", "video/quicktime",
}  # fmt: skip
"""Media types that a browser may show; all others are saved as a file."""

OWN_POLICY = "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
"""Content security policy of what somebody uploaded: opened by itself, it may run and load nothing."""


class FileView(BaseModel):
    """An uploaded file."""

    id: str = Field(description="32 hexadecimal digits")
    name: str = Field(description="The name that it was uploaded with, for showing", examples=["anna.jpg"])
    kind: FileKind = Field(description="What its content is; the fields of a maker say which kinds they take")
    media_type: str
    bytes: int
    facts: dict[str, Any] = Field(description="What is known of the content: width, height, seconds, fps, …")
    preview: str | None = Field(description="Address of a picture of it")
    content: str = Field(description="Address of the content")
    value: str = Field(
        description="What a request names the file by", examples=["file:0123456789abcdef0123456789abcdef"]
    )


class FilePage(BaseModel):
    """A page of uploaded files."""

    files: list[FileView]
    next: str | None = Field(description="The cursor of the next page; null: this is the last one")


class OpenedView(BaseModel):
    """The request that a result carries."""

    system: str = Field(description="The maker", examples=["talk"])
    values: dict[str, Any] = Field(description="The request by field, without files that are no longer there")
    output: str | None = Field(description="Suffix of the result", examples=[".mp4"])
    missing: dict[str, str] = Field(description="Field → name of the file that is no longer there")
    whole: bool = Field(description="false: a file of the command line, which does not hold every field")


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """The inspecting processes, while the server runs."""
    studio: Studio = app.state.studio
    inspector = Inspector(studio.settings.limits)
    app.state.uploads = Uploads(studio.db, studio.settings, inspector)
    try:
        yield
    finally:
        inspector.close()


router = APIRouter(tags=["files"], lifespan=_lifespan)

_FORM_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "string", "format": "binary"}},
                    "required": ["file"],
                }
            }
        },
    }
}
_REFUSALS: dict[int | str, dict[str, Any]] = {
    **ERRORS,
    408: {**ERRORS[400], "description": "The upload paused for too long"},
    415: {**ERRORS[400], "description": "Of no kind that is read"},
    507: {**ERRORS[400], "description": "No room on the disk"},
}


@router.post("/files", status_code=201, response_model=FileView, responses=_REFUSALS, openapi_extra=_FORM_BODY)
async def upload(
    request: Request, context: CanMake,
    kinds: Annotated[str, Query(description="Kinds that are wanted, such as picture,video; empty: all")] = "",
) -> Response:  # fmt: skip
    """Upload one file, in a form's part named `file`, for use in requests as `file:ID`."""
    wanted = tuple(filter(None, kinds.split(",")))
    unknown = next((kind for kind in wanted if kind not in KIND_WORDS), None)
    if unknown is not None:
        raise ApiError(422, f"there is no kind {unknown[:20]!r}: choose from {', '.join(KIND_WORDS)}", "kinds")
    uploads: Uploads = request.app.state.uploads
    async with _form(request, uploads) as (form, declared):
        file = await uploads.receive(form.pieces(), await form.begun(), context.owner, wanted, declared)
    view = file_view(file)
    return JSONResponse(view, 201, {"Location": f"/api/v1/files/{file.id}"})


@router.post("/files/open", response_model=OpenedView, responses=_REFUSALS, openapi_extra=_FORM_BODY)
async def open_result(request: Request, context: CanRead) -> OpenedView:
    """Read the request that a result of mien carries, to fill in the form again. The file is not kept."""
    uploads: Uploads = request.app.state.uploads
    async with _form(request, uploads) as (form, declared):
        name = await form.begun()
        tags, shown = await uploads.opened(form.pieces(), name, context.owner, declared)
        found = await run_sync(opened, context.db, context.owner, tags, shown)
    return OpenedView(
        system=found.system, values=found.values, output=found.output, missing=found.missing, whole=found.whole
    )


@router.get("/files", response_model=FilePage, responses=ERRORS)
def list_files(
    context: CanRead,
    kind: Annotated[FileKind | None, Query(description="Only files of this kind")] = None,
    cursor: Annotated[str | None, Query(description="`next` of the page before", max_length=60)] = None,
    most: Annotated[int, Query(ge=1, le=100, description="Most files of a page")] = 24,
) -> dict[str, Any]:  # fmt: skip
    """One's own uploaded files, the newest first."""
    files, following = listed(context.db, context.owner, kind, cursor, most)
    return {"files": [file_view(file) for file in files], "next": following}


@router.get("/files/{file_id}", response_model=FileView, responses=ERRORS)
def show(file_id: str, context: CanRead) -> dict[str, Any]:
    """An uploaded file of one's own."""
    return file_view(find(context.db, context.owner, file_id))


@router.delete("/files/{file_id}", status_code=204, responses=ERRORS)
def delete_file(file_id: str, context: CanMake) -> Response:
    """Remove an uploaded file; not while a job that has not ended needs it."""
    remove(context.db, context.settings, context.owner, file_id)
    return Response(status_code=204)


_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}


@router.get(
    "/files/{file_id}/preview", response_class=FileResponse,
    responses={**ERRORS, 200: {"content": {"image/jpeg": _BINARY}}},
)  # fmt: skip
def show_preview(file_id: str, context: CanRead) -> Response:
    """A picture of the file, of up to 640 pixels a side."""
    path = preview(context.settings, find(context.db, context.owner, file_id))
    return send_file(path, "image/jpeg", _headers("inline"))


@router.get(
    "/files/{file_id}/content", response_class=FileResponse,
    responses={**ERRORS, 200: {"content": {"application/octet-stream": _BINARY}}},
)  # fmt: skip
def show_content(file_id: str, context: CanRead) -> Response:
    """The content of the file as it was uploaded."""
    file = find(context.db, context.owner, file_id)
    path = content(context.settings, file)
    shown = file.media_type in _SHOWN
    named = disposition(file.name, attachment=not shown)
    return send_file(path, file.media_type if shown else "application/octet-stream", _headers(named))


@router.get(
    "/history/zip", response_class=StreamingResponse,
    responses={**ERRORS, 200: {"content": {"application/zip": _BINARY}}, 204: {"description": "It can be made"}},
)  # fmt: skip
def zip_results(
    context: CanRead, ids: Annotated[str, Query(description="Ids of finished jobs, parted by commas", max_length=6700)],
    check: Annotated[bool, Query(description="Only say whether it can be made, so that a page can stay")] = False,
) -> Response:  # fmt: skip
    """The results of several jobs as one zip file. Jobs without a result are named in its `missing.txt`.

    With `check`, the answer is 204, or 200 with how many jobs have no result (`left_out`).
    """
    wanted = list(dict.fromkeys(filter(None, ids.split(","))))
    if not wanted:
        raise ApiError(422, "no job is named: give ids parted by commas", "ids")
    if len(wanted) > MOST_ZIPPED:
        raise ApiError(422, f"{len(wanted)} results are named, at most {MOST_ZIPPED} are put into one zip", "ids")
    if not all(map(is_id, wanted)):
        raise ApiError(404, "one of these jobs is not there", "ids")
    with context.db.session() as session:
        own = select(Job).where(Job.id.in_(wanted), Job.owner == context.owner)
        jobs = {job.id: job for job in session.scalars(own)}
    if len(jobs) < len(wanted):
        raise ApiError(404, "one of these jobs is not there", "ids")
    files = entries(context.settings.folder, [jobs[one] for one in wanted])
    if not files:
        raise ApiError(422, "none of these jobs has a result: choose finished ones", "ids")
    without = left_out([jobs[one] for one in wanted], files)
    if check:
        return JSONResponse({"left_out": len(without)}) if without else Response(status_code=204)
    day = time.strftime("%Y-%m-%d")
    headers = {"Content-Disposition": disposition(f"mien {day}.zip", attachment=True)}
    return StreamingResponse(stream_zip(files, without), media_type="application/zip", headers=headers)


def _headers(named: str) -> dict[str, str]:
    return {
        "Content-Disposition": named, "X-Content-Type-Options": "nosniff", "Content-Security-Policy": OWN_POLICY,
        "Cache-Control": "private, no-cache",
    }  # fmt: skip


@asynccontextmanager
async def _form(request: Request, uploads: Uploads) -> AsyncIterator[tuple[FormFile, int | None]]:
    """The form of a request with its file, and the bytes that are announced for it; refusals become answers."""
    length = request.headers.get("content-length", "")
    declared = max(0, int(length) - MOST_OUTSIDE) if length.isascii() and length.isdigit() else None
    try:
        pieces = paced(request.stream(), uploads.settings.limits.upload_idle_seconds)
        yield FormFile(pieces, request.headers.get("content-type", "")), declared
    except ClientDisconnect as error:
        raise ApiError(400, "the connection was cut: send the file again") from error

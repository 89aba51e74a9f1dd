"""Routes of results: the files of a job, its newest preview frame, and many results as one zip."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi import Path as InPath
from fastapi.responses import FileResponse

from mien.studio.api.content import send_file
from mien.studio.api.context import CanRead
from mien.studio.api.errors import ERRORS, NotFoundError
from mien.studio.api.routes.jobs import JobId, own_job
from mien.studio.api.views import MEDIA_TYPES, OCTETS, saved_as
from mien.studio.database.tables import Job
from mien.studio.files.names import disposition
from mien.studio.files.place import result_file, work_folder
from mien.studio.settings import Settings

router = APIRouter(tags=["results"], responses={status: ERRORS[status] for status in (401, 403, 404, 422, 429)})

NEVER_SHOWN = (".html", ".svg", ".npz", ".obj", ".mtl")
"""Suffixes of files that a browser saves and never opens by itself."""

SANDBOX = "default-src 'none'; sandbox"

_BYTES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The content", "content": {OCTETS: {"schema": {"type": "string", "format": "binary"}}}},
    206: {"description": "The range that was asked for"},
    304: {"description": "It is what If-None-Match names"},
    416: {"description": "The range is outside of the file"},
}
_FRAME: dict[str, Any] = {
    "description": "The frame", "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
}  # fmt: skip


@router.get(
    "/jobs/{job_id}/files/{role}", response_class=FileResponse, responses={**_BYTES}, summary="A file of a result"
)
def result(
    job_id: JobId,
    role: Annotated[str, InPath(max_length=40, pattern="^[a-z0-9_-]+$", description="`file` is the result itself")],
    context: CanRead,
    download: Annotated[bool, Query(description="Save it in place of showing it")] = False,
) -> Response:
    """The file, or the part of it that the header Range names."""
    job = own_job(context, job_id)
    path = result_file(context.settings.folder, job.id, job.result, role)
    if path is None:
        raise NotFoundError("file of this job")
    return content(path, saved_as(job, role, path.suffix), download)


@router.get(
    "/jobs/{job_id}/preview", response_class=Response, summary="A preview frame",
    responses={200: _FRAME, 204: {"description": "The frame `n` is gone: newer ones or the result are there"}},
)  # fmt: skip
def preview(
    job_id: JobId,
    context: CanRead,
    n: Annotated[
        int | None, Query(ge=1, le=99_999, description="The number of the frame; left out: the newest")
    ] = None,
) -> Response:
    """A JPEG of a frame of what is being made, once there is one."""
    job = own_job(context, job_id)
    try:
        # read at once: it is small, and goes as soon as the result is there
        frame = preview_path(context.settings, job, n or job.preview).read_bytes()
    except FileNotFoundError:
        if n is None:
            raise NotFoundError("preview of this job") from None
        return Response(status_code=204)  # of a frame that a page was told of: it came too late, which is no error
    headers = {"Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff"}
    return Response(frame, media_type="image/jpeg", headers=headers)


def preview_path(settings: Settings, job: Job, number: int) -> Path:
    """The file of a preview frame, by its number from 1."""
    return work_folder(settings.folder, job.id, job.attempt) / f"preview-{number:05d}.jpg"


def content(path: Path, name: str, attachment: bool) -> Response:
    """A file of the studio as an answer. Raises NotFoundError where it was removed meanwhile."""
    hidden = path.suffix in NEVER_SHOWN
    headers = {
        "Content-Disposition": disposition(name, attachment or hidden),
        "Cache-Control": "private, max-age=86400" if path.suffix == ".jpg" else "private, no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    if hidden:
        headers["Content-Security-Policy"] = SANDBOX
    return send_file(path, MEDIA_TYPES.get(path.suffix, OCTETS), headers)

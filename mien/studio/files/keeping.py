"""Files that the studio keeps: found by their owner only, shown, and removed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from mien.makers.forms import files_in
from mien.studio.database.engine import Database
from mien.studio.database.tables import File, Job
from mien.studio.files.errors import FileError
from mien.studio.files.place import is_id, upload_path, upload_preview
from mien.studio.settings import Settings


def find(db: Database, owner: str, file_id: str) -> File:
    """A file of a person. Raises FileError (404) where there is none: another person's file is none."""
    if is_id(file_id):
        with db.session() as session:
            file = session.get(File, file_id)
            if file is not None and file.owner == owner:
                return file
    raise FileError(404, "there is no such file: upload it again")


def listed(db: Database, owner: str, kind: str | None, cursor: str | None, most: int) -> tuple[list[File], str | None]:
    """A person's uploads, the newest first, and the cursor of the next page. Raises FileError (422) for no cursor."""
    found = select(File).where(File.owner == owner).order_by(File.created.desc(), File.id.desc()).limit(most + 1)
    if kind is not None:
        found = found.where(File.kind == kind)
    if cursor is not None:
        created, _, file_id = cursor.partition("-")
        if not re.fullmatch(r"[0-9]{1,12}\.[0-9]{1,9}", created) or not is_id(file_id):
            raise FileError(422, "the cursor is none that a page of files gave: leave it out to begin anew")
        found = found.where(tuple_(File.created, File.id) < (float(created), file_id))
    with db.session() as session:
        files = list(session.scalars(found))
    if len(files) <= most:
        return files, None
    last = files[most - 1]
    return files[:most], f"{last.created:.9f}-{last.id}"


def content(settings: Settings, file: File) -> Path:
    """The path of a file's content. Raises FileError (404) where it is gone."""
    path = upload_path(settings.folder, file.id, file.suffix)
    if not path.is_file():
        raise FileError(404, f"{file.name} is no longer there: upload it again")
    return path


def preview(settings: Settings, file: File) -> Path:
    """The preview picture of a file. Raises FileError (404) where it has none."""
    path = upload_preview(settings.folder, file.id)
    if not path.is_file():
        raise FileError(404, f"{file.name} has no preview")
    return path


def text_problem(file: File, field: str) -> str | None:
    """What is wrong with a text for a field that takes a script or an emotion track; None: nothing."""
    wrong: dict[str, str] = file.facts.get("wrong", {})
    return wrong.get({"script": "script", "emotion_track": "track"}.get(field, ""))


def remove(db: Database, settings: Settings, owner: str, file_id: str) -> None:
    """Remove a file. Raises FileError: 404 where there is none, 409 while a job that has not ended needs it."""
    file = find(db, owner, file_id)
    with db.write() as session:
        if file.id in needed(session, owner, ("waiting", "running")):
            raise FileError(409, f"a job that has not ended needs {file.name}: cancel the job first")
        row = session.get(File, file.id)
        if row is not None:
            session.delete(row)
    remove_content(settings.folder, file)


def remove_content(folder: Path, file: File) -> None:
    """Remove content and preview of a file that has no row any more."""
    upload_path(folder, file.id, file.suffix).unlink(missing_ok=True)
    upload_preview(folder, file.id).unlink(missing_ok=True)


def needed(session: Session, owner: str | None, states: tuple[str, ...] | None = None) -> set[str]:
    """Ids of the files that jobs name; `owner` None: of everyone's; `states` None: jobs in any state."""
    asked = select(Job.request)
    if owner is not None:
        asked = asked.where(Job.owner == owner)
    if states is not None:
        asked = asked.where(Job.state.in_(states))
    return {file_id for request in session.scalars(asked) for file_id in files_in(request).values()}


def file_view(file: File, prefix: str = "/api/v1") -> dict[str, Any]:
    """A file as the API and the pages show it; `value` is what a request names it by."""
    address = f"{prefix}/files/{file.id}"
    return {
        "id": file.id, "name": file.name, "kind": file.kind, "media_type": file.media_type, "bytes": file.bytes,
        "facts": {key: value for key, value in file.facts.items() if key not in ("preview", "wrong")},
        "preview": f"{address}/preview" if file.facts.get("preview") else None,
        "content": f"{address}/content", "value": f"file:{file.id}",
    }  # fmt: skip

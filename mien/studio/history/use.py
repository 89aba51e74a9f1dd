"""Using a result as an input: which result may be given to which maker, and doing it.

The result is kept as a file of its own (a hard link, or a copy), so that the history can be emptied without breaking
a job that waits with it.
"""

from __future__ import annotations

import mimetypes
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from mien.errors import InputError
from mien.files import atomic_file, sha256_file
from mien.studio.database.tables import File, Job, new_id
from mien.studio.files.place import result_file, result_folder, upload_path, upload_preview

if TYPE_CHECKING:
    from mien.studio.database.engine import Database
    from mien.studio.settings import Settings
    from mien.systems.request import FileKind


class UseError(InputError):
    """A result that cannot be used in this way."""


class GoneError(UseError):
    """The content of a result is no longer there."""


@dataclass(frozen=True)
class Use:
    """A result of the role `role` of a job may be the `field` of `maker`, as a file of the kind `kind`."""

    maker: str
    field: str
    role: str
    kind: FileKind
    suffixes: tuple[str, ...] = ()
    """Of the result, where only some fit."""


_VIDEO = (".mp4",)

_SEEN: tuple[FileKind, ...] = ("picture", "video")
"""Kinds that look like the small picture of the result."""

USES: dict[str, tuple[Use, ...]] = {
    "sculpt": (
        Use("talk", "person", "person", "person"),
        Use("talk", "image", "picture", "picture"),
        Use("move", "person", "person", "person"),
        Use("follow", "look", "picture", "picture"),
        Use("sculpt", "edit", "person", "person"),
    ),
    "move": (
        Use("talk", "motion", "motion", "motion"),
        Use("talk", "motion", "file", "motion", (".npz",)),
    ),
    "talk": (
        Use("follow", "pose", "file", "video", _VIDEO),
        Use("talk", "motion", "motion", "motion"),
        Use("talk", "speech", "sound", "sound"),
        Use("talk", "speech", "file", "video", _VIDEO),
    ),
    "follow": (
        Use("follow", "pose", "poses", "poses"),
        Use("follow", "pose", "file", "poses", (".npz", ".json")),
        Use("follow", "pose", "file", "video", _VIDEO),
    ),
    "shapes": (),
}
"""What the results of each system may be used as; of several ways to one field, the first that the job has holds."""


def uses(job: Job) -> list[Use]:
    """What a job's results may be used as; nothing before it is done."""
    if job.state != "done":
        return []
    found: dict[tuple[str, str], Use] = {}
    for one in USES.get(job.system, ()):
        name = job.result.get(one.role)
        if name is not None and (not one.suffixes or PurePath(name).suffix in one.suffixes):
            found.setdefault((one.maker, one.field), one)
    return list(found.values())


def use(db: Database, settings: Settings, job: Job, maker: str, field: str) -> tuple[dict[str, Any], File]:
    """The values that a form of `maker` begins with when a result of `job` is its `field`, and the file of it.

    Asked for again, it gives the same file. Raises UseError, and GoneError where the content was removed.
    """
    wanted = next((one for one in uses(job) if (one.maker, one.field) == (maker, field)), None)
    if wanted is None:
        raise UseError(_why_not(job, maker, field))
    name = job.result[wanted.role]
    source = result_folder(settings.folder, job.id) / PurePath(name).name
    if not source.is_file():
        raise GoneError("the files of this result are no longer there: make it again with redo")
    file = _kept(db, settings, job, wanted) or _keep(db, settings, job, wanted, source)
    return {field: f"file:{file.id}"}, file


def _kept(db: Database, settings: Settings, job: Job, wanted: Use) -> File | None:
    """The file that an earlier use made of this result; it counts as unused from now."""
    with db.write() as session:
        earlier = session.scalars(select(File).where(File.owner == job.owner, File.origin == job.id))
        found = next((one for one in earlier if one.facts.get("role") == wanted.role), None)
        if found is None or not upload_path(settings.folder, found.id, found.suffix).is_file():
            return None
        session.execute(update(File).where(File.id == found.id).values(created=time.time()))
    return found


def _keep(db: Database, settings: Settings, job: Job, wanted: Use, source: Path) -> File:
    suffix = source.suffix
    measures = {name: job.facts[name] for name in ("width", "height", "seconds", "fps") if name in job.facts}
    file = File(
        id=new_id(), owner=job.owner, name=shown_name(job, wanted.role, suffix), kind=wanted.kind, suffix=suffix,
        media_type=media_type(suffix), bytes=source.stat().st_size, sha256=sha256_file(source),
        facts={**(measures if wanted.role == "file" else {}), "role": wanted.role}, origin=job.id,
    )  # fmt: skip
    linked(source, upload_path(settings.folder, file.id, suffix))
    thumb = result_file(settings.folder, job.id, job.result, "thumb") if wanted.kind in _SEEN else None
    if thumb is not None:
        linked(thumb, upload_preview(settings.folder, file.id))
        file.facts = {**file.facts, "preview": True}
    with db.write() as session:
        session.add(file)
    return file


def linked(source: Path, target: Path) -> None:
    """Give a file a second name, or copy it where the file system has no hard links."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:  # another disk, or a file system without links
        with atomic_file(target) as temporary:
            shutil.copyfile(source, temporary)


def shown_name(job: Job, role: str, suffix: str) -> str:
    """The name under which a result is shown as an input, such as `sculpt: a young woman (person).json`."""
    title = " ".join(job.title.split())[:80].rstrip(" .…")  # the end of a sentence would make two dots
    what = "" if role == "file" else f" ({role})"
    return f"{job.system}: {title or job.id[:8]}{what}{suffix}"


def media_type(suffix: str) -> str:
    """The media type of a file of mien by its suffix."""
    known = {".npz": "application/octet-stream", ".glb": "model/gltf-binary", ".json": "application/json"}
    return known.get(suffix) or mimetypes.guess_type(f"x{suffix}")[0] or "application/octet-stream"


def _why_not(job: Job, maker: str, field: str) -> str:
    if job.state in ("failed", "cancelled"):
        return "this job ended without a result: try it again first"
    if job.state != "done":
        return "this job has no result yet: wait until it is done"
    possible = ", ".join(f"{one.maker}.{one.field}" for one in uses(job))
    if not possible:
        return f"a result of {job.system} is no input of any maker"
    return f"this result cannot be {maker[:20]}.{field[:20]}: it may be {possible}"

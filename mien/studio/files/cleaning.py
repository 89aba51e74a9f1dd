"""Removing what is not kept: the bin, uploads that no job uses, what interrupted uploads left, old events, sessions.

Deletions of people that a crash interrupted are gone on with.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, func, select

from mien.studio.database.engine import Database
from mien.studio.database.tables import File
from mien.studio.files.keeping import needed, remove_content
from mien.studio.files.place import INCOMING, UPLOADS, is_id
from mien.studio.history.changes import purge_old
from mien.studio.people.deletion import finish_deletions
from mien.studio.people.sessions import remove_expired
from mien.studio.queue.events import trim
from mien.studio.settings import Settings

LOG = logging.getLogger(__name__)

EVERY_SECONDS = 3600.0
"""How often the server cleans."""

LEFTOVER_SECONDS = 86_400.0
"""Files that nothing in the database names are removed after this time; an upload is named within minutes."""

_PORTION = 200
_DAY = 86_400.0


@dataclass(frozen=True)
class Cleaned:
    """What was removed: jobs of the bin, unused uploads, files that nothing names, events, sessions."""

    jobs: int
    uploads: int
    leftovers: int
    events: int
    sessions: int


def clean(db: Database, settings: Settings, now: float | None = None) -> Cleaned:
    """Remove everything that is not kept any longer; `now`: seconds since the epoch."""
    at = time.time() if now is None else now
    finish_deletions(db, settings)
    return Cleaned(
        purge_old(db, settings, at), _unused_uploads(db, settings, at), _leftovers(db, settings, at), trim(db),
        remove_expired(db, at),
    )  # fmt: skip


def _unused_uploads(db: Database, settings: Settings, now: float) -> int:
    """Uploads that no job names, not even one in the bin, and that were not touched for the days of the settings."""
    since = now - settings.limits.unused_upload_days * _DAY
    touched = func.coalesce(File.used, File.created)
    with db.session() as session:
        old = list(session.scalars(select(File.id).where(touched < since)))
        free = set(old) - needed(session, None) if old else set()
    removed = 0
    for ids in _portions(sorted(free)):
        with db.write() as session:
            # a job may have named one since: then it was touched
            files = list(session.scalars(select(File).where(File.id.in_(ids), touched < since).with_for_update()))
            session.execute(delete(File).where(File.id.in_([file.id for file in files])))
        for file in files:
            remove_content(settings.folder, file)
        removed += len(files)
    return removed


def _portions(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), _PORTION):
        yield ids[start : start + _PORTION]


def _leftovers(db: Database, settings: Settings, now: float) -> int:
    """Content without a row, which a server that was killed between the two left behind."""
    removed = 0
    for path in _older(settings.folder / INCOMING, now):
        path.unlink(missing_ok=True)
        removed += 1
    old = [path for path in _older(settings.folder / UPLOADS, now) if is_id(path.name.partition(".")[0])]
    by_id: dict[str, list[Path]] = {}
    for path in old:
        by_id.setdefault(path.name.partition(".")[0], []).append(path)
    for ids in _portions(sorted(by_id)):
        with db.session() as session:
            known = set(session.scalars(select(File.id).where(File.id.in_(ids))))
        for path in (path for one in ids if one not in known for path in by_id[one]):
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _older(folder: Path, now: float) -> list[Path]:
    if not folder.is_dir():
        return []
    found = []
    for path in folder.iterdir():
        try:
            if path.is_file() and path.stat().st_ctime < now - LEFTOVER_SECONDS:
                found.append(path)
        except FileNotFoundError:  # removed meanwhile
            continue
    return found

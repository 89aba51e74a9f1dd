"""Whether the disk has room for another result, and that everyone sees where it has not."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import select

from mien.studio.database.engine import Database
from mien.studio.database.tables import Setting
from mien.studio.queue.events import emit

NO_SPACE = "waiting: no space"
"""Stage of a job that waits until the disk has room."""

SETTING = "no_space"


def has_space(folder: Path, free_bytes: int) -> bool:
    """Whether more than `free_bytes` are free where `folder` is."""
    return shutil.disk_usage(folder).free > free_bytes


def say_space(db: Database, spacious: bool) -> None:
    """Write whether workers wait for room, and tell the pages that the queue has changed."""
    with db.write() as session:
        session.merge(Setting(name=SETTING, value=not spacious))
        emit(session, None, "", "queue")


def waits_for_space(db: Database) -> bool:
    """Whether workers wait until the disk has room."""
    with db.session() as session:
        return bool(session.scalar(select(Setting.value).where(Setting.name == SETTING)))

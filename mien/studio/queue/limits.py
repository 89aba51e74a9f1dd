"""The limits of the server, in the database: other processes of the studio, such as `mien users`, show them too."""

from __future__ import annotations

from sqlalchemy import select

from mien.studio.database.engine import Database
from mien.studio.database.tables import Setting
from mien.studio.settings import Limits

SETTING = "limits"


def store_limits(db: Database, limits: Limits) -> None:
    """Write the limits with which the server runs from now on."""
    with db.write() as session:
        session.merge(Setting(name=SETTING, value=limits.model_dump()))


def stored_limits(db: Database) -> Limits:
    """The limits of the server that was started last; the usual ones before the first, or for new ones."""
    with db.session() as session:
        stored = session.scalar(select(Setting.value).where(Setting.name == SETTING)) or {}
    return Limits.model_validate({name: value for name, value in stored.items() if name in Limits.model_fields})

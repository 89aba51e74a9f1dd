"""How much one person uses of what they may, for their page and that of the administrator.

The limits are enforced where something is asked for: `mien.studio.queue.submit` and `mien.studio.files.upload`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from mien.studio.database.tables import Job
from mien.studio.queue.submit import bytes_of, limits_of, seconds_reserved, seconds_today

if TYPE_CHECKING:
    from mien.studio.database.engine import Database
    from mien.studio.settings import Settings


@dataclass(frozen=True)
class Quota:
    """What a person uses and may use; a limit of None: none.

    waiting: jobs. seconds: of work since midnight (UTC), with what the waiting jobs are expected to take. bytes: of
    uploads and results.
    """

    waiting: int
    waiting_limit: int
    seconds: float
    seconds_limit: float | None
    bytes: int
    bytes_limit: int | None


def quota_of(db: Database, settings: Settings, owner: str) -> Quota:
    """The quota of a person. Jobs that anyone runs in a studio without accounts belong to the owner ""."""
    with db.session() as session:
        limits = limits_of(session, settings, owner)
        queued = select(func.count()).select_from(Job).where(Job.owner == owner, Job.state == "waiting")
        seconds = seconds_today(session, owner, db.now(session)) + seconds_reserved(session, owner)
        return Quota(
            session.scalar(queued) or 0, limits.waiting, seconds, limits.seconds_each_day, bytes_of(session, owner),
            limits.bytes,
        )  # fmt: skip

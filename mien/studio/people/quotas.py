"""What one person may use: jobs waiting, seconds of work a day, and bytes kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from mien.studio.database.tables import File, Job, User

if TYPE_CHECKING:
    from sqlalchemy.orm import Session as Transaction

    from mien.studio.settings import Settings


@dataclass(frozen=True)
class Bounds:
    """Limits of one person; None: no limit. seconds: of work a day. bytes: of uploads and results that are kept."""

    waiting: int
    seconds: float | None
    bytes: int | None


def bounds_of(session: Transaction, settings: Settings, owner: str) -> Bounds:
    """The limits of a person: their own where an administrator set them, else those of the settings.

    The one person of a studio without accounts has no limit but the length of the queue and the space on the disk.
    """
    limits = settings.limits
    if not owner:
        return Bounds(limits.waiting, None, None)
    row = session.execute(select(User.waiting, User.seconds_each_day, User.bytes).where(User.id == owner)).first()
    waiting, seconds, kept = row or (None, None, None)
    return Bounds(
        limits.waiting_each if waiting is None else waiting,
        limits.seconds_each_day if seconds is None else seconds,
        limits.bytes_each if kept is None else kept,
    )


def bytes_kept(session: Transaction, owner: str) -> int:
    """Bytes of the uploads and results of a person, those in the bin too."""
    jobs = session.scalar(select(func.coalesce(func.sum(Job.bytes), 0)).where(Job.owner == owner))
    files = session.scalar(select(func.coalesce(func.sum(File.bytes), 0)).where(File.owner == owner))
    return int(jobs or 0) + int(files or 0)


def bytes_problem(kept: int, more: int, bound: int | None) -> str | None:
    """A sentence where `more` bytes would be too many; None where they fit."""
    if bound is None or kept + more <= bound:
        return None
    return (
        f"you keep {megabytes(kept)} of at most {megabytes(bound)}: delete results or uploads, and empty the bin, "
        "to make room"
    )


def seconds_problem(used: float, expected: float, bound: float | None) -> str | None:
    """A sentence where `expected` seconds of work are too many for today; None where they fit."""
    if bound is None or used + expected <= bound:
        return None
    return (
        f"you have used {minutes(used)} of {minutes(bound)} of work today, and this would take {minutes(expected)}: "
        "try again tomorrow, or ask for something shorter"
    )


def waiting_problem(waiting: int, bound: int) -> str | None:
    """A sentence where one more waiting job is too many; None where it fits."""
    if waiting < bound:
        return None
    return f"{waiting} of your jobs are waiting, the most there may be is {bound}: wait until one has ended"


def megabytes(count: float) -> str:
    """A number of bytes as text, in MB of 1,000,000 bytes."""
    size = count / 1_000_000
    return f"{size:,.0f} MB" if size >= 10 else f"{size:,.1f} MB"


def minutes(seconds: float) -> str:
    """A time as text, in minutes, or in seconds where it is short."""
    return f"{seconds:.0f} seconds" if seconds < 120 else f"{seconds / 60:,.0f} minutes"

"""The page of administrators: people and their limits, and what the studio does and keeps."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import func, select

from mien.studio.api.context import Context, IsAdmin
from mien.studio.database.tables import File, Job
from mien.studio.pages.showing import STATES, show
from mien.studio.people.accounts import Usage, list_people, usage
from mien.studio.people.passwords import LEAST
from mien.studio.queue.workers import living

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Kept:
    """What the studio keeps, in bytes: results, those of them in the bin, and uploads; and the disk under it."""

    results: int
    binned: int
    uploads: int
    free: int
    disk: int


@router.get("/admin")
def admin(request: Request, ctx: IsAdmin) -> HTMLResponse:
    """The state of the studio, and all accounts with what they use."""
    used = usage(ctx.db) if ctx.settings.users else {}
    people = [(one, used.get(one.id, Usage())) for one in list_people(ctx.db)] if ctx.settings.users else []
    return show(
        request, ctx, "admin.html", page="admin", people=people, counts=job_counts(ctx), kept=kept_by(ctx),
        workers=living(ctx.db), limits=ctx.settings.limits, least=LEAST, states=STATES,
        users_command=f"{ctx.settings.hint('serve')} --users", worker_command=ctx.settings.hint("worker"),
    )  # fmt: skip


def job_counts(ctx: Context) -> dict[str, int]:
    """How many jobs of everyone are in each state."""
    with ctx.db.session() as session:
        rows = session.execute(select(Job.state, func.count()).group_by(Job.state)).all()
    found = {row[0]: int(row[1]) for row in rows}
    return {state: found.get(state, 0) for state in STATES}


def kept_by(ctx: Context) -> Kept:
    """What the studio keeps, and the space on its disk."""
    size: Any = func.coalesce(func.sum(Job.bytes), 0)
    with ctx.db.session() as session:
        results = int(session.scalar(select(size)) or 0)
        binned = int(session.scalar(select(size).where(Job.deleted.is_not(None))) or 0)
        uploads = int(session.scalar(select(func.coalesce(func.sum(File.bytes), 0))) or 0)
    disk = shutil.disk_usage(ctx.settings.folder)
    return Kept(results, binned, uploads, disk.free, disk.total)

"""Routes of the whole queue: what waits, pause and resume, cancel all."""

from __future__ import annotations

from fastapi import APIRouter
from sqlalchemy import select

from mien.studio.api.bodies import Count, QueueJobs, QueueView
from mien.studio.api.context import CanMake, CanRead, IsAdmin
from mien.studio.api.errors import ERRORS
from mien.studio.api.submission import wake
from mien.studio.api.views import job_views, queue_view
from mien.studio.database.tables import Job
from mien.studio.queue import control

router = APIRouter(tags=["queue"], responses=ERRORS)

MOST_SHOWN = 200


@router.get("/queue", summary="The queue")
def show_queue(context: CanRead) -> QueueJobs:
    """How many jobs wait and run, of everyone together, and your own ones in their order."""
    open_jobs = select(Job).where(Job.owner == context.owner, Job.state.in_(("waiting", "running")))
    with context.db.session() as session:
        found = list(session.scalars(open_jobs.order_by(Job.position).limit(MOST_SHOWN)))
    running_first = sorted(found, key=lambda one: one.state != "running")
    views = job_views(context.db, context.settings, running_first)
    return QueueJobs(**queue_view(context.db, context.settings).model_dump(), jobs=views)


@router.post("/queue/pause", summary="Pause the queue")
def pause_queue(context: IsAdmin) -> QueueView:
    """Running jobs go on to their end, and no other one starts. Of everyone, so for administrators."""
    control.pause(context.db, True)
    return queue_view(context.db, context.settings)


@router.post("/queue/resume", summary="Resume the queue")
def resume_queue(context: IsAdmin) -> QueueView:
    """The opposite of pause."""
    control.pause(context.db, False)
    with context.db.session() as session:
        first = session.scalar(select(Job).where(Job.state == "waiting").order_by(Job.position).limit(1))
    if first is not None:
        wake(context, first)
    return queue_view(context.db, context.settings)


@router.post("/queue/cancel", summary="Cancel all of your jobs")
def cancel_queue(context: CanMake) -> Count:
    """Those that wait end at once, those that run within seconds."""
    return Count(count=len(control.cancel_all(context.db, context.owner)))

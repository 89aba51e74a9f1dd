"""Jobs and the queue as the API and the pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any, cast

from sqlalchemy import select

from mien.studio.api.bodies import JobView, PositionView, ProgressView, QueueView, ResultFile, State, UseView
from mien.studio.database.engine import Database
from mien.studio.database.tables import Job
from mien.studio.files.names import save_name
from mien.studio.files.place import result_sizes
from mien.studio.history.use import uses
from mien.studio.queue.view import Position, places, queue_state
from mien.studio.settings import Settings
from mien.studio.worker.space import NO_SPACE, has_space, waits_for_space

MEDIA_TYPES = {
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".gif": "image/gif",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".mp3": "audio/mpeg",
    ".glb": "model/gltf-binary",
    ".obj": "model/obj",
    ".mtl": "model/mtl",
    ".json": "application/json",
    ".vtt": "text/vtt; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".npz": "application/octet-stream",
}
"""By suffix, of the files that the studio makes; of all others application/octet-stream."""

OCTETS = "application/octet-stream"


def job_view(db: Database, settings: Settings, job: Job) -> JobView:
    """One job as it is shown."""
    return job_views(db, settings, [job])[0]


def job_views(db: Database, settings: Settings, jobs: Sequence[Job]) -> list[JobView]:
    """Jobs as they are shown; the number of queries does not depend on theirs."""
    found = places(db, jobs)
    full = any(job.state == "waiting" for job in jobs) and _no_space(db, settings)
    return [_job_view(settings, job, found.get(job.id), full) for job in jobs]


def queue_view(db: Database, settings: Settings) -> QueueView:
    """The state of the whole queue as it is shown."""
    state = queue_state(db)
    return QueueView(
        waiting=state.waiting, running=state.running, paused=state.paused, workers=state.workers,
        no_space=_no_space(db, settings),
    )  # fmt: skip


def _no_space(db: Database, settings: Settings) -> bool:
    """Whether jobs wait for room on the disk: a database on the same full disk does not take what workers say."""
    return not has_space(settings.folder, settings.limits.free_bytes) or waits_for_space(db)


def _job_view(settings: Settings, job: Job, place: Position | None, full: bool) -> JobView:
    waits = job.state == "waiting" and place is not None
    shows = job.preview > 0 and job.state == "running"
    return JobView(
        id=job.id, system=job.system, title=job.title, state=cast(State, job.state), reason=_reason(job, full),
        notes=list(job.notes), request=job.request, output=job.output,
        created=job.created, started=job.started, ended=job.ended,
        position=PositionView(number=place.number, of=place.of) if waits and place is not None else None,
        expected_seconds=place.expected_seconds if place is not None else None,
        progress=_progress(job) if job.state == "running" else None,
        preview=f"/api/v1/jobs/{job.id}/preview?n={job.preview}" if shows else None,
        files=result_files(settings, job), facts=job.facts, starred=job.starred, deleted=job.deleted, model=job.model,
        cancelling=job.cancel and job.state == "running", origin=job.origin,
        uses=[UseView(maker=one.maker, field=one.field, role=one.role) for one in uses(job)],
    )  # fmt: skip


def _reason(job: Job, full: bool) -> str:
    """Why it failed; of a waiting job, what it waits for, such as space on the disk."""
    waits_for = NO_SPACE if full else job.stage
    return job.reason or (waits_for if job.state == "waiting" else "")


def _progress(job: Job) -> ProgressView:
    return ProgressView(
        stage=job.stage, done=job.done, total=job.total, unit=job.unit, rate=job.rate if job.rate > 0 else None,
        fraction=min(1.0, job.done / job.total) if job.total > 0 else None,
    )  # fmt: skip


def result_files(settings: Settings, job: Job) -> dict[str, ResultFile]:
    """The files of a job by role, those that are there."""
    found: dict[str, ResultFile] = {}
    for role, size in result_sizes(settings.folder, job.id, job.result).items():
        suffix = PurePath(job.result[role]).suffix
        found[role] = ResultFile(
            url=f"/api/v1/jobs/{job.id}/files/{role}", name=saved_as(job, role, suffix),
            media_type=MEDIA_TYPES.get(suffix, OCTETS), bytes=size,
        )  # fmt: skip
    return found


def saved_as(job: Job, role: str, suffix: str) -> str:
    """The name under which a result is saved: `talk Hello there 1a2b3c4d.mp4`."""
    part = "" if role == "file" else f" {role}"
    return save_name(f"{job.system} {job.title}", suffix, f"{job.id[:8]}{part}")


class ShownJobs:
    """Jobs and the queue as JSON, for the feed of events."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db, self.settings = db, settings

    def job_data(self, jobs: Sequence[str]) -> dict[str, Any]:
        """The jobs of these ids by id; those that are gone are left out."""
        with self.db.session() as session:
            found = list(session.scalars(select(Job).where(Job.id.in_(jobs))))
        return {one.id: one.model_dump(mode="json") for one in job_views(self.db, self.settings, found)}

    def queue_data(self) -> dict[str, Any]:
        """The state of the queue."""
        return queue_view(self.db, self.settings).model_dump(mode="json")

"""Routes of jobs: ask a maker for something, look at the history, and change what one has."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Response

from mien.makers.forms import body_model, without_flags
from mien.makers.systems import SYSTEMS
from mien.studio.api.bodies import Count, JobPage, JobView, PlaceBody, RedoBody, UseBody, UsedAs
from mien.studio.api.context import CanMake, CanRead, Context
from mien.studio.api.errors import ERRORS, ApiError, NotFoundError
from mien.studio.api.examples import body_examples
from mien.studio.api.submission import check_again, make_job, wake
from mien.studio.api.views import job_view, job_views
from mien.studio.database.tables import Job
from mien.studio.history import changes
from mien.studio.history.search import History, HistoryState, Search
from mien.studio.history.use import use
from mien.studio.queue import control
from mien.systems.system import System

PREFIX = "/api/v1"

router = APIRouter(responses=ERRORS)

JobId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="The id of a job")]
Key = Annotated[
    str | None,
    Header(
        max_length=200, pattern="^[!-~]+$",
        description="Sent again with the same key, after a lost answer, the request gives the same job",
    ),
]  # fmt: skip

DONE: dict[int | str, dict[str, Any]] = {
    202: {"description": "The job is waiting; Location is its address", "model": JobView}
}


def _add_maker(system: System[Any]) -> None:
    def make(body: Any, context: CanMake, response: Response, idempotency_key: Key = None) -> JobView:
        values = body.model_dump(mode="json", exclude_unset=True, exclude={"output"})
        return _accepted(context, make_job(context, system.command, values, body.output, idempotency_key), response)

    make.__annotations__["body"] = Annotated[body_model(system), body_examples(system)]
    router.add_api_route(
        f"/{system.command}", make, methods=["POST"], status_code=202, responses=DONE, tags=["make"],
        response_model=JobView, operation_id=f"make_{system.command}", name=system.command,
        summary=system.help.partition("\n")[0].rstrip("."), description=without_flags(system.help),
    )  # fmt: skip


for _system in SYSTEMS.values():
    _add_maker(_system)


@router.get("/jobs", tags=["history"], summary="Your jobs, the newest first, page by page")
def list_jobs(
    context: CanRead,
    q: Annotated[str, Query(max_length=500, description="All of these words must occur")] = "",
    system: Annotated[str | None, Query(pattern=f"^({'|'.join(SYSTEMS)})$", description="Of this maker")] = None,
    state: Annotated[HistoryState | None, Query(description="In this state; `ended`: however it ended")] = None,
    day: Annotated[date | None, Query(description="Of this day, as 2026-11-30")] = None,
    zone: Annotated[int, Query(ge=-1080, le=1080, description="Minutes that your clock is ahead of UTC")] = 0,
    starred: Annotated[bool, Query(description="Only those with a star")] = False,
    in_bin: Annotated[bool, Query(alias="bin", description="Those in the bin, and no others")] = False,
    cursor: Annotated[str | None, Query(max_length=400, description="`next` of the page before")] = None,
    most: Annotated[int, Query(ge=1, le=100, description="Jobs of a page")] = 24,
) -> JobPage:
    """The history: what waits and runs, too. Deleted jobs are in the bin for some days."""
    search = Search(q, system, state, day, zone, starred, in_bin)
    page = History(context.db).page(context.owner, search, cursor, most)
    return JobPage(jobs=job_views(context.db, context.settings, page.jobs), next=page.next)


@router.get("/jobs/{job_id}", tags=["jobs"], summary="A job")
def show_job(job_id: JobId, context: CanRead) -> JobView:
    """The job with its progress, its place in the queue, and its files."""
    return job_view(context.db, context.settings, own_job(context, job_id))


@router.post("/jobs/{job_id}/cancel", tags=["jobs"], summary="Cancel a job")
def cancel_job(job_id: JobId, context: CanMake) -> JobView:
    """A waiting job ends at once, a running one within seconds."""
    return _shown(context, control.cancel(context.db, job_id, context.owner))


@router.post("/jobs/{job_id}/retry", status_code=202, responses=DONE, tags=["jobs"], summary="Try a job again")
def retry_job(job_id: JobId, context: CanMake, response: Response) -> JobView:
    """A new job like one that failed or was cancelled."""
    return _accepted(
        context, _sent(context, control.retry(context.db, context.settings, job_id, context.owner)), response
    )


@router.post("/jobs/{job_id}/redo", status_code=202, responses=DONE, tags=["jobs"], summary="Make it with another seed")
def redo_job(job_id: JobId, context: CanMake, response: Response, body: RedoBody | None = None) -> JobView:
    """A new job with the same request and another seed."""
    seed = body.seed if body is not None else None
    if seed is not None:
        check_again(context, own_job(context, job_id), seed)
    job = control.redo(context.db, context.settings, job_id, context.owner, seed)
    return _accepted(context, _sent(context, job), response)


@router.post("/jobs/{job_id}/move", tags=["jobs"], summary="Move a job in the queue")
def move_job(job_id: JobId, body: PlaceBody, context: CanMake) -> JobView:
    """Your own jobs change places with each other."""
    to = body.to or body.before
    if to is None or (body.to is not None and body.before is not None):
        raise ApiError(422, "say either to (first, up, down or last) or before (the id of a job)", "to")
    return _shown(context, control.move(context.db, job_id, context.owner, to))


@router.post("/jobs/{job_id}/star", tags=["history"], summary="Give a job a star")
def star_job(job_id: JobId, context: CanMake) -> JobView:
    """Starred jobs can be listed by themselves."""
    return _shown(context, changes.star(context.db, context.owner, [job_id])[0])


@router.post("/jobs/{job_id}/unstar", tags=["history"], summary="Take the star away")
def unstar_job(job_id: JobId, context: CanMake) -> JobView:
    """The opposite of star."""
    return _shown(context, changes.star(context.db, context.owner, [job_id], starred=False)[0])


@router.post("/jobs/{job_id}/delete", tags=["history"], summary="Put a job in the bin")
def delete_job(job_id: JobId, context: CanMake) -> JobView:
    """It can be restored until the bin is emptied."""
    return _shown(context, changes.put_in_bin(context.db, context.owner, [job_id])[0])


@router.post("/jobs/{job_id}/restore", tags=["history"], summary="Take a job out of the bin")
def restore_job(job_id: JobId, context: CanMake) -> JobView:
    """The opposite of delete."""
    return _shown(context, changes.restore(context.db, context.owner, [job_id])[0])


@router.delete("/jobs/{job_id}", tags=["history"], summary="Remove a job in the bin for good")
def purge_job(job_id: JobId, context: CanMake) -> Count:
    """The job must be in the bin; its files are removed with it."""
    return Count(count=changes.purge(context.db, context.settings, context.owner, [job_id]))


@router.post("/history/empty-bin", tags=["history"], summary="Empty the bin")
def empty_bin(context: CanMake) -> Count:
    """All of your jobs in the bin are removed for good."""
    return Count(count=changes.empty_bin(context.db, context.settings, context.owner))


@router.post("/jobs/{job_id}/use", tags=["jobs"], summary="Use a result as an input")
def use_result(job_id: JobId, body: UseBody, context: CanMake) -> UsedAs:
    """The values with which the other maker's request begins; `uses` of the job says what is possible."""
    maker, _, field = body.used_as.partition(".")
    if maker not in SYSTEMS:
        raise ApiError(422, f"there is no maker {maker[:20]!r}: choose from {', '.join(SYSTEMS)}", "as")
    values, _file = use(context.db, context.settings, own_job(context, job_id), maker, field)
    return UsedAs(maker=maker, values=values)


def own_job(context: Context, job_id: str) -> Job:
    """The person's job with this id. Raises NotFoundError."""
    job = History(context.db).find(context.owner, job_id)
    if job is None:
        raise NotFoundError("job")
    return job


def _shown(context: Context, job: Job) -> JobView:
    return job_view(context.db, context.settings, job)


def _sent(context: Context, job: Job) -> Job:
    wake(context, job)
    return job


def _accepted(context: Context, job: Job, response: Response) -> JobView:
    response.headers["Location"] = f"{PREFIX}/jobs/{job.id}"
    return _shown(context, job)

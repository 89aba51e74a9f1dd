"""The bodies of the API's answers, for FastAPI's documentation and for the code that fills them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

State = Literal["waiting", "running", "done", "failed", "cancelled"]


class PositionView(BaseModel):
    """The place of a waiting job."""

    number: int = Field(description="From 1, the next one to run")
    of: int = Field(description="How many wait")


class ProgressView(BaseModel):
    """How far a running job is in its present stage."""

    stage: str
    done: int
    total: int = Field(description="0: not known")
    unit: str
    rate: float | None = Field(description="Units a second; null: not known yet")
    fraction: float | None = Field(description="From 0 to 1; null: not known")


class ResultFile(BaseModel):
    """A file of a job that is done."""

    url: str
    name: str = Field(description="The name under which it is saved")
    media_type: str
    bytes: int


class UseView(BaseModel):
    """A field of a maker that takes a result of this job as its input."""

    maker: str
    field: str
    role: str


class JobView(BaseModel):
    """A job: what was asked for, how far it is, and what came of it. Times are seconds since the epoch."""

    id: str
    system: str = Field(description="The maker")
    title: str
    state: State
    reason: str = Field(description="Why it failed, or why it waits")
    notes: list[str]
    request: dict[str, Any] = Field(description="The fields that were given; files as `file:ID`")
    output: str = Field(description="Suffix of the result")
    created: float
    started: float | None
    ended: float | None
    position: PositionView | None
    expected_seconds: float | None = Field(description="Seconds until it is done; null: not known")
    progress: ProgressView | None
    preview: str | None = Field(description="Address of the newest preview frame, a JPEG")
    files: dict[str, ResultFile] = Field(description="By role: `file` is the result, `thumb` its picture, …")
    facts: dict[str, Any]
    starred: bool
    deleted: float | None = Field(description="When it was put in the bin")
    model: str
    cancelling: bool
    origin: str | None = Field(description="The job that this one repeats")
    uses: list[UseView] = Field(description="Where its results can be used as inputs")


class JobPage(BaseModel):
    """A page of the history."""

    jobs: list[JobView]
    next: str | None = Field(description="`cursor` of the next page; null: this is the last one")


class QueueView(BaseModel):
    """The state of the whole queue. workers: processes that work; 0: nothing will start. no_space: all wait for room
    on the disk."""

    waiting: int
    running: int
    paused: bool
    workers: int = 0
    no_space: bool = False


class QueueJobs(QueueView):
    """The state of the queue, and one's own jobs that wait and run, in their order."""

    jobs: list[JobView]


class Count(BaseModel):
    """How many were changed."""

    count: int


class Health(BaseModel):
    """That the studio answers, and what does its work; strangers to a studio with accounts are told `status` only."""

    status: Literal["ok"] = "ok"
    version: str | None = None
    workers: int | None = None
    waiting: int | None = None
    paused: bool | None = None


class UsedAs(BaseModel):
    """Values for the form, and for the request, of another maker."""

    maker: str
    values: dict[str, Any]


class RedoBody(BaseModel):
    """seed: that of the new job; left out: a random one."""

    seed: int | None = Field(default=None, ge=0, le=2**63 - 1)


class PlaceBody(BaseModel):
    """Where a waiting job goes in the queue."""

    to: Literal["first", "up", "down", "last"] | None = None
    before: str | None = Field(default=None, pattern="^[0-9a-f]{32}$", description="In front of this job, instead")


class UseBody(BaseModel):
    """The input that a result becomes: maker and field, such as `talk.image`."""

    used_as: str = Field(alias="as", max_length=60, pattern=r"^[a-z]+\.[a-z_]+$", examples=["talk.image"])

"""Routes of the pipeline: which models are there, and runs of trainings and evaluations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from mien.bundled.listing import ListedModel
from mien.studio.api.context import CanRead, CanRunPipeline, Context
from mien.studio.api.errors import ERRORS, ApiError, NotFoundError, RetryError
from mien.studio.pipeline.models import models
from mien.studio.pipeline.place import mlflow_server, prefect_server
from mien.studio.pipeline.prefect import (
    Asked,
    NoSuchRunError,
    PipelineRun,
    Prefect,
    PrefectError,
    RunRefusedError,
)

router = APIRouter(tags=["pipeline"], responses=ERRORS)

RETRY_SECONDS = 10.0
"""When Prefect may answer again."""


class ModelsView(BaseModel):
    """The models, and the pages where more of them is seen."""

    models: list[ListedModel]
    mlflow: str = Field(description="MLflow's page, which `make ui` starts")
    prefect: str = Field(description="Prefect's page, which `make ui` starts")


class RunsView(BaseModel):
    """The latest runs, the newest first, and what a new one may be asked for."""

    runs: list[PipelineRun]
    targets: list[str] = Field(description="Stages that may be run, with those that they need")
    parameters: list[str] = Field(description="Parameters that may be set")
    ready: bool = Field(description="Whether a run would start: the deployment is served")


class RunBody(BaseModel):
    """A run of the pipeline; without targets of all of it."""

    model_config = ConfigDict(extra="forbid")

    targets: list[Annotated[str, Field(max_length=60)]] = Field(
        default=[],
        max_length=60,
        description="Stages to run, with those that they need",
        examples=[["evaluate_shapes"]],
    )
    overrides: list[Annotated[str, Field(max_length=300)]] = Field(
        default=[], max_length=60, description="Parameters for this run only", examples=[["shapes.training.lr=1e-3"]]
    )
    experiment: str = Field(
        default="", max_length=64, pattern=r"^([A-Za-z0-9][A-Za-z0-9_-]{0,63})?$",
        description="Name of the DVC experiment; empty: none, or one that is named after the run",
    )  # fmt: skip
    force: bool = Field(default=False, description="Run every stage again, even where nothing changed")


@router.get("/pipeline/models", summary="The models that the makers use")
def list_pipeline_models(context: CanRead) -> ModelsView:
    """Each with its size, figures, what it was trained on, and whether it is the champion of the registry.

    Folders of the server are shown to those who may run the pipeline.
    """
    found = models().listed()
    if not context.person.may("pipeline"):
        found = [replace(one, folder="", reason="ask an administrator" if one.reason else "") for one in found]
    return ModelsView(
        models=found, mlflow=mlflow_server(context.settings).page,
        prefect=prefect_server(context.settings).page,
    )  # fmt: skip


@router.get("/pipeline/runs", summary="Runs of the pipeline")
def list_runs(context: CanRunPipeline) -> RunsView:
    """The latest runs. 503 where Prefect does not answer: `make ui` starts it."""
    with _asking():
        prefect = _prefect(context)
        deployment, runs = prefect.deployment(), prefect.runs()
    return RunsView(
        runs=runs, targets=list(deployment.targets), parameters=list(deployment.parameters), ready=deployment.ready
    )


@router.get("/pipeline/runs/{run_id}", summary="One run of the pipeline")
def show_run(run_id: UUID, context: CanRunPipeline) -> PipelineRun:
    """With its stages while it runs."""
    with _asking():
        return _prefect(context).run(run_id)


@router.post("/pipeline/runs", status_code=202, summary="Start a training or an evaluation")
def start_run(body: RunBody, context: CanRunPipeline) -> PipelineRun:
    """Stages that are up to date are not run again. With parameters the run works in a working tree of its own."""
    with _asking():
        return _prefect(context).start(Asked(body.targets, body.overrides, body.experiment, body.force))


@router.post("/pipeline/runs/{run_id}/cancel", summary="Cancel a run of the pipeline")
def cancel_run(run_id: UUID, context: CanRunPipeline) -> PipelineRun:
    """One that waits ends at once, one that runs within half a minute; what its stages have finished stays."""
    with _asking():
        return _prefect(context).cancel(run_id)


def _prefect(context: Context) -> Prefect:
    return Prefect(prefect_server(context.settings))


@contextmanager
def _asking() -> Iterator[None]:
    """Errors of Prefect as errors of the API."""
    try:
        yield
    except NoSuchRunError as error:
        raise NotFoundError("run of the pipeline") from error
    except RunRefusedError as error:
        raise ApiError(409 if error.field is None else 422, str(error), error.field) from error
    except PrefectError as error:
        raise RetryError(str(error), RETRY_SECONDS, 503) from error

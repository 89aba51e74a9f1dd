"""The page of the pipeline: the models with their figures, and runs of trainings and evaluations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from mien.bundled.listing import ListedModel
from mien.studio.api.context import CanRead, CanRunPipeline, Context
from mien.studio.pages.catalogue import Translator
from mien.studio.pages.sayings import said
from mien.studio.pages.showing import show
from mien.studio.pages.templates import asked_language
from mien.studio.pipeline.models import models
from mien.studio.pipeline.place import mlflow_server, prefect_server
from mien.studio.pipeline.prefect import Deployment, PipelineRun, Prefect, PrefectError

router = APIRouter(include_in_schema=False)

EVALUATE = "evaluate_"
"""What the names of the stages that evaluate begin with."""

RUN_BADGES: Mapping[str, str] = {
    "scheduled": "", "running": "on", "done": "good", "failed": "bad", "cancelling": "warn", "cancelled": "warn",
}  # fmt: skip


@router.get("/pipeline")
def pipeline(request: Request, ctx: CanRead) -> HTMLResponse:
    """The models. Prefect, which may be slow or away, is asked for by the page afterwards."""
    t = Translator(asked_language(request))
    return show(
        request, ctx, "pipeline.html", page="pipeline", models=_models(ctx), may=ctx.person.may("pipeline"),
        mlflow=mlflow_server(ctx.settings).page, prefect=prefect_server(ctx.settings).page,
        said=lambda sentence: said(t, sentence),
    )  # fmt: skip


def _models(ctx: Context) -> list[ListedModel]:
    """The models; why one cannot be used, which may name folders, is told to those who can mend it."""
    found = models().listed()
    if ctx.person.may("pipeline"):
        return found
    return [replace(one, reason="ask an administrator" if one.reason else "") for one in found]


@router.get("/pipeline/form")
def form(request: Request, ctx: CanRunPipeline) -> HTMLResponse:
    """The form that starts a run; or why none can be started, and what to do about it."""
    away, deployment = "", None
    try:
        deployment = Prefect(prefect_server(ctx.settings)).deployment()
    except PrefectError as error:
        away = str(error)
    stages = deployment.targets if deployment else ()
    return _part(
        request, ctx, "parts/pipeline_form.html", deployment=deployment, away=away, ready=_ready(deployment),
        evaluations=[one for one in stages if one.startswith(EVALUATE)],
        others=[one for one in stages if not one.startswith(EVALUATE)],
    )  # fmt: skip


def _ready(deployment: Deployment | None) -> bool:
    return deployment is not None and deployment.ready


@router.get("/pipeline/runs")
def runs(request: Request, ctx: CanRunPipeline) -> HTMLResponse:
    """The latest runs with their stages; empty where Prefect does not answer, which the form says."""
    found: list[PipelineRun] = []
    away = False
    try:
        found = Prefect(prefect_server(ctx.settings)).runs()
    except PrefectError:
        away = True
    return _part(request, ctx, "parts/pipeline_runs.html", runs=found, away=away, run_badge=RUN_BADGES)


def _part(request: Request, ctx: Context, template: str, **values: Any) -> HTMLResponse:
    t = Translator(asked_language(request))
    return show(request, ctx, template, page="pipeline", said=lambda sentence: said(t, sentence), **values)

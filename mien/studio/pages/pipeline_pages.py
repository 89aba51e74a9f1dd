"""The page of the pipeline: the models with their figures, and runs of trainings and evaluations."""

from __future__ import annotations

import re
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
from mien.studio.pipeline.prefect import ENDED, Deployment, PipelineRun, Prefect, PrefectError

OUTCOME = re.compile(r"(\d+) (ran|restored|cached)\b")
FAILED = re.compile(r"failed: ([\w, ]+)")
"""How the message of a finished run counts its stages, and names those that failed, see flows/pipeline.py."""

router = APIRouter(include_in_schema=False)

EVALUATE = "evaluate_"
"""What the names of the stages that evaluate begin with."""

RUN_BADGES: Mapping[str, str] = {
    "scheduled": "", "running": "on", "done": "good", "failed": "bad", "cancelling": "warn", "cancelled": "warn",
}  # fmt: skip


@router.get("/pipeline")
def pipeline(request: Request, ctx: CanRead) -> HTMLResponse:
    """The models. Prefect, which may be slow or away, is asked for by the page afterwards."""
    return _part(
        request, ctx, "pipeline.html", may=ctx.person.may("pipeline"), mlflow=mlflow_server(ctx.settings).page,
        prefect=prefect_server(ctx.settings).page, **_models(request, ctx),
    )  # fmt: skip


@router.get("/pipeline/models")
def listed_models(request: Request, ctx: CanRead) -> HTMLResponse:
    """The models again: when the registry has been read, and when a run has ended."""
    return _part(request, ctx, "parts/pipeline_models.html", **_models(request, ctx))


def _models(request: Request, ctx: Context) -> dict[str, Any]:
    """The models; why one cannot be used, which may name folders, is told to those who can mend it."""
    t = Translator(asked_language(request))
    known = models()
    found, reading = known.listed(), known.champions.reading()
    if not ctx.person.may("pipeline"):
        found = [replace(one, reason="ask an administrator" if one.reason else "") for one in found]
    return {"models": found, "reading": reading, "championship": lambda one: _championship(t, one, reading)}


def _championship(t: Translator, model: ListedModel, reading: bool) -> str:
    """What the registry says of a model: its version there, or which version is the champion instead."""
    if model.champion == "unregistered":
        return t("pipeline.registry.part")
    if model.champion == "unknown":
        return t("pipeline.registry.reading" if reading else "pipeline.registry.unknown")
    if model.champion == "champion" and model.state == "bundled":  # of another registry than the one here
        return t("pipeline.registry.was")
    if model.champion == "champion":
        return t("pipeline.registry.champion", version=model.champion_version)
    if model.champion_version:
        return t("pipeline.registry.other", version=model.champion_version)
    return t("pipeline.registry.none")


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
    """The latest runs with their stages; or why there are none to be seen."""
    found: list[PipelineRun] = []
    away = ""
    try:
        found = Prefect(prefect_server(ctx.settings)).runs()
    except PrefectError as error:
        away = str(error)
    t = Translator(asked_language(request))
    return _part(
        request, ctx, "parts/pipeline_runs.html", runs=found, away=away, run_badge=RUN_BADGES,
        ended=[one.id for one in found if one.state in ENDED], outcome=lambda run: _outcome(t, run),
    )  # fmt: skip


def _outcome(t: Translator, run: PipelineRun) -> str:
    """What a run has done: how many stages, and where its models are if it left those of the studio alone."""
    if run.state == "failed":
        stages = FAILED.match(run.message)
        return t("pipeline.run.failed", stages=stages[1]) if stages else run.message
    if run.state != "done":
        return ""
    counts = [f"{t('pipeline.run.' + word)}: {count}" for count, word in OUTCOME.findall(run.message)]
    kept = [t("pipeline.run.kept", name=run.kept_as)] if run.kept_as else []
    return " · ".join(counts + kept)


def _part(request: Request, ctx: Context, template: str, **values: Any) -> HTMLResponse:
    t = Translator(asked_language(request))
    return show(request, ctx, template, page="pipeline", said=lambda sentence: said(t, sentence), **values)

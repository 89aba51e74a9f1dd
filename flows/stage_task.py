"""One stage as a Prefect task: dvc runs it, its output goes into the run's log, its end has one of four words."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.dvc_process import run_dvc
from mien.tracking.tracking import Tracking
from stages.pipeline_files import PipelineFiles
from stages.receipts import read_receipt, tag_finished_runs

_HINTS = (
    "To track the changes with git",
    "git add ",
    "To enable auto staging",
    "dvc config core.autostage",
    "Use `dvc push` to send",
)
"""What dvc advises a person at a terminal after every stage."""


@dataclass
class StageEnd:
    """How a stage ended: `ran`, `restored` (from DVC's run cache), `cached` (nothing changed) or `failed`."""

    stage: str
    word: str
    seconds: float = 0.0
    run_id: str | None = None
    """The MLflow run that made the stage's outs: this one's, or an earlier one's."""


@dataclass
class PipelineRun:
    """What the tasks of one flow run share."""

    repository: Path
    environment: dict[str, str]
    tracking: Tracking
    parent: str | None
    force: bool
    seconds: float | None
    slots: threading.Semaphore
    changed: frozenset[str]
    """The stages that DVC said it would run, before anything ran."""
    ends: dict[str, StageEnd] = field(default_factory=dict)


@task(cache_policy=NO_CACHE, task_run_name="{stage}", persist_result=False, log_prints=False)
def run_stage(stage: str, upstreams: list[str], run: PipelineRun) -> State[StageEnd]:
    """Bring one stage up to date; Prefect shows Cached, Restored, Completed or Failed."""
    began = time.monotonic()
    untouched = all(run.ends[u].word == "cached" for u in upstreams if u in run.ends)
    if not run.force and stage not in run.changed and untouched:
        return _ended(run, StageEnd(stage, "cached"))
    with run.slots:
        end = _run(stage, run)
    end.seconds = time.monotonic() - began
    return _ended(run, end)


def _run(stage: str, run: PipelineRun) -> StageEnd:
    logger = get_run_logger()
    before = read_receipt(run.repository, stage)
    unchanged = False

    def line(text: str) -> None:
        nonlocal unchanged
        unchanged = unchanged or text == f"Stage '{stage}' didn't change, skipping"
        if not text.strip().startswith(_HINTS):
            logger.info(text)

    arguments = ["repro", "--single-item", *(["--force"] if run.force else []), stage]
    try:
        code = run_dvc(run.repository, arguments, run.environment, line, run.seconds)
    except TimeoutError as error:
        logger.error("stage %s: %s", stage, error)
        code = 124
    tag_finished_runs(run.repository, run.tracking)
    after = read_receipt(run.repository, stage)
    ran = after is not None and (before is None or after.id != before.id)
    if code:
        word = "failed"
    else:
        word = "ran" if ran else "cached" if unchanged else "restored"
    return StageEnd(stage, word, run_id=after.run_id if ran and after is not None else None)


def _ended(run: PipelineRun, end: StageEnd) -> State[StageEnd]:
    run.ends[end.stage] = end
    if end.word == "failed":
        return Failed(message=f"stage {end.stage} failed; its output is in this task's log")
    if end.word == "ran":
        return Completed(message=f"ran in {end.seconds:.0f} s", data=end)
    made_by = _link(run, end)
    source = f", made by MLflow run {made_by}" if made_by else ""
    if end.word == "restored":
        return Completed(name="Restored", message=f"restored from DVC's cache{source}", data=end)
    return Completed(name="Cached", message=f"nothing changed{source}", data=end)


def _link(run: PipelineRun, end: StageEnd) -> str | None:
    """Tag the parent run with the run that made this stage's outs, found by the digest of its dvc.lock entry."""
    digest = PipelineFiles(run.repository).entry_digest(end.stage)
    end.run_id = run.tracking.find(dvc__lock__sha256=digest) if digest else None
    if end.run_id and run.parent:
        run.tracking.tag(run.parent, {f"{end.word}.{end.stage}": end.run_id})
    return end.run_id

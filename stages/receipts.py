"""Receipts: the result of a stage's last run, in a small file outside its outs. They distinguish ran and restored."""

from __future__ import annotations

import resource
import time
from pathlib import Path
from typing import Literal, Self
from uuid import uuid4

import psutil
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mien.files import write_json
from mien.tracking.tracking import Tracking
from stages.pipeline_files import PipelineFiles


class Measured(BaseModel):
    """Resources used by a finished run of a stage."""

    model_config = ConfigDict(extra="ignore")

    seconds: float
    """Wall time from the start of the stage's process to the end of its function."""
    cpu_seconds: float
    """User and system time of the process and of its ended child processes."""
    peak_mb: float
    """Peak resident memory of the largest of its processes, MiB."""

    @classmethod
    def of_this_process(cls) -> Self:
        own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
        return cls(
            seconds=round(time.time() - psutil.Process().create_time(), 2),
            cpu_seconds=round(own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime, 2),
            peak_mb=round(max(own.ru_maxrss, children.ru_maxrss) / 1024, 1),
        )


class Receipt(BaseModel):
    """One run of a stage; `run_id`: of MLflow, `lock_digest`: digest of the stage's entry in dvc.lock.

    `measured`: of the last run that finished, which may be an earlier one.
    """

    model_config = ConfigDict(extra="ignore")

    stage: str
    id: str = Field(default_factory=lambda: uuid4().hex)
    state: Literal["running", "finished", "failed", "stopped"] = "running"
    started: float = Field(default_factory=time.time)
    finished: float | None = None
    pid: int = 0
    run_id: str | None = None
    lock_digest: str | None = None
    measured: Measured | None = None

    def write(self, root: Path) -> None:
        write_json(_folder(root) / f"{self.stage}.json", self.model_dump())


def read_receipt(root: Path, stage: str) -> Receipt | None:
    """The receipt of the stage's last run in `root`; None when it never ran there."""
    try:
        return Receipt.model_validate_json((_folder(root) / f"{stage}.json").read_text())
    except (OSError, ValidationError):
        return None


def tag_finished_runs(root: Path, tracking: Tracking) -> None:
    """Tag each finished run with the digest of its stage's entry in dvc.lock.

    DVC writes that entry after the stage's process has ended, so a later process tags it: the next stage, the flow, or
    the next pipeline run.
    """
    lock = root / "dvc.lock"
    if tracking.client is None or not lock.is_file():
        return
    files = None
    for path in sorted(_folder(root).glob("*.json")):
        receipt = read_receipt(root, path.stem)
        if receipt is None or receipt.run_id is None or receipt.finished is None or receipt.state != "finished":
            continue
        if receipt.lock_digest is not None or lock.stat().st_mtime < receipt.finished:
            continue
        files = files or PipelineFiles(root)
        digest = files.entry_digest(receipt.stage)
        if digest is not None:
            tracking.tag(receipt.run_id, {"dvc.lock.sha256": digest})
            receipt.model_copy(update={"lock_digest": digest}).write(root)


def _folder(root: Path) -> Path:
    return root / ".mien" / "receipts"

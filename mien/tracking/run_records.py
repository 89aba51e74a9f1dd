"""Records in `.mien/runs/` of the pipeline runs on this machine: their driving process and running stages.

All stages of a pipeline run share one parent run in MLflow. Its record names the driving process, so that stages find
the parent run, its final status is known, and a run whose driver was killed is closed by the next run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from mien.files import write_json
from mien.locks import file_lock
from mien.processes import Process


class PipelineRecord(BaseModel):
    """One pipeline run: id of its parent run, driving process, running stages (name → run id), and any failure."""

    model_config = ConfigDict(extra="ignore")

    run_id: str
    pid: int
    started: float
    managed: bool = False
    """True: the driver starts and ends the parent run (a flow); False: its stages do (`dvc repro` without a flow)."""
    under_way: dict[str, str] = Field(default_factory=dict)
    failed: bool = False

    def driver(self) -> Process:
        return Process(self.pid, self.started)


class Records:
    """The records of the main repository with the root `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / ".mien" / "runs"
        self._lock = folder / ".mien" / "locks" / "runs.lock"

    @contextmanager
    def locked(self) -> Iterator[None]:
        with file_lock(self._lock, seconds=30):
            yield

    def all(self) -> list[PipelineRecord]:
        return [record for path in sorted(self._folder.glob("*.json")) if (record := _read(path)) is not None]

    def of_driver(self, driver: Process) -> PipelineRecord | None:
        same = (r for r in self.all() if r.pid == driver.pid and abs(r.started - driver.started) < 0.05)
        return next(same, None)

    def of_run(self, run_id: str) -> PipelineRecord | None:
        return _read(self._path(run_id))

    def write(self, record: PipelineRecord) -> None:
        write_json(self._path(record.run_id), record.model_dump())

    def remove(self, record: PipelineRecord) -> None:
        self._path(record.run_id).unlink(missing_ok=True)

    def _path(self, run_id: str) -> Path:
        return self._folder / f"{run_id}.json"


def _read(path: Path) -> PipelineRecord | None:
    try:
        value: Any = json.loads(path.read_text())
        return PipelineRecord.model_validate(value)
    except (OSError, ValueError):
        return None

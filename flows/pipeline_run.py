"""One run of the pipeline: a parent run in MLflow, and `dvc repro` of each stage. Independent of Prefect."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

from flows.dvc_process import DvcProcesses
from flows.graph import Stage, Step
from flows.schedule import Schedule, Started, known_durations, run_schedule, simulate, thread_settings, usable_cores
from mien.files import write_json
from mien.processes import Process
from mien.tracking.tracking import Tracking
from stages.pipeline_files import PipelineFiles, read_yaml
from stages.receipts import read_receipt, tag_finished_runs

TRACE = Path(".mien") / "last_run.json"
"""Results and times of the stages in the last pipeline run; `benchmarks/pipeline_stages.py` reads it."""


@dataclass
class StageEnd:
    """How a stage ended: `ran`, `restored` (from DVC's run cache), `cached` (nothing changed) or `failed`."""

    stage: str
    word: str
    seconds: float = 0.0
    began: float = 0.0
    """Seconds since the pipeline run began."""
    run_id: str | None = None
    """The MLflow run that made the stage's outs, in this pipeline run or an earlier one."""


@dataclass
class PipelineRun:
    """One run of the pipeline in `repository`: the state shared by its stages, and their results."""

    repository: Path
    tracking: Tracking
    steps: Sequence[Step]
    environment: dict[str, str]
    jobs: int
    force: bool = False
    seconds: float | None = None
    """Time limit of a stage; None: no limit."""
    parent: str | None = None
    ends: dict[str, StageEnd] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    @classmethod
    def of_plan(
        cls, root: Path, repository: Path, steps: Sequence[Step], environment: Mapping[str, str], jobs: int, force: bool
    ) -> Self:
        """A run of a plan for the project at `root`; `repository` is its working tree."""
        run = cls(repository, Tracking.connect(root), steps, dict(environment), jobs, force)
        # Fixed for the whole run: the number of threads can change the last bit of a result.
        widest = simulate(run.stages, run.durations, jobs)[1]
        run.environment.update(thread_settings(max(1, usable_cores() // max(widest, 1))))
        return run

    @property
    def stages(self) -> list[Stage]:
        return [step.stage for step in self.steps]

    @cached_property
    def durations(self) -> dict[str, float]:
        """Stage → expected seconds; 0 for a stage that will not run."""
        known = known_durations([self.repository, self.tracking.folder], self.stages)
        return {s.stage.name: 0.0 if s.will == "cached" else known[s.stage.name] for s in self.steps}

    @cached_property
    def processes(self) -> DvcProcesses:
        return DvcProcesses(self.repository, self.environment)

    def open(self, name: str, tags: Mapping[str, str]) -> None:
        """Start the parent run in MLflow, under which all stages of this run log."""
        tag_finished_runs(self.repository, self.tracking)
        params = read_yaml(self.repository / "params.yaml")
        self.parent = self.tracking.open_pipeline(name, Process.of(), managed=True, tags=tags, params=params)
        # Empty: there is no parent run, and stages must not open one.
        self.environment["MIEN_PARENT_RUN"] = self.parent or ""

    def run(self, start: Callable[[Stage], Started]) -> list[Stage]:
        """Start every stage in order by `start` and wait; returns the stages that could not start.

        In every case all processes are ended and the parent run is closed.
        """
        status = "KILLED"
        try:
            missed = run_schedule(Schedule(self.stages, self.durations), self.jobs, start, self.ended_well)
            well = all(self.ended_well(stage.name) for stage in self.stages)
            status = "FINISHED" if well else "FAILED"
        finally:
            self.processes.stop()
            if self.parent:
                tag_finished_runs(self.repository, self.tracking)
                self.tracking.close_pipeline(self.parent, status)
            self._write_trace(status)
        return missed

    def make(self, stage: Stage, line: Callable[[str], None]) -> StageEnd:
        """Run `dvc repro` of one stage whose upstream stages are up to date; `line` gets each line of dvc's output."""
        began = time.monotonic()
        if self._is_current(stage):
            end = StageEnd(stage.name, "cached")
        else:
            end = self._repro(stage.name, line)
        end.began, end.seconds = began - self.began, time.monotonic() - began
        if end.word in ("cached", "restored"):
            end.run_id = self._link(end)
        self.ends[stage.name] = end
        return end

    @property
    def failed(self) -> list[str]:
        return [end.stage for end in self.ends.values() if end.word == "failed"]

    def left(self, elapsed: Mapping[str, float]) -> float:
        """Estimated seconds left; `elapsed`: running stage → seconds since its start."""
        return simulate([s for s in self.stages if s.name not in self.ends], self.durations, self.jobs, elapsed)[0]

    def ended_well(self, name: str) -> bool:
        """Whether the stage's outs are those of this run's parameters."""
        return name in self.ends and self.ends[name].word != "failed"

    def _is_current(self, stage: Stage) -> bool:
        """Whether the stage's inputs are unchanged, without a call of dvc, which takes a second or two."""
        will = next(step.will for step in self.steps if step.stage.name == stage.name)
        if self.force or will == "run":
            return False
        if all(self.ends[u].word == "cached" for u in stage.upstreams if u in self.ends):
            return True
        return PipelineFiles(self.repository).inputs_as_recorded(stage.name)

    def _repro(self, stage: str, line: Callable[[str], None]) -> StageEnd:
        before = read_receipt(self.repository, stage)
        unchanged = False

        def heard(text: str) -> None:
            nonlocal unchanged
            unchanged = unchanged or text == f"Stage '{stage}' didn't change, skipping"
            if not text.strip().startswith(_HINTS):
                line(text)

        arguments = ["repro", "--single-item", *(["--force"] if self.force else []), stage]
        try:
            code = self.processes.run(arguments, heard, self.seconds)
        except TimeoutError as error:
            line(f"stage {stage}: {error}")
            code = 124
        after = read_receipt(self.repository, stage)
        ran = after is not None and (before is None or after.id != before.id)
        if code:
            word = "failed"
        else:
            word = "ran" if ran else "cached" if unchanged else "restored"
        if self.parent:
            tag_finished_runs(self.repository, self.tracking)
        return StageEnd(stage, word, run_id=after.run_id if ran and after is not None else None)

    def _link(self, end: StageEnd) -> str | None:
        """Tag the parent run with the run that made this stage's outs, found by the digest of its dvc.lock entry."""
        if self.parent is None:
            return None
        digest = PipelineFiles(self.repository).entry_digest(end.stage)
        run_id = self.tracking.find(dvc__lock__sha256=digest) if digest else None
        if run_id:
            self.tracking.tag(self.parent, {f"{end.word}.{end.stage}": run_id})
        return run_id

    def _write_trace(self, status: str) -> None:
        stages = {}
        for end in self.ends.values():
            receipt = read_receipt(self.repository, end.stage) if end.word == "ran" else None
            measured = receipt.measured.model_dump() if receipt is not None and receipt.measured else {}
            own = {"process_seconds" if key == "seconds" else key: value for key, value in measured.items()}
            stages[end.stage] = {"word": end.word, "began": end.began, "seconds": end.seconds, **own}
        if any(end.word == "ran" for end in self.ends.values()):
            whole = {"status": status, "seconds": time.monotonic() - self.began, "jobs": self.jobs, "stages": stages}
            write_json(self.repository / TRACE, whole)


_HINTS = (
    "To track the changes with git",
    "git add ",
    "To enable auto staging",
    "dvc config core.autostage",
    "Use `dvc push` to send",
)
"""Beginnings of dvc's hints after every stage, which are left out of the output."""

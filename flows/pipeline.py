"""The pipeline as a Prefect flow: the same `dvc repro` of each stage as by hand, in parallel, watched and cancellable.

Without overrides and name a run works in the repository itself, as `dvc repro` does. With either, or when another run
is at work there, it gets a worktree of its own (see flows/worktree.py) and ends as a DVC experiment.
"""

# No `from __future__ import annotations` here: Prefect loads this file under a name of its own and reads the types.
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture, wait
from prefect.runtime import flow_run
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.utilities.annotations import quote

from flows import artifacts
from flows.dvc_process import dvc_environment, stop_everything
from flows.graph import Stage, read_graph, read_status
from flows.request import PipelineRequest
from flows.stage_task import PipelineRun, run_stage
from flows.worktree import keep_experiment, make_worktree
from mien.locks import LockHeldError, file_lock
from mien.processes import Process
from mien.tracking.tracking import Tracking
from stages.pipeline_files import read_yaml
from stages.receipts import tag_finished_runs

DEFAULT_REQUEST = PipelineRequest()
# A thread a stage: the threads mostly wait, for their upstreams or for dvc.
_TASK_RUNNER: Any = ThreadPoolTaskRunner(max_workers=64)


@flow(
    name="pipeline",
    description="Bring stages of the pipeline up to date with DVC, independent ones side by side.",
    task_runner=_TASK_RUNNER,
    validate_parameters=True,
    persist_result=False,
)
def pipeline(request: PipelineRequest = DEFAULT_REQUEST) -> State[None]:
    """Bring `request.targets` and all they stand on up to date."""
    root = Path.cwd()
    name = request.experiment or None
    if name is None and request.overrides:
        name = f"run-{flow_run.name or 'unnamed'}"
    with _place(root, name) as name:
        environment = dvc_environment({"MIEN_FLOW_RUN": str(flow_run.id or "")})
        if name is None:
            return _pipeline(request, root, root, None, environment)
        environment["DVC_EXP_NAME"] = name
        worktree = make_worktree(root, name, request.overrides, environment)
        get_run_logger().info("experiment %s works in %s", name, worktree)
        state = _pipeline(request, root, worktree, name, environment)
        if state.is_completed():
            keep_experiment(root, worktree, name, environment)
            get_run_logger().info("kept: `dvc exp show` lists it, `dvc exp apply %s` brings it here", name)
        return state


@contextmanager
def _place(root: Path, name: str | None) -> Iterator[str | None]:
    """Hold the working tree for this run; yields the experiment's name, or None for the repository itself."""
    locks = root / ".mien" / "locks"
    if name is None:
        try:
            with file_lock(locks / "pipeline.lock", seconds=0):
                yield None
                return
        except LockHeldError:
            name = f"run-{flow_run.name or os.getpid()}"
            get_run_logger().warning("another run is at work in the repository; this one becomes experiment %s", name)
    with file_lock(locks / f"experiment-{name}.lock", seconds=0):
        yield name


def _pipeline(
    request: PipelineRequest, root: Path, repository: Path, name: str | None, environment: dict[str, str]
) -> State[None]:
    graph = read_graph(repository)
    targets = [str(target) for target in request.targets]
    steps = graph.plan(targets, read_status(repository, environment), request.force)
    artifacts.show_plan(steps)
    for step in steps:
        get_run_logger().info("plan: %s: %s, %s", step.stage.name, step.will, step.why)
    tracking = Tracking.connect(root)
    tag_finished_runs(repository, tracking)
    parent = tracking.open_pipeline(
        name or flow_run.name or "pipeline",
        Process.of(),
        managed=True,
        tags={"prefect.flow_run": str(flow_run.id or ""), **({"dvc.experiment": name} if name else {})},
        params=read_yaml(repository / "params.yaml"),
    )
    environment["MIEN_PARENT_RUN"] = parent or ""
    address = mlflow_address(root, tracking)
    artifacts.show_mlflow(address, parent)
    run = PipelineRun(
        repository=repository,
        environment=environment,
        tracking=tracking,
        parent=parent,
        force=request.force,
        seconds=60 * request.stage_minutes or None,
        slots=threading.Semaphore(request.concurrency),
        changed=frozenset(step.stage.name for step in steps if step.will == "run"),
    )
    stages = [step.stage for step in steps]
    status = "KILLED"
    try:
        futures = _submit(stages, run)
        status = "FINISHED" if all(future.state.is_completed() for future in futures) else "FAILED"
    finally:
        stop_everything()
        if parent:
            tracking.close_pipeline(parent, status)
    artifacts.show_ends(stages, run.ends, address)
    artifacts.show_metrics(repository, stages)
    artifacts.show_picture(repository, stages)
    return _verdict(stages, run)


def _submit(stages: list[Stage], run: PipelineRun) -> list[PrefectFuture]:
    futures: dict[str, PrefectFuture] = {}
    submit: Any = run_stage.submit
    for stage in stages:
        upstreams = [futures[u] for u in stage.upstreams if u in futures]
        # Quoted, or Prefect would hand every task a copy of what they share.
        shared: Any = quote(run)
        futures[stage.name] = submit(stage.name, list(stage.upstreams), shared, wait_for=upstreams)
    wait(list(futures.values()))
    return list(futures.values())


def _verdict(stages: list[Stage], run: PipelineRun) -> State[None]:
    words = {stage.name: run.ends[stage.name].word if stage.name in run.ends else "not reached" for stage in stages}
    failed = [name for name, word in words.items() if word == "failed"]
    missed = [name for name, word in words.items() if word == "not reached"]
    if failed or missed:
        rest = f"; not reached: {', '.join(missed)}" if missed else ""
        return Failed(message=f"failed: {', '.join(failed) or 'none'}{rest}")
    counts = {word: list(words.values()).count(word) for word in ("ran", "restored", "cached")}
    return Completed(message=", ".join(f"{count} {word}" for word, count in counts.items() if count))


def mlflow_address(root: Path, tracking: Tracking) -> str | None:
    """The page of the experiment in the MLflow server that runs here, or that `MLFLOW_TRACKING_URI` names."""
    address = tracking.uri if tracking.uri.startswith("http") else None
    if address is None:
        try:
            address = json.loads((root / ".mien" / "ui.json").read_text())["mlflow"]["address"]
        except (OSError, ValueError, KeyError):
            return None
    return f"{str(address).rstrip('/')}/#/experiments/{tracking.experiment}"

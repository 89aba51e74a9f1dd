"""The pipeline as a Prefect flow: `dvc repro` of each stage, in parallel, with logs and cancellation.

Without overrides and experiment name a run works in the repository itself, as `dvc repro` does. With either, or while
another run works there, it gets a worktree of its own (see flows/worktree.py) and is saved as a DVC experiment.
"""

# No `from __future__ import annotations`: Prefect loads this file under another module name and evaluates the types.
import json
import os
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
from flows.dvc_process import dvc_environment
from flows.graph import Stage, read_graph, read_status
from flows.pipeline_run import PipelineRun
from flows.request import PipelineRequest
from flows.stage_task import run_stage
from flows.worktree import keep_experiment, lock_of, remove_abandoned, worktree_of
from mien.locks import LockHeldError, file_lock
from mien.tracking.tracking import Tracking

DEFAULT_REQUEST = PipelineRequest()
# More workers than stages run at once: the schedule decides which tasks are submitted.
_TASK_RUNNER: Any = ThreadPoolTaskRunner(max_workers=64)


@flow(
    name="pipeline",
    description="Run stages that are out of date with DVC, independent ones at the same time.",
    task_runner=_TASK_RUNNER,
    validate_parameters=True,
    persist_result=False,
)
def pipeline(request: PipelineRequest = DEFAULT_REQUEST) -> State[None]:
    """Run `request.targets` and their upstream stages where they are out of date."""
    root = Path.cwd()
    name = request.experiment or None
    if name is None and request.overrides:
        name = f"run-{flow_run.name or 'unnamed'}"
    with _place(root, name) as name:
        environment = dvc_environment({"MIEN_FLOW_RUN": str(flow_run.id or "")})
        if name is None:
            return _pipeline(request, root, root, None, environment)
        environment["DVC_EXP_NAME"] = name
        with worktree_of(root, name, request.overrides, environment) as worktree:
            get_run_logger().info("experiment %s works in %s", name, worktree)
            state = _pipeline(request, root, worktree, name, environment)
            if state.is_completed():
                keep_experiment(worktree, name, environment)
                get_run_logger().info("kept: `dvc exp show` lists it, `dvc exp apply %s` brings it here", name)
        return state


@contextmanager
def _place(root: Path, name: str | None) -> Iterator[str | None]:
    """Hold the working tree for this run; yields the experiment's name, or None for the repository itself."""
    locks = root / ".mien" / "locks"
    remove_abandoned(root)
    if name is None:
        try:
            with file_lock(locks / "pipeline.lock", seconds=0):
                yield None
                return
        except LockHeldError:
            name = f"run-{flow_run.name or os.getpid()}"
            get_run_logger().warning("another run is at work in the repository; this one becomes experiment %s", name)
    with file_lock(lock_of(root, name), seconds=0):
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
    run = PipelineRun.of_plan(root, repository, steps, environment, request.concurrency, request.force)
    run.seconds = 60 * request.stage_minutes or None
    experiment = {"dvc.experiment": name} if name else {}
    run.open(name or flow_run.name or "pipeline", {"prefect.flow_run": str(flow_run.id or ""), **experiment})
    address = mlflow_address(root, run.tracking)
    artifacts.show_mlflow(address, run.parent)
    _run_tasks(run)
    artifacts.show_ends(run.stages, run.ends, address)
    current = [stage for stage in run.stages if run.ended_well(stage.name)]  # the outs of others are of earlier runs
    artifacts.show_metrics(repository, current)
    artifacts.show_picture(repository, current)
    return _verdict(run)


def _run_tasks(run: PipelineRun) -> None:
    """Submit the stages' tasks in order; those that cannot start come last, so that Prefect shows them as not ready."""
    futures: dict[str, PrefectFuture] = {}
    submit: Any = run_stage.submit
    # Quoted: otherwise Prefect would copy the shared object for every task.
    shared: Any = quote(run)

    def start(stage: Stage) -> PrefectFuture:
        upstreams = [futures[u] for u in stage.upstreams if u in futures]
        futures[stage.name] = submit(stage, shared, wait_for=upstreams)
        return futures[stage.name]

    for stage in run.run(start):
        start(stage)
    wait(list(futures.values()))


def _verdict(run: PipelineRun) -> State[None]:
    words = {stage.name: run.ends[stage.name].word if stage.name in run.ends else "not reached" for stage in run.stages}
    missed = [name for name, word in words.items() if word == "not reached"]
    if run.failed or missed:
        rest = f"; not reached: {', '.join(missed)}" if missed else ""
        return Failed(message=f"failed: {', '.join(run.failed) or 'none'}{rest}")
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

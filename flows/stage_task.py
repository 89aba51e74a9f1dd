"""One stage as a Prefect task: its output goes into the run's log, its result is one of four states."""

from __future__ import annotations

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.graph import Stage
from flows.pipeline_run import PipelineRun, StageEnd


@task(cache_policy=NO_CACHE, task_run_name="{stage.name}", persist_result=False, log_prints=False)
def run_stage(stage: Stage, run: PipelineRun) -> State[StageEnd]:
    """Run one stage where it is out of date; the state is Cached, Restored, Completed or Failed."""
    end = run.make(stage, get_run_logger().info)
    if end.word == "failed":
        return Failed(message=f"stage {end.stage} failed; its output is in this task's log")
    if end.word == "ran":
        return Completed(message=f"ran in {end.seconds:.0f} s", data=end)
    source = f", made by MLflow run {end.run_id}" if end.run_id else ""
    if end.word == "restored":
        return Completed(name="Restored", message=f"restored from DVC's cache{source}", data=end)
    return Completed(name="Cached", message=f"nothing changed{source}", data=end)

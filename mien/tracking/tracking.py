"""Runs in MLflow. Tracking never raises errors in a stage and never blocks it for long.

There is one parent run for each pipeline run and one child run for each stage that was executed. Without
`MLFLOW_TRACKING_URI`, runs are stored in `mlflow.db` and `mlartifacts/` at the root of the main repository, also for
stages in its git worktrees and temporary experiment folders. If the server is unreachable, one line is printed and all
calls do nothing.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from mien.locks import LockHeldError, file_lock
from mien.processes import Process
from mien.tracking.champions import Champion
from mien.tracking.metric_pump import BATCH, Measurement, MetricPump
from mien.tracking.registry import PromotionError, Registry
from mien.tracking.run_records import PipelineRecord, Records
from mien.tracking.values import (
    Dataset,
    Figure,
    ServedModel,
    configure_mlflow,
    flatten,
    git_tags,
    main_root,
    numbers,
    reachable,
    tracking_uri,
)

EXPERIMENT = "mien"
RUNS_VIEW = "?workflowType=machine_learning"
"""Query string of MLflow's pages that shows runs and curves instead of traces of language models."""
TABLE_VIEW = f"{RUNS_VIEW}&viewStateShareKey={EXPERIMENT}"
"""The same for the table of runs, with the headline metrics as columns."""
_VIEW_TAG = f"mlflow.sharedViewState.{EXPERIMENT}"
"""MLflow's tag of an experiment for a shared view of its table of runs."""
SYSTEM_SECONDS = 5
"""Interval in seconds at which CPU, memory, disk, network and GPU are sampled while a stage runs."""
_PARAMETERS_A_BATCH = 100

Result = TypeVar("Result")


@dataclass
class Tracking:
    """A connection to the tracking store; without a store `client` is None and every call does nothing."""

    folder: Path
    uri: str
    client: Any = None
    experiment: str = ""
    _warned: set[str] = field(default_factory=set)

    @classmethod
    def connect(cls, folder: Path) -> Tracking:
        """Connect for runs in `folder`; `MIEN_TRACKING=off` disables tracking."""
        root = main_root(folder)
        tracking = cls(root, tracking_uri(folder))
        if os.environ.get("MIEN_TRACKING", "").lower() in {"off", "0", "false"}:
            return tracking
        if not reachable(tracking.uri):
            tracking._warn(ConnectionError(f"nothing answers at {tracking.uri}"))
            return tracking
        configure_mlflow()
        tracking.safely(tracking._open)
        return tracking

    def _open(self) -> None:
        from mlflow.tracking import MlflowClient

        # The first process creates the tables and the experiment; the lock prevents two from doing so at once.
        with file_lock(self.folder / ".mien" / "locks" / "mlflow.lock", seconds=60):
            client = MlflowClient(tracking_uri=self.uri, registry_uri=self.uri)
            name = os.environ.get("MLFLOW_EXPERIMENT_NAME", EXPERIMENT)
            found = client.get_experiment_by_name(name)
            if found is not None:
                self.experiment = found.experiment_id
            else:
                local = self.uri.startswith("sqlite:")
                location = (self.folder / "mlartifacts").as_uri() if local else None
                self.experiment = client.create_experiment(name, artifact_location=location)
            if found is None or _VIEW_TAG not in found.tags:
                client.set_experiment_tag(self.experiment, _VIEW_TAG, json.dumps({"selectedColumns": []}))
        self.client = client

    def safely(self, action: Callable[[], Result]) -> Result | None:
        """The result of `action`; if it fails, None, with one line on stderr."""
        try:
            return action()
        except Exception as error:  # noqa: BLE001 - whatever goes wrong with tracking, the run goes on
            self._warn(error)
            return None

    def _warn(self, error: Exception) -> None:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        if lines[0] not in self._warned:
            self._warned.add(lines[0])
            print(f"tracking: {lines[0][:300]}; the run goes on without it", file=sys.stderr, flush=True)

    def create_run(self, name: str, tags: Mapping[str, str], params: Mapping[str, Any]) -> str | None:
        """Create a run with tags and flattened parameters; returns its id."""
        if self.client is None:
            return None
        return self.safely(lambda: self._create_run(name, tags, params))

    def _create_run(self, name: str, tags: Mapping[str, str], params: Mapping[str, Any]) -> str:
        from mlflow.entities import Param

        every = {"mlflow.source.name": "mien", "mlflow.source.type": "PROJECT", **git_tags(Path.cwd()), **tags}
        run_id: str = self.client.create_run(self.experiment, run_name=name, tags=every).info.run_id
        entries = [Param(key, value) for key, value in flatten(params).items()]
        for start in range(0, len(entries), _PARAMETERS_A_BATCH):
            self.client.log_batch(run_id, params=entries[start : start + _PARAMETERS_A_BATCH])
        return run_id

    def end_run(self, run_id: str, status: str) -> None:
        """Set the final status of a run: FINISHED, FAILED or KILLED."""
        if self.client is not None:
            self.safely(lambda: self.client.set_terminated(run_id, status))

    def tag(self, run_id: str, tags: Mapping[str, str]) -> None:
        if self.client is not None:
            for key, value in tags.items():
                self.safely(lambda key=key, value=value: self.client.set_tag(run_id, key, value))  # type: ignore[misc]

    def find(self, **tags: str) -> str | None:
        """Id of the newest run with all `tags` (`__` stands for a dot in the name of a tag); None if there is none."""
        if self.client is None:
            return None
        query = " and ".join(f"tags.`{name.replace('__', '.')}` = '{value}'" for name, value in tags.items())
        order = ["attributes.start_time DESC"]
        runs = self.safely(lambda: self.client.search_runs([self.experiment], query, max_results=1, order_by=order))
        return runs[0].info.run_id if runs else None

    def show_figures(self, names: Sequence[str]) -> None:
        """Add a column for each of these metrics to MLflow's table of runs, after the existing ones."""
        with file_lock(self.folder / ".mien" / "locks" / "mlflow.lock", seconds=60):
            view = json.loads(self.client.get_experiment(self.experiment).tags[_VIEW_TAG])
            columns: list[str] = view["selectedColumns"]
            missing = [column for name in names if (column := f"metrics.`{name}`") not in columns]
            if missing:
                view["selectedColumns"] = [*columns, *missing]
                self.client.set_experiment_tag(self.experiment, _VIEW_TAG, json.dumps(view))

    # -- pipeline runs ------------------------------------------------------------------------------------------

    def open_pipeline(
        self, name: str, driver: Process, managed: bool, tags: Mapping[str, str], params: Mapping[str, Any]
    ) -> str | None:
        """Id of the parent run of `driver`, created if there is none; closes runs whose driver no longer exists."""
        if self.client is None:
            return None
        records = Records(self.folder)
        with records.locked():
            self._close_abandoned(records)
            found = records.of_driver(driver)
            if found is not None and not managed:
                return found.run_id
            run_id = self.create_run(name, {"mien.kind": "pipeline", **tags}, params)
            if run_id is not None:
                records.write(PipelineRecord(run_id=run_id, pid=driver.pid, started=driver.started, managed=managed))
            return run_id

    def close_pipeline(self, run_id: str, status: str) -> None:
        """End a managed parent run."""
        self.end_run(run_id, status)
        records = Records(self.folder)
        with records.locked():
            if record := records.of_run(run_id):
                records.remove(record)

    def stage_begins(self, parent: str, stage: str, run_id: str) -> None:
        """Record in the parent's record that `stage` is running."""
        self.safely(lambda: self._change(parent, lambda record: record.under_way.update({stage: run_id})))
        if self.client is not None:
            self.safely(lambda: self.client.update_run(parent, status="RUNNING"))

    def stage_ends(self, parent: str, stage: str, status: str) -> None:
        """Record the end of a stage; an unmanaged parent run gets the status of its stages so far."""

        def change(record: PipelineRecord) -> None:
            record.under_way.pop(stage, None)
            record.failed = record.failed or status != "FINISHED"

        record = self.safely(lambda: self._change(parent, change))
        if record is not None and not record.managed and not record.under_way:
            self.end_run(parent, "FAILED" if record.failed else "FINISHED")

    def _change(self, run_id: str, change: Callable[[PipelineRecord], None]) -> PipelineRecord | None:
        records = Records(self.folder)
        with records.locked():
            record = records.of_run(run_id)
            if record is not None:
                change(record)
                records.write(record)
            return record

    def _close_abandoned(self, records: Records) -> None:
        for record in records.all():
            if record.driver().alive():
                continue
            for run_id in record.under_way.values():
                self.end_run(run_id, "KILLED")
            if record.managed or record.under_way:
                self.end_run(record.run_id, "KILLED")
            records.remove(record)

    # -- models -------------------------------------------------------------------------------------------------

    def register(self, run_id: str, model: ServedModel, figure: Figure) -> str | None:
        """Log and register a model folder by the rule of `Registry.register`; prints the result.

        Returns the version. A folder whose weights are registered already gets no second version.
        """
        if self.client is None:
            return None
        try:
            with self._registry_lock():
                found = self.safely(lambda: Registry(self.client, self.uri).register(run_id, model, figure))
        except LockHeldError as error:
            self._warn(error)
            return None
        if found is None:
            return None
        print(found.sentence, flush=True)
        return found.version

    def champions(self) -> list[Champion]:
        """The champion of each registered model that has one; none without a store."""
        if self.client is None:
            return []
        return self.safely(lambda: Registry(self.client, self.uri).champions()) or []

    def promote(self, name: str, version: str) -> str:
        """Make a version champion; returns a sentence on the change.

        Raises PromotionError for an unknown model or version, or without a store; LockHeldError if another process is
        registering a model for more than a minute.
        """
        if self.client is None:
            raise PromotionError(f"there is no connection to the tracking store {self.uri}")
        with self._registry_lock():
            return Registry(self.client, self.uri).promote(name, version)

    def _registry_lock(self) -> AbstractContextManager[None]:
        return file_lock(self.folder / ".mien" / "locks" / "registry.lock", seconds=60)


class TrackedRun:
    """The child run of a running stage; every method returns at once or after a bounded wait."""

    def __init__(
        self,
        tracking: Tracking,
        stage: str,
        parent: str | None,
        tags: Mapping[str, str],
        params: Mapping[str, Any],
        datasets: Sequence[Dataset] = (),
    ) -> None:
        self._tracking = tracking
        self._stage = stage
        self._parent = parent
        self._step = 0
        self._pump: MetricPump | None = None
        self._monitor: Any = None
        nested = {"mlflow.parentRunId": parent} if parent else {}
        self.run_id = tracking.create_run(stage, {"mien.kind": "stage", **nested, **tags}, params)
        if self.run_id is not None:
            if parent:
                tracking.stage_begins(parent, stage, self.run_id)
            self._pump = MetricPump(self._send)
            tracking.safely(lambda: self._log_datasets(datasets))
            self._monitor = tracking.safely(self._start_monitor)

    def log(self, values: Mapping[str, float], step: int) -> None:
        """Queue one value of each metric at `step`."""
        self._step = max(self._step, step)
        if self._pump is not None:
            self._pump.put({name: float(value) for name, value in values.items()}, step)

    def figures(self, values: Mapping[str, Any], headline: Mapping[str, Any]) -> None:
        """Log the final metrics of a stage (numbers of a nested mapping, named `a.b`) at the last step.

        Those of `headline` are also logged to the parent run, so that pipeline runs can be compared.
        """
        self.log(numbers(values), self._step)
        if self.run_id is not None and self._parent:
            self._tracking.safely(lambda: self._log_batch(self._parent, numbers(headline)))
            self._tracking.safely(lambda: self._tracking.show_figures(list(headline)))

    def _log_batch(self, run_id: str | None, values: Mapping[str, float]) -> None:
        from mlflow.entities import Metric

        now = time.time_ns() // 1_000_000
        metrics = [Metric(name, value, now, 0) for name, value in values.items()]
        for start in range(0, len(metrics), BATCH):
            self._tracking.client.log_batch(run_id, metrics=metrics[start : start + BATCH])

    def artifact(self, path: Path, folder: str | None = None) -> None:
        """Copy a file, or the content of a folder, to the artifacts of the run."""
        if self.run_id is None:
            return
        client, run_id = self._tracking.client, self.run_id
        if path.is_dir():
            self._tracking.safely(lambda: client.log_artifacts(run_id, str(path), folder or path.name))
        else:
            self._tracking.safely(lambda: client.log_artifact(run_id, str(path), folder))

    def register(self, model: ServedModel, figure: Figure) -> str | None:
        """Register a model from this run, see `Tracking.register`."""
        return None if self.run_id is None else self._tracking.register(self.run_id, model, figure)

    def end(self, status: str) -> None:
        """Send the remaining metrics (at most 10 s) and set the final status: FINISHED, FAILED or KILLED."""
        if self.run_id is None:
            return
        if self._monitor is not None:
            self._tracking.safely(self._monitor.finish)
        if self._pump is not None:
            self._pump.close(2.0 if status == "KILLED" else 10.0)
        self._tracking.end_run(self.run_id, status)
        if self._parent:
            self._tracking.stage_ends(self._parent, self._stage, status)

    def _send(self, batch: Sequence[Measurement]) -> None:
        from mlflow.entities import Metric
        from mlflow.exceptions import MlflowException

        metrics = [Metric(m.name, m.value, m.milliseconds, m.step) for m in batch[:BATCH]]
        try:
            self._tracking.client.log_batch(self.run_id, metrics=metrics)
        except MlflowException as error:
            if error.error_code != "INVALID_PARAMETER_VALUE":
                raise
            # MLflow rejects this name or value permanently: warn and drop it, else it would block later metrics.
            self._tracking._warn(error)

    def _log_datasets(self, datasets: Sequence[Dataset]) -> None:
        from mlflow.data.code_dataset_source import CodeDatasetSource
        from mlflow.data.meta_dataset import MetaDataset
        from mlflow.entities import DatasetInput

        source = CodeDatasetSource(tags={"dvc.stage": self._stage})
        inputs = []
        for dataset in datasets:
            described: Any = MetaDataset(source, dataset.name, dataset.digest[:36])  # type: ignore[abstract]
            inputs.append(DatasetInput(described._to_mlflow_entity(), []))
        if inputs:
            self._tracking.client.log_inputs(self.run_id, inputs)

    def _start_monitor(self) -> Any:
        from mlflow.system_metrics.system_metrics_monitor import SystemMetricsMonitor

        monitor = SystemMetricsMonitor(self.run_id, SYSTEM_SECONDS, tracking_uri=self._tracking.uri)
        monitor.start()
        return monitor

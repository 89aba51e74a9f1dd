"""The shell around every stage: options, locks, tracking, files of figures and curves, exit codes.

    from mien.talking.options import GeneratorOptions
    from stages.shell import StageRun, run

    def generator(options: GeneratorOptions, stage: StageRun) -> None:
        from mien.talking.train.generator import train_generator

        figures = train_generator(FACES, SPLIT, options, MODEL, stage.training)
        stage.metrics(figures)

    if __name__ == "__main__":
        run(generator)

The file's name is the stage's name and its section of params.yaml. The section is parsed first, so the module of the
options model must not import torch, and heavy imports belong inside the function: then a wrong key is reported in the
first second (one sentence, exit code 2). A stage runs in the repository's root, by DVC or by hand:
`python -m stages.generator`.

Exit codes: 0 done, 1 an error with its traceback, 2 a wrong parameter or input (one sentence), 74 the machine is at
fault, such as a full disk (one sentence), 75 another process is writing this stage's outs, 130 and 143 stopped.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeVar, get_type_hints

import psutil
from pydantic import BaseModel

from mien.clips import ClipError
from mien.errors import InputError
from mien.execution import Execution
from mien.files import atomic_file, fingerprint, write_json
from mien.locks import LockHeldError, file_lock
from mien.machine import machine_fault
from mien.processes import GRACE_SECONDS, Process, ancestors, die_with_parent, print_anything, stop_self, watch
from mien.storage.leftovers import remove_leftovers
from stages.options import OptionsError, parse_options
from stages.paths import DETAILS, METRICS
from stages.pipeline_files import PipelineFileError, PipelineFiles
from stages.ranks import rank, started_ranks

if TYPE_CHECKING:
    from mien.tracking.tracking import TrackedRun
    from mien.tracking.values import Figure, ServedModel
    from mien.training.run import Run

LOCK_SECONDS = 2 * GRACE_SECONDS
"""Timeout for a stage that is just ending, for instance because its dvc was killed."""
EXIT_WRONG = 2
EXIT_MACHINE = 74
EXIT_LOCKED = 75

Options = TypeVar("Options", bound=BaseModel)


class StageStopped(BaseException):
    """SIGTERM or SIGHUP was received: the stage is to end, without an error."""


class StageRun:
    """The context of a stage's function: execution, resume state, and logging of curves, figures and artifacts.

    `execution`: section `execution` of params.yaml; it changes no out, so DVC does not track it.
    """

    def __init__(
        self, name: str, options: BaseModel, execution: Execution, files: PipelineFiles, tracked: TrackedRun | None
    ) -> None:
        self.name = name
        self.execution = execution
        self._options = options
        self._files = files
        self._run = tracked
        self._rows: dict[int, dict[str, float]] = {}

    @property
    def _tracked(self) -> TrackedRun:
        assert self._run is not None, "only rank 0 is tracked"
        return self._run

    @cached_property
    def training(self) -> Run:
        """The training run: folder of checkpoints (removed after success), logger of curves, and execution.

        The identity is the fingerprint of the stage's name, options and dependencies: a changed parameter, input or
        code table starts afresh, anything else resumes.
        """
        from mien.training.run import Run

        digests = self._files.dependency_digests(self.name)
        identity = fingerprint(self.name, self._options.model_dump(mode="json"), digests)
        return Run(Path(".resume") / identity[:32], identity, self.curves, self.execution)

    def log(self, values: Mapping[str, float], step: int) -> None:
        """Send metrics at `step` to the tracking server; never blocks, never fails."""
        self._tracked.log(values, step)

    def curves(self, values: Mapping[str, float], step: int) -> None:
        """As `log`, and a row of `plots/<stage>.csv` (columns: step, then the names in order of appearance).

        The rows are stored in the training's checkpoints: a resumed training logs them again.
        """
        self.log(values, step)
        self._rows.setdefault(step, {}).update({name: float(value) for name, value in values.items()})

    def metrics(self, values: Mapping[str, Any], headline: Mapping[str, str] | None = None) -> None:
        """Write the stage's figures to `metrics/details/<stage>.json` and log the numbers in it.

        `headline`: the few main figures, short name, unique in the pipeline → the figure's path in `values`, such as
        `generated.overall`. They go into `metrics/<stage>.json`, which `dvc metrics` and `dvc exp show` read, and to
        the pipeline's run in MLflow. Raises KeyError for a missing figure; its value may be None.
        """
        write_json(DETAILS / f"{self.name}.json", dict(values))
        chosen = {name: _at(values, place) for name, place in (headline or {}).items()}
        if headline:
            write_json(METRICS / f"{self.name}.json", chosen)
        self._tracked.figures(values, chosen)

    def artifact(self, path: Path, folder: str | None = None) -> None:
        """Log a file or the files of a folder with the run: sample videos, contact sheets, plots."""
        self._tracked.artifact(path, folder)

    def register(self, model: ServedModel, figure: Figure) -> str | None:
        """Log and register a model; the alias `champion` moves to it when `figure` improves. Returns the version."""
        return self._tracked.register(model, figure)

    def finish(self) -> None:
        """Write the curves to `plots/<stage>.csv` and remove the resume state."""
        if "training" in self.__dict__ or self._rows:
            self._write_curves(self._rows)  # also written for a training without data
        if "training" in self.__dict__:
            shutil.rmtree(self.training.resume, ignore_errors=True)

    def _write_curves(self, rows: Mapping[int, Mapping[str, float]]) -> None:
        # NaN where a step has no value: `dvc plots` draws an empty cell as 0
        names = list(dict.fromkeys(name for row in rows.values() for name in row))
        with atomic_file(Path("plots") / f"{self.name}.csv") as temporary, temporary.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, ["step", *names], restval="NaN", lineterminator="\n")
            writer.writeheader()
            writer.writerows({"step": step, **row} for step, row in sorted(rows.items()))


class OtherRank(StageRun):
    """The context of a stage in ranks other than 0 of a distributed training: nothing is written or logged."""

    def log(self, values: Mapping[str, float], step: int) -> None:
        """Nothing."""

    def metrics(self, values: Mapping[str, Any], headline: Mapping[str, str] | None = None) -> None:
        """Nothing."""

    def artifact(self, path: Path, folder: str | None = None) -> None:
        """Nothing."""


def run(
    function: Callable[[Options, StageRun], None],
    options_model: type[Options] | None = None,
    argv: Sequence[str] | None = None,
    distributed: bool = False,
) -> NoReturn:
    """Run a stage as the main function of this process and exit; see the module's docstring.

    `options_model` defaults to the annotation of the function's first parameter; the stage's name is the stem of
    the function's file. distributed: a training that runs in `execution.ranks` processes.
    """
    print_anything()
    name = Path(function.__code__.co_filename).stem
    parser = argparse.ArgumentParser(prog=f"python -m stages.{name}", description=function.__doc__)
    parser.add_argument("--params", type=Path, default=Path("params.yaml"), help="the file with this stage's section")
    path: Path = parser.parse_args(argv).params
    model = options_model or next(iter(get_type_hints(function).values()))
    try:
        options = parse_options(path, name, model)
        execution = parse_options(path, "execution", Execution, required=False)
        files = PipelineFiles(Path.cwd())
        missing = [d for d in files.dependencies(name) if not Path(d).exists()]
        if missing:
            raise PipelineFileError(f"the input {missing[0]} does not exist; `dvc repro {name}` makes what can be made")
        _refuse_other_code(name, files)
        if rank():
            die_with_parent()
            function(options, OtherRank(name, options, execution, files, None))
            sys.exit(0)
        count = execution.ranks if distributed else 1
        with file_lock(Path(".mien") / "locks" / f"{name}.lock", LOCK_SECONDS), started_ranks(name, path, count):
            for out in files.outputs(name):
                remove_leftovers(Path(out).parent)
            code = _guarded(name, lambda stage: function(options, stage), options, execution, files, path)
    except (OptionsError, PipelineFileError) as error:
        code = _refuse(name, str(error), EXIT_WRONG)
    except LockHeldError as error:
        code = _refuse(name, f"another process is running this stage here, wait for it or end it: {error}", EXIT_LOCKED)
    except Exception as error:
        # Also of what surrounds the stage's function: its lock, its receipt and its run are files too.
        fault = machine_fault(error)
        if fault is None:
            raise
        code = _refuse(name, f"{fault}; finished clips and checkpoints are kept", EXIT_MACHINE)
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(code)


def _refuse_other_code(name: str, files: PipelineFiles) -> None:
    """Refuse to run code that differs from the table: DVC and resume states would record it as the listed code."""
    table = files.code_table(name)
    if table is not None:
        from stages.codebase.table import is_current

        if not is_current(files.root, f"stages.{name}", files.root / table):
            raise PipelineFileError(f"the code changed after {table} was written; run `dvc repro {name}`")


def _refuse(name: str, sentence: str, code: int) -> int:
    print(f"{name}: {sentence}", file=sys.stderr)
    return code


def _guarded(
    name: str,
    call: Callable[[StageRun], None],
    options: BaseModel,
    execution: Execution,
    files: PipelineFiles,
    params: Path,
) -> int:
    """Run the stage's function with tracking, receipt and signal handling; returns the exit code."""
    driver = _surrounding_dvc()
    _end_with(driver)
    from mien.tracking.tracking import Tracking
    from stages.receipts import Measured, Receipt, read_receipt, tag_finished_runs

    before = read_receipt(files.root, name)
    receipt = Receipt(stage=name, pid=os.getpid(), measured=before.measured if before else None)
    receipt.write(files.root)
    tracking = Tracking.connect(files.root)
    tag_finished_runs(files.root, tracking)
    tracked = _start_tracking(tracking, name, options, files, params, driver)
    receipt.run_id = tracked.run_id
    stage = StageRun(name, options, execution, files, tracked)
    status, code = "FAILED", 1
    state: Literal["finished", "failed", "stopped"] = "failed"
    try:
        call(stage)
        stage.finish()
        status, state, code = "FINISHED", "finished", 0
    except (ClipError, InputError) as error:
        code = _refuse(name, str(error), EXIT_WRONG)
    except KeyboardInterrupt:
        status, state, code = "KILLED", "stopped", 130
    except StageStopped:
        status, state, code = "KILLED", "stopped", 143
    finally:
        tracked.end(status)
        receipt.state, receipt.finished = state, time.time()
        if state == "finished":
            receipt.measured = Measured.of_this_process()
        receipt.write(files.root)
    return code


def _start_tracking(
    tracking: Any, name: str, options: BaseModel, files: PipelineFiles, params: Path, driver: Process | None
) -> TrackedRun:
    from mien.tracking.tracking import TrackedRun
    from mien.tracking.values import Dataset
    from stages.pipeline_files import read_yaml

    sections = read_yaml(params)
    # Parameters of upstream stages affect this result too: logged, so that a comparison of two runs shows them.
    below = {ancestor: sections[ancestor] for ancestor in files.ancestors(name) if ancestor in sections}
    experiment = os.environ.get("DVC_EXP_NAME")
    tags = {"dvc.stage": name}
    if experiment:
        tags["dvc.experiment"] = experiment
    if flow_run := os.environ.get("MIEN_FLOW_RUN"):
        tags["prefect.flow_run"] = flow_run
    parent = os.environ.get("MIEN_PARENT_RUN")
    if parent is None and driver is not None:
        parent = tracking.open_pipeline(experiment or "dvc repro", driver, False, tags={}, params=sections)
    datasets = [Dataset(path, digest) for path, digest in files.data_digests(name).items()]
    return TrackedRun(tracking, name, parent or None, tags, {name: options.model_dump(mode="json"), **below}, datasets)


def _surrounding_dvc() -> Process | None:
    """The nearest dvc among the ancestors of this process."""
    for process in ancestors():
        try:
            command = process.cmdline()
            if any(Path(word).name == "dvc" for word in command[:2]) or command[1:3] == ["-m", "dvc"]:
                return Process.of(process.pid)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return None


def _end_with(driver: Process | None) -> None:
    """Stop on SIGTERM and SIGHUP, and when the dvc that started this stage has ended: nothing would be committed."""
    numbers = [one for one in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(one) != signal.SIG_IGN]

    def stop(_signal: int, _frame: object) -> None:
        # Further signals (of group, kernel and watcher) are ignored: they must not interrupt the clean-up.
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        raise StageStopped

    for number in numbers:
        signal.signal(number, stop)
    if driver is None:
        return

    if psutil.Process().ppid() == driver.pid:
        die_with_parent()
    watch(driver, stop_self)


def _at(values: Mapping[str, Any], place: str) -> Any:
    """The value at the path `a.b` of nested mappings."""
    value: Any = values
    for key in place.split("."):
        value = value[key]
    return value

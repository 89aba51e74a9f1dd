"""What makes a stage thin: a stage's file says which library function it calls, everything around it is here.

    from mien.talking.options import GeneratorOptions
    from stages.shell import StageRun, run

    def generator(options: GeneratorOptions, stage: StageRun) -> None:
        from mien.talking.train.generator import train_generator

        figures = train_generator(FACES, SPLIT, options, MODEL, stage.resume, stage.curves)
        stage.metrics(figures)

    if __name__ == "__main__":
        run(generator)

The file's name is the stage's name and its section of params.yaml. The section is parsed before anything else
happens, so the module of the options model must not import torch, and heavy imports belong inside the function:
then a wrong key is answered in the first second (one sentence, exit code 2). The functions of a stage's file are
called from the repository's root, by DVC or by hand: `python -m stages.generator`.

Exit codes: 0 done, 1 an error with its traceback, 2 a wrong parameter or input (one sentence), 75 somebody else is
writing this stage's outs, 130 and 143 stopped.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, get_type_hints

import psutil
from pydantic import BaseModel

from mien.clips import ClipError
from mien.files import atomic_file, fingerprint, write_json
from mien.locks import LockHeldError, file_lock
from mien.parallel import Execution
from mien.processes import GRACE_SECONDS, Process, ancestors, die_with_parent, stop_tree, watch
from stages.options import OptionsError, parse_options
from stages.pipeline_files import PipelineFileError, PipelineFiles

if TYPE_CHECKING:
    from mien.tracking.tracking import TrackedRun
    from mien.tracking.values import Figure, ServedModel

LOCK_SECONDS = 2 * GRACE_SECONDS
"""How long to wait for a stage that is just ending, for instance because its dvc was killed."""
EXIT_WRONG = 2
EXIT_LOCKED = 75

Options = TypeVar("Options", bound=BaseModel)


class StageStopped(BaseException):
    """SIGTERM arrived: no error, somebody wants the stage to end."""


class StageRun:
    """What a stage's function gets beside its options.

    `execution` says where a map over clips runs (section `execution`; it changes no out, so DVC does not watch it).
    The rest is where to resume, and where curves and figures go.
    """

    def __init__(
        self, name: str, options: BaseModel, execution: Execution, files: PipelineFiles, tracked: TrackedRun
    ) -> None:
        self.name = name
        self.execution = execution
        self._options = options
        self._files = files
        self._tracked = tracked
        self._rows: dict[int, dict[str, float]] | None = None

    @cached_property
    def resume(self) -> Path:
        """Where a training keeps its state: a folder named by all that decides the result; removed after success.

        Made of the stage's name, its options and the digests of its dependencies: a changed parameter, input or
        line of code starts afresh, anything else resumes.
        """
        digests = self._files.dependency_digests(self.name)
        path = Path(".resume") / fingerprint(self.name, self._options.model_dump(mode="json"), digests)[:32]
        path.mkdir(parents=True, exist_ok=True)
        return path

    def log(self, values: Mapping[str, float], step: int) -> None:
        """Send metrics at `step` to the tracking server; never waits, never fails."""
        self._tracked.log(values, step)

    def curves(self, values: Mapping[str, float], step: int) -> None:
        """As `log`, and a row of `plots/<stage>.csv` (columns: step, then the names in order of appearance).

        Rows live beside the resume state while the stage runs. After a resume, the first row replaces every row at
        or after its step, so the curve is that of an undisturbed run.
        """
        self.log(values, step)
        path = self.resume / "curves.jsonl"
        if self._rows is None:
            self._rows = {at: row for at, row in _read_rows(path).items() if at < step}
            with atomic_file(path) as temporary:
                temporary.write_text("".join(_line(at, row) for at, row in self._rows.items()))
        row = {name: float(value) for name, value in values.items()}
        self._rows.setdefault(step, {}).update(row)
        with path.open("a") as stream:
            stream.write(_line(step, row))

    def metrics(self, values: Mapping[str, Any]) -> None:
        """Write `metrics/<stage>.json`, which `dvc metrics` reads, and log the numbers in it."""
        write_json(Path("metrics") / f"{self.name}.json", dict(values))
        self._tracked.figures(values)

    def artifact(self, path: Path, folder: str | None = None) -> None:
        """Keep a file or a folder's files with the run: sample videos, contact sheets, plots."""
        self._tracked.artifact(path, folder)

    def register(self, model: ServedModel, figure: Figure) -> str | None:
        """Log and register a model; the alias `champion` moves to it when `figure` improves. Returns the version."""
        return self._tracked.register(model, figure)

    def finish(self) -> None:
        """Write the curves to `plots/<stage>.csv` and remove the resume state."""
        if "resume" in self.__dict__:
            self._write_curves(self._rows or {})  # a training that had nothing to learn from still has its file
            shutil.rmtree(self.resume, ignore_errors=True)

    def _write_curves(self, rows: Mapping[int, Mapping[str, float]]) -> None:
        # NaN where a step has no value: `dvc plots` draws an empty cell as 0
        names = list(dict.fromkeys(name for row in rows.values() for name in row))
        with atomic_file(Path("plots") / f"{self.name}.csv") as temporary, temporary.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, ["step", *names], restval="NaN", lineterminator="\n")
            writer.writeheader()
            writer.writerows({"step": step, **row} for step, row in sorted(rows.items()))


def run(
    function: Callable[[Options, StageRun], None],
    options_model: type[Options] | None = None,
    argv: Sequence[str] | None = None,
) -> NoReturn:
    """Run a stage as a process of its own and exit; see the module's text.

    `options_model` defaults to the annotation of the function's first parameter; the stage's name is the stem of
    the function's file.
    """
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
        with file_lock(Path(".mien") / "locks" / f"{name}.lock", LOCK_SECONDS):
            code = _guarded(name, lambda stage: function(options, stage), options, execution, files, path)
    except (OptionsError, PipelineFileError) as error:
        code = _refuse(name, str(error), EXIT_WRONG)
    except LockHeldError as error:
        code = _refuse(name, f"another process is running this stage here, wait for it or end it: {error}", EXIT_LOCKED)
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(code)


def _refuse_other_code(name: str, files: PipelineFiles) -> None:
    """Refuse to run other code than the table lists: DVC and resume states would take it for the listed code."""
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
    """Run the stage's function with everything around it; its exit code."""
    driver = _surrounding_dvc()
    _end_with(driver)
    from mien.tracking.tracking import Tracking
    from stages.receipts import Receipt, tag_finished_runs

    receipt = Receipt(stage=name, pid=os.getpid())
    receipt.write(files.root)
    tracking = Tracking.connect(files.root)
    tag_finished_runs(files.root, tracking)
    tracked = _start_tracking(tracking, name, options, files, params, driver)
    receipt.run_id = tracked.run_id
    stage = StageRun(name, options, execution, files, tracked)
    status, state, code = "FAILED", "failed", 1
    try:
        call(stage)
        stage.finish()
        status, state, code = "FINISHED", "finished", 0
    except ClipError as error:
        code = _refuse(name, str(error), EXIT_WRONG)
    except KeyboardInterrupt:
        status, state, code = "KILLED", "stopped", 130
    except StageStopped:
        status, state, code = "KILLED", "stopped", 143
    finally:
        tracked.end(status)
        done = {"state": state, "finished": time.time()}
        receipt.model_copy(update=done).write(files.root)
    return code


def _start_tracking(
    tracking: Any, name: str, options: BaseModel, files: PipelineFiles, params: Path, driver: Process | None
) -> TrackedRun:
    from mien.tracking.tracking import TrackedRun
    from mien.tracking.values import Dataset
    from stages.pipeline_files import read_yaml

    sections = read_yaml(params)
    # What the stages below were given decides this result too: with it, two runs compared show what differs.
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
    """The nearest dvc above this process."""
    for process in ancestors():
        try:
            command = process.cmdline()
            if any(Path(word).name == "dvc" for word in command[:2]) or command[1:3] == ["-m", "dvc"]:
                return Process.of(process.pid)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return None


def _end_with(driver: Process | None) -> None:
    """Stop on SIGTERM, and when the dvc that wanted this stage is gone: nobody would commit what it writes."""

    def stop(_signal: int, _frame: object) -> None:
        # Once is enough: the group, the kernel and the watcher may all say it, and tidying up must not be cut short.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise StageStopped

    signal.signal(signal.SIGTERM, stop)
    if driver is None:
        return

    def orphaned() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE_SECONDS)
        # Still here: the main thread is deep in a computation that no signal reaches.
        for child in psutil.Process().children():
            stop_tree(Process.of(child.pid), 0.1)
        os.kill(os.getpid(), signal.SIGKILL)

    if psutil.Process().ppid() == driver.pid:
        die_with_parent()
    watch(driver, orphaned)


def _line(step: int, row: Mapping[str, float]) -> str:
    return json.dumps([step, dict(row)]) + "\n"


def _read_rows(path: Path) -> dict[int, dict[str, float]]:
    rows: dict[int, dict[str, float]] = {}
    if path.is_file():
        for line in path.read_text().splitlines():
            try:
                step, row = json.loads(line)
            except ValueError:
                break  # the line that was being written when the stage was killed
            rows.setdefault(step, {}).update(row)
    return rows

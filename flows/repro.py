"""`python -m flows.repro [TARGETS]`: run stages and their upstream stages where they are out of date, in parallel.

The counterpart of the Prefect flow, with the same schedule: `dvc repro --single-item` of each stage as soon as its
upstream stages are done, the longest remaining path first. A stage's output goes into `.mien/logs/STAGE.log`; stdout
shows its start, its end and, every `REPORT_SECONDS`, the running stages with their expected times.

When a stage fails, stages that do not depend on it still run. Ctrl-C and SIGTERM end every stage.

Exit codes: 0 done, 1 a stage failed, 2 a wrong target, 75 another run is at work here, 130 and 143 stopped.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

from flows.dvc_process import DvcError, dvc_environment
from flows.graph import Stage, Step, UnknownStageError, read_graph, read_status
from flows.pipeline_run import PipelineRun, StageEnd
from flows.schedule import simulate, usable_cores
from mien.locks import LockHeldError, file_lock
from mien.processes import print_anything
from stages.pipeline_files import PipelineFileError

REPORT_SECONDS = 30.0
"""Seconds between reports of the running stages."""
LAST_LINES = 20
"""Lines of a failed stage's output that are shown."""
EXIT_WRONG = 2
EXIT_LOCKED = 75


class Stopped(BaseException):
    """SIGINT or SIGTERM was received; the first argument is its number."""


class Progress:
    """Progress of the stages on stdout; thread-safe."""

    def __init__(self, run: PipelineRun) -> None:
        self._run = run
        self._guard = threading.RLock()
        self._began: dict[str, float] = {}
        self._said: dict[str, deque[str]] = {}
        self._width = max((len(stage.name) for stage in run.stages), default=0)

    def starts(self, stage: str) -> None:
        with self._guard:
            self._began[stage] = time.monotonic()
            self._said[stage] = deque(maxlen=LAST_LINES)

    def line(self, stage: str, text: str) -> None:
        """Keep a line of a stage's output; dvc's line `Running stage` is shown as its start."""
        with self._guard:
            if text == f"Running stage '{stage}':":
                self._print(stage, f"starts, about {_clock(self._run.durations[stage])}")
            self._said[stage].append(text)

    def ends(self, end: StageEnd) -> None:
        with self._guard:
            del self._began[end.stage]
            after = f" in {_clock(end.seconds)}" if end.word != "cached" else ""
            self._print(end.stage, f"{end.word}{after}{self._rest()}")
            if end.word == "failed":
                for text in self._said[end.stage]:
                    print(f"    {text}")
                print(f"    (whole: {log_path(self._run.repository, end.stage)})", flush=True)

    def report(self) -> None:
        """Print for each running stage its elapsed time and its last line of output."""
        with self._guard:
            for stage, began in self._began.items():
                newest = self._said[stage][-1].strip() if self._said[stage] else ""
                about = f"{_clock(time.monotonic() - began)} of about {_clock(self._run.durations[stage])}"
                self._print(stage, f"{about}  {newest}"[:160])

    def _rest(self) -> str:
        now = time.monotonic()
        left = self._run.left({stage: now - began for stage, began in self._began.items()})
        running = f"; running: {', '.join(self._began)}" if self._began else ""
        return f"{running}; about {_clock(left)} left" if left >= 1 else running

    def _print(self, stage: str, text: str) -> None:
        print(f"[{_clock(time.monotonic() - self._run.began):>5}] {stage:<{self._width}}  {text}", flush=True)


def repro(root: Path, targets: Sequence[str], jobs: int, force: bool, dry_run: bool) -> int:
    """Run `targets` (none: all stages) of the repository `root` where out of date; returns the exit code."""
    environment = dvc_environment({})
    graph = read_graph(root)
    graph.closure(targets)
    steps = graph.plan(targets, read_status(root, environment), force)
    moving = [step for step in steps if step.will != "cached"]
    if not moving:
        print(f"{len(steps)} stages are up to date")
        return 0
    run = PipelineRun.of_plan(root, root, steps, environment, jobs, force)
    _show_plan(run, moving)
    if dry_run:
        return 0
    name = os.environ.get("DVC_EXP_NAME") or "repro"
    run.open(name, {})
    progress = Progress(run)
    quiet = threading.Event()
    threading.Thread(target=_report, args=(progress, quiet), daemon=True).start()
    futures: list[Future[StageEnd]] = []
    # Worker threads end with their stages, and `run.run` leaves no stage running.
    with ThreadPoolExecutor(max_workers=jobs) as pool:

        def start(stage: Stage) -> Future[StageEnd]:
            futures.append(pool.submit(_make, run, stage, progress))
            return futures[-1]

        try:
            missed = run.run(start)
        finally:
            quiet.set()
    for future in futures:
        future.result()  # raises errors other than a stage's failure
    return _verdict(run, missed)


def _make(run: PipelineRun, stage: Stage, progress: Progress) -> StageEnd:
    progress.starts(stage.name)
    path = log_path(run.repository, stage.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as log:

        def line(text: str) -> None:
            log.write(f"{text}\n")
            log.flush()
            progress.line(stage.name, text)

        end = run.make(stage, line)
    if not run.processes.stopped:
        progress.ends(end)
    return end


def log_path(repository: Path, stage: str) -> Path:
    """File with the output of a stage's last run."""
    return repository / ".mien" / "logs" / f"{stage}.log"


def _show_plan(run: PipelineRun, moving: Sequence[Step]) -> None:
    seconds, widest = simulate(run.stages, run.durations, run.jobs)
    at_once = f", at most {widest} at once" if widest > 1 else ""
    print(f"{len(moving)} of {len(run.stages)} stages to make{at_once}: about {_clock(seconds)}", flush=True)
    for step in moving:
        first, *others = step.why.split("; ")
        print(f"  {step.stage.name}: {first}{f' and {len(others)} more' if others else ''}", flush=True)


def _report(progress: Progress, quiet: threading.Event) -> None:
    while not quiet.wait(REPORT_SECONDS):
        progress.report()


def _verdict(run: PipelineRun, missed: Sequence[Stage]) -> int:
    words = [end.word for end in run.ends.values()]
    counts = [f"{words.count(word)} {word}" for word in ("ran", "restored", "cached", "failed") if word in words]
    counts += [f"{len(missed)} not reached"] if missed else []
    print(f"{', '.join(counts)} in {_clock(time.monotonic() - run.began)}", flush=True)
    if run.failed:
        print(f"failed: {', '.join(run.failed)}", file=sys.stderr)
    return 1 if run.failed or missed else 0


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _stop(number: int, _frame: object) -> NoReturn:
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)  # further signals must not interrupt the ending of the stages
    raise Stopped(number)


def main(argv: Sequence[str] | None = None) -> int:
    print_anything()
    parser = argparse.ArgumentParser(prog="python -m flows.repro", description="Make stages and their upstream stages.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="stages to make (default: all)")
    parser.add_argument("--jobs", "-j", type=int, default=usable_cores(), help="stages at once (default: one a core)")
    parser.add_argument("--force", action="store_true", help="run every stage, even where nothing changed")
    parser.add_argument("--dry-run", action="store_true", help="say what would be made, and make nothing")
    options = parser.parse_args(argv)
    if options.jobs < 1:
        parser.error("--jobs must be at least 1")
    root = Path.cwd()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, _stop)
    try:
        with file_lock(root / ".mien" / "locks" / "pipeline.lock", seconds=0):
            return repro(root, options.targets, options.jobs, options.force, options.dry_run)
    except (UnknownStageError, PipelineFileError, DvcError) as error:
        return _refuse(str(error), EXIT_WRONG)
    except LockHeldError as error:
        return _refuse(f"another pipeline run is at work here: {error}", EXIT_LOCKED)
    except Stopped as stopped:
        return _refuse("stopped; what was done is kept, and a training goes on where it was", 128 + stopped.args[0])


def _refuse(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr, flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())

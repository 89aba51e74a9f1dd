"""The process that makes jobs: `python -m mien.studio.worker.child`, started by a worker, in a session of its own.

It reads orders as JSON lines from stdin and answers on stdout; what libraries print goes to stderr. Its models stay
loaded between jobs. SIGUSR1 stops the job and keeps the models. It ends when its worker does, and after a fault.
"""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from mien.machine import KilledError, machine_fault
from mien.makers.forms import build_request, files_in, without_flags
from mien.media.observing import observed
from mien.media.provenance import carrying
from mien.processes import Process, die_with_parent, exit_on, watch
from mien.progress import reported
from mien.studio.worker.models import WarmModels
from mien.studio.worker.outputs import Outputs, request_text
from mien.studio.worker.previews import Previews
from mien.studio.worker.protocol import (
    FINISHING,
    LOADING,
    MAKING,
    PREPARING,
    Done,
    Failed,
    Message,
    Order,
    Preview,
    Progress,
    ProtocolError,
    Ready,
    Stopped,
    decode,
    encode,
)
from mien.studio.worker.stopping import StopJob, Stopper
from mien.systems.errors import RequestError
from mien.systems.request import FileKind
from mien.systems.system import System

REPORT_SECONDS = 0.2
"""Least time between two reports of one stage."""

RATE_SECONDS = 0.5
"""Time after which a rate is believed."""

NICENESS = 5
MORE_LIKELY = 500
"""Added to the share of memory, in thousandths, by which Linux chooses what it ends when memory runs out."""


class Reporter:
    """Sends the progress of a job's loops. preparing: until the first step is done, its stage is `PREPARING`.

    spent: seconds of the steps of each stage, at the pace after its first one, which includes what is set up.
    """

    def __init__(self, answers: BinaryIO, preparing: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self.answers, self.preparing, self.clock = answers, preparing, clock
        self.spent: dict[str, float] = {}
        self._stage, self._since, self._first, self._sent = "", 0.0, 0, 0.0

    def __call__(self, description: str, done: int, total: int, unit: str) -> None:
        """A `mien.progress.Reporter`."""
        now = self.clock()
        new = description != self._stage
        if new or (done and self._since == 0.0):  # the first step includes what is set up
            self._stage, self._first = description, done
            self._since = now if done else 0.0
        elapsed = now - self._since if self._since else 0.0
        rate = (done - self._first) / elapsed if elapsed > RATE_SECONDS else 0.0
        if done > self._first and elapsed > 0:
            self.spent[description] = elapsed * done / (done - self._first)
        if new or done == total or now - self._sent >= REPORT_SECONDS:
            self._sent = now
            stage = PREPARING if self.preparing and not done else description
            send(self.answers, Progress(stage, done, total, unit, rate))

    def stage(self, name: str) -> None:
        """Send a stage without steps."""
        self._stage = ""
        send(self.answers, Progress(name))

    def preview(self, number: int) -> None:
        """Send that a preview is written: if nothing else tells the progress, at least it is past the preparation."""
        if self.preparing and not self._stage:
            self.stage(MAKING)
        self.preparing = False
        send(self.answers, Preview(number))


class Maker:
    """Makes the jobs of orders, one after the other."""

    def __init__(self, systems: Mapping[str, System[Any]], models: WarmModels, answers: BinaryIO) -> None:
        self.systems, self.models, self.answers = systems, models, answers
        self.stopper = Stopper()
        self._prepared: set[str] = set()

    def make(self, order: Order) -> None:
        """Make a job and send how it ended."""
        answer: Message
        self.stopper.begin()
        try:
            answer = self._made(order)
        except StopJob:
            answer = Stopped()
        except RequestError as error:
            answer = Failed(_reason(str(error), order), _disk_is_full(error))
        except KilledError:  # of a program that it had started: as if it had been killed itself
            raise
        except Exception as error:
            # A fault of mien's own: nothing is known about the state of this process, so it ends.
            name = type(error).__name__
            reason = f"it failed unexpectedly ({name}): the worker's log has the details"
            send(self.answers, Failed(reason, ends=True))
            raise
        send(self.answers, answer)

    def _made(self, order: Order) -> Done:
        system = self.systems.get(order.system)
        if system is None:
            raise RequestError(f"there is no maker {order.system!r} here: choose one of {', '.join(self.systems)}")

        def place(number: str, _kinds: tuple[FileKind, ...], field: str) -> Path:
            if number not in order.files:
                raise RequestError(f"the file of {field} is no longer there: upload it again")
            return Path(order.files[number])

        folder = Path(order.folder)
        out = folder / f"result{order.output}"
        request = build_request(system, order.values, place)
        system.check(request, out, False, **self.models.folders(system))
        cold = order.system not in self._prepared or not self.models.is_warm(system, request)
        report = Reporter(self.answers, order.system not in self._prepared)
        previews = Previews(folder, report.preview)
        started = time.monotonic()
        with carrying(request_text(order)):
            if cold:
                report.stage(LOADING)
            loaded = self.models.loaded(system, request)
            report.stage(PREPARING if report.preparing else MAKING)
            with self.stopper.allowed():
                with reported(report), observed(previews):
                    made = loaded.make(request, out)
                seconds = time.monotonic() - started
                self._prepared.add(order.system)
                report.stage(FINISHING)
                outputs = Outputs(folder, out, loaded, request, made)
                result, facts = outputs.finished(order, previews.frames)
        previews.remove()
        facts |= {"cold": cold, "making_seconds": round(seconds, 3)}
        if order.system in report.spent:  # the stage whose steps are the size of the work
            facts["steps_seconds"] = round(sum(report.spent.values()), 3)
        size = sum(path.stat().st_size for path in folder.iterdir())
        notes = tuple(_reason(note, order) for note in (*made.notes, *outputs.notes))
        versions = (made.model_version, *(one.version for one in loaded.extras.values()))
        return Done(result, facts, notes, " ".join(versions), size)


def _reason(message: str, order: Order) -> str:
    """A message without paths of this machine: files have their users' names."""
    for number in files_in(order.values).values():
        path, name = Path(order.files.get(number, number)), order.names.get(number, "the file")
        message = message.replace(str(path), name).replace(path.name, name).replace(number, name)
    message = message.replace(f"{order.folder}{os.sep}", "").replace(order.folder, "the studio's folder")
    message = message.replace(f"result{order.output} could not be made: ", "")
    return without_flags(" ".join(message.split()))[:2000]


def _disk_is_full(error: BaseException) -> bool:
    fault = machine_fault(error)
    return fault is not None and fault.lasting


def send(answers: BinaryIO, message: Message) -> None:
    """Write a message at once."""
    answers.write(encode(message))
    answers.flush()


def systems_of(name: str) -> Mapping[str, System[Any]]:
    """The systems of `package.module:NAME`, as the operator's command line names them."""
    module, _, attribute = name.partition(":")
    found: Mapping[str, System[Any]] = getattr(importlib.import_module(module), attribute)
    return found


@contextmanager
def _own_streams() -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Orders and answers; for libraries and their child processes, stdin is empty and stdout is stderr."""
    orders, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    with orders, answers:
        yield orders, answers


def _end_with(parent: int) -> None:
    """End when the worker does, however it ended, with everything that was started here."""
    die_with_parent(signal.SIGKILL)
    if os.getppid() != parent:  # it has ended before the kernel was asked
        raise SystemExit(1)
    watch(Process.of(parent), lambda: os.killpg(0, signal.SIGKILL))


def _yield_to_the_studio() -> None:
    """Where processors or memory are short, this process waits or ends before the server, the worker and databases."""
    os.nice(NICENESS)
    score = Path("/proc/self/oom_score_adj")
    if score.exists():
        score.write_text(str(MORE_LIKELY))


def main() -> None:
    """Make jobs until stdin ends."""
    parser = argparse.ArgumentParser(description="makes jobs of a studio, for a worker")
    parser.add_argument("--systems", default="mien.makers.systems:SYSTEMS")
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--model-bytes", type=int, required=True)
    options = parser.parse_args()
    with _own_streams() as (orders, answers):
        _end_with(options.parent)
        exit_on(signal.SIGTERM)
        _yield_to_the_studio()
        models = WarmModels(options.root)
        maker = Maker(systems_of(options.systems), models, answers)
        maker.stopper.listen()
        send(answers, Ready())
        for line in orders:
            message = decode(line)
            if not isinstance(message, Order):
                raise ProtocolError(f"an order is expected, not {type(message).__name__}")
            maker.make(message)
            resident = models.shrink(options.model_bytes)
            send(answers, Ready(models.commands, resident))


if __name__ == "__main__":
    main()

"""A worker: takes jobs from the queue, has a child process make them, and places what was made.

The worker itself loads nothing heavy, so that it answers whatever its child does: it renews its claim, cancels,
and ends a child that does not. It may be killed at any time: its job goes back to the queue, and nothing half is seen.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from mien.makers.forms import files_in
from mien.studio.database.engine import Database
from mien.studio.database.tables import File, Job
from mien.studio.files.place import upload_path, work_folder
from mien.studio.queue.claim import Held, claim, finish, give_back, held, reap, report
from mien.studio.queue.wakeups import Wakeups
from mien.studio.queue.workers import forget_gone, register, retire
from mien.studio.settings import Settings
from mien.studio.worker.child_process import Child, ChildEndedError, Start
from mien.studio.worker.heartbeat import Heartbeat
from mien.studio.worker.placing import made_before, place_result, remove_leftovers, remove_result
from mien.studio.worker.protocol import Done, Failed, Message, Order, Preview, Progress, Stopped
from mien.studio.worker.space import NO_SPACE, has_space, say_space, waits_for_space

IDLE_SECONDS = 1.0
"""The table is looked at this often, whatever is waited for."""

REPORT_SECONDS = 0.25
CHECK_SECONDS = 0.5
"""Least time between two reports, and the time after which the claim is checked without news."""

TROUBLE_SECONDS = 2.0
"""Pause after the database could not be reached, or a child did not start."""

FULL_SECONDS = 5.0
"""Pause after a disk was full."""

Why = Literal["cancel", "time", "stop", "lost"]


@dataclass(frozen=True)
class Ended:
    """How an attempt ended. why: it was ended from here; None: by itself. message: None: the child died."""

    message: Done | Failed | Stopped | None
    why: Why | None = None


class Supervisor:
    """A worker of a studio. systems, root: of its child, see `mien.studio.worker.child_process.Start`."""

    def __init__(self, settings: Settings, db: Database, systems: str, root: Path) -> None:
        self.settings, self.db = settings, db
        self.start = Start(settings.folder.absolute() / "empty", settings.limits.model_bytes, root, systems)
        self.folder = settings.folder.absolute()
        self._child: Child | None = None
        self._spacious: bool | None = None
        self._said_spacious: bool | None = None
        self._owed: tuple[str, int] | None = None

    def run(self, stop: threading.Event) -> None:
        """Make jobs until `stop` is set; then the running one goes back to its place in the queue."""
        if not self._enter(stop):
            return
        with Heartbeat(self.db, self.worker_id) as self.heartbeat:
            try:
                while not stop.is_set():
                    self._turn(stop)
            finally:
                self._end_child(0.5)
                self._wakeups.close()
        try:
            retire(self.db, self.worker_id)
        except SQLAlchemyError as error:  # others see by its process, or after a minute, that it is gone
            _say(f"it ended without saying so to the database: {_line(error)}")

    def _enter(self, stop: threading.Event) -> bool:
        """Enter this worker in the database, as soon as that can be written; False: `stop` was set first."""
        while not stop.is_set():
            try:
                self._wakeups = Wakeups.open(self.settings)
                remove_leftovers(self.folder, self.db)
                forget_gone(self.db)
                self.worker_id = register(self.db)
            except (SQLAlchemyError, sqlite3.Error, psycopg.Error, OSError) as error:
                _say(f"the studio's folder or database cannot be written, it is tried again: {_line(error)}")
                stop.wait(TROUBLE_SECONDS)
            else:
                return True
        return False

    def _turn(self, stop: threading.Event) -> None:
        """Make one job, or wait a moment for one."""
        try:
            self._settle()
            if not self._ready_child(stop):
                return
            if reap(self.db):
                remove_leftovers(self.folder, self.db)
            job = claim(self.db, self.worker_id) if self._space() else None
            if job is None:
                self._wait(stop)
                return
            self.heartbeat.hold(job.id, job.attempt)
            self._owed = (job.id, job.attempt)
            try:
                self._run(job, stop)
                self._owed = None
            finally:
                self.heartbeat.release()
        except ChildEndedError as error:
            self._replace_child(str(error), stop)
        except SQLAlchemyError as error:
            _say(f"the database cannot be reached, it is tried again: {_line(error)}")
            stop.wait(TROUBLE_SECONDS)

    def _settle(self) -> None:
        """Give back a job of which the database could not be told how it ended: that was no death of this worker.

        If its result is placed, the next attempt only says so.
        """
        if self._owed is not None:
            give_back(self.db, self._owed[0], self.worker_id, self._owed[1])
            self._owed = None

    def _wait(self, stop: threading.Event) -> None:
        """Wait a moment for a new job. Without wake-ups, which are only hints, the table is looked at as often."""
        try:
            self._wakeups.wait(IDLE_SECONDS)
        except (sqlite3.Error, psycopg.Error, OSError) as error:
            _say(f"wake-ups cannot be read, it is tried again: {_line(error)}")
            self._wakeups.close()
            stop.wait(IDLE_SECONDS)

    def _ready_child(self, stop: threading.Event) -> bool:
        """Have a child that takes orders, and does not keep more memory than allowed."""
        while True:
            if self._child is None:
                self._child = Child.start(self.start)
            if not self._child.wait_ready(stop) or self._child.ready is None:
                return False
            if self._child.ready.bytes <= self.settings.limits.model_bytes:
                self.heartbeat.warm = list(self._child.ready.warm)
                return True
            self._end_child(2.0)

    def _space(self) -> bool:
        """Whether there is room for another result. What changes is said here and in the database."""
        spacious = has_space(self.folder, self.settings.limits.free_bytes)
        if self._said_spacious is None:  # as whoever worked here before has left it
            self._said_spacious = self._spacious = not waits_for_space(self.db)
        if spacious != self._spacious:
            self._spacious = spacious
            _say("there is space again: it goes on" if spacious else f"{NO_SPACE} on the disk of {self.folder}")
        if spacious != self._said_spacious:
            try:
                say_space(self.db, spacious)
            except SQLAlchemyError:  # it may be on the same full disk: it is told in a later turn
                return False
            self._said_spacious = spacious
        return spacious

    def _run(self, job: Job, stop: threading.Event) -> None:
        """Make a claimed job and end its claim, in whichever way."""
        before = made_before(self.folder, job)
        if before is not None:  # the attempt before died between placing its result and saying so
            self._finish_done(job, before)
            return
        made = work_folder(self.folder, job.id, job.attempt)
        try:
            made.mkdir(parents=True)
            ended = self._made(job, self._order(job, made), stop)
            self._close(job, made, ended, stop)
        except OSError as error:  # of the worker's own files, such as a full disk
            _say(f"job {job.id} goes back to the queue: {_line(error)}")
            give_back(self.db, job.id, self.worker_id, job.attempt, NO_SPACE)
            stop.wait(FULL_SECONDS)
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def _order(self, job: Job, made: Path) -> Order:
        files, names = {}, {}
        with self.db.session() as session:
            for number in files_in(job.request).values():
                file = session.get(File, number)
                if file is not None:
                    files[number] = str(upload_path(self.folder, file.id, file.suffix))
                    names[number] = file.name
        return Order(job.id, job.system, job.request, job.output, str(made), files, names)

    def _made(self, job: Job, order: Order, stop: threading.Event) -> Ended:
        """Let the child make a job, with its progress in the table, until it ends or has to."""
        child = self._child
        assert child is not None
        follow = _Following(self.settings.limits.job_seconds)
        why: Why | None = None
        asked = 0.0
        try:
            child.send(order)
            while True:
                message = child.receive(0.05)
                if isinstance(message, Failed) and message.ends:
                    _say(f"the process that makes jobs had a fault in job {job.id}: another one is started")
                    self._end_child(0.5)
                if isinstance(message, Done | Failed | Stopped):
                    return Ended(message, why)
                follow.take(message)
                now = time.monotonic()
                if why is None:
                    why = follow.end(now, stop.is_set(), self._tell(job, follow, now))
                    if why is not None:
                        child.interrupt()
                        asked = now
                elif now - asked > self.settings.limits.cancel_seconds / 2:
                    self._end_child(self.settings.limits.cancel_seconds / 5)
                    return Ended(Stopped(), why)
        except ChildEndedError:
            self._end_child(0.5)  # whatever it left running
            return Ended(None, why)

    def _tell(self, job: Job, follow: _Following, now: float) -> Held | None:
        """Write what is new, or check the claim; None: nothing is due."""
        if not follow.due(now):
            return None
        try:
            if not follow.news:
                return held(self.db, job.id, self.worker_id, job.attempt)
            one = follow.told(now)
            return report(
                self.db, job.id, self.worker_id, job.attempt, one.stage, one.done, one.total, one.unit, one.rate,
                follow.preview,
            )  # fmt: skip
        except SQLAlchemyError as error:  # the claim holds for a while; if it lapses, that is seen later
            _say(f"progress could not be written: {_line(error)}")
            return None
        finally:
            follow.checked = now

    def _close(self, job: Job, made: Path, ended: Ended, stop: threading.Event) -> None:
        """End the claim of an attempt that ended."""
        mine = (self.db, job.id, self.worker_id, job.attempt)
        match ended:
            case Ended(_, "lost"):
                return
            case Ended(_, "cancel"):
                finish(*mine, "cancelled")
            case Ended(_, "time"):
                limit = f"{self.settings.limits.job_seconds:g} s"
                finish(*mine, "failed", f"it took longer than {limit}: ask for less, such as a shorter text")
            case Ended(Done() as done, _):
                if held(*mine).ours and place_result(self.folder, made, job, done):
                    self._finish_done(job, done)
            case Ended(Failed(reason, full), _) if not full:
                finish(*mine, "failed", reason)
            case Ended(None, None):
                give_back(*mine, died=True)
            case Ended(Failed(reason), _):
                _say(f"job {job.id} goes back to the queue: {reason}")
                give_back(*mine, NO_SPACE)
                stop.wait(FULL_SECONDS)
            case _:
                give_back(*mine)

    def _finish_done(self, job: Job, done: Done) -> None:
        mine = (self.db, job.id, self.worker_id, job.attempt)
        notes = [*done.notes, *self._other_model(job, done)]
        if not finish(*mine, "done", "", notes, done.result, done.facts, done.model, done.bytes):
            remove_result(self.folder, job)

    def _other_model(self, job: Job, done: Done) -> list[str]:
        """A note where the model of the job that this one repeats has been replaced since: the result differs by it."""
        if job.origin is None:
            return []
        with self.db.session() as session:
            first = session.get(Job, job.origin)
            known = first.model if first is not None and first.owner == job.owner else ""
        if not known or not done.model or known == done.model:
            return []
        return [f"made by another model than before: now {done.model}, before {known}"]

    def _replace_child(self, how: str, stop: threading.Event) -> None:
        """End a child that takes no orders; one that has never done is not tried again at once."""
        started = self._child is not None and self._child.has_started
        self._end_child(0.5)
        if started:
            _say(f"the process that makes jobs is gone: {how}; another one is started")
        else:
            _say(f"the process that makes jobs did not start: {how}; it is tried again")
            stop.wait(TROUBLE_SECONDS)

    def _end_child(self, grace: float) -> None:
        if self._child is not None:
            self._child.end(grace)
            self._child = None
        self.heartbeat.warm = []


class _Following:
    """The progress of a running job: what is to be written, and whether it has to end."""

    def __init__(self, most_seconds: float) -> None:
        self.deadline = time.monotonic() + most_seconds
        self.progress, self.preview = Progress(""), 0
        self.news, self.checked = False, 0.0

    def take(self, message: Message | None) -> None:
        if isinstance(message, Progress):
            self.progress, self.news = message, True
        elif isinstance(message, Preview):
            self.preview, self.news = message.number, True

    def due(self, now: float) -> bool:
        return now - self.checked > (REPORT_SECONDS if self.news else CHECK_SECONDS)

    def told(self, _now: float) -> Progress:
        self.news = False
        return self.progress

    def end(self, now: float, stopping: bool, held: Held | None) -> Why | None:
        """Why the job has to end now; None: it goes on."""
        if held is not None and not held.ours:
            return "lost"
        if held is not None and held.cancel:
            return "cancel"
        if stopping:
            return "stop"
        return "time" if now > self.deadline else None


def _say(sentence: str) -> None:
    print(f"mien worker: {sentence}", file=sys.stderr, flush=True)


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]

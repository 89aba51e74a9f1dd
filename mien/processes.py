"""Local processes: identifying them reliably, and terminating them with all their children."""

from __future__ import annotations

import ctypes
import io
import multiprocessing
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil

PR_SET_PDEATHSIG = 1
GRACE_SECONDS = 3.0
"""Seconds between SIGTERM and SIGKILL."""


@dataclass(frozen=True)
class Process:
    """A process by id and start time (seconds since the epoch), because the system reuses ids."""

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int | None = None) -> Process:
        """The process `pid`, by default the current one. Raises psutil.NoSuchProcess if there is none."""
        found = psutil.Process(pid)
        return cls(found.pid, found.create_time())

    def alive(self) -> bool:
        """Whether exactly this process is still running; a zombie is not."""
        try:
            found = psutil.Process(self.pid)
            return found.status() != psutil.STATUS_ZOMBIE and abs(found.create_time() - self.started) < 0.05
        except psutil.NoSuchProcess:
            return False


def ancestors() -> list[psutil.Process]:
    """The ancestors of this process, the parent first."""
    try:
        return psutil.Process().parents()
    except psutil.NoSuchProcess:
        return []


def die_with_parent(number: int = signal.SIGTERM) -> None:
    """Ask the kernel to signal this process when the thread that started it ends; Linux only, elsewhere no effect."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)


def end_with_parent() -> None:
    """End this process, a worker of `multiprocessing`, when the process that started it has ended, however it ended.

    It is asked by SIGTERM, and by SIGKILL where it does not end. Without effect in any other process.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    die_with_parent()

    def wait() -> None:  # where the kernel has no such service, or the parent ended before it was asked for
        parent.join()
        stop_self()

    threading.Thread(target=wait, name="watch-parent", daemon=True).start()


def print_anything() -> None:
    """Let stdout and stderr print every text, whatever their encoding: a letter that it lacks is escaped (`\\u1ea3`).

    Otherwise a message, or the help, ends in a traceback where the locale or PYTHONIOENCODING is not UTF-8.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # where Python allows it, names of files that are no UTF-8 pass through a pipe byte by byte
            through = stream.encoding.lower() == "utf-8" and stream.errors == "surrogateescape"
            if not through:
                stream.reconfigure(errors="backslashreplace")


def exit_on(*numbers: int) -> None:
    """Let these signals end this process by SystemExit(128 + number), so that what it was writing is removed.

    A signal that is ignored, as SIGHUP under nohup, stays ignored.
    """
    numbers = tuple(number for number in numbers if signal.getsignal(number) != signal.SIG_IGN)

    def stop(number: int, _frame: object) -> None:
        for other in numbers:  # further signals must not interrupt the clean-up
            signal.signal(other, signal.SIG_IGN)
        raise SystemExit(128 + number)

    for number in numbers:
        signal.signal(number, stop)


def stop_self() -> None:
    """Terminate this process by SIGTERM, and where it does not end in time, its children and itself by SIGKILL."""
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    # Still alive: the main thread is in a computation that signals do not interrupt.
    for child in psutil.Process().children():
        stop_tree(Process.of(child.pid), 0.1)
    os.kill(os.getpid(), signal.SIGKILL)


def watch(process: Process, ended: Callable[[], None]) -> None:
    """Call `ended` from a daemon thread as soon as `process` has ended; no polling where the kernel has pidfds."""

    def wait() -> None:
        try:
            descriptor = os.pidfd_open(process.pid)
        except (OSError, AttributeError):
            while process.alive():
                time.sleep(0.5)
        else:
            if process.alive():
                poll = select.poll()
                poll.register(descriptor, select.POLLIN)
                poll.poll()
            os.close(descriptor)
        ended()

    threading.Thread(target=wait, name="watch-parent", daemon=True).start()


def stop_tree(process: Process, grace: float = GRACE_SECONDS) -> None:
    """Terminate `process` and its descendants: SIGTERM, then SIGKILL to those still alive after `grace` seconds."""
    if not process.alive():
        return
    try:
        root = psutil.Process(process.pid)
        family = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for member in family:
        _signal(member, signal.SIGTERM)
    _, left = psutil.wait_procs(family, timeout=grace)
    for member in left:
        _signal(member, signal.SIGKILL)
    psutil.wait_procs(left, timeout=grace)


def stop_group(group: int, grace: float = GRACE_SECONDS) -> None:
    """Terminate every process of a process group: SIGTERM, then SIGKILL to those still alive after `grace` seconds."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(group, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + grace
        while time.monotonic() < deadline and group_members(group):
            time.sleep(0.05)
        if not group_members(group):
            return


def group_members(group: int) -> list[int]:
    """Ids of the processes of a process group that are alive and not zombies."""
    members = []
    for process in psutil.process_iter(["status"]):
        try:
            if process.info["status"] != psutil.STATUS_ZOMBIE and os.getpgid(process.pid) == group:
                members.append(process.pid)
        except (ProcessLookupError, psutil.NoSuchProcess, PermissionError):
            continue
    return members


def _signal(process: psutil.Process, number: int) -> None:
    try:
        process.send_signal(number)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return

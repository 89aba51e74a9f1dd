"""dvc as a child process: no shell, a process group of its own, output line by line, the whole group always ended."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from mien.processes import stop_group

# PR_SET_PDEATHSIG: the kernel ends dvc when the thread that started it ends, even by SIGKILL; the parent's PID is
# compared in case that it ended earlier. A preexec_fn would do the same, but may deadlock with threads.
_TETHER = (
    "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 15, 0, 0, 0);"
    "os.getppid() == int(sys.argv[1]) or sys.exit(143); os.execv(sys.argv[2], sys.argv[2:])"
)
BUSY = "is busy, it is being blocked by"
"""DVC's word for files that another dvc process reads or writes: `--wait-for-lock` does not wait for those."""

BUSY_SECONDS = 2.0
"""How long to wait before another attempt."""

STOP_SECONDS = 10.0
"""How long a stage may take to close its MLflow run and write its receipt when its run is cancelled."""


class DvcError(RuntimeError):
    """A dvc command failed; the message holds its last line of stderr."""


class RunStoppedError(RuntimeError):
    """The pipeline run was stopped before this command started."""


def dvc_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """This process's environment, with this Python's commands first, no buffering, no telemetry, and `extra`."""
    binaries = str(Path(sys.executable).parent)
    settings = {
        "PATH": f"{binaries}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONUNBUFFERED": "1",
        "DVC_NO_ANALYTICS": "true",
    }
    return {**os.environ, **settings, **extra}


def dvc_output(repository: Path, arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """The stdout of `dvc ARGUMENTS`, after waiting for other dvc processes. Raises DvcError when it fails."""
    command = [sys.executable, "-m", "dvc", "--wait-for-lock", *arguments]
    while True:
        answer = subprocess.run(
            command, cwd=repository, env=dict(environment), capture_output=True, text=True, check=False,
            errors="replace",
        )  # fmt: skip
        if not answer.returncode or BUSY not in answer.stderr:
            break
        time.sleep(BUSY_SECONDS)
    if answer.returncode:
        said = answer.stderr.strip().splitlines() or [f"exit code {answer.returncode}"]
        raise DvcError(f"dvc {' '.join(arguments)}: {said[-1]}")
    return answer.stdout


class DvcProcesses:
    """The dvc processes of one pipeline run in `repository`, each in a process group of its own."""

    def __init__(self, repository: Path, environment: Mapping[str, str]) -> None:
        self._repository = repository
        self._environment = dict(environment)
        self._groups: set[int] = set()
        self._guard = threading.Lock()
        self.stopped = False

    def run(self, arguments: Sequence[str], line: Callable[[str], None], seconds: float | None = None) -> int:
        """Run `dvc ARGUMENTS`, pass each line of its output to `line`, return the exit code.

        While another dvc process works on the same files, it waits, and says so once. The whole process group is ended
        in every case (exception, `stop`, timeout). Raises TimeoutError after `seconds`, RunStoppedError after `stop`.
        """
        busy, told = threading.Event(), False

        def heard(text: str) -> None:
            if BUSY in text:
                busy.set()
            if not busy.is_set():
                line(text)

        while True:
            code = self._run_once(arguments, heard, seconds)
            if not code or not busy.is_set():
                return code
            busy.clear()
            if not told:
                line("another dvc works on the same files: waiting for it to end")
                told = True
            time.sleep(BUSY_SECONDS)

    def _run_once(self, arguments: Sequence[str], line: Callable[[str], None], seconds: float | None) -> int:
        process = self._begin(arguments)
        pump = threading.Thread(target=_pump, args=(process, line), daemon=True)
        try:
            pump.start()
            code = _wait(process, seconds)
            pump.join(5)
            return code
        finally:
            # The group is ended in any case: children may outlive its leader.
            stop_group(process.pid, STOP_SECONDS)
            process.wait()
            with self._guard:
                self._groups.discard(process.pid)

    def stop(self) -> None:
        """End every running process group; no other can start."""
        with self._guard:
            self.stopped = True
            groups = list(self._groups)
        threads = [threading.Thread(target=stop_group, args=(group, STOP_SECONDS)) for group in groups]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _begin(self, arguments: Sequence[str]) -> subprocess.Popen[str]:
        dvc = [sys.executable, "-m", "dvc", "--wait-for-lock", *arguments]
        tether = [sys.executable, "-I", "-S", "-c", _TETHER, str(os.getpid())]
        with self._guard:
            if self.stopped:
                raise RunStoppedError("the pipeline run was stopped")
            process = subprocess.Popen(
                [*tether, *dvc],
                cwd=self._repository,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
            self._groups.add(process.pid)
        return process


def _wait(process: subprocess.Popen[str], seconds: float | None) -> int:
    deadline = None if seconds is None else time.monotonic() + seconds
    while True:
        try:
            return process.wait(0.2)
        except subprocess.TimeoutExpired:
            if deadline is not None and time.monotonic() > deadline:
                raise TimeoutError(f"not done after {seconds:.0f} s") from None


def _pump(process: subprocess.Popen[str], line: Callable[[str], None]) -> None:
    assert process.stdout is not None
    for text in process.stdout:
        if text.strip():
            line(text.rstrip())

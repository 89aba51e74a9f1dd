"""Runs the processes that decode uploads: kept between files, ended and replaced where a file breaks one."""

from __future__ import annotations

import json
import logging
import os
import queue
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mien.studio.files.errors import FileError
from mien.studio.settings import Limits
from mien.systems.request import FileKind

LOG = logging.getLogger(__name__)

PROCESSES = 2
"""Uploads that are inspected at once; more wait."""

FILES_EACH = 200
"""A process is replaced after so many files, so that what readers leave in memory does not add up."""

START_SECONDS = 60.0
"""Time that a process may need to start, in addition to that of its first file."""

WAIT_SECONDS = 60.0
"""How long an upload waits for a free process."""

_KEPT_VARIABLES = {"PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "VIRTUAL_ENV"}
"""Of the environment, which may hold passwords: what a reader of files needs."""


@dataclass(frozen=True)
class Inspected:
    """What an upload holds: its kind, facts, and the media type where it differs from that of its first bytes."""

    kind: FileKind
    facts: dict[str, Any]
    media_type: str


class Inspector:
    """Up to `processes` inspecting processes, started when they are needed. For several threads at once."""

    def __init__(self, limits: Limits, processes: int = PROCESSES) -> None:
        self.limits = limits
        self._free: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        for _ in range(processes):
            self._free.put(None)
        self._closed = False
        self._running: set[_Child] = set()
        self._lock = threading.Lock()

    def inspect(self, path: Path, group: str, name: str, preview: Path) -> Inspected:
        """What the file at `path` holds; a picture of it is written to `preview` where there is one.

        `group`: of `mien.studio.files.sniff`. Raises FileError in one sentence for whatever is refused.
        """
        limits = self.limits
        answer = self._ask(
            name, op="inspect", path=str(path.absolute()), group=group, preview=str(preview.absolute()),
            pixels=limits.upload_pixels, video_pixels=limits.video_pixels, longest=limits.upload_seconds,
        )  # fmt: skip
        return Inspected(answer["kind"], answer["facts"], answer["media_type"])

    def tags(self, path: Path, name: str) -> dict[str, str]:
        """The tags in a file's metadata. Raises FileError in one sentence where it cannot be read."""
        found: dict[str, str] = self._ask(name, op="tags", path=str(path.absolute()))["tags"]
        return found

    def close(self) -> None:
        """End all processes."""
        self._closed = True
        with self._lock:
            running = tuple(self._running)
        for child in running:
            child.end()

    def _ask(self, name: str, **request: Any) -> dict[str, Any]:
        try:
            child = self._free.get(timeout=WAIT_SECONDS)
        except queue.Empty:
            raise FileError(503, "too many uploads are being checked: try again in a minute", 60.0) from None
        keep: _Child | None = None
        try:
            if child is None or not child.alive():
                child = self._started(child)
            limits = self.limits
            asked = {**request, "name": name, "seconds": limits.inspect_seconds, "bytes": limits.inspect_bytes}
            answer = child.answer(json.dumps(asked), limits.inspect_seconds)
            if answer is None:
                raise FileError(422, _broke(name, child, limits.inspect_seconds))
            keep = child if child.files < FILES_EACH else None
            if "refused" in answer:
                raise FileError(int(answer["status"]), str(answer["refused"]))
            return answer
        finally:
            if child is not None and keep is None:
                self._ended(child)
            self._free.put(keep)

    def _started(self, old: _Child | None) -> _Child:
        if old is not None:
            self._ended(old)
        if self._closed:
            raise FileError(503, "the studio is closing: try again when it is back", 10.0)
        child = _Child()
        with self._lock:
            self._running.add(child)
        return child

    def _ended(self, child: _Child) -> None:
        child.end()
        with self._lock:
            self._running.discard(child)


def _broke(name: str, child: _Child, seconds: float) -> str:
    """The sentence for a file at which the process ended."""
    if child.late:
        return f"{name} takes more than {seconds:g} s to read: make it smaller or shorter, or save it anew"
    LOG.warning("an upload ended the process that inspected it (%s): %s", child.ending(), child.last_words())
    return f"{name} cannot be read: it is damaged, or needs too much memory; save it anew, or make it smaller"


class _Child:
    """One inspecting process in a group of its own, with a folder of its own for what readers write meanwhile."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="mien-inspect-", ignore_cleanup_errors=True)
        self.files, self.late, self._lock = 0, False, threading.Lock()
        self._errors = Path(self.folder.name) / "errors.txt"
        # the threads of numerical libraries would each take address space
        own = {"TMPDIR": self.folder.name, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        kept = {name: value for name, value in os.environ.items() if name in _KEPT_VARIABLES}
        # -P: the working folder is no place to import from
        command = [sys.executable, "-P", "-m", "mien.studio.files.inspect", self.folder.name]
        environment = {**kept, **own, "PYTHONPATH": os.pathsep.join(_import_path())}
        with self._errors.open("wb") as errors:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, cwd=self.folder.name,
                env=environment, start_new_session=True,
            )  # fmt: skip

    def alive(self) -> bool:
        """Whether it can be asked."""
        return self.process.poll() is None

    def answer(self, line: str, seconds: float) -> dict[str, Any] | None:
        """Its answer to one request; None: it ended, or it was ended after `seconds`."""
        stdin, stdout = self.process.stdin, self.process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("the pipes of the inspecting process are missing")
        deadline = time.monotonic() + seconds + (START_SECONDS if self.files == 0 else 1.0)
        self.files += 1
        try:
            stdin.write(line.encode() + b"\n")
            stdin.flush()
        except OSError:
            return None
        received = b""
        while not received.endswith(b"\n"):
            left = deadline - time.monotonic()
            ready = select.select([stdout], [], [], max(0.0, left))[0] if left > 0 else []
            if not ready:
                self.late = True
                return None
            part = os.read(stdout.fileno(), 65_536)
            if not part:
                self._note_end()
                return None
            received += part
        found: dict[str, Any] = json.loads(received)
        return found

    def _note_end(self) -> None:
        """It ended by itself: by one of the kernel's clocks it was late."""
        try:
            code = self.process.wait(5.0)
        except subprocess.TimeoutExpired:
            return
        self.late = code in (-signal.SIGALRM, -signal.SIGXCPU)

    def ending(self) -> str:
        """How it ended, for the log."""
        code = self.process.poll()
        return "no answer" if code is None else f"signal {-code}" if code < 0 else f"status {code}"

    def last_words(self) -> str:
        """The last line on its stderr."""
        lines = self._errors.read_bytes()[-4000:].decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else "it said nothing"

    def end(self) -> None:
        """End it and all that it started, and remove its folder."""
        with self._lock:
            if self.process.returncode is None:
                try:
                    os.killpg(self.process.pid, signal.SIGKILL)
                except ProcessLookupError:
                    LOG.debug("the inspecting process %d has ended already", self.process.pid)
            self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe is not None:
                    try:
                        pipe.close()
                    except BrokenPipeError:  # what was not yet written is of no use any more
                        continue
            self.folder.cleanup()


def _import_path() -> list[str]:
    """Where this process finds mien, for a process that starts in another folder."""
    return [str(Path(__file__).parents[3]), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]

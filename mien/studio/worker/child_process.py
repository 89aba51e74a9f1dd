"""The child of a worker, as the worker sees it: a process group that takes orders and answers."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from mien.checkout import CHECKOUT
from mien.processes import stop_group
from mien.studio.worker.protocol import MOST_LINE, Message, Order, ProtocolError, Ready, decode, encode

EXIT_SECONDS = 2.0
"""How long a child that says nothing more is waited for, to know how it ended."""

START_SECONDS = 300.0
"""A child that has not started after this time is taken for broken: a busy machine imports slowly."""


class ChildEndedError(Exception):
    """The child process has ended, or says nothing that can be understood."""


@dataclass(frozen=True)
class Start:
    """How a child is started. systems: `module:NAME` of the systems. root: where models are looked for first.

    place: an empty folder in which it runs. model_bytes: memory that it may keep between jobs.
    """

    place: Path
    model_bytes: int
    root: Path
    systems: str = "mien.makers.systems:SYSTEMS"


@dataclass
class Child:
    """A running child. ready: what it said last before it took an order; None while it starts or makes a job.
    has_started: it was ready once.

    It is to be started by a thread that lives as long as it: the kernel ends it with that thread.
    """

    process: subprocess.Popen[bytes]
    ready: Ready | None = None
    has_started: bool = False
    _messages: queue.Queue[Message | None] = field(default_factory=queue.Queue)

    @classmethod
    def start(cls, start: Start) -> Child:
        """A new child, which may not be ready yet."""
        start.place.mkdir(parents=True, exist_ok=True)
        paths = [str(CHECKOUT), *filter(None, [os.environ.get("PYTHONPATH")])]
        command = [
            sys.executable, "-m", "mien.studio.worker.child", "--systems", start.systems, "--parent", str(os.getpid()),
            "--root", str(start.root.absolute()), "--model-bytes", str(start.model_bytes),
        ]  # fmt: skip
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=start.place, start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )  # fmt: skip
        child = cls(process)
        threading.Thread(target=child._read, name="read-child", daemon=True).start()
        return child

    def receive(self, seconds: float) -> Message | None:
        """The next message; None after `seconds` without one. Raises ChildEndedError."""
        try:
            message = self._messages.get(timeout=seconds)
        except queue.Empty:
            return None
        if message is None:
            self._messages.put(None)  # whoever asks again learns it too
            raise ChildEndedError(self._how_it_ended())
        if isinstance(message, Ready):
            self.ready, self.has_started = message, True
        return message

    def wait_ready(self, stop: threading.Event, seconds: float = START_SECONDS) -> bool:
        """Wait until it takes orders; False: `stop` was set first. Raises ChildEndedError."""
        deadline = time.monotonic() + seconds
        while self.ready is None:
            if stop.is_set():
                return False
            if time.monotonic() > deadline:
                raise ChildEndedError(f"it did not start within {seconds:.0f} s")
            self.receive(0.2)
        return True

    def send(self, order: Order) -> None:
        """Give it a job. Raises ChildEndedError."""
        assert self.process.stdin is not None
        self.ready = None
        try:
            self.process.stdin.write(encode(order))
            self.process.stdin.flush()
        except OSError as error:
            raise ChildEndedError("it takes no orders") from error

    def interrupt(self) -> None:
        """Ask it to stop its job and to keep its models."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGUSR1)

    def end(self, grace: float) -> None:
        """End it and everything that it started: by SIGTERM, and after `grace` seconds by SIGKILL."""
        stop_group(self.process.pid, grace)
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            try:
                stream.close()
            except OSError:  # what was not yet written is lost, as it should be
                continue
        self.process.wait()

    def _how_it_ended(self) -> str:
        """How it ended, or that it did not: its answers end before the process does."""
        try:
            code = self.process.wait(EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            return "it says nothing more, or nothing that is understood"
        return f"it was ended by signal {-code}" if code < 0 else f"it ended with code {code}"

    def _read(self) -> None:
        assert self.process.stdout is not None
        try:
            while line := self.process.stdout.readline(MOST_LINE):
                self._messages.put(decode(line))
        except (ProtocolError, OSError, ValueError) as error:  # ValueError: closed by `end`
            if isinstance(error, ProtocolError):
                print(f"worker: {error}", file=sys.stderr, flush=True)
        self._messages.put(None)

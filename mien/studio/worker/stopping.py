"""Stopping a job by a signal: never within an import or while a model loads, which would leave a part of it behind."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

AGAIN_SECONDS = 0.05
"""Time after which an import that was found running is looked for again."""

_IMPORTS = "<frozen importlib"


class StopJob(BaseException):
    """The job is to be stopped: no error, so that no handler of errors catches it."""


class Stopper:
    """Raises StopJob in the main thread after SIGUSR1, as soon as that does no harm."""

    def __init__(self) -> None:
        self._asked = self._allowed = False

    def listen(self) -> None:
        """Handle SIGUSR1, and the alarms that follow it."""
        for number in (signal.SIGUSR1, signal.SIGALRM):
            signal.signal(number, self.stop)

    def begin(self) -> None:
        """A new job: what was asked before was about another one."""
        self._asked = self._allowed = False

    def check(self) -> None:
        """Raise StopJob if it was asked for."""
        if self._asked:
            self._allowed = False  # once is enough
            raise StopJob

    @contextmanager
    def allowed(self) -> Iterator[None]:
        """Within it, StopJob is raised at any point but in an import; also for a signal that came before."""
        self._allowed = True
        try:
            self.check()
            yield
        finally:
            self._allowed = False
        self.check()

    def stop(self, _number: int, frame: FrameType | None) -> None:
        """Handler of the signals."""
        self._asked = True
        if not self._allowed:
            return
        if _importing(frame):  # a module is imported as a whole or, at its next use, by half
            signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS)
            return
        self.check()


def _importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith(_IMPORTS):
            return True
        frame = frame.f_back
    return False

"""Advisory file locks between processes; the kernel releases them when their holder ends, also after a crash."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class LockHeldError(RuntimeError):
    """Another process holds the lock; the message names it."""


@contextmanager
def file_lock(path: Path, seconds: float | None = None) -> Iterator[None]:
    """Hold the lock file `path`; waits at most `seconds` (None: without limit), then raises `LockHeldError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _acquire(descriptor, path, seconds)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        # The file is kept: after its removal two processes could lock two different files of the same name.
        os.close(descriptor)


def _acquire(descriptor: int, path: Path, seconds: float | None) -> None:
    if seconds is None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                holder = os.pread(descriptor, 32, 0).decode(errors="replace") or "unknown"
                raise LockHeldError(f"{path} is held by process {holder}") from None
            time.sleep(0.05)

"""Temporary storage of decoded frames between detection and cropping, in bounded memory."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO

import numpy as np
from numpy.typing import NDArray

from mien.machine import AGAIN, MachineError

_SPARE_BYTES = 1 << 30
_CHECK_EVERY = 256


class FrameSpool:
    """Stores frames (H, W, 3) uint8 in order: the first `memory_bytes` in memory, the others on disk.

    The file on disk has no name (it is unlinked when opened), so nothing is left if the process is killed.
    """

    def __init__(self, folder: Path, memory_bytes: int = 128 << 20) -> None:
        self._folder = folder
        self._left = memory_bytes
        self._memory: list[NDArray[np.uint8]] = []
        self._file: IO[bytes] | None = None
        self._spilled = 0
        self._shape: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self._memory) + self._spilled

    def append(self, frame: NDArray[np.uint8]) -> None:
        """Store a frame. Raises ValueError if its shape differs, MachineError if the disk is nearly full."""
        if not self._shape:
            self._shape = frame.shape
        elif frame.shape != self._shape:
            raise ValueError(f"the picture's size changes from {self._shape} to {frame.shape} at frame {len(self)}")
        if frame.nbytes <= self._left:
            self._left -= frame.nbytes
            self._memory.append(frame)
            return
        self._left = 0
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - closed in __exit__
        if self._spilled % _CHECK_EVERY == 0:
            free = shutil.disk_usage(self._folder).free
            if free < _SPARE_BYTES + _CHECK_EVERY * frame.nbytes:
                raise MachineError(
                    errno.ENOSPC,
                    f"{self._folder} has only {free >> 20} MB left for the frames of a long clip, and needs "
                    f"{(_SPARE_BYTES + _CHECK_EVERY * frame.nbytes) >> 20}: make room there, {AGAIN}",
                    str(self._folder),
                )
        self._file.write(np.ascontiguousarray(frame).data)
        self._spilled += 1

    def __iter__(self) -> Iterator[NDArray[np.uint8]]:
        yield from self._memory
        if self._file is not None:
            self._file.seek(0)
            for _ in range(self._spilled):
                frame = np.empty(self._shape, np.uint8)
                self._file.readinto(frame.data)  # type: ignore[attr-defined]
                yield frame

    def __enter__(self) -> FrameSpool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._memory.clear()
        if self._file is not None:
            self._file.close()

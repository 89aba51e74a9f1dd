"""A small disk for tests: a tmpfs that the test mounts, and fills up."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Disk:
    """A mounted disk."""

    folder: Path

    def fill(self) -> None:
        """Leave no byte free."""
        block = b"\0" * 65_536
        with (self.folder / "filler").open("ab", buffering=0) as stream:
            while block:
                try:
                    stream.write(block)
                except OSError:
                    block = block[: len(block) // 2]

    def free(self, most: int | None = None) -> None:
        """Remove what `fill` wrote, or the last `most` bytes of it."""
        filler = self.folder / "filler"
        if most is None:
            filler.unlink()
        else:
            os.truncate(filler, filler.stat().st_size - most)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """A disk of this size at `folder`; the test is skipped where it may not be mounted."""
    folder.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mounted, capture_output=True, check=False).returncode != 0:
        pytest.skip("a disk can be mounted by root only: what happens on a full one was not tested")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)

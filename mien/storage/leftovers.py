"""Temporary names that say whose they are, and the removal of what killed processes left under such names.

A temporary file or folder for `NAME.mp4` is `.NAME.<8 digits>.<machine>-<process>.mp4`, and a folder that is just
being replaced `.NAME.<8 digits>.<machine>-<process>.previous`. A name is removed only if it was given on this machine,
by a process that has ended.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
from functools import cache
from pathlib import Path
from uuid import uuid4

_NAME = re.compile(
    r"\.(?P<of>.+)\.[0-9a-f]{8}\.(?P<machine>[0-9a-f]{6})-(?P<process>[0-9]{1,10})(?P<suffix>\.[^.]*)?", re.DOTALL
)
_PREVIOUS = ".previous"


def temporary_beside(path: Path) -> Path:
    """A new name in the folder of `path`. The suffix is kept, because ffmpeg and soundfile choose the format by it."""
    return path.with_name(f".{path.stem[:80]}.{_owner()}{path.suffix}")


def previous_beside(path: Path) -> Path:
    """A new name for the folder `path` while it is replaced; it says what to restore where that is interrupted."""
    return path.with_name(f".{path.name}.{_owner()}{_PREVIOUS}")


def visible(path: Path) -> Path:
    """`path`, or the folder that holds the first temporary name in it: what a message can name."""
    for number, part in enumerate(path.parts):
        if _NAME.fullmatch(part):
            return Path(*path.parts[:number])
    return path


def remove_leftovers(folder: Path, tree: bool = False) -> None:
    """Remove what processes that have ended left in `folder` (tree: and below it) while they wrote.

    A folder whose replacement was interrupted when it had no name is given its name again.
    """
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:  # not there, or not to be read: then nothing can be written either
        return
    for entry in entries:
        match = _NAME.fullmatch(entry.name)
        if match is not None:
            if match["machine"] == _machine() and not _alive(int(match["process"])):
                _remove(Path(entry.path), match)
        elif tree and entry.is_dir(follow_symlinks=False):
            remove_leftovers(Path(entry.path), tree=True)


@cache
def remove_leftovers_once(folder: Path) -> None:
    """As `remove_leftovers`, the first time that this process writes into `folder`."""
    remove_leftovers(folder)


def _owner() -> str:
    return f"{uuid4().hex[:8]}.{_machine()}-{os.getpid()}"


@cache
def _machine() -> str:
    """Six digits for this machine, or this container: the numbers of processes mean nothing in another one."""
    try:
        container = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        container = 0
    return hashlib.sha256(f"{platform.node()} {container}".encode()).hexdigest()[:6]


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # of another user
        return True
    return True


def _remove(path: Path, match: re.Match[str]) -> None:
    if match["suffix"] == _PREVIOUS:
        target = path.with_name(match["of"])
        if not target.exists():
            path.rename(target)
            return
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    except OSError:  # of another user
        return

"""Placing the files of an output: together or not at all, and over nothing that somebody else has made."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mien.machine import machine_faults
from mien.storage.leftovers import remove_leftovers_once, temporary_beside
from mien.systems.errors import RequestError


@contextmanager
def staged(out: Path, force: bool = False) -> Iterator[Path]:
    """Yield a path with the name of `out` in a new hidden folder beside it; on success all files there are moved out.

    They appear together or not at all. Without `force`, nothing is overwritten: RequestError, where another process is
    making `out`, or has made one of the files in the meantime. Raises MachineError for a full disk and its like.
    """
    with machine_faults(out.parent):
        out.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers_once(out.parent.absolute())
        folder = temporary_beside(out)
        if not force and _is_being_made(out, folder.name):
            raise RequestError(
                f"{out} is just being made by another process: wait for it, choose another name, or add --force"
            )
        folder.mkdir()
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            with suppress(OSError):  # a file system without locks: then only the placement is exclusive
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield folder / out.name
            _place(folder, out, force)
        finally:
            os.close(descriptor)
            shutil.rmtree(folder, ignore_errors=True)


def _is_being_made(out: Path, name: str) -> bool:
    """Whether a living process holds a folder for `out`; `name`: that of such a folder of this process."""
    start, end = name.split(".", 1)[0] + "." + out.stem[:80] + ".", out.suffix
    if len(out.stem) > 80:  # shortened: it may be another's
        return False
    return any(
        entry.name.startswith(start) and entry.name.endswith(end) and entry.name.count(".") == name.count(".")
        and entry.is_dir(follow_symlinks=False) and _locked(entry.path)
        for entry in os.scandir(out.parent)
    )  # fmt: skip


def _locked(folder: str) -> bool:
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # it has just been removed
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in (errno.EWOULDBLOCK, errno.EACCES)
    else:
        return False
    finally:
        os.close(descriptor)


def _place(folder: Path, out: Path, force: bool) -> None:
    """Move everything in `folder` beside `out`, itself last; undone if one of them cannot be placed."""
    entries = sorted(folder.iterdir(), key=lambda entry: (entry.name == out.name, entry.name))
    undo: list[tuple[Path, Path | None]] = []
    try:
        for entry in entries:
            target = out.parent / entry.name
            previous = _replace(entry, target) if force and entry.is_file() else None
            if entry.exists():
                _place_new(entry, target)
            undo.append((target, previous))
    except BaseException as error:
        for placed, previous in reversed(undo):
            if previous is None:
                placed.unlink(missing_ok=True)
            else:
                previous.replace(placed)
        if isinstance(error, FileExistsError):
            raise RequestError(
                f"{target} was made by another process in the meantime: choose another name, or add --force"
            ) from error
        raise


def _replace(entry: Path, target: Path) -> Path | None:
    """Move a file over `target`; returns where the previous one is kept, None: there was none."""
    previous = None
    if target.is_file():
        previous = entry.with_name(f".previous-{entry.name}"[:200])
        try:
            os.link(target, previous)
        except OSError:  # a file system without links
            shutil.copy2(target, previous)
    entry.replace(target)
    return previous


def _place_new(entry: Path, target: Path) -> None:
    """Move a file or folder to `target`; a file may keep its old name too.

    Raises FileExistsError if `target` exists, and is no empty folder.
    """
    if entry.is_dir():
        try:
            entry.rename(target)  # fails by itself over a file and over a folder with content
        except (FileExistsError, NotADirectoryError) as error:
            raise FileExistsError(target) from error
        except OSError as error:
            raise (FileExistsError(target) if error.errno == errno.ENOTEMPTY else error) from error
        return
    try:
        os.link(entry, target)
        return
    except FileExistsError:
        raise
    except OSError:
        pass  # a file system without links: the name is claimed by an empty file
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    entry.replace(target)

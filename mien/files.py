"""Atomic writing of files and folders, and digests of their content."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mien.machine import machine_faults
from mien.storage.leftovers import previous_beside, remove_leftovers_once, temporary_beside


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder; it is renamed to `path` on success (after fsync), removed on error.

    Raises MachineError for a full disk and its like, whatever error the writer makes of it.
    """
    with machine_faults(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers_once(path.parent.absolute())
        temporary = temporary_beside(path)
        try:
            yield temporary
            _fsync(temporary)
            temporary.replace(path)
            _fsync(path.parent)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def atomic_directory(path: Path, exclusive: bool = False) -> Iterator[Path]:
    """Yield a new empty directory; on success it replaces `path`, on error it is removed.

    A previous `path` is renamed first, and removed only after the new directory has been renamed to `path`.
    exclusive: raises FileExistsError in place of replacing anything but an empty directory.
    Raises MachineError for a full disk and its like.
    """
    with machine_faults(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers_once(path.parent.absolute())
        temporary = temporary_beside(path)
        temporary.mkdir()
        try:
            yield temporary
            _place_directory(temporary, path, exclusive)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _place_directory(temporary: Path, path: Path, exclusive: bool) -> None:
    for entry in temporary.rglob("*"):
        if entry.is_file() and not entry.is_symlink():
            _fsync(entry)
    if exclusive:
        try:
            temporary.rename(path)
        except OSError as error:
            raise (FileExistsError(path) if path.exists() else error) from error
    elif path.exists():
        previous = previous_beside(path)
        path.rename(previous)
        temporary.rename(path)
        shutil.rmtree(previous)
    else:
        temporary.rename(path)
    _fsync(path.parent)


def sha256_file(path: Path) -> str:
    """Hexadecimal SHA-256 of a file; memory use does not depend on its size."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def fingerprint(*parts: Any) -> str:
    """Hexadecimal SHA-256 of JSON-serialisable values; equal values give equal fingerprints on every machine."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


MAX_JSON_BYTES = 16_000_000
"""The largest JSON file that is read; those that mien writes are a thousandth of it."""


def read_json(path: Path, most_bytes: int = MAX_JSON_BYTES) -> Any:
    """The content of a JSON file. Raises OSError, and ValueError for one that is too large, too deep or no JSON."""
    with path.open("rb") as stream:
        content = stream.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise ValueError(f"it has more than {most_bytes:,} bytes")
    return parse_json(content)


def parse_json(content: str | bytes) -> Any:
    """The content of a JSON text. Raises ValueError for one that is nested too deep or no JSON."""
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("its lists are nested too deep") from None
    except json.JSONDecodeError:
        raise
    except ValueError as error:
        if "integer string conversion" not in str(error):
            raise
        raise ValueError("a number in it has thousands of digits") from None


def write_json(path: Path, value: Any) -> None:
    """Write `value` atomically as indented JSON with sorted keys."""
    with atomic_file(path) as temporary:
        temporary.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n")

"""Checks of a request's input files and of its output."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from mien.storage.tables import TableError, decode_text
from mien.systems.errors import RequestError


def read_small_text(path: Path, most_bytes: int, what: str, example: str) -> str:
    """The text of a small file, in UTF-8 or as Windows writes it; `what`: its kind (with an article), and an
    `example` line, for messages.

    Raises RequestError in one sentence if it is missing, no file, larger than `most_bytes`, or no text.
    """
    kind = what.partition(" ")[2]
    try:
        if not path.is_file():  # reading a pipe would wait for ever
            raise RequestError(f"{path} is {'no file' if path.exists() else 'not there'}: name {what}")
        with path.open("rb") as stream:
            content = stream.read(most_bytes + 1)
    except OSError as problem:
        raise RequestError(f"{path} cannot be read: {problem.strerror or problem}") from problem
    if len(content) > most_bytes:
        raise RequestError(f"{path.name} is larger than {most_bytes:,} bytes: that is no {kind}")
    try:
        return decode_text(content, path.name)
    except TableError as problem:
        raise RequestError(f"{path.name} is no UTF-8 text: write lines like '{example}'") from problem


def check_name(out: Path) -> None:
    """Raise RequestError for an output whose path is no UTF-8 text, which neither ffmpeg nor a terminal takes."""
    try:
        str(out.absolute()).encode()
    except UnicodeEncodeError:
        raise RequestError(f"{os.fsencode(out)!r} is no name in UTF-8: name another output") from None


def check_writable(out: Path, inputs: Iterable[Path], force: bool, folder: bool = False) -> None:
    """Raise RequestError if `out` cannot be written, is one of the inputs, or exists (without `force`).

    `folder`: the output is a folder, which may exist if it is empty and is never overwritten.
    """
    check_name(out)
    if not out.exists():
        try:
            with tempfile.TemporaryFile(dir=next(parent for parent in out.absolute().parents if parent.exists())):
                return
        except OSError as problem:
            raise RequestError(f"{out} cannot be written: {problem.strerror or problem}") from problem
    if any(path.exists() and out.samefile(path) for path in inputs):
        raise RequestError(f"{out} is one of the inputs: an input is never overwritten")
    if folder:
        if not out.is_dir() or any(out.iterdir()):
            raise RequestError(f"{out} is already there: a folder is never overwritten, name another")
    elif out.is_dir():
        raise RequestError(f"{out} is a folder: name a file in it")
    elif not force:
        raise RequestError(f"{out} is already there: choose another name, or add --force to overwrite it")

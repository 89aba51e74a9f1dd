"""What every command checks of the files it is given and of those it is to write: light, and in one sentence."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path


def read_small_text(path: Path, most_bytes: int, what: str, example: str, error: type[ValueError]) -> str:
    """The UTF-8 text of a file that a person wrote; `what` it is to be (with its article) and an `example` line.

    Raises `error` in one sentence for whatever is not there, no file, larger than `most_bytes`, or no text.
    """
    kind = what.partition(" ")[2]
    try:
        if not path.is_file():  # reading a pipe would wait for ever
            raise error(f"{path} is {'no file' if path.exists() else 'not there'}: name {what}")
        with path.open("rb") as stream:
            content = stream.read(most_bytes + 1)
    except OSError as problem:
        raise error(f"{path} cannot be read: {problem.strerror or problem}") from problem
    if len(content) > most_bytes:
        raise error(f"{path.name} is larger than {most_bytes:,} bytes: that is no {kind}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise error(f"{path.name} is no UTF-8 text: write lines like '{example}'") from problem


def check_new(out: Path, error: type[ValueError]) -> bool:
    """Whether `out` is not there yet; raises `error` in one sentence when it then cannot be written."""
    if out.exists():
        return False
    try:
        folder = next(parent for parent in out.absolute().parents if parent.exists())
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError as problem:
        raise error(f"{out} cannot be written: {problem.strerror or problem}") from problem


def check_no_input(out: Path, inputs: Iterable[Path | None], error: type[ValueError]) -> None:
    """Raise `error` when `out`, which exists, is one of the inputs."""
    if any(path is not None and path.exists() and out.samefile(path) for path in inputs):
        raise error(f"{out} is one of the inputs: an input is never overwritten")

"""Files that something else writes while they are read: what was computed would be filed under a wrong digest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mien.clips import ClipError
from mien.errors import InputError


@contextmanager
def unchanged(*paths: Path | None) -> Iterator[Callable[[], None]]:
    """Raise ClipError changed if a file is another one, longer, shorter or newer after the block than before.

    It comes instead of the block's own ClipError or OSError, since half a file is often undecodable. Yields the check,
    for use before something is kept.
    """
    files = [path for path in paths if path is not None]
    before = [_stamp(path) for path in files]

    def check() -> None:
        if [_stamp(path) for path in files] != before:
            raise ClipError("changed")

    try:
        yield check
    except (ClipError, OSError):
        check()
        raise
    check()


def refuse_changed(outcomes: Iterable[tuple[Path, str | None]]) -> None:
    """Raise InputError for the first file whose reason is `changed`: no row is right, neither with it nor without."""
    for path, reason in outcomes:
        if reason == "changed":
            raise InputError(f"{path} changed while it was read: run this again when nothing writes there any more")


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns

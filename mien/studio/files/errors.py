"""The error of everything that is refused about a file."""

from __future__ import annotations

import errno

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class FileError(Exception):
    """A file is refused; the message is one sentence for the user. `status`: the code of HTTP that fits it.

    413: too large; 415: of no kind that is read; 422: damaged, or not what a field takes; 404: not there; 408: too
    slow; 409: still needed; 503: try again after `retry_after` seconds; 507: no space.
    """

    def __init__(self, status: int, message: str, retry_after: float | None = None) -> None:
        super().__init__(status, message, retry_after)
        self.status = status
        self.message = message
        self.retry_after = retry_after

    def __str__(self) -> str:
        return self.message


def megabytes(count: float) -> str:
    """A number of bytes for people: `3.2 MB`, of 10^6 bytes each."""
    value = count / 1e6
    return f"{value:,.0f} MB" if value >= 10 or value == round(value) else f"{value:,.1f} MB"


def no_room() -> FileError:
    """The error of a disk that is full."""
    return FileError(
        507, "there is no room for uploads on the studio's disk: make room there, then send the file again"
    )


def is_full(error: BaseException) -> bool:
    """Whether something could not be written because the disk, or what may be used of it, is full."""
    return isinstance(error, OSError) and error.errno in _FULL

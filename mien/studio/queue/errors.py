"""Errors of the queue; their messages are for users, one sentence each."""

from __future__ import annotations

from mien.errors import InputError


class QueueError(InputError):
    """The queue refuses what was asked for."""


class QueueFullError(QueueError):
    """Too many jobs wait; `retry_after`: seconds after which to ask again."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TooMuchWorkError(QueueError):
    """A person's quota of seconds a day or of bytes is used up; `retry_after`: seconds, None: time does not help."""

    def __init__(self, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class JobStateError(QueueError):
    """The state of the job forbids it."""


class NoSuchJobError(QueueError):
    """There is no such job, or it is another person's."""


class KeyReusedError(QueueError):
    """The idempotency key belongs to another request."""


class MissingFileError(QueueError):
    """A file that the request names is not there any more, or is another person's; `field`: where it is named."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field

"""The error of a request that cannot be met."""

from __future__ import annotations

from mien.errors import InputError


class RequestError(InputError):
    """The request is invalid or failed; the message says why, and what to do, in one sentence."""

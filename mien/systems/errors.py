"""The error of a request that cannot be met."""

from __future__ import annotations


class RequestError(ValueError):
    """The request is invalid or failed; the message says why, and what to do, in one sentence."""

"""Errors of accounts that a person can correct, each one sentence."""

from __future__ import annotations


class AccountError(Exception):
    """What was asked of an account cannot be done. field: the field of a form that it is about."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class SignInError(AccountError):
    """Name and password do not fit, or the account is disabled: which, is not said."""


class TooManyTriesError(AccountError):
    """Too many wrong passwords. retry_after: seconds until the next try is looked at."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class CrossSiteError(Exception):
    """A request that another web site may have sent."""

"""Passwords: argon2id hashes, and what a password must be."""

from __future__ import annotations

import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from mien.studio.people.errors import AccountError

LEAST, MOST = 10, 200
"""Characters of a password."""

HASHER = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=2, hash_len=32, salt_len=16, type=Type.ID)
"""argon2id with 64 MiB: the second recommendation of RFC 9106, with two lanes for machines of two cores."""

_AT_ONCE = threading.BoundedSemaphore(2)
"""Each hash takes 64 MiB: many sign-ins at once wait for each other rather than fill the memory."""


def check_password(password: str, name: str = "") -> None:
    """Raise AccountError for a password that is too short, too long or the name itself."""
    if len(password) < LEAST:
        raise AccountError(f"the password has {len(password)} characters: take at least {LEAST}", "password")
    if len(password) > MOST:
        raise AccountError(f"the password has {len(password):,} characters: take at most {MOST}", "password")
    if not password.isprintable():
        raise AccountError("the password holds a character that cannot be typed: take letters and signs", "password")
    if password.casefold() == name.casefold() or len(set(password)) < 4:
        raise AccountError("the password is too easy to guess: take one with more different characters", "password")


def hash_password(password: str) -> str:
    """The argon2id hash of a password, with its parameters and salt in it."""
    with _AT_ONCE:
        return HASHER.hash(_typed(password))


def _typed(password: str) -> bytes:
    """The bytes of a password, the same however a keyboard composes the accents of its letters."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


@cache
def _nobody() -> str:
    return hash_password("the password of nobody")


def right_password(stored: str | None, password: str) -> bool:
    """Whether a password is the one of a stored hash; None, of nobody, takes the same time and is False."""
    hashed = _nobody() if stored is None else stored
    with _AT_ONCE:
        try:
            fits = HASHER.verify(hashed, _typed(password[: MOST + 1]))
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False
    return fits and stored is not None


def outdated(stored: str) -> bool:
    """Whether a hash has other parameters than those of today, and is to be made anew at the next sign-in."""
    return HASHER.check_needs_rehash(stored)

"""Secrets of sessions and tokens. The database holds only their SHA-256, so that a copy of it signs nobody in."""

from __future__ import annotations

import hashlib
import hmac
import secrets

TOKEN_PREFIX = "mien_"


def new_secret() -> str:
    """A random secret of 256 bits: 43 letters, digits, `-` and `_`."""
    return secrets.token_urlsafe(32)


def new_token() -> str:
    """A new token of the API: `mien_` and 43 characters."""
    return TOKEN_PREFIX + new_secret()


def digest(secret: str) -> str:
    """What the database keeps of a secret: its SHA-256, 64 hexadecimal digits."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two texts are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(errors="replace"), other.encode(errors="replace"))


def csrf_of(secret: str) -> str:
    """The CSRF token of a session, derived from its secret: whoever has not the cookie cannot know it."""
    return hmac.new(secret.encode(errors="replace"), b"mien csrf", hashlib.sha256).hexdigest()

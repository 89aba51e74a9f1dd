"""The error of a database that cannot be used."""

from __future__ import annotations

from mien.errors import InputError


class DatabaseError(InputError):
    """The database cannot be opened or is of another version; the message says why, and what to do."""

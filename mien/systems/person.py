"""A person's file as the input of a request."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mien.systems.errors import RequestError

if TYPE_CHECKING:
    from mien.heads.latents.person import Person


def read_person(path: Path) -> Person:
    """The person in a file of `mien sculpt`. Raises RequestError in one sentence for any other file."""
    # with torch, which is slow to import
    from mien.heads.head import HeadError
    from mien.heads.latents.person import Person

    try:
        return Person.load(path)
    except HeadError as error:
        raise RequestError(str(error)) from error
    except OSError as error:
        raise RequestError(f"the person {path} could not be read: {error.strerror or error}") from error

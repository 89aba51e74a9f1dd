"""A sculpted person who talks: the reference picture for the trained model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.faces.pictures.reference import Reference
from mien.heads.embedded.head import EmbeddedHead
from mien.heads.performance import Performance
from mien.heads.render.playback import render_head
from mien.heads.sculpture import Sculpture
from mien.systems.errors import RequestError
from mien.systems.person import read_person
from mien.talking.generate.talker import open_reference

WIDTH = 640
"""Default width of a picture of a person in pixels."""


def open_person(path: Path) -> Sculpture:
    """The person in a file on the embedded head. Raises RequestError for any other file."""
    return Sculpture.of(read_person(path), EmbeddedHead())


def picture_size(width: int | None) -> tuple[int, int]:
    """Width and height in pixels of a picture of a person, 4 : 3 as the clips of the embedded corpus."""
    wide = width or WIDTH
    return wide, 2 * round(wide * 3 / 8)


def person_picture(one: Sculpture, width: int | None = None) -> NDArray[np.uint8]:
    """The person from the front, uint8 (H, W, 3), framed and lit as the clips of the embedded corpus are on average.

    The face is neutral, whatever it is at rest: an emotion is what the talking face adds.
    """
    frames = render_head(one.head, one.identity, Performance.still(), picture_size(width), appearance=one.appearance)
    return next(frames)


def person_reference(one: Sculpture, width: int | None = None) -> Reference:
    """The picture of the person with its face. Raises RequestError where no face is found in it."""
    try:
        return open_reference(person_picture(one, width), None)
    except RequestError as error:
        raise RequestError(
            "no face is found in the picture of this person: with --rendered the head talks without one"
        ) from error

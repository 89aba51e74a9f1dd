"""Files of a sculpted head, by suffix."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.heads.export.glb import head_glb, write_head_glb
from mien.heads.export.obj import write_head_obj
from mien.heads.export.page import write_head_page
from mien.heads.export.turntable import turntable_frames
from mien.heads.latents.person import Person
from mien.heads.sculpture import Sculpture
from mien.progress import counted
from mien.systems.output import write_clip

FPS = Fraction(24)
TURN_FRAMES = 96
"""Frames of a turntable, four seconds."""

SHEET_YAWS = (0, 2, 4, 6)
"""Views of a sheet: front, one side, back, the other side, in eighths of a turn."""


Tags = Mapping[str, str]


def _glb(out: Path, one: Sculpture, size: int, tags: Tags) -> None:
    del size
    write_head_glb(out, *one.parts, resting=one.expression, tags=tags, person=one.person.to_json())


def _html(out: Path, one: Sculpture, size: int, tags: Tags) -> None:
    del size
    glb = head_glb(*one.parts, resting=one.expression, tags=tags, person=one.person.to_json())
    write_head_page(out, glb, "AI-generated 3D head", one.person.prompt, tags)


def _obj(out: Path, one: Sculpture, size: int, tags: Tags) -> None:
    del size
    write_head_obj(out, *one.parts, expression=one.expression, tags=tags)


def _json(out: Path, one: Sculpture, size: int, tags: Tags) -> None:
    del size
    Person(one.person.latents, one.person.prompt, one.person.seed, tags).save(out)


def _mp4(out: Path, one: Sculpture, size: int, tags: Tags) -> None:
    frames = turntable_frames(*one.parts, TURN_FRAMES, (size, size), expression=one.expression)
    write_clip(out, counted(frames, "turntable", TURN_FRAMES, "frames"), FPS, tags)


WRITERS: dict[str, Callable[[Path, Sculpture, int, Tags], None]] = {
    ".glb": _glb, ".html": _html, ".obj": _obj, ".json": _json, ".mp4": _mp4, ".gif": _mp4,
}  # fmt: skip
"""Suffix → writer of one head."""


def sheet_row(one: Sculpture, size: int) -> Iterator[NDArray[np.uint8]]:
    """The views uint8 (size, size, 3) of a head's row on a sheet."""
    for number, frame in enumerate(turntable_frames(*one.parts, 8, (size, size), expression=one.expression)):
        if number in SHEET_YAWS:
            yield frame

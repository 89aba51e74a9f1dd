"""What a worker and its child process say to each other: one JSON object a line, `kind` and the fields of a record."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

LOADING = "loading the model"
MAKING = "making"
PREPARING = "preparing the renderer"
FINISHING = "writing previews"
"""Stages of a job besides those that a system reports: pages translate them."""

MOST_LINE = 4_000_000
"""Bytes of the longest line that is read."""


@dataclass(frozen=True)
class Order:
    """Worker → child: make a job. files: id of an uploaded file → its path. names: id → its name, for messages.

    folder: an empty folder for everything that is made. output: suffix of the result.
    """

    job: str
    system: str
    values: dict[str, Any]
    output: str
    folder: str
    files: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ready:
    """Child → worker: it takes orders. warm: commands whose models are loaded. bytes: resident memory."""

    warm: tuple[str, ...] = ()
    bytes: int = 0


@dataclass(frozen=True)
class Progress:
    """Child → worker: a stage of the job, with `unit` a second; rate 0: not known yet."""

    stage: str
    done: int = 0
    total: int = 0
    unit: str = ""
    rate: float = 0.0


@dataclass(frozen=True)
class Preview:
    """Child → worker: preview number `number`, from 1, is written."""

    number: int


@dataclass(frozen=True)
class Done:
    """Child → worker: the job is made. result: role → name of a file in the folder. model: version of the models."""

    result: dict[str, str]
    facts: dict[str, Any]
    notes: tuple[str, ...]
    model: str
    bytes: int


@dataclass(frozen=True)
class Failed:
    """Child → worker: the job cannot be made. full: the disk is full, so that it may succeed later.

    ends: a fault of mien's own, after which the child ends.
    """

    reason: str
    full: bool = False
    ends: bool = False


@dataclass(frozen=True)
class Stopped:
    """Child → worker: the job was stopped because it was asked to; the models are kept."""


Message = Order | Ready | Progress | Preview | Done | Failed | Stopped

_KINDS: dict[str, Callable[..., Message]] = {
    one.__name__.lower(): one for one in (Order, Ready, Progress, Preview, Done, Failed, Stopped)
}


class ProtocolError(ValueError):
    """A line is no message."""


def encode(message: Message) -> bytes:
    """A message as a line."""
    return json.dumps({"kind": type(message).__name__.lower(), **asdict(message)}).encode() + b"\n"


def decode(line: bytes) -> Message:
    """The message of a line. Raises ProtocolError."""
    try:
        content = json.loads(line)
        kind = _KINDS[content.pop("kind")]
        given = {key: tuple(value) if key in ("notes", "warm") else value for key, value in content.items()}
        return kind(**given)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProtocolError(f"no message: {line[:100]!r}") from error

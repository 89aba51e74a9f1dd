"""The maker of the reliability tests: it takes requests of shapes, and keeps a journal of who makes what when."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from toy_maker import FPS, TOY

from mien.progress import counted
from mien.systems.output import write_clip
from mien.systems.request import Request
from mien.systems.system import Loaded, Made

JOURNAL = "MIEN_TEST_JOURNAL"
"""Name of the variable with the path of the journal."""

FRAMES = 6
FRAME_SECONDS = 0.06
SLOW = 1_000_000
"""A seed from which on a frame takes a second."""


class JournalRequest(Request):
    text: list[str] = Field(default=["a red circle"], description="What it shows")
    seed: int = Field(default=0, description="Seed of the colour")


@dataclass(frozen=True)
class Entry:
    """A line of the journal. what: `start`, `frame` or `end`."""

    job: str
    attempt: int
    what: str
    pid: int


def entries(path: Path) -> list[Entry]:
    """What is in a journal, oldest first."""
    lines = path.read_text().splitlines() if path.exists() else []
    parts = [line.split() for line in lines]
    return [Entry(job, int(attempt), what, int(pid)) for job, attempt, what, pid in parts]


def generate(loaded: Loaded, request: JournalRequest, out: Path, progress: bool) -> Made:
    """Frames of one colour."""
    job, _, attempt = out.parent.name.partition("-")
    _note(job, attempt, "start")
    frames = counted(_frames(request, job, attempt), "toy", FRAMES, "frames", progress)
    write_clip(out, frames, FPS, loaded.tags(seed=request.seed, prompt=request.text[0]))
    _note(job, attempt, "end")
    return Made(path=out, model_version=loaded.main.version)


def _frames(request: JournalRequest, job: str, attempt: str) -> Iterator[NDArray[np.uint8]]:
    for number in range(FRAMES):
        time.sleep(1.0 if request.seed >= SLOW else FRAME_SECONDS)
        _note(job, attempt, "frame")
        yield np.full((64, 48, 3), (40 + 7 * number + request.seed) % 256, np.uint8)


def _note(job: str, attempt: str, what: str) -> None:
    """Append a line by one write, which the system never mixes with another one."""
    descriptor = os.open(os.environ[JOURNAL], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, f"{job} {attempt} {what} {os.getpid()}\n".encode())
    finally:
        os.close(descriptor)


JOURNALED = replace(TOY, name="shapes", command="shapes", request=JournalRequest, generate=generate)
SYSTEMS = {"shapes": JOURNALED}

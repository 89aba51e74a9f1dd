"""A system without a trained model that can do all that a worker has to live through: slow, faulty, deaf, greedy."""

from __future__ import annotations

import importlib
import itertools
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from mien.machine import KilledError
from mien.progress import counted
from mien.systems.errors import RequestError
from mien.systems.model import ModelFolder, TrainedModel
from mien.systems.output import write_clip
from mien.systems.request import Accepts, Request
from mien.systems.serving import Served, Signature
from mien.systems.system import Loaded, Made, Output, System

FPS = Fraction(10)

Does = Literal["make", "refuse", "fault", "hang", "die", "eat", "full", "killed", "import"]


class ToyRequest(Request):
    text: str = Field(default="grey", max_length=2000, pattern=r"\S", examples=["grey"], description="What it shows")
    frames: int = Field(default=5, ge=1, le=10_000, description="Length in frames")
    frame_seconds: float = Field(default=0.0, ge=0, le=60, description="Time that each frame takes")
    does: Does = Field(default="make", description="What happens after the first frame")
    picture: Annotated[Path | None, Accepts("picture")] = Field(default=None, description="A file that it looks at")
    log: str | None = Field(default=None, description="A file that gets a line for each start and end")
    seed: int = Field(default=0, ge=0, le=2**62, description="Seed of the colour")


@dataclass(frozen=True)
class ToyModel(ModelFolder):
    """A model that is there everywhere; loading it is counted, so that tests see whether it was kept."""

    def check(self, folder: Path, option: str) -> None:
        """It is there."""

    def open(self, folder: Path) -> TrainedModel:  # noqa: ARG002 - it is in no folder
        return TrainedModel(next(_LOADED), "toy 1", None)


@dataclass(frozen=True)
class ImportingModel(ToyModel):
    """A model whose loader imports a module of the test."""

    def open(self, folder: Path) -> TrainedModel:
        """It, with what the module holds."""
        slow_value()
        return super().open(folder)


SLOW_MODULE = "slow_module"
"""A module that a test writes."""


def slow_value() -> str:
    """What `SLOW_MODULE` holds."""
    found: str = importlib.import_module(SLOW_MODULE).VALUE
    return found


_LOADED = itertools.count(1)


def generate(loaded: Loaded, request: ToyRequest, out: Path, progress: bool) -> Made:
    """Frames of one colour; `does` happens after the first one."""
    _log(request, f"start {os.getpid()}")
    if request.picture is not None and not request.picture.read_bytes():
        raise RequestError(f"there is nothing in {request.picture}")
    frames = counted(_frames(request), "toy", request.frames, "frames", progress)
    write_clip(out, frames, FPS, loaded.tags(seed=request.seed, prompt=request.text))
    _log(request, f"end {os.getpid()}")
    return Made(path=out, model_version=loaded.main.version, notes=(f"loaded {loaded.main.model} times",))


def _frames(request: ToyRequest) -> Iterator[NDArray[np.uint8]]:
    for number in range(request.frames):
        time.sleep(request.frame_seconds)
        yield np.full((64, 48, 3), (40 + 7 * number + request.seed) % 256, np.uint8)
        if number == 0:
            _misbehave(request)


def _misbehave(request: ToyRequest) -> None:
    if request.does == "refuse":
        raise RequestError(f"the toy refuses {request.text!r}: say something else")
    if request.does == "fault":
        raise KeyError("toy")
    if request.does == "import":
        slow_value()
    if request.does == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if request.does == "killed":
        raise KilledError("ffmpeg")
    if request.does == "full":
        raise OSError(28, os.strerror(28))
    if request.does == "eat":
        _eaten.extend(np.ones(1_000_000, np.uint8) for _ in range(300))
    if request.does == "hang":
        for one in (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT):
            signal.signal(one, signal.SIG_IGN)
        subprocess.Popen(["sleep", "300"])
        while True:
            time.sleep(1)


_eaten: list[NDArray[np.uint8]] = []


def _log(request: ToyRequest, line: str) -> None:
    if request.log is not None:
        with Path(request.log).open("a") as stream:
            stream.write(f"{line}\n")


def _unserved(*_arguments: Any) -> dict[str, Any]:
    raise NotImplementedError


MODEL = ToyModel("toys", ("toy",), Path("models/toy"), "toy", lambda _: None)
SERVED = Served(MODEL, __name__, Signature({}, {}, {}), _unserved)
TOY = System(
    name="toy", command="toy", title="AI-generated toy", help="Show a colour.", request=ToyRequest,
    examples=("mien toy --text grey -o grey.gif",), generate=generate, served=SERVED,
    outputs=(Output(".mp4", "a video"), Output(".gif", "a moving picture")),
)  # fmt: skip
OTHER = replace(TOY, name="other", command="other")
IMPORTING = replace(
    TOY, name="importing", command="importing",
    served=replace(SERVED, model=ImportingModel("toys", ("toy",), Path("models/toy"), "toy", lambda _: None)),
)  # fmt: skip

SYSTEMS = {"toy": TOY, "other": OTHER, "importing": IMPORTING}

"""All makers without a trained model: their real requests and forms, and results that are made up in a second or two.

`mien serve --systems makers_making:SYSTEMS`, with this folder on the path, is a studio whose page can be tried out.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.heads.embedded.head import EmbeddedHead
from mien.heads.latents.latents import Latents
from mien.heads.latents.person import Person
from mien.heads.sculpture import Sculpture
from mien.makers.systems import SYSTEMS as REAL
from mien.progress import counted
from mien.sculpt.generate.outputs import WRITERS
from mien.sculpt.generate.sculpt import Sculpted
from mien.studio.pages.templates import STATIC
from mien.systems.model import ModelFolder, TrainedModel
from mien.systems.output import write_clip, write_picture
from mien.systems.request import Request
from mien.systems.serving import Served
from mien.systems.system import Loaded, Made, System

FPS = Fraction(25)
FRAMES, FRAME_SECONDS = 30, 0.08


@dataclass(frozen=True)
class NoModel(ModelFolder):
    """A model that is there everywhere."""

    def check(self, folder: Path, option: str) -> None:
        """It is there."""

    def open(self, folder: Path) -> TrainedModel:  # noqa: ARG002 - it is in no folder
        return TrainedModel(1, "made up 1", None)


def _frames(seconds: float) -> Iterator[NDArray[np.uint8]]:
    portrait = np.asarray(Image.open(STATIC / "samples/portrait.jpg").resize((320, 320)))
    for number in range(FRAMES):
        time.sleep(seconds)
        yield np.roll(portrait, 2 * number, axis=1)


def generate(loaded: Loaded, request: Request, out: Path, progress: bool) -> Made:
    """A portrait that slides, whatever is asked for; of sculpt a head that is the same each time."""
    tags = loaded.tags(prompt=str(getattr(request, "text", "")))
    seconds = 3 * FRAME_SECONDS if "slow" in str(getattr(request, "text", "")) else FRAME_SECONDS
    frames = counted(_frames(seconds), loaded.system.command, FRAMES, "frames", progress)
    if loaded.system.command == "sculpt":
        return _sculpted(loaded, str(getattr(request, "text", "")), out, next(iter(frames)))
    if out.suffix == ".png":
        write_picture(out, next(iter(frames)), tags)
    elif out.suffix in (".mp4", ".gif"):
        write_clip(out, frames, FPS, tags)
    else:
        out.write_bytes(b"\0" * len(list(frames)))
    return Made(path=out, model_version=loaded.main.version, notes=("the words are understood",))


def _sculpted(loaded: Loaded, text: str, out: Path, frame: NDArray[np.uint8]) -> Made:
    tags = loaded.tags(prompt=text)
    person = Person(Latents.from_json({}), text, 0, tags)
    if out.suffix == ".png":
        write_picture(out, frame, tags)
    else:
        WRITERS[out.suffix](out, Sculpture.of(person, EmbeddedHead()), 128, tags)
    return Sculpted(path=out, model_version=loaded.main.version, shown=("a head",), people=(person,))


def _made_up(system: System[Any]) -> System[Any]:
    real = system.served
    model = NoModel(system.command, (system.command,), Path("models"), system.command, lambda _: None)
    served = Served(model, real.module, real.signature, real.predict)
    return replace(system, generate=generate, served=served, extras=())


SYSTEMS = {name: _made_up(system) for name, system in REAL.items()}

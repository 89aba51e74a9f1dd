"""All makers without trained models, for the browser tests: their real requests, results that are made up at once.

The text says what happens: with `80 steps` it takes 8 seconds, with `refuse` it is refused at its end. `mien serve
--systems quick_making:SYSTEMS`, with this folder on the path.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.heads.embedded.head import EmbeddedHead
from mien.heads.latents.latents import Latents
from mien.heads.latents.person import Person
from mien.heads.performance import Performance
from mien.heads.sculpture import Sculpture
from mien.makers.systems import SYSTEMS as REAL
from mien.motion.generate.move import GeneratedMotion
from mien.progress import counted
from mien.sculpt.generate.outputs import WRITERS
from mien.sculpt.generate.sculpt import Sculpted
from mien.systems.errors import RequestError
from mien.systems.model import ModelFolder, TrainedModel
from mien.systems.output import write_clip, write_picture
from mien.systems.request import Request
from mien.systems.serving import Served
from mien.systems.system import Loaded, Made, System

FPS = Fraction(25)
SIDE = 128
FRAMES = 10
STEP_SECONDS = 0.1
"""Time for each frame where the text asks for a number of steps."""


@dataclass(frozen=True)
class NoModel(ModelFolder):
    """A model that is there everywhere."""

    def check(self, folder: Path, option: str) -> None:
        """It is there."""

    def open(self, folder: Path) -> TrainedModel:  # noqa: ARG002 - it is in no folder
        return TrainedModel(1, "made up 1", None)


def generate(loaded: Loaded, request: Request, out: Path, progress: bool) -> Made:
    """Stripes that move; of sculpt always the same person, of move a head that is still."""
    text = " ".join(_texts(request))
    seed = int(getattr(request, "seed", 0) or 0)
    tags = loaded.tags(seed=seed, prompt=text)
    steps = re.search(r"(\d+) steps", text)
    number, seconds = (int(steps[1]), STEP_SECONDS) if steps else (FRAMES, 0.0)
    frames = counted(_frames(number, seconds, seed), loaded.system.command, number, "frames", progress)
    if loaded.system.command == "sculpt":
        made: Made = _sculpted(loaded, text, seed, out, frames, tags)
    else:
        _written(out, frames, tags)
        made = Made(path=out, model_version=loaded.main.version)
    if "refuse" in text:
        raise RequestError(f"the scene {text!r} has no figure: name who is in it")
    if loaded.system.command == "move":
        still = Performance.still(FPS, number)
        return GeneratedMotion(
            path=out, model_version=made.model_version, performance=still, generation_seconds=0.1, render_rate=None,
            events=(),
        )  # fmt: skip
    return made


Frames = Iterable[NDArray[np.uint8]]


def _written(out: Path, frames: Frames, tags: Mapping[str, str]) -> None:
    if out.suffix in (".mp4", ".gif"):
        write_clip(out, frames, FPS, tags)
    elif out.suffix == ".npz":
        Performance.still(FPS, len(list(frames))).save(out, tags)
    else:
        *_, last = frames
        write_picture(out, last, tags)


def _sculpted(loaded: Loaded, text: str, seed: int, out: Path, frames: Frames, tags: Mapping[str, str]) -> Sculpted:
    person = Person(Latents.from_json({}), text, seed, dict(tags))
    if out.suffix == ".glb":
        WRITERS[out.suffix](out, Sculpture.of(person, EmbeddedHead()), SIDE, tags)
    else:
        _written(out, frames, tags)
    return Sculpted(path=out, model_version=loaded.main.version, shown=("a head",), people=(person,))


def _texts(request: Request) -> list[str]:
    text = getattr(request, "text", None)
    return [text] if isinstance(text, str) else list(text or ())


def _frames(number: int, seconds: float, seed: int) -> Iterator[NDArray[np.uint8]]:
    across = np.arange(SIDE) // 16 % 2 * 120
    for frame in range(number):
        time.sleep(seconds)
        line = np.roll(across, 2 * frame + seed % SIDE)
        yield np.repeat(np.stack((line, line // 2, 160 - line), axis=1)[None], SIDE, axis=0).astype(np.uint8)


def _quick(system: System[Any]) -> System[Any]:
    real = system.served
    model = NoModel(system.command, (system.command,), Path("models"), system.command, lambda _: None)
    served = Served(model, real.module, real.signature, real.predict)
    return replace(system, generate=generate, served=served, extras=())


SYSTEMS = {name: _quick(system) for name, system in REAL.items()}

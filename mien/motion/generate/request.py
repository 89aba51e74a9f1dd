"""What `mien move` is asked for, and whether that makes sense: light, so that a mistake is answered at once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mien.motion.generate.limits import (
    LONGEST_SECONDS,
    MoveError,
    check_seconds,
    check_text,
)
from mien.systems.batch import BatchColumns
from mien.systems.files import check_new, check_no_input

HEADS = ("embedded", "ict", "flame", "gnm")
RENDERERS = ("numba", "pyrender", "dots")
"""What `mien.heads` has, which is too heavy to be asked here."""

VIDEOS = (".mp4", ".gif")
SUFFIXES = (*VIDEOS, ".npz", ".glb", ".obj")

SHORT_SECONDS = 30.0
"""The longest GIF and the longest folder of OBJ files: both grow by megabytes a second."""

MOVE_COLUMNS = BatchColumns(
    names=(
        "text", "script", "seconds", "head", "seed", "out", "head_file", "person", "guidance", "steps", "size",
        "renderer", "mark", "blink",
    ),
    files=frozenset({"script", "head_file"}),
    suffixes=(".mp4", ".gif", ".npz", ".glb"),
)  # fmt: skip
"""What a row of a table may say: the options of `mien move` by their names."""


class MoveOptions(BaseModel):
    """What a head is to do, whose head it is, and how it is shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str | None = Field(default=None, description="what the head does")
    script: Path | None = Field(default=None, description="file of `seconds: text` lines, instead of a text")
    seconds: float | None = Field(default=None, description="length; None: as long as such words usually take")
    head: str = Field(default="embedded", description="one of HEADS")
    head_file: Path | None = Field(default=None, description="file or folder of the head; None: in its usual place")
    person: int | None = Field(
        default=None, description="which made-up person the embedded head shows, from 0; None: 0"
    )
    seed: int = Field(default=0, ge=0, le=2**63 - 1, description="of the motion and of the blinks")
    guidance: float | None = Field(default=None, description="how much the words are exaggerated; None: the model's")
    steps: int | None = Field(default=None, description="of sampling; None: the model's")
    size: int = Field(default=512, description="side of the video in pixels")
    renderer: str = Field(default="numba", description="one of RENDERERS")
    mark: bool = Field(default=False, description="draw a visible mark into the video")
    blink: bool = Field(default=True, description="let the head of the video blink where the motion leaves it time")


def options_of(cells: Mapping[str, object], defaults: MoveOptions | None = None) -> MoveOptions:
    """The options in the filled cells of a table's row, by their names, the others from `defaults`.

    Raises MoveError for wrong ones.
    """
    given = {} if defaults is None else defaults.model_dump(exclude_unset=True)
    try:
        return MoveOptions.model_validate({**given, **cells})
    except ValidationError as error:
        wrong = [f"{one['loc'][0]} ({one['msg'].lower()})" for one in error.errors()]
        raise MoveError(f"the row cannot be used: {', '.join(wrong)}") from error


def longest_of(out: Path) -> float:
    """How many seconds a file of this name may last."""
    return SHORT_SECONDS if out.suffix in (".gif", ".obj") else LONGEST_SECONDS


def check_model(model: Path) -> None:
    """Raise MoveError where there is no model folder at `model`."""
    if not (model / "config.json").is_file():
        raise MoveError(
            f"there is no trained model of head motion in {model}: run `make repro` (or `dvc repro head_motion`) "
            "first, or point to one"
        )


def check_request(options: MoveOptions, out: Path, model: Path, force: bool) -> None:
    """Raise MoveError for whatever is wrong before anything heavy is loaded."""
    if (options.text is None) == (options.script is None):
        both = "not both" if options.text is not None else "one of them is needed"
        raise MoveError(f"give what the head does as a text (--text) or as a time line (--script): {both}")
    if options.text is not None:
        check_text(options.text)
    if out.suffix not in SUFFIXES:
        raise MoveError(f"the output must be named {', '.join(SUFFIXES)}, not {out.name!r}")
    what = "a motion" if longest_of(out) == LONGEST_SECONDS else f"a motion in {out.suffix} form"
    check_seconds(options.seconds, longest_of(out), what)
    check_numbers(options)
    if options.script is not None:
        _check_script(options)
    _check_head(options)
    check_model(model)
    _check_writable(options, out, force)


def _check_script(options: MoveOptions) -> None:
    from mien.motion.generate.script import ScriptError, read_script

    assert options.script is not None
    if options.seconds is not None:
        raise MoveError("a time line has its own times: leave --seconds out, and end it with a line such as `7: end`")
    try:
        read_script(options.script)
    except ScriptError as error:
        raise MoveError(str(error)) from error


def check_numbers(options: MoveOptions) -> None:
    """Raise MoveError for a number that cannot be."""
    check_seconds(options.seconds)
    if options.guidance is not None and not (math.isfinite(options.guidance) and 0 <= options.guidance <= 20):
        raise MoveError(f"the guidance must lie between 0 and 20, not {options.guidance:g}")
    if options.steps is not None and not 1 <= options.steps <= 50:
        raise MoveError(f"sampling takes 1 to 50 steps, not {options.steps}")
    if not 64 <= options.size <= 2048 or options.size % 2:
        raise MoveError(f"the size must be an even number of pixels from 64 to 2048, not {options.size}")


def _check_head(options: MoveOptions) -> None:
    if options.head not in HEADS:
        raise MoveError(f"there is no head called {options.head[:40]!r}, only {', '.join(HEADS)}")
    if options.renderer not in RENDERERS:
        raise MoveError(f"there is no renderer called {options.renderer[:40]!r}, only {', '.join(RENDERERS)}")
    if options.head == "embedded" and options.head_file is not None:
        raise MoveError("the embedded head needs no file: leave --head-file out, or name another --head")
    if options.head_file is not None and not options.head_file.exists():
        raise MoveError(f"the head's file {options.head_file} is not there: `mien heads` says how to get it")
    if options.person is not None and options.head != "embedded":
        raise MoveError("--person is one of the made-up people of the embedded head: leave --head out")
    if options.person is not None and not 0 <= options.person < 1_000_000:
        raise MoveError(f"people are counted from 0 to 999999, not {options.person}")


def _check_writable(options: MoveOptions, out: Path, force: bool) -> None:
    if check_new(out, MoveError):
        return
    check_no_input(out, (options.script, options.head_file), MoveError)
    if out.suffix == ".obj":
        if not out.is_dir() or any(out.iterdir()):
            raise MoveError(f"{out} is already there: a folder of OBJ files is never overwritten, name another")
        return
    if out.is_dir():
        raise MoveError(f"{out} is a folder: name a file in it")
    if not force:
        raise MoveError(f"{out} is already there: choose another name, or add --force to overwrite it")

"""What `mien shapes` is asked for, and whether that makes sense: light, so that a mistake is answered at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mien.shapes.corpus.vocabulary import SIDE
from mien.shapes.generate.layout import (
    STRIP_FRAMES,
    grid_columns,
    grid_size,
    strip_size,
)
from mien.shapes.generate.limits import (
    MAX_CLIPS,
    AnimateError,
    check_seconds,
    check_text,
)
from mien.systems.files import check_new

SIDES = {".gif": 2048, ".mp4": 4096, ".png": 8192}
"""Suffix of what can be written → pixels of its longer side at most: all of a GIF is held in memory at once."""

LARGEST = 512
"""Pixels of a clip's side at most."""

LARGEST_SEED = 2**62


@dataclass(frozen=True)
class AnimateOptions:
    """What is to be seen. `copies`: clips of each text, with seeds from `seed` on; `size`: pixels of a clip's side.

    seconds: None: as long as the clips that the model has learned.
    """

    texts: tuple[str, ...]
    copies: int = 1
    seed: int = 0
    seconds: float | None = None
    size: int = SIDE

    @property
    def clips(self) -> tuple[tuple[str, int], ...]:
        """Text and seed of every clip, the copies of a text one after another."""
        return tuple((text, self.seed + copy) for text in self.texts for copy in range(self.copies))


def check_model(model: Path) -> None:
    """Raise AnimateError where there is no model folder at `model`."""
    if not (model / "config.json").is_file():
        raise AnimateError(
            f"there is no trained model of moving shapes in {model}: run `make repro` (or `dvc repro shapes`) first, "
            "or point to one"
        )


def check_request(options: AnimateOptions, out: Path, model: Path, force: bool) -> None:
    """Raise AnimateError for whatever is wrong before anything heavy is loaded."""
    if not options.texts:
        raise AnimateError('say what is to be seen: --text "a red circle moving up-right"')
    for text in options.texts:
        check_text(text)
    if out.suffix not in SIDES:
        raise AnimateError(f"the output must be named {', '.join(SIDES)}, not {out.name!r}")
    check_seconds(options.seconds)
    _check_numbers(options)
    _check_picture(options, out)
    check_model(model)
    _check_writable(out, force)


def _check_numbers(options: AnimateOptions) -> None:
    if options.copies < 1:
        raise AnimateError(f"there is at least 1 copy of each text, not {options.copies}")
    clips = len(options.texts) * options.copies
    if clips > MAX_CLIPS:
        raise AnimateError(f"one picture holds at most {MAX_CLIPS} clips, texts times copies, not {clips}")
    if not 0 <= options.seed <= LARGEST_SEED:
        raise AnimateError(f"seeds are counted from 0 to {LARGEST_SEED}, not {options.seed}")
    if not SIDE <= options.size <= LARGEST or options.size % 2:
        raise AnimateError(f"the size must be an even number of pixels from {SIDE} to {LARGEST}, not {options.size}")


def _check_picture(options: AnimateOptions, out: Path) -> None:
    clips = len(options.clips)
    if out.suffix == ".png":
        width, height = strip_size(clips, STRIP_FRAMES, options.size)
    else:
        width, height = grid_size(clips, grid_columns(len(options.texts), options.copies), options.size)
    most = SIDES[out.suffix]
    if max(width, height) > most:
        raise AnimateError(
            f"{clips} clips of {options.size} pixels would fill {width}×{height} pixels, and a {out.suffix} has at "
            f"most {most} a side: ask for a smaller --size or fewer clips"
        )


def _check_writable(out: Path, force: bool) -> None:
    if check_new(out, AnimateError):
        return
    if out.is_dir():
        raise AnimateError(f"{out} is a folder: name a file in it")
    if not force:
        raise AnimateError(f"{out} is already there: choose another name, or add --force to overwrite it")

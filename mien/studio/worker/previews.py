"""Early previews of a job: its first frame at once, and then about one a second, as small JPEG files."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

PREVIEW_SIDE = 480
EVERY_SECONDS = 1.0


def preview_path(folder: Path, number: int) -> Path:
    """Preview `number`, from 1, of a job that is made in `folder`."""
    return folder / f"preview-{number:05d}.jpg"


def save_jpeg(path: Path, picture: NDArray[np.uint8], side: int) -> None:
    """Write a picture uint8 (H, W, 3) RGB as JPEG, at most `side` pixels wide and high; it appears whole."""
    image = Image.fromarray(np.ascontiguousarray(picture))
    image.thumbnail((side, side), Image.Resampling.BILINEAR, reducing_gap=2.0)
    hidden = path.with_name(f".{path.name}")
    image.save(hidden, "JPEG", quality=82)
    hidden.replace(path)


class Previews:
    """Takes the frames of a job, see `mien.media.observing`. frames: how many there were; the last preview is kept."""

    def __init__(self, folder: Path, written: Callable[[int], None]) -> None:
        self.folder, self.written = folder, written
        self.frames = 0
        self._number, self._next = 0, 0.0

    def __call__(self, _number: int, frame: NDArray[np.uint8]) -> None:
        """Write a preview of the frame if the last one is old enough."""
        self.frames += 1
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + EVERY_SECONDS
        self._number += 1
        save_jpeg(preview_path(self.folder, self._number), frame, PREVIEW_SIDE)
        self.written(self._number)

    def remove(self) -> None:
        """Remove the previews: the result is there."""
        for number in range(1, self._number + 1):
            preview_path(self.folder, number).unlink(missing_ok=True)

"""Writing frames as an animated GIF, for pages and messages that cannot show video."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.files import atomic_file

FASTEST = 50
"""Maximum frames per second of a GIF: delays are in hundredths of a second, and browsers slow down delays below 2."""


def write_gif(path: Path, frames: Iterable[NDArray[np.uint8]], fps: Fraction, comment: str = "") -> None:
    """Write frames (H, W, 3) uint8 RGB atomically as a GIF that repeats without end.

    Each frame has its own palette of 256 colours. Delays are rounded to 10 ms, so the duration may differ slightly.
    All frames are held in memory at one byte per pixel. Raises ValueError for no frame or more than 50 per second.
    """
    if not 0 < fps <= FASTEST:
        raise ValueError(f"a GIF shows at most {FASTEST} frames a second, not {fps}")
    pictures = _reduced(frames)
    first = next(pictures, None)
    if first is None:
        raise ValueError("no frame to write")
    with atomic_file(path) as temporary:
        first.save(
            temporary, "GIF", save_all=True, append_images=pictures, duration=10 * round(100 / fps), loop=0,
            comment=comment.encode(), optimize=False,
        )  # fmt: skip


def _reduced(frames: Iterable[NDArray[np.uint8]]) -> Iterator[Image.Image]:
    for frame in frames:
        yield Image.fromarray(frame).quantize(256, method=Image.Quantize.MEDIANCUT)

"""Long clips in sections: where they start and end, how they are joined, and the sizes that networks take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.follow.adapters.interface import Picture

Frames = NDArray[np.float32]
"""(n, H, W, 3) RGB in [0, 1]."""


def spans(frames: int, longest: int, overlap: int) -> list[tuple[int, int]]:
    """Start and end of sections of at most `longest` frames that share at least `overlap` with the one before.

    All have `longest` frames if the clip has, since shorter ones look different: the last overlaps more.
    """
    if frames <= longest:
        return [(0, frames)]
    starts = [*range(0, frames - longest, longest - overlap), frames - longest]
    return [(start, start + longest) for start in starts]


def joined(sections: Iterable[tuple[int, Frames]]) -> Iterator[NDArray[np.float32]]:
    """The frames of sections (number of the first frame, frames), faded linearly where two overlap."""
    kept, first = np.zeros((0, 1, 1, 3), np.float32), 0
    for start, section in sections:
        yield from kept[: start - first]
        tail = kept[start - first :]
        weights = np.linspace(0, 1, len(tail) + 2, dtype=np.float32)[1:-1, None, None, None]
        faded = (1 - weights) * tail + weights * section[: len(tail)] if len(tail) else section[:0]
        kept, first = np.concatenate([faded, section[len(tail) :]]), start
    yield from kept


def fitting_size(width: int, height: int, least: int, multiple: int) -> tuple[int, int]:
    """Width and height in multiples of `multiple`, the shorter side at least `least`, in about these proportions."""
    scale = max(1.0, least / min(width, height))
    across, down = (max(multiple, multiple * round(side * scale / multiple)) for side in (width, height))
    return across, down


def to_picture(frame: NDArray[np.float32], width: int, height: int) -> Picture:
    """A frame (H, W, 3) in [0, 1] as uint8 of this size."""
    picture = Image.fromarray((frame.clip(0, 1) * 255).round().astype(np.uint8))
    if picture.size != (width, height):
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    return np.asarray(picture)

"""A few frames of a clip side by side in one picture."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

STRIP_FRAMES = 8
"""Most frames of a strip; the first and the last are among them."""

GAP = 2


def strip_numbers(frames: int) -> list[int]:
    """The numbers of the frames of a strip of a clip of so many frames, evenly spaced."""
    return [int(one) for one in np.linspace(0, frames - 1, min(frames, STRIP_FRAMES)).round()]


def strip(frames: Iterable[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Frames (H, W, 3) uint8 RGB from left to right."""
    shown = list(frames)
    gap = np.full((shown[0].shape[0], GAP, 3), 255, np.uint8)
    parts = [part for frame in shown for part in (gap, frame)][1:]
    return np.concatenate(parts, axis=1)

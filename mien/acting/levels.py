"""Loudness of speech at the times of frames."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.acting.visemes import CHUNK

Array = NDArray[np.float64]


def loudness_envelope(samples: NDArray[np.float32], hz: int, times: Array, width: float = 0.06) -> Array:
    """RMS (T,) of the speech within `width` s of each time, relative to its 0.9 quantile, in [0, 1.2]."""
    window = np.hanning(max(3, int(2 * width * hz)))
    squared = np.pad(np.asarray(samples, np.float64) ** 2, (len(window) // 2, len(window)))
    place = times * hz
    inside = (place >= 0) & (place <= len(samples) - 1)
    before = np.where(inside, place, 0).astype(int)
    windows = np.lib.stride_tricks.sliding_window_view(squared, len(window))
    chunks = [before[at : at + CHUNK] for at in range(0, len(before), CHUNK)]  # a window for each frame is large
    power = np.concatenate([windows[part] @ window for part in chunks])
    after = np.concatenate([windows[part + 1] @ window for part in chunks])
    level = np.sqrt(np.where(inside, power + (place - before) * (after - power), 0))
    loud = np.quantile(level[level > 0], 0.9) if (level > 0).any() else 1.0
    return np.clip(level / loud, 0, 1.2)

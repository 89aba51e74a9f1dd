"""The sound of a pose video, in time with its pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.clips import ClipError
from mien.media.ffmpeg import open_media
from mien.media.sound import read_sound

HZ = 48_000


def read_track(video: Path, seconds: float) -> NDArray[np.float32] | None:
    """The sound (N,) in [−1, 1] at HZ from the first picture of a video on, exactly `seconds` long; None: it has none.

    Sound that starts later or ends earlier than the pictures is filled up with silence. Raises ClipError for sound
    that cannot be read.
    """
    start = _sound_start(video)
    if start is None:
        return None
    try:
        samples = read_sound(video, HZ)
    except ClipError as error:
        if error.reason in ("no_audio", "silent"):
            return None
        raise
    wanted, shift = round(seconds * HZ), round(start * HZ)
    samples = samples[max(0, -shift) :]
    before = np.zeros(min(wanted, max(0, shift)), np.float32)
    padded = np.concatenate([before, samples[: wanted - len(before)]])
    return np.pad(padded, (0, wanted - len(padded)))


def _sound_start(video: Path) -> float | None:
    """Seconds from the first picture to the first sound, which are negative where the sound starts first."""
    with open_media(video) as container:
        if not container.streams.audio or not container.streams.video:
            return None
        starts = []
        for stream in (container.streams.audio[0], container.streams.video[0]):
            starts.append(float((stream.start_time or 0) * stream.time_base))
    return starts[0] - starts[1]

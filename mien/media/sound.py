"""Reading and writing sound as mono float32 samples in [−1, 1], and its level."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import soundfile
from numpy.typing import NDArray

from mien.clips import ClipError
from mien.files import atomic_file
from mien.media.ffmpeg import open_media

SILENCE_DB = -50.0
"""Level in dBFS below which sound counts as silence."""


def read_sound(path: Path, hz: int = 16000) -> NDArray[np.float32]:
    """The first sound stream of any media file from its first sample on: (N,) at `hz`, the mean of the channels.

    Raises ClipError: missing, empty, lfs_pointer, undecodable, no_audio.
    """
    with open_media(path) as container:
        if not container.streams.audio:
            raise ClipError("no_audio")
        stream = container.streams.audio[0]
        resampler = av.AudioResampler(format="fltp", rate=hz)
        blocks: list[NDArray[np.float32]] = []
        try:
            for frame in container.decode(stream):
                blocks.extend(_mono(part) for part in resampler.resample(frame))
            blocks.extend(_mono(part) for part in resampler.resample(None))
        except av.error.FFmpegError as error:
            if not blocks:
                raise ClipError("undecodable", str(error.strerror or "")) from error
    if not blocks:
        raise ClipError("no_audio")
    return np.clip(np.concatenate(blocks), -1.0, 1.0).astype(np.float32, copy=False)


def _mono(frame: av.AudioFrame) -> NDArray[np.float32]:
    # The mean over channels cannot clip; swresample's down-mix of float sound can.
    return frame.to_ndarray().mean(axis=0, dtype=np.float32)


def write_wav(path: Path, samples: NDArray[np.float32], hz: int) -> None:
    """Write samples (N,) in [−1, 1] atomically as 16-bit mono WAV; equal samples give equal bytes.

    Raises ValueError for samples that are not one channel of finite values.
    """
    if samples.ndim != 1 or not np.all(np.isfinite(samples)):
        raise ValueError(f"sound is one channel of finite samples, not an array of shape {samples.shape}")
    with atomic_file(path) as temporary:
        soundfile.write(temporary, np.clip(samples, -1.0, 1.0), hz, subtype="PCM_16", format="WAV")


def loudness_db(samples: NDArray[np.float32], window: int = 800) -> float:
    """RMS level in dBFS of the loudest of the windows of `window` samples; −inf for digital silence."""
    if samples.size == 0:
        return float("-inf")
    whole = samples[: samples.size // window * window].reshape(-1, window) if samples.size >= window else samples[None]
    power = float(np.max(np.mean(np.square(whole, dtype=np.float64), axis=1)))
    return 10.0 * float(np.log10(power)) if power > 0 else float("-inf")


def silent_ends(samples: NDArray[np.float32], hz: int, threshold_db: float = SILENCE_DB) -> tuple[float, float]:
    """Seconds of silence before and after the sound in samples (N,) at `hz`, in steps of 10 ms.

    Silence is what is below `threshold_db` in dBFS; if everything is, both are the whole length.
    """
    window = max(1, hz // 100)
    padded = np.pad(samples, (0, -len(samples) % window)).reshape(-1, window)
    power = np.mean(np.square(padded, dtype=np.float64), axis=1)
    loud = np.flatnonzero(power >= 10 ** (threshold_db / 10))
    if not len(loud):
        return len(samples) / hz, len(samples) / hz
    return int(loud[0]) * window / hz, max(0, len(samples) - (int(loud[-1]) + 1) * window) / hz


def is_silent(samples: NDArray[np.float32], threshold_db: float = SILENCE_DB) -> bool:
    """Whether the loudest 50 ms (at 16 kHz) of samples (N,) are below `threshold_db` in dBFS."""
    return loudness_db(samples) < threshold_db

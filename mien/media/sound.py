"""Reading and writing sound as mono float32 samples in [−1, 1], and its level."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import soundfile
from numpy.typing import NDArray

from mien.clips import ClipError
from mien.files import atomic_file
from mien.media.ffmpeg import open_media
from mien.media.reading.listening import SILENCE_DB, Heard, channels, listen, resampled


@dataclass(frozen=True, eq=False)
class Recording:
    """`samples` (N,) in [−1, 1] and `notes`, sentences on how they differ from those in the file."""

    samples: NDArray[np.float32]
    notes: tuple[str, ...] = ()


def read_sound(path: Path, hz: int = 16000) -> NDArray[np.float32]:
    """The samples of `read_recording`."""
    return read_recording(path, hz).samples


def read_recording(path: Path, hz: int = 16000) -> Recording:
    """The sound of any media file from its first sample on, at `hz`: the track, channels and level of `listen`.

    Raises ClipError: missing, empty, lfs_pointer, undecodable, no_audio.
    """
    heard = listen(path)
    blocks: list[NDArray[np.float32]] = []
    with open_media(path) as container:
        try:
            for frame in resampled(container.decode(container.streams.audio[heard.track]), hz):
                blocks.append(_mono(frame, heard))
        except av.error.FFmpegError as error:
            if not blocks:
                raise ClipError("undecodable", str(error.strerror or "")) from error
    if not blocks:
        raise ClipError("no_audio")
    samples = np.clip(np.concatenate(blocks), -1.0, 1.0).astype(np.float32, copy=False)
    return Recording(samples, heard.notes)


def _mono(frame: av.AudioFrame, heard: Heard) -> NDArray[np.float32]:
    samples = channels(frame)
    if heard.weights is not None:
        mono = np.asarray(heard.weights, np.float32) @ samples
    else:
        # The mean over channels cannot clip; swresample's down-mix of float sound can.
        mono = samples.mean(axis=0, dtype=np.float32)
    return np.asarray(mono if heard.gain == 1.0 else mono * np.float32(heard.gain), np.float32)


def write_wav(path: Path, samples: NDArray[np.float32], hz: int, title: str = "", comment: str = "") -> None:
    """Write samples (N,) in [−1, 1] atomically as 16-bit mono WAV; equal arguments give equal bytes.

    title, comment: of the file's metadata. Raises ValueError for samples that are not one channel of finite values.
    """
    if samples.ndim != 1 or not np.all(np.isfinite(samples)):
        raise ValueError(f"sound is one channel of finite samples, not an array of shape {samples.shape}")
    with atomic_file(path) as temporary, soundfile.SoundFile(temporary, "w", hz, 1, "PCM_16", format="WAV") as file:
        if title:
            file.title = title
        if comment:
            file.comment = comment
        file.write(np.clip(samples, -1.0, 1.0))


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

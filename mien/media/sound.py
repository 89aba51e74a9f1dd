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
from mien.media.reading.audio_selection import SILENCE_DB, AudioSelection, channels, resampled, select_audio


@dataclass(frozen=True, eq=False)
class Recording:
    """`samples` (N,) in [−1, 1] and `notes`, sentences on how they differ from those in the file."""

    samples: NDArray[np.float32]
    notes: tuple[str, ...] = ()


def read_sound(path: Path, hz: int = 16000) -> NDArray[np.float32]:
    """The samples of `read_recording`."""
    return read_recording(path, hz).samples


def read_recording(path: Path, hz: int = 16000) -> Recording:
    """The sound of any media file from its first sample on, at `hz`: the track, channels and level of `select_audio`.

    Raises ClipError: missing, empty, lfs_pointer, undecodable, no_audio.
    """
    audio = select_audio(path)
    blocks: list[NDArray[np.float32]] = []
    with open_media(path) as container:
        try:
            for frame in resampled(container.decode(container.streams.audio[audio.track]), hz):
                blocks.append(_mono(frame, audio))
        except av.error.FFmpegError as error:
            if not blocks:
                raise ClipError("undecodable", str(error.strerror or "")) from error
    if not blocks:
        raise ClipError("no_audio")
    samples = np.clip(np.concatenate(blocks), -1.0, 1.0).astype(np.float32, copy=False)
    return Recording(samples, audio.notes)


def _mono(frame: av.AudioFrame, audio: AudioSelection) -> NDArray[np.float32]:
    samples = channels(frame)
    if audio.weights is not None:
        mono = np.asarray(audio.weights, np.float32) @ samples
    else:
        # The mean over channels cannot clip; swresample's down-mix of float sound can.
        mono = samples.mean(axis=0, dtype=np.float32)
    return np.asarray(mono if audio.gain == 1.0 else mono * np.float32(audio.gain), np.float32)


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
    """RMS level in dBFS of the loudest of the windows of `window` samples; −inf for digital silence.

    It is that of the samples without their mean in the window: a constant offset makes no sound.
    """
    power = float(np.max(_window_powers(samples, window), initial=0.0))
    return 10.0 * float(np.log10(power)) if power > 0 else float("-inf")


def _window_powers(samples: NDArray[np.float32], window: int) -> NDArray[np.float64]:
    """Variance of the samples in each whole window, or in all of them if they fill none."""
    if samples.size == 0:
        return np.zeros(0)
    whole = samples[: samples.size // window * window].reshape(-1, window) if samples.size >= window else samples[None]
    return np.var(whole, axis=1, dtype=np.float64)


def silent_ends(samples: NDArray[np.float32], hz: int, threshold_db: float = SILENCE_DB) -> tuple[float, float]:
    """Seconds of silence before and after the sound in samples (N,) at `hz`, in steps of 10 ms.

    Silence is what is below `threshold_db` in dBFS, apart from a constant offset; if everything is, both are the whole
    length.
    """
    window = max(1, hz // 100)
    level = samples - np.mean(samples, dtype=np.float64) if len(samples) else samples
    padded = np.pad(level, (0, -len(samples) % window)).reshape(-1, window)
    power = np.mean(np.square(padded, dtype=np.float64), axis=1)
    loud = np.flatnonzero(power >= 10 ** (threshold_db / 10))
    if not len(loud):
        return len(samples) / hz, len(samples) / hz
    return int(loud[0]) * window / hz, max(0, len(samples) - (int(loud[-1]) + 1) * window) / hz


def is_silent(samples: NDArray[np.float32], threshold_db: float = SILENCE_DB) -> bool:
    """Whether the loudest 50 ms (at 16 kHz) of samples (N,) are below `threshold_db` in dBFS.

    The first and the last windows do not count where there are others: codecs and resampling leave a click at the ends
    of a constant signal.
    """
    powers = _window_powers(samples, 800)
    ends = min(len(powers) // 4, 2)
    inner = powers[ends : len(powers) - ends]
    return float(np.max(inner, initial=0.0)) < 10 ** (threshold_db / 10)

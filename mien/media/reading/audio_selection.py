"""Which sound track of a file is used, how its channels become one, and at which level.

One integer channel needs no look at its samples. Otherwise the track is decoded once, block by block.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from mien.clips import ClipError
from mien.media.ffmpeg import open_media
from mien.media.reading.tracks import sound_streams

SILENCE_DB = -50.0
"""Level in dBFS below which sound counts as silence."""

OVERSHOOT = 1.25
"""Peak up to which decoded samples are clipped: lossy codecs exceed 1 by that much. Float PCM should not exceed 1."""

CANCELLED = 0.25
"""A mean of channels with less than this part of the power of uncorrelated ones is cancelled: correlation < −0.75."""

CANCELLED_PART = 0.1
"""Part of the sound that may be cancelled before one channel is used instead."""

FAINT = 0.01
"""A channel with less than this part of the loudest one's power is silent: 20 dB."""


@dataclass(frozen=True)
class AudioSelection:
    """Which track of a file is used, and how it becomes one channel.

    `track`: index among the sound streams. `weights`: factors of the channels, whose sum is the sound; None: the mean.
    `gain`: factor that brings samples beyond ±1 back to it. `notes`: what a user should know, a sentence each.
    `changes`: whether rate, format or channels change during the track.
    """

    track: int = 0
    weights: tuple[float, ...] | None = None
    gain: float = 1.0
    notes: tuple[str, ...] = ()
    changes: bool = False


def select_audio(path: Path) -> AudioSelection:
    """Choose the track, the weights of its channels and the gain for a file with sound.

    The track is the default one, or else the first that is not silent. Of more than two channels the centre is used,
    where films have the voice, or else the mean of those that sound. One channel is used if their mean would cancel
    them. Raises ClipError: missing, empty, lfs_pointer, undecodable, no_audio.
    """
    with open_media(path) as container:
        order = [stream.index for stream in sound_streams(container)]
        if not order:
            raise ClipError("no_audio", "of a kind that is known" if container.streams.audio else "")
        numbers = {stream.index: number for number, stream in enumerate(container.streams.audio)}
        context = sound_streams(container)[0].codec_context
        if len(order) == 1 and context.channels == 1 and not _is_float(context.format.name):
            return AudioSelection()
    measured = None
    for index in order:
        measure = _measure(path, numbers[index])
        if measured is None or measure.level >= SILENCE_DB:
            measured = measure
        if measured.level >= SILENCE_DB:
            break
    assert measured is not None
    return _selection(measured, path.name, len(order))


def resampled(frames: Iterable[av.AudioFrame], hz: int | None = None) -> Iterator[av.AudioFrame]:
    """The frames as interleaved float32, at `hz` or their own rate, even where rate, format or channels change."""
    resampler, form = None, None
    for frame in frames:
        if form != (frame.format.name, frame.layout.name, frame.sample_rate):
            if resampler is not None:
                yield from resampler.resample(None)
            resampler = av.AudioResampler(format="flt", rate=hz)
            form = (frame.format.name, frame.layout.name, frame.sample_rate)
        assert resampler is not None
        yield from resampler.resample(frame)
    if resampler is not None:
        yield from resampler.resample(None)


def channels(frame: av.AudioFrame) -> NDArray[np.float32]:
    """The samples (channels, T) of an interleaved frame."""
    # PyAV reads beyond the frame where a planar one has eight channels.
    return np.asarray(frame.to_ndarray().reshape(-1, len(frame.layout.channels)).T, np.float32)


def _is_float(sample_format: str) -> bool:
    return sample_format.startswith(("flt", "dbl"))


class _Measure:
    """Sums over the samples of one track, with its channels' `names`."""

    def __init__(self, track: int, codec: str) -> None:
        self.track = track
        self.float_pcm = codec.startswith("pcm_f")
        self.names: tuple[str, ...] = ()
        self.form: tuple[str, str, int] | None = None
        self.changes = False  # of the form, during the track
        self.power = np.zeros((0, 0))  # sums of products of channels (N, N)
        self.peaks = np.zeros(0)
        self.mean_peak = 0.0
        self.cancelled = 0.0
        self.level = float("-inf")  # of the loudest block and channel, in dBFS

    def watch(self, frames: Iterable[av.AudioFrame]) -> Iterator[av.AudioFrame]:
        """The frames, while their form is watched."""
        for frame in frames:
            form = frame.format.name, frame.layout.name, frame.sample_rate
            self.changes = self.changes or self.form not in (None, form)
            self.form = form
            yield frame

    def add(self, block: NDArray[np.float64], names: tuple[str, ...]) -> None:
        """Add samples (N, T) of channels."""
        if names != self.names:
            self.names, self.power, self.peaks = names, np.zeros((len(names),) * 2), np.zeros(len(names))
        if not block.shape[1] or not np.all(np.isfinite(block)):
            return
        power = block @ block.T
        self.power += power
        if power.sum() < CANCELLED * np.trace(power):
            self.cancelled += float(np.trace(power))
        self.peaks = np.maximum(self.peaks, np.abs(block).max(axis=1))
        self.mean_peak = max(self.mean_peak, float(np.abs(block.mean(axis=0)).max()))
        loudest = float(block.var(axis=1).max())  # without a constant offset, which makes no sound
        self.level = max(self.level, 10 * float(np.log10(loudest)) if loudest > 0 else float("-inf"))


def _measure(path: Path, track: int) -> _Measure:
    with open_media(path) as container:
        stream = container.streams.audio[track]
        measure = _Measure(track, stream.codec_context.name)
        try:
            for frame in resampled(measure.watch(container.decode(stream))):
                names = tuple(channel.name for channel in frame.layout.channels)
                for part in _parts(channels(frame), frame.sample_rate // 20):
                    measure.add(part.astype(np.float64), names)
        except av.error.FFmpegError:
            pass  # a damaged end; whoever decodes the track reports a track without samples
    return measure


def _parts(block: NDArray[np.float32], length: int) -> list[NDArray[np.float32]]:
    return [block[:, start : start + length] for start in range(0, block.shape[1], max(length, 1))]


def _selection(measured: _Measure, name: str, tracks: int) -> AudioSelection:
    notes = []
    if tracks > 1 and measured.track:
        notes.append(f"of the {tracks} sound tracks of {name} number {measured.track + 1} is used")
    weights = None if measured.changes else _weights(measured)
    if weights is not None and len(weights) == 2:
        notes.append(f"the channels of {name} cancel each other out: one of them is used")
    if weights is None:
        peak = measured.mean_peak
    else:
        peak = max(peak for peak, weight in zip(measured.peaks, weights, strict=True) if weight)
    gain = 1.0
    if peak > (1.0 if measured.float_pcm else OVERSHOOT):
        gain = 1 / float(peak)
        notes.append(f"{name} holds samples of up to ±{peak:.4g} instead of ±1: it is scaled to its peak")
    return AudioSelection(measured.track, weights, gain, tuple(notes), measured.changes)


def _weights(measured: _Measure) -> tuple[float, ...] | None:
    powers = np.diag(measured.power)
    count = len(powers)
    if count < 2 or not powers.any():
        return None
    sounding = powers > FAINT * powers.max()
    if count > 2:
        if "FC" in measured.names and sounding[measured.names.index("FC")]:
            return _only(measured.names.index("FC"), count)
        voices = sounding & np.array([name != "LFE" for name in measured.names])
        used = voices if voices.any() else sounding
        weights = used / used.sum()
    else:
        weights = np.full(count, 0.5)
    mixed = float(weights @ measured.power @ weights)
    apart = float(np.square(weights) @ powers)
    if mixed < CANCELLED * apart or (count == 2 and measured.cancelled > CANCELLED_PART * powers.sum()):
        return _only(int(powers.argmax()), count)
    return None if count == 2 else tuple(float(weight) for weight in weights)


def _only(index: int, count: int) -> tuple[float, ...]:
    return tuple(float(number == index) for number in range(count))


def pan(audio: AudioSelection) -> dict[str, str] | None:
    """The options of ffmpeg's filter `pan` for the weights; None where its own down-mix is right."""
    if audio.weights is None:
        return None
    terms = "+".join(f"{weight:.9g}*c{index}" for index, weight in enumerate(audio.weights) if weight)
    return {"mono|c0": terms}

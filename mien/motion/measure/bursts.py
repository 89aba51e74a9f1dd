"""Intervals in which a signal leaves rest, and their shapes: plateaus and peaks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks

Array = NDArray[np.float64]

DETECTION_THRESHOLD = 0.26
"""Detection threshold, as a fraction of a kind's full extent: sway is below .15, a slight action above .38."""

LOW_THRESHOLD = 0.17
"""Threshold for a beat or swing whose group has one above `DETECTION_THRESHOLD`: sway can reduce its extent."""

BOUNDARY_THRESHOLD = 0.5
"""Threshold for start and end of an event, as a fraction of its own maximum."""

TOP_THRESHOLD = 0.85
"""Threshold of the top of an event, as a fraction of its own maximum."""

PLATEAU_SECONDS = 0.44
"""A signal that stays above `BOUNDARY_THRESHOLD` for a shorter time is a beat, a swing or a blink."""

FLATNESS = 0.68
"""A longer one is a hold if this fraction of that time is above `TOP_THRESHOLD`: about .87 for a plateau with smooth
flanks, .5 for a slow beat or swing, at every speed."""

HOLD_SECONDS = 0.9
"""A signal that stays above `BOUNDARY_THRESHOLD` for longer is a hold, whatever its shape."""

GAP_SECONDS = 0.5
"""Beats of one kind with a shorter gap between them belong to one event."""

GAP_RATIO = 1.3
"""… and so do slow ones whose gap is shorter than this multiple of the longer of the two."""


@dataclass(frozen=True)
class Burst:
    """An interval in which a signal is away from rest.

    first, last: times in frames, interpolated, at which it crosses `BOUNDARY_THRESHOLD` of its peak.
    frames_above: frames above it, without the valleys between beats where, because of sway, the signal does not return
        to rest. frames_top: frames above `TOP_THRESHOLD`. sign: 1 or −1. extent: the peak. peaks: number of peaks.
    """

    first: float
    last: float
    frames_above: int
    frames_top: int
    sign: int
    extent: float
    peaks: int

    def is_along(self, other: Burst) -> bool:
        """Whether the other is to the same side, and the shorter of the two overlaps by half with the longer one."""
        overlap = min(self.last, other.last) - max(self.first, other.first)
        return self.sign == other.sign and overlap > 0.5 * min(self.last - self.first, other.last - other.first)

    def is_hold(self, fps: float) -> bool:
        """Whether the signal rests at its peak, rather than to turn round there."""
        seconds = self.frames_above / fps / self.peaks
        flat = self.frames_top > FLATNESS * self.frames_above
        return seconds > HOLD_SECONDS or (seconds > PLATEAU_SECONDS and flat)


def find_bursts(signal: Array, signed: bool = True) -> list[Burst]:
    """The bursts of a signal (T,) in units of a full extent, in order of time; `signed`: negative ones too."""
    bursts = []
    for sign in (1, -1) if signed else (1,):
        deviation = np.maximum(sign * signal, 0)
        edges = np.flatnonzero(
            np.diff(np.concatenate([[0], (deviation > 0.5 * DETECTION_THRESHOLD).astype(np.int8), [0]]))
        )
        for first, stop in zip(edges[::2], edges[1::2], strict=True):
            cuts = [int(first), *_valleys(deviation, int(first), int(stop)), int(stop)]
            bursts += [
                _burst(deviation[a:b], a, sign) for a, b in pairwise(cuts) if deviation[a:b].max() >= LOW_THRESHOLD
            ]
    return sorted(bursts, key=lambda burst: burst.first)


def _valleys(deviation: Array, first: int, stop: int) -> list[int]:
    """Frames between `first` and `stop` that part two peaks, each of which the signal has left by more than half.

    Sway can keep the signal above the threshold between a great movement and a slight one, which would be hidden by it.
    """
    part = deviation[first:stop]
    peaks, _ = find_peaks(np.concatenate([[0], part, [0]]), prominence=LOW_THRESHOLD)
    lowest = [one + int(part[one:other].argmin()) for one, other in pairwise(peaks - 1)]
    lower = [min(part[one], part[other]) for one, other in pairwise(peaks - 1)]
    return [first + low for low, peak in zip(lowest, lower, strict=True) if part[low] < BOUNDARY_THRESHOLD * peak]


def _burst(part: Array, first: int, sign: int) -> Burst:
    extent = float(part.max())
    boundary = BOUNDARY_THRESHOLD * extent
    above = np.flatnonzero(part > boundary)
    # peaks are separate if the valley between them is lower by a third of the maximum
    padded = np.concatenate([[0], part, [0]])
    peaks, _ = find_peaks(padded, height=boundary, prominence=0.33 * extent)
    start, end = int(above[0]) + 1, int(above[-1]) + 1  # in `padded`
    crossing = start - (padded[start] - boundary) / max(padded[start] - padded[start - 1], 1e-9)
    leaving = end + (padded[end] - boundary) / max(padded[end] - padded[end + 1], 1e-9)
    top = int((part > TOP_THRESHOLD * extent).sum())
    return Burst(
        float(first + crossing - 1), float(first + leaving - 1), len(above), top, sign, extent, max(1, len(peaks))
    )


def group_bursts(bursts: list[Burst], fps: float, ratio: float = GAP_RATIO) -> list[list[Burst]]:
    """Consecutive bursts with small gaps between them; groups in which all are small are left out."""
    groups: list[list[Burst]] = []
    for burst in bursts:
        before = groups[-1][-1] if groups else None
        if before is not None and _belongs(before, burst, fps, ratio):
            groups[-1].append(burst)
        else:
            groups.append([burst])
    return [group for group in groups if max(burst.extent for burst in group) >= DETECTION_THRESHOLD]


def _belongs(before: Burst, burst: Burst, fps: float, ratio: float) -> bool:
    longest = max(one.frames_above / one.peaks for one in (before, burst))
    return burst.first - before.last < max(GAP_SECONDS * fps, ratio * longest)

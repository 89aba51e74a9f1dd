"""What heads do by themselves: smooth noise, blinks, saccades, sway and nods."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mien.acting.mood import Mood
from mien.acting.visemes import Segment

Array = NDArray[np.float64]


def ease(phase: Array) -> Array:
    """Smooth step from 0 to 1 while `phase` runs from 0 to 1."""
    bounded = np.clip(phase, 0, 1)
    return np.asarray(bounded * bounded * (3 - 2 * bounded))


def smooth_noise(rng: np.random.Generator, times: Array, hertz: float, channels: int) -> Array:
    """Band-limited noise (T, channels) of about unit standard deviation: sines around `hertz` with random phases."""
    frequencies = hertz * rng.uniform(0.45, 1.7, (4, channels))
    phases = rng.uniform(0, 2 * np.pi, (4, channels))
    waves = np.sin(2 * np.pi * frequencies * times[:, None, None] + phases)
    return np.asarray(waves.sum(1) / np.sqrt(2))


def blinks(rng: np.random.Generator, times: Array, every: float) -> Array:
    """Closure of the lids by blinks, (T,) in [0, 1]: 150–250 ms each, closing faster than opening; `every`: mean s."""
    closed = np.zeros(len(times))
    start = rng.uniform(0.1, every)
    while start < times[-1]:
        length = rng.uniform(0.15, 0.25)
        phase = (times - start) / length
        closing, opening = np.clip(phase / 0.35, 0, 1), np.clip((1 - phase) / 0.5, 0, 1)
        closed = np.maximum(closed, ease(np.minimum(closing, opening)))
        start += length + every * rng.uniform(0.65, 1.35)
    return closed


def saccades(rng: np.random.Generator, times: Array) -> Array:
    """Saccades: gaze (T, 2), yaw and pitch in radians; fixations of 0.4–1.3 s, jumps of 50 ms."""
    gaze = np.zeros((len(times), 2))
    here, start = np.zeros(2), rng.uniform(0.2, 0.9)
    while start < times[-1]:
        there = rng.normal(0, (0.05, 0.028)) if rng.random() < 0.6 else np.zeros(2)
        gaze = np.where((times >= start)[:, None], here + (there - here) * ease((times - start) / 0.05)[:, None], gaze)
        here, start = there, start + rng.uniform(0.4, 1.3)
    return gaze


def neck_angles(rng: np.random.Generator, times: Array, segments: Sequence[Segment], mood: Mood, side: float) -> Array:
    """Neck angles (T, 3), radians: posture, sway, a nod at each stressed vowel, tremble."""
    posture = mood.neck * (side, 1, side)
    taken = 0.35 + 0.65 * ease(times / 0.6)  # a third of the posture is there when the clip begins
    sway = smooth_noise(rng, times, 0.45 * mood.pace, 3) * (0.035, 0.022, 0.02) * mood.sway
    neck = posture * taken[:, None] + sway + smooth_noise(rng, times, 7.0, 3) * mood.tremble
    for segment in segments:
        if segment.stressed:
            centre = (segment.start + segment.end) / 2
            neck[:, 1] += mood.nod * rng.uniform(0.4, 1.2) * np.exp(-(((times - centre) / 0.11) ** 2))
    return np.asarray(neck)


def expressed(rng: np.random.Generator, times: Array, mood: Mood) -> Array:
    """The mood's expression weights (T, 52): onset within 0.25–0.45 s, with slow noise on each."""
    onset = 0.45 + 0.55 * ease(times / rng.uniform(0.25, 0.45))
    alive = 1 + 0.1 * smooth_noise(rng, times, 0.7, 1)
    own = 1 + 0.07 * smooth_noise(rng, times, 1.3, mood.expression.shape[-1])
    return np.asarray(mood.expression * onset[:, None] * alive * own)

"""Classification of a figure's motion from its track: centres, radii and angles.

Lines and waves are fitted to the track by least squares; time runs from 0 to 1 over the clip, so that amounts refer to
a whole clip. The motion is the one with a small residual and an amount above its threshold; all other changes of the
figure must be below their thresholds. The thresholds lie halfway between the rendered amounts and zero, or nearer to
zero, so that real clips pass whatever their noise.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.shapes.corpus.vocabulary import MOTIONS, SIDE, Kind, Motion
from mien.shapes.measure.figures import Track

Array = NDArray[np.float64]

MIN_FRAMES = 6
"""Least frames for a classification, which also takes half of the clip's frames: a fitted wave has 4 parameters."""

STILL = 6.0
"""Largest range of a figure in place, pixels on either axis: the least rendered motion spans 13."""

DISPLACEMENT = 14.0
"""Least displacement of a moving or zigzagging figure, pixels: rendered are 22 to 38."""

SECTOR = 22.5
"""Largest deviation from a direction, degrees: half of the angle between neighbouring directions."""

RESIDUAL = 2.5
"""Largest RMS error of a track from the fitted line or wave, pixels."""

ROTATION = 60.0
"""Least rotation, degrees: rendered are 100 to 220."""

ROTATION_RESIDUAL = 20.0
"""Largest RMS error of a rotation from the fitted line, degrees."""

MARK_RADIUS = 5.0
"""Radius in pixels below which the mark is too small to measure the angle."""

SCALE = 1.25
"""Least ratio of last to first radius, or its inverse, for a change of scale: rendered are 1.5 to 1.8."""

SCALE_RESIDUAL = 0.1
"""Largest RMS error of the log radius from the fitted line."""

HEIGHT = 10.0
"""Least height of a bounce, pixels: rendered are 16 to 26."""

TOUCH = 5.0
"""Largest distance from the picture's edge at the bottom of a bounce, pixels."""

WIDTH = 7.0
"""Least peak-to-peak amplitude of a zigzag, pixels: rendered are 13 to 18."""

BOUNCES = (1.6, 2.8)
"""Fitted numbers of arcs of a bounce: rendered are 2.0 to 2.4."""

ZIGZAGS = (1.3, 2.6)
"""Fitted numbers of periods of a zigzag: rendered are 1.6 to 2.2."""


class Fit(NamedTuple):
    """Values fitted as `start + change · x`, x a time or a wave from 0 to 1, with RMS error `residual`."""

    start: Any
    change: Any
    residual: float


def classify_motion(track: Track, frames: int) -> str | None:
    """Name of a track's motion in a clip of `frames` frames; None where none fits or several do at once."""
    if len(track.detections) < max(MIN_FRAMES, frames / 2):
        return None
    time = track.frames / (frames - 1)
    growth, rotation = fit_line(time, np.log(track.radius)), _fit_rotation(time, track)
    grows, rotates = abs(growth.change) >= np.log(SCALE), abs(rotation.change) >= ROTATION
    if not grows and not rotates:
        return _classify_translation(time, track)
    if (grows and rotates) or (np.ptp(track.centre, axis=0) > STILL).any():
        return None
    kind, fit, tolerance = ("scale", growth, SCALE_RESIDUAL) if grows else ("rotate", rotation, ROTATION_RESIDUAL)
    sense = np.sign(fit.change)
    named = (motion.name for motion in MOTIONS.values() if motion.kind == kind and motion.sense == sense)
    return next(named) if fit.residual <= tolerance else None


def fit_line(time: Array, values: Array) -> Fit:
    """Least-squares fit; the residual of several columns is that of their Euclidean distance."""
    design = np.stack([np.ones_like(time), time], axis=1)
    start, change = np.linalg.lstsq(design, values, rcond=None)[0]
    error = values - (start + np.multiply.outer(time, change))
    return Fit(start, change, float(np.sqrt((error**2).sum() / len(time))))


def _fit_rotation(time: Array, track: Track) -> Fit:
    """The rotation in degrees, fitted to the frames with a measurable mark; zero where fewer than half have one."""
    visible = np.isfinite(track.angle) & (track.radius >= MARK_RADIUS)
    if visible.sum() < max(3, len(time) / 2):
        return Fit(np.array(0.0), np.array(0.0), 0.0)
    return fit_line(time[visible], np.degrees(np.unwrap(track.angle[visible])))


def _classify_translation(time: Array, track: Track) -> str | None:
    """The motion of a figure that neither rotates nor changes its scale: the one with the least residual."""
    fits = {
        motion.name: _RESIDUALS[motion.kind](time, track, motion)
        for motion in MOTIONS.values()
        if motion.kind in _RESIDUALS
    }
    best = min(fits, key=fits.__getitem__)
    return best if fits[best] <= RESIDUAL else None


def _move_residual(time: Array, track: Track, motion: Motion) -> float:
    line = fit_line(time, track.centre)
    length = np.hypot(*line.change)
    towards = line.change @ motion.direction / np.hypot(*motion.direction)
    return line.residual if length >= DISPLACEMENT and towards >= length * np.cos(np.radians(SECTOR)) else np.inf


def _bounce_residual(time: Array, track: Track, motion: Motion) -> float:
    along = int(motion.direction[1] != 0)
    if np.ptp(track.centre[:, 1 - along]) > STILL:
        return np.inf
    places = track.centre[:, along]
    wave = _fit_wave(places, _bounces(tuple(time)))
    # the contact with the edge may lie between two frames: it is estimated from the fit
    furthest = wave.start + wave.change + np.median([detection.end[along] for detection in track.detections] - places)
    return wave.residual if wave.change >= HEIGHT and furthest >= SIDE - TOUCH else np.inf


def _zigzag_residual(time: Array, track: Track, motion: Motion) -> float:
    along = int(motion.direction[1] != 0)
    line = fit_line(time, track.centre[:, along])
    wave = _fit_wave(track.centre[:, 1 - along], _zigzags(tuple(time)))
    enough = abs(line.change) >= DISPLACEMENT and wave.change >= WIDTH
    return float(np.hypot(line.residual, wave.residual)) if enough else np.inf


_RESIDUALS: dict[Kind, Callable[[Array, Track, Motion], float]] = {
    "move": _move_residual, "bounce": _bounce_residual, "zigzag": _zigzag_residual,
}  # fmt: skip
"""Kind of motion → RMS error in pixels of a track at times (N,); infinite where an amount is too small."""


def _fit_wave(values: Array, waves: Array) -> Fit:
    """The best fit to values (N,) among waves (W, N), with a free offset and a non-negative scale."""
    deviations = waves - waves.mean(1, keepdims=True)
    power = np.maximum((deviations**2).sum(1), np.finfo(np.float64).tiny)  # a constant wave has none
    scales = np.maximum(deviations @ values / power, 0)
    spread = values - values.mean()
    errors = np.maximum((spread**2).sum() - scales**2 * power, 0)
    best = int(np.argmin(errors))
    level = values.mean() - scales[best] * waves[best].mean()
    return Fit(level, scales[best], float(np.sqrt(errors[best] / len(values))))


@lru_cache(maxsize=32)
def _bounces(time: tuple[float, ...]) -> Array:
    return 1 - np.abs(np.sin(np.pi * _cycles(time, BOUNCES)))


@lru_cache(maxsize=32)
def _zigzags(time: tuple[float, ...]) -> Array:
    return np.asarray(2 * np.abs(_cycles(time, ZIGZAGS) % 1 - 0.5))


def _cycles(time: tuple[float, ...], limits: tuple[float, float]) -> Array:
    """Cycles (W, N) done at times (N,) of waves with all numbers of cycles in a range and all initial phases."""
    numbers, phases = np.meshgrid(np.linspace(*limits, 25), np.linspace(0, 1, 40, endpoint=False))
    return np.asarray(phases.reshape(-1, 1) + numbers.reshape(-1, 1) * np.array(time))

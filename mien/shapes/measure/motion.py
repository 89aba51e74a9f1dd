"""Classification of a figure's motion from its track: centres, radii and angles.

Lines and waves are fitted to the track by least squares; time runs from 0 to 1 over the clip, so that amounts refer to
a whole clip. The motion is the one with a small residual and an amount above its threshold; all other changes of the
figure must be below their thresholds. The thresholds lie halfway between the rendered amounts and zero, or nearer to
zero, so that real clips pass whatever their noise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

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


@dataclass(frozen=True)
class Line:
    """A straight line fitted to values (N,) or (N, 2) at times from 0 to 1: `start`, `change` and RMS `residual`."""

    start: Array
    change: Array
    residual: float


@dataclass(frozen=True)
class Movement:
    """The motion of a figure. motion: its name, None where none fits or several do at once.

    travel (2,): displacement along x and y, pixels; turn: degrees, clockwise; scale: ratio of last to first radius;
    residual: RMS error in pixels of the fit of the named motion, else of a straight line.
    """

    motion: str | None
    displacement: tuple[float, float]
    rotation: float
    scale: float
    residual: float


def classify_motion(track: Track, frames: int) -> Movement:
    """Classify the motion of a track in a clip of `frames` frames."""
    if len(track.detections) < max(MIN_FRAMES, frames / 2):
        return Movement(None, (0.0, 0.0), 0.0, 1.0, 0.0)
    time = track.frames / (frames - 1)
    line = fit_line(time, track.centre)
    growth = fit_line(time, np.log(track.radius))
    rotation = _fit_rotation(time, track)
    grows, rotates = abs(growth.change) >= np.log(SCALE), abs(rotation.change) >= ROTATION
    if not grows and not rotates:
        motion, residual = _classify_translation(time, track, line)
    else:
        motion, residual = None, line.residual
        still = (np.ptp(track.centre, axis=0) <= STILL).all()
        if still and grows and not rotates and growth.residual <= SCALE_RESIDUAL:
            motion = _motion_in_place("scale", growth.change)
        elif still and rotates and not grows and rotation.residual <= ROTATION_RESIDUAL:
            motion = _motion_in_place("rotate", rotation.change)
    displacement = float(line.change[0]), float(line.change[1])
    return Movement(motion, displacement, float(rotation.change), float(np.exp(growth.change)), residual)


def fit_line(time: Array, values: Array) -> Line:
    """Least-squares fit; the residual of several columns is that of their Euclidean distance."""
    design = np.stack([np.ones_like(time), time], axis=1)
    start, change = np.linalg.lstsq(design, values, rcond=None)[0]
    error = values - (start + np.multiply.outer(time, change))
    return Line(start, change, float(np.sqrt((error**2).sum() / len(time))))


def _fit_rotation(time: Array, track: Track) -> Line:
    """The rotation in degrees, fitted to the frames with a measurable mark; zero where fewer than half have one."""
    seen = np.isfinite(track.angle) & (track.radius >= MARK_RADIUS)
    if seen.sum() < max(3, len(time) / 2):
        return Line(np.array(0.0), np.array(0.0), 0.0)
    return fit_line(time[seen], np.degrees(np.unwrap(track.angle[seen])))


def _motion_in_place(kind: str, change: Array) -> str:
    return next(m.name for m in MOTIONS.values() if m.kind == kind and m.sense == np.sign(change))


def _classify_translation(time: Array, track: Track, line: Line) -> tuple[str | None, float]:
    """The motion of a figure that neither rotates nor changes its scale, and the residual of its fit."""
    fits: dict[str, float] = {}
    for motion in MOTIONS.values():
        if motion.kind in _RESIDUALS:
            residual = _RESIDUALS[motion.kind](time, track, motion)
            if residual is not None and residual <= RESIDUAL:
                fits[motion.name] = residual
    best = min(fits, key=fits.__getitem__, default=None)
    return (None, line.residual) if best is None else (best, fits[best])


def _move_residual(time: Array, track: Track, motion: Motion) -> float | None:
    line = fit_line(time, track.centre)
    length = np.hypot(*line.change)
    towards = line.change @ motion.direction / np.hypot(*motion.direction)
    return line.residual if length >= DISPLACEMENT and towards >= length * np.cos(np.radians(SECTOR)) else None


def _bounce_residual(time: Array, track: Track, motion: Motion) -> float | None:
    along = int(motion.direction[1] != 0)
    if np.ptp(track.centre[:, 1 - along]) > STILL:
        return None
    places = track.centre[:, along]
    wave = _fit_wave(places, _bounces(tuple(time)))
    # the contact with the edge may lie between two frames: it is estimated from the fit
    furthest = wave.level + wave.scale + np.median([detection.end[along] for detection in track.detections] - places)
    return wave.residual if wave.scale >= HEIGHT and furthest >= SIDE - TOUCH else None


def _zigzag_residual(time: Array, track: Track, motion: Motion) -> float | None:
    along = int(motion.direction[1] != 0)
    line = fit_line(time, track.centre[:, along])
    wave = _fit_wave(track.centre[:, 1 - along], _zigzags(tuple(time)))
    enough = abs(line.change) >= DISPLACEMENT and wave.scale >= WIDTH
    return float(np.hypot(line.residual, wave.residual)) if enough else None


_RESIDUALS: dict[Kind, Callable[[Array, Track, Motion], float | None]] = {
    "move": _move_residual, "bounce": _bounce_residual, "zigzag": _zigzag_residual,
}  # fmt: skip
"""Kind of motion → RMS error in pixels of a track at times (N,) from a motion; None where an amount is too small."""


@dataclass(frozen=True)
class _Wave:
    """A wave in [0, 1] fitted to values as `level + scale · wave`, with RMS `residual`."""

    level: float
    scale: float
    residual: float


def _fit_wave(values: Array, waves: Array) -> _Wave:
    """The best fit to values (N,) among waves (W, N), with a free offset and a non-negative scale."""
    deviations = waves - waves.mean(1, keepdims=True)
    power = np.maximum((deviations**2).sum(1), np.finfo(np.float64).tiny)  # a constant wave has none
    scales = np.maximum(deviations @ values / power, 0)
    spread = values - values.mean()
    errors = np.maximum((spread**2).sum() - scales**2 * power, 0)
    best = int(np.argmin(errors))
    level = values.mean() - scales[best] * waves[best].mean()
    return _Wave(float(level), float(scales[best]), float(np.sqrt(errors[best] / len(values))))


@lru_cache(maxsize=32)
def _bounces(time: tuple[float, ...]) -> Array:
    arcs, phases = np.meshgrid(np.linspace(*BOUNCES, 25), np.linspace(0, 1, 40, endpoint=False))
    return 1 - np.abs(np.sin(np.pi * (phases.reshape(-1, 1) + arcs.reshape(-1, 1) * np.array(time))))


@lru_cache(maxsize=32)
def _zigzags(time: tuple[float, ...]) -> Array:
    swings, phases = np.meshgrid(np.linspace(*ZIGZAGS, 25), np.linspace(0, 1, 40, endpoint=False))
    return np.asarray(2 * np.abs((phases.reshape(-1, 1) + swings.reshape(-1, 1) * np.array(time)) % 1 - 0.5))

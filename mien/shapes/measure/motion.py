"""Which motion a figure makes, told from where it was, how large and at what angle.

Lines and waves are fitted to the track by least squares; time runs from 0 to 1 over the clip, so that all amounts are
those of a whole clip. The motion is the one whose fit is good and whose amount is large enough to be meant; whatever
else the figure does must be too little to be meant. The tolerances lie halfway between what the corpus draws and
nothing, or nearer to nothing, so that real clips pass whatever their noise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mien.shapes.corpus.vocabulary import (
    MOTIONS,
    SIDE,
    Kind,
    Motion,
)
from mien.shapes.measure.figures import Track

Array = NDArray[np.float64]

LEAST_FRAMES = 6
"""Frames from which a motion is told, and at least half of the clip's: a wave that is fitted to them has 4 unknowns."""

STILL = 6.0
"""Pixels that a figure may wander on the spot, on either axis: the least motion that is drawn spans 13."""

TRAVEL = 14.0
"""Pixels that a figure goes at least when it moves or zigzags: what is drawn is 22 to 38."""

SECTOR = 22.5
"""Degrees by which a direction may differ from the one that is asked for: half of the way to the next."""

RESIDUAL = 2.5
"""Pixels of root mean square by which a track may differ from the line or the wave fitted to it."""

TURN = 60.0
"""Degrees that are a rotation: what is drawn is 100 to 220."""

TURN_RESIDUAL = 20.0
"""Degrees of root mean square by which a rotation may be uneven."""

MARK_RADIUS = 5.0
"""Pixels of radius below which a figure's mark is too small to tell its angle."""

SCALE = 1.25
"""The factor between first and last radius that is growth, or its inverse: what is drawn is 1.5 to 1.8."""

SCALE_RESIDUAL = 0.1
"""Root mean square, in logarithms, by which growth may be uneven."""

HEIGHT = 10.0
"""Pixels that a figure leaves the edge at least when it bounces: what is drawn is 16 to 26."""

TOUCH = 5.0
"""Pixels from the edge of the picture that still are a bounce off it."""

WIDTH = 7.0
"""Pixels that a zigzag goes to and fro at least: what is drawn is 13 to 18."""

BOUNCES = (1.6, 2.8)
"""Arcs of a bounce that are looked for: what is drawn is 2.0 to 2.4."""

ZIGZAGS = (1.3, 2.6)
"""Times to and fro that are looked for: what is drawn is 1.6 to 2.2."""


@dataclass(frozen=True)
class Line:
    """A straight line through values (N,) or (N, 2) at times from 0 to 1: `start`, `change` and rms `residual`."""

    start: Array
    change: Array
    residual: float


@dataclass(frozen=True)
class Movement:
    """What a figure does. motion: its name, None where it is none that has a name or several at once.

    travel (2,): pixels along x and y over the clip; turn: degrees, clockwise; scale: factor of the radius;
    residual: pixels, from the fit of the motion that is named, else from a straight line.
    """

    motion: str | None
    travel: tuple[float, float]
    turn: float
    scale: float
    residual: float


def name_movement(track: Track, frames: int) -> Movement:
    """What a figure does over a clip of so many frames."""
    if len(track.spots) < max(LEAST_FRAMES, frames / 2):
        return Movement(None, (0.0, 0.0), 0.0, 1.0, 0.0)
    time = track.frames / (frames - 1)
    line = fit_line(time, track.middle)
    growth = fit_line(time, np.log(track.radius))
    turn = _fit_turn(time, track)
    grows, turns = abs(growth.change) >= np.log(SCALE), abs(turn.change) >= TURN
    if not grows and not turns:
        motion, residual = _name_way(time, track, line)
    else:
        motion, residual = None, line.residual
        still = (np.ptp(track.middle, axis=0) <= STILL).all()
        if still and grows and not turns and growth.residual <= SCALE_RESIDUAL:
            motion = _on_the_spot("scale", growth.change)
        elif still and turns and not grows and turn.residual <= TURN_RESIDUAL:
            motion = _on_the_spot("rotate", turn.change)
    travel = float(line.change[0]), float(line.change[1])
    return Movement(motion, travel, float(turn.change), float(np.exp(growth.change)), residual)


def fit_line(time: Array, values: Array) -> Line:
    """Least squares; residuals of several columns are added up as distances."""
    design = np.stack([np.ones_like(time), time], axis=1)
    start, change = np.linalg.lstsq(design, values, rcond=None)[0]
    error = values - (start + np.multiply.outer(time, change))
    return Line(start, change, float(np.sqrt((error**2).sum() / len(time))))


def _fit_turn(time: Array, track: Track) -> Line:
    """The rotation in degrees, from the frames that show the mark; none where fewer than half of them do."""
    seen = np.isfinite(track.angle) & (track.radius >= MARK_RADIUS)
    if seen.sum() < max(3, len(time) / 2):
        return Line(np.array(0.0), np.array(0.0), 0.0)
    return fit_line(time[seen], np.degrees(np.unwrap(track.angle[seen])))


def _on_the_spot(kind: str, change: Array) -> str:
    return next(m.name for m in MOTIONS.values() if m.kind == kind and m.sense == np.sign(change))


def _name_way(time: Array, track: Track, line: Line) -> tuple[str | None, float]:
    """The motion of a figure that neither turns nor grows, and the residual of its fit."""
    fits: dict[str, float] = {}
    for motion in MOTIONS.values():
        if motion.kind in _RESIDUALS:
            residual = _RESIDUALS[motion.kind](time, track, motion)
            if residual is not None and residual <= RESIDUAL:
                fits[motion.name] = residual
    best = min(fits, key=fits.__getitem__, default=None)
    return (None, line.residual) if best is None else (best, fits[best])


def _move_residual(time: Array, track: Track, motion: Motion) -> float | None:
    line = fit_line(time, track.middle)
    length = np.hypot(*line.change)
    towards = line.change @ motion.heading / np.hypot(*motion.heading)
    return line.residual if length >= TRAVEL and towards >= length * np.cos(np.radians(SECTOR)) else None


def _bounce_residual(time: Array, track: Track, motion: Motion) -> float | None:
    along = int(motion.heading[1] != 0)
    if np.ptp(track.middle[:, 1 - along]) > STILL:
        return None
    places = track.middle[:, along]
    wave = _fit_wave(places, _bounces(tuple(time)))
    # where the figure meets the edge may lie between two frames: the fit tells it
    furthest = wave.level + wave.scale + np.median([spot.end[along] for spot in track.spots] - places)
    return wave.residual if wave.scale >= HEIGHT and furthest >= SIDE - TOUCH else None


def _zigzag_residual(time: Array, track: Track, motion: Motion) -> float | None:
    along = int(motion.heading[1] != 0)
    line = fit_line(time, track.middle[:, along])
    wave = _fit_wave(track.middle[:, 1 - along], _zigzags(tuple(time)))
    enough = abs(line.change) >= TRAVEL and wave.scale >= WIDTH
    return float(np.hypot(line.residual, wave.residual)) if enough else None


_RESIDUALS: dict[Kind, Callable[[Array, Track, Motion], float | None]] = {
    "move": _move_residual, "bounce": _bounce_residual, "zigzag": _zigzag_residual,
}  # fmt: skip
"""How far, in pixels of root mean square, a track at times (N,) is from a motion; None where it is nothing like it."""


@dataclass(frozen=True)
class _Wave:
    """A wave fitted to values: its place `level` where the wave is 0, `level + scale` where it is 1; rms residual."""

    level: float
    scale: float
    residual: float


def _fit_wave(values: Array, waves: Array) -> _Wave:
    """Of waves (W, N) the one that values (N,) are nearest to, shifted and scaled up or down, not turned over."""
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

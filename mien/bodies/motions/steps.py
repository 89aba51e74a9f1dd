"""Feet on a path: where each foot stands and when, and how it swings to its next place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from mien.bodies.motions.curves import smooth
from mien.bodies.motions.proportions import Proportions
from mien.bodies.motions.rotations import about, rotate
from mien.bodies.motions.skeleton import Posture

Array = NDArray[np.float64]
Path = Callable[[Array], Array]
"""Times (N,) → x, z and heading (N, 3) of the body on the ground."""


@dataclass(frozen=True)
class Gait:
    """cadence: steps a second. duty: part of its cycle in which a foot stands (above .5 walking, below running).
    lift: height of a swinging ankle in metres. push: how far the heel comes up before a foot leaves, in radians.
    strike: how far the toes are up when the heel lands. width: of the track in half distances of the hips."""

    cadence: float
    duty: float = 0.62
    lift: float = 0.07
    push: float = 0.95
    strike: float = 0.28
    width: float = 0.7


def step_along(posture: Posture, times: Array, path: Path, gait: Gait, body: Proportions) -> Array:
    """Put the feet along a path and the body above it; returns the phase (T,) in steps, whole when a foot lands.

    Even steps are the left foot's. A foot that stands does not move in the room; its heel rises about the ball.
    """
    here = path(times)
    posture.root[:, [0, 2]], posture.facing[:] = here[:, :2], here[:, 2]
    phase = times * gait.cadence
    for side in (0, 1):
        _swing(posture, side, times, path, gait, body)
    return phase


def _swing(posture: Posture, side: int, times: Array, path: Path, gait: Gait, body: Proportions) -> None:
    cycle = 2 / gait.cadence
    first = int(np.floor(times[0] / cycle)) - 2
    starts = (np.arange(first, int(np.ceil(times[-1] / cycle)) + 3) + side / 2) * cycle
    ends = starts + gait.duty * cycle
    places = path((starts + ends) / 2)  # the body is above the foot in the middle of its stand
    index = np.searchsorted(starts, times, side="right") - 1
    u = np.clip((times - ends[index]) / (starts[index + 1] - ends[index]), 0.0, 1.0)
    moved = smooth(u)[:, None]
    place = places[index] * (1 - moved) + places[index + 1] * moved
    pitch = _pitch(np.mod(times - starts[index], cycle) / cycle, gait)
    offset = gait.width * body.hips * (1 if side == 0 else -1)
    yaw = place[:, 2]
    ankle = np.stack([place[:, 0] + offset * np.cos(yaw), np.zeros(len(u)), place[:, 1] - offset * np.sin(yaw)], axis=1)
    ankle[:, 1] = body.ankle + gait.lift * np.sin(np.pi * u**0.8) ** 2
    posture.foot_yaw[:, side] = yaw + (0.1 if side == 0 else -0.1)
    posture.foot_pitch[:, side] = pitch
    posture.ankles[:, side] = ankle + roll_over(pitch, posture.foot_yaw[:, side], body)


def _pitch(cycle: Array, gait: Gait) -> Array:
    """Pitch (T,) of a foot, heel up, over its cycle from 0, when its heel lands, to 1 (after Winter 2009)."""
    air = 1 - gait.duty
    knots = {
        0.0: -gait.strike,
        0.2 * gait.duty: 0.0,
        0.55 * gait.duty: 0.03 * gait.push,
        0.8 * gait.duty: 0.42 * gait.push,
        gait.duty: 0.92 * gait.push,
        gait.duty + 0.12 * air: gait.push,
        gait.duty + 0.55 * air: 0.25 * gait.push,
        gait.duty + 0.85 * air: -0.9 * gait.strike,
        1.0: -gait.strike,
    }
    return PchipInterpolator(list(knots), list(knots.values()))(cycle)


def roll_over(pitch: Array, yaw: Array, body: Proportions) -> Array:
    """How the ankle moves (T, 3) when a foot is pitched about its ball (heel up) or its heel (toes up)."""
    ball = np.array([0.0, -body.ankle, 0.76 * body.foot])
    heel = np.array([0.0, -body.ankle, -0.2 * body.foot])
    pivot = np.where(pitch[:, None] > 0, ball, heel)
    return rotate(about("y", yaw), pivot - rotate(about("x", pitch), pivot))

"""Curves in time: soft steps, key poses, slow wandering, and arms given by angles."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline

from mien.bodies.motions.proportions import Proportions
from mien.bodies.motions.skeleton import Posture

Array = NDArray[np.float64]


def smooth(u: Array) -> Array:
    """From 0 to 1 with no speed and acceleration at either end (minimum jerk, Flash and Hogan 1985); u is clipped."""
    u = np.clip(u, 0.0, 1.0)
    return u**3 * (10 - 15 * u + 6 * u**2)


def keyed(times: Array, at: Array, values: Array, hold: float = 0.25) -> Array:
    """Values (T, ...) at `times` that stay at each of `values` (N, ...) and move to the next.

    at: times (N,) at which the values are reached, rising. hold: part of each interval in which nothing moves.
    """
    index = np.clip(np.searchsorted(at, times, side="right") - 1, 0, len(at) - 2)
    u = (times - at[index]) / np.maximum(at[index + 1] - at[index], 1e-6)
    weight = smooth((u - hold) / (1 - hold)).reshape(-1, *[1] * (values.ndim - 1))
    return values[index] * (1 - weight) + values[index + 1] * weight


def wander(times: Array, rng: np.random.Generator, seconds: float, *shape: int) -> Array:
    """Slow random curves (T, *shape) of unit deviation that change their mind about every `seconds`."""
    start, end = times[0] - seconds, times[-1] + 2 * seconds
    knots = np.arange(start, end + seconds, seconds)
    return CubicSpline(knots, rng.normal(size=(len(knots), *shape)))(times)


def pulse(times: Array, start: float, rise: float, stay: float, fall: float) -> Array:
    """0, then up to 1 within `rise` seconds from `start`, `stay` there, and down to 0 within `fall` seconds."""
    return smooth((times - start) / rise) * (1 - smooth((times - start - rise - stay) / fall))


def swing_arm(
    posture: Posture, side: int, angle: ArrayLike, bent: ArrayLike, out: ArrayLike, body: Proportions
) -> None:
    """Hold an arm by its angles in radians: `angle` forward from hanging, `bent` at the elbow, `out` from the body."""
    angle, bent, out = (np.broadcast_to(np.asarray(one, float), (len(posture),)) for one in (angle, bent, out))
    upper, lower = body.upper_arm / body.arm, body.forearm / body.arm
    first = _direction(angle, out)
    # A bent forearm comes in front of the body.
    second = _direction(angle + bent, out - 0.5 * bent * np.clip(out + 0.35, 0, 0.6))
    posture.wrists[:, side] = upper * first + lower * second
    posture.elbows[:, side] = first + np.array([0.05, 0.0, -0.05])


def _direction(angle: Array, out: Array) -> Array:
    return np.stack([np.sin(out), -np.cos(out) * np.cos(angle), np.cos(out) * np.sin(angle)], axis=-1)

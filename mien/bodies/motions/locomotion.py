"""Walking, running and turning."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.bodies.motions.curves import keyed, swing_arm, wander
from mien.bodies.motions.hands import SHAPES
from mien.bodies.motions.proportions import Proportions
from mien.bodies.motions.skeleton import Posture, standing
from mien.bodies.motions.steps import Gait, step_along

Array = NDArray[np.float64]


def walk(times: Array, body: Proportions, rng: np.random.Generator) -> Posture:
    """Walking: on the spot as on a treadmill, in a circle, or straight on; strolling, brisk or swaggering."""
    speed = rng.uniform(0.7, 1.45) * np.sqrt(body.leg / 0.87)
    # Grieve's relation: the step length grows with the root of the speed.
    cadence = 1.86 * np.sqrt(speed / 1.25) * np.sqrt(0.87 / body.leg) * rng.uniform(0.95, 1.05)
    gait = Gait(cadence, rng.uniform(0.6, 0.64), rng.uniform(0.04, 0.09) * body.leg, width=rng.uniform(0.4, 0.9))
    posture, phase, spot = _moving(times, body, rng, speed, gait)
    swagger = rng.uniform(0.6, 1.5)
    cycle = np.pi * phase  # a stride is 2π; the left foot lands at even multiples of π
    over = np.sin(cycle - 0.6 * np.pi / 2 + 0.2)  # positive above the left foot
    posture.root[:, 1] = body.hip_height * 0.98 - 0.018 * body.leg * np.cos(2 * cycle - 0.5)
    posture.root += np.outer(over * 0.022 * swagger, [1, 0, 0]) * np.cos(posture.facing)[:, None]
    posture.pelvis[:, 0] = 0.04
    posture.pelvis[:, 1] = 0.05 * swagger * over
    posture.pelvis[:, 2] = -0.10 * swagger * np.cos(cycle)
    posture.chest[:, 0] = rng.uniform(-0.04, 0.10)
    posture.chest[:, 1] = -0.06 * swagger * over
    posture.chest[:, 2] = 0.22 * swagger * np.cos(cycle)
    posture.head[:, 2] = -0.12 * swagger * np.cos(cycle) + 0.15 * wander(times, rng, 1.5)
    posture.head[:, 0] = rng.uniform(-0.05, 0.12) + 0.04 * wander(times, rng, 2.0)
    reach = rng.uniform(0.25, 0.55) * swagger * np.sqrt(speed)
    for side in (0, 1):
        forward = -np.cos(cycle - 0.2) * (1 if side == 0 else -1)
        bent = rng.uniform(0.15, 0.4) + 0.30 * np.clip(forward, 0, 1)
        swing_arm(posture, side, reach * forward + 0.05, bent, rng.uniform(0.08, 0.2), body)
    return _on(posture, spot)


def run(times: Array, body: Proportions, rng: np.random.Generator) -> Posture:
    """Running, with a time in the air between two steps."""
    speed = rng.uniform(2.0, 3.4) * np.sqrt(body.leg / 0.87)
    cadence = rng.uniform(2.5, 2.95) * np.sqrt(0.87 / body.leg)
    gait = Gait(cadence, rng.uniform(0.3, 0.38), rng.uniform(0.26, 0.42) * body.leg, push=0.95, strike=0.1, width=0.5)
    posture, phase, spot = _moving(times, body, rng, speed, gait)
    cycle = np.pi * phase
    middle = 2 * np.pi * (phase - gait.duty)  # 0 when the body is above a foot
    posture.root[:, 1] = body.hip_height * 0.955 - 0.032 * body.leg * np.cos(middle)
    posture.pelvis[:, 0] = rng.uniform(0.08, 0.2)
    posture.pelvis[:, 2] = -0.14 * np.cos(cycle)
    posture.chest[:, 0] = rng.uniform(0.0, 0.14)
    posture.chest[:, 2] = 0.34 * np.cos(cycle)
    posture.head[:, 0], posture.head[:, 2] = -0.12, -0.2 * np.cos(cycle)
    posture.curls[:] = 0.6 * np.array(SHAPES["fist"])
    reach, bent = rng.uniform(0.5, 0.85), rng.uniform(1.3, 1.8)
    for side in (0, 1):
        forward = -np.cos(cycle - 0.15) * (1 if side == 0 else -1)
        swing_arm(posture, side, reach * forward - 0.2, bent + 0.25 * forward, rng.uniform(0.15, 0.3), body)
    return _on(posture, spot)


def turn(times: Array, body: Proportions, rng: np.random.Generator) -> Posture:
    """Turning on the spot with small steps: all around, or to one side and another."""
    pause = rng.uniform(1.0, 1.8)
    at = np.arange(times[0] - pause, times[-1] + 3 * pause, pause)
    by = rng.choice([0.0, 0.5, -0.5, 1.0, 1.0, -1.0], size=len(at)) * np.pi / rng.choice([1.0, 2.0])
    headings = np.cumsum(by)
    headings -= headings[1]

    def path(when: Array) -> Array:
        heading = keyed(when, at, headings, hold=0.1)
        return np.stack([0.03 * np.sin(heading), 0.03 * np.cos(heading), heading], axis=1)

    posture = standing(times, body)
    gait = Gait(rng.uniform(1.8, 2.6), 0.62, 0.045, push=0.45, strike=0.05, width=1.2)
    phase = step_along(posture, times, path, gait, body)
    over = np.sin(np.pi * phase - 0.7)
    posture.root[:, 1] = body.hip_height * 0.985
    posture.root[:, 0] += 0.02 * over * np.cos(posture.facing)
    posture.root[:, 2] -= 0.02 * over * np.sin(posture.facing)
    ahead = keyed(times + 0.15, at, headings, hold=0.1) - posture.facing  # eyes first, then the body
    posture.head[:, 2] = np.clip(0.7 * ahead, -0.9, 0.9)
    posture.chest[:, 2] = np.clip(0.4 * ahead, -0.5, 0.5)
    for side in (0, 1):
        spin = np.abs(ahead) * 0.5
        swing_arm(posture, side, 0.1 * over * (1 if side else -1), 0.3 + spin, 0.15 + 0.6 * spin, body)
    return posture


def _moving(
    times: Array, body: Proportions, rng: np.random.Generator, speed: float, gait: Gait
) -> tuple[Posture, Array, Array | None]:
    """Feet along a path; the third value is what a treadmill takes away (T, 3)."""
    begin, kind = rng.uniform(0, 2 / gait.cadence), rng.choice(["spot", "straight", "circle"], p=[0.4, 0.3, 0.3])
    middle = (times[0] + times[-1]) / 2
    radius = rng.uniform(0.9, 1.8) * (1.6 if speed > 1.8 else 1.0) * rng.choice([-1, 1])
    start = rng.uniform(0, 2 * np.pi)

    def path(when: Array) -> Array:
        if kind == "circle":
            angle = start + speed * when / radius
            return np.stack([-radius * np.cos(angle), radius * np.sin(angle), angle], axis=1)
        far = speed * (when - middle - begin)
        return np.stack([np.zeros_like(far), far, np.zeros_like(far)], axis=1)

    posture = standing(times, body)
    phase = step_along(posture, times + begin, path, gait, body)
    spot = None
    if kind == "spot":
        here = path(times + begin)
        spot = np.stack([here[:, 0], np.zeros(len(here)), here[:, 1]], axis=1)
    return posture, phase, spot


def _on(posture: Posture, spot: Array | None) -> Posture:
    if spot is not None:
        posture.root -= spot
        posture.ankles -= spot[:, None]
    return posture

"""Standing people who do something with their arms: idle, wave, clap, sign, bow."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mien.bodies.motions.curves import keyed, pulse, smooth, swing_arm, wander
from mien.bodies.motions.hands import SHAPES
from mien.bodies.motions.proportions import Proportions
from mien.bodies.motions.skeleton import Posture, standing

Array = NDArray[np.float64]


def idle(times: Array, body: Proportions, rng: np.random.Generator) -> Posture:
    """Standing: the weight goes from leg to leg, the head looks about, arms hang, rest on the hips or are crossed."""
    posture = upright(times, body, rng)
    arms = rng.choice(["hang", "hips", "crossed", "behind", "talk"])
    if arms == "hips":
        reach = (body.hip_height + 0.5 * body.torso, body.hips + 0.07)
        _at(posture, (reach[1] - body.shoulders) / body.arm, -0.85 * body.torso / body.arm, 0.05, (1.0, 0.0, -0.35))
        posture.fingers[:] = (-0.6, -0.4, 0.6)
        posture.palms[:] = (-0.6, -0.6, 0.0)
    elif arms == "crossed":
        _at(posture, -1.35 * body.shoulders / body.arm, -0.42, 0.42, (0.8, -0.6, 0.3))
        posture.wrists[:, 1, 1:] += (-0.05, 0.06)
        posture.fingers[:] = (-1.0, 0.2, 0.1)
        posture.palms[:] = (0.0, -0.2, -1.0)
    elif arms == "behind":
        _at(posture, -0.75 * body.shoulders / body.arm, -0.72, -0.28, (0.9, 0.0, -0.6))
    elif arms == "talk":
        for side in (0, 1):
            move = wander(times, rng, 0.45, 3) * (0.09, 0.08, 0.07)
            posture.wrists[:, side] = np.array([-0.08, -0.42, 0.48]) + move
            posture.palms[:, side] = (-0.7, 0.5, 0.1)
            posture.fingers[:, side] = (-0.25, 0.2, 0.9)
    return posture


def wave(times: Array, body: Proportions, rng: np.random.Generator) -> Posture:
    """Waving with one hand or both, beside the head or high above it."""
    posture = upright(times, body, rng)
    rate, wide, high = rng.uniform(1.2, 2.4), rng.uniform(0.10, 0.22), rng.uniform(0.0, 1.0)
    up = pulse(times, *_when(times, rng, 0.6))
    swing = np.sin(2 * np.pi * rate * times + rng.uniform(0, 6))
    for side in _hands(rng):
        raised = np.stack([0.42 - 0.15 * high + wide * swing, 0.42 + 0.45 * high + 0 * swing, 0.22 + 0 * swing], axis=1)
        _blend(posture.wrists[:, side], raised, up)
        _blend(posture.elbows[:, side], np.array([0.9, -0.8, -0.1]), up)
        fingers = np.stack([0.55 * swing, np.ones_like(swing), 0 * swing], axis=1)
        _blend(posture.fingers[:, side], fingers / np.linalg.norm(fingers, axis=1, keepdims=True), up)
        _blend(posture.palms[:, side], np.array([0.0, 0.1, 1.0]), smooth(up * 1.5))
        _blend(posture.curls[:, side], np.array(SHAPES["flat"]), up)
        posture.chest[:, 1] += up * (0.04 * swing - 0.06) * (1 if side == 0 else -1)
        posture.head[:, 1] += up * 0.06 * (1 if side == 0 else -1)
    return posture


def clap(times: Array, body: Proportions, rng: np.random.Generator) -> Posture:
    """Clapping in front of the chest or above the head."""
    posture = upright(times, body, rng)
    rate, wide = rng.uniform(1.3, 2.8), rng.uniform(0.18, 0.4)
    high = rng.choice([0.0, 0.0, 1.0]) * rng.uniform(0.6, 1)
    up = pulse(times, *_when(times, rng, 0.5))
    gap = wide * (1 - np.abs(np.cos(np.pi * rate * times)) ** 1.5) + 0.03
    middle = -body.shoulders / body.arm
    for side in (0, 1):
        hands = np.stack([middle + gap, -0.28 + 1.05 * high + 0 * gap, 0.52 - 0.25 * high - 0.15 * gap], axis=1)
        _blend(posture.wrists[:, side], hands, up)
        _blend(posture.elbows[:, side], np.array([1.0, -0.8, 0.0]), up)
        _blend(posture.fingers[:, side], np.array([-0.1, 0.75, 0.65]), up)
        _blend(posture.palms[:, side], np.array([-1.0, 0.0, 0.0]), smooth(up * 1.5))
        _blend(posture.curls[:, side], np.array(SHAPES["flat"]), up)
    posture.chest[:, 0] += 0.05 * up * np.cos(2 * np.pi * rate * times)
    posture.head[:, 0] += 0.05 * up * np.cos(2 * np.pi * rate * times + 0.4)
    return posture


def sign(times: Array, body: Proportions, rng: np.random.Generator) -> Posture:
    """Strokes as those of sign languages: places in front of the body, hand shapes, held and moved; one or two hands.

    They look like signing and mean nothing.
    """
    posture = upright(times, body, rng, legs=0.3)
    main = int(rng.integers(2))
    at = np.concatenate([[times[0] - 1.0], times[0] + np.cumsum(rng.uniform(0.35, 0.9, 3 + int(3 * np.ptp(times))))])
    resting = rng.random(len(at)) < 0.15
    resting[0] = rng.random() < 0.5
    both = rng.choice(3, size=len(at), p=[0.4, 0.4, 0.2])  # one hand; both alike; both, each its own way
    wrists, fingers, palms, curls = _strokes(rng, len(at))
    own = _strokes(rng, len(at))
    rest = (posture.wrists[0, 0], posture.fingers[0, 0], posture.palms[0, 0], posture.curls[0, 0])
    for side in (main, 1 - main):
        for array, first, second, still in zip(
            (posture.wrists, posture.fingers, posture.palms, posture.curls),
            (wrists, fingers, palms, curls), own, rest, strict=True,
        ):  # fmt: skip
            values = first.copy()
            if side != main:
                values = np.where((both == 2)[:, None], second, values)
            down = resting if side == main else resting | (both == 0)
            values[down] = still
            array[:, side] = keyed(times, at, values, hold=0.3)
    _repeat(posture, times, at, rng)
    posture.elbows[:] = (0.7, -1.0, -0.25)
    posture.head += wander(times, rng, 0.7, 3) * (0.07, 0.05, 0.08)
    posture.chest += wander(times, rng, 0.9, 3) * (0.02, 0.02, 0.05)
    return posture


def bow(times: Array, body: Proportions, rng: np.random.Generator) -> Posture:
    """Bowing from the hips, with arms at the sides, folded, or palms together."""
    posture = upright(times, body, rng, legs=0.2)
    start, length = times[0] + rng.uniform(0.1, 0.8), rng.uniform(0.6, 1.1)
    down = pulse(times, start, length, rng.uniform(0.3, 1.0), length)
    down = np.maximum(down, pulse(times, start + 3.2 * length + 1, length, 0.4, length))
    deep = rng.uniform(0.5, 1.15)
    posture.pelvis[:, 0] += deep * down
    posture.chest[:, 0] += 0.45 * deep * down
    posture.head[:, 0] += 0.25 * down
    posture.root[:, 2] -= 0.14 * deep * down * body.leg
    arms = rng.choice(["sides", "folded", "together"])
    if arms == "sides":
        for side in (0, 1):
            swing_arm(posture, side, 0.55 * deep * down, 0.1, 0.06, body)
    elif arms == "folded":
        _at(posture, -0.95 * body.shoulders / body.arm, -0.55, 0.40, (0.9, -0.5, 0.0))
        posture.fingers[:], posture.palms[:] = (-1.0, -0.2, 0.1), (0.0, -0.3, -1.0)
    else:
        _at(posture, -0.9 * body.shoulders / body.arm, -0.22, 0.42, (1.0, -0.7, 0.0))
        posture.fingers[:], posture.palms[:], posture.curls[:] = (-0.1, 0.9, 0.3), (-1.0, 0.0, 0.0), SHAPES["flat"]
    return posture


def upright(times: Array, body: Proportions, rng: np.random.Generator, legs: float = 1.0) -> Posture:
    """Standing as people do: swaying, breathing, looking about; `legs`: how much the weight is shifted."""
    posture = standing(times, body, stance=rng.uniform(0.0, 0.12) * body.leg)
    shift = np.tanh(wander(times, rng, 2.0)) * legs
    posture.root[:, 0] += 0.045 * shift
    posture.root[:, 1] -= rng.uniform(0.0, 0.02) + 0.012 * np.abs(shift)
    posture.pelvis[:, 1] = 0.06 * shift
    posture.chest[:, 1] = -0.07 * shift
    posture.pelvis[:, 2] = rng.normal(0, 0.15) + 0.04 * wander(times, rng, 2.5)
    posture.facing += rng.normal(0, 0.1)
    posture.chest[:, 0] = rng.normal(0.03, 0.05) + 0.012 * np.sin(2 * np.pi * 0.28 * times)
    posture.chest[:, 2] = -0.5 * posture.pelvis[:, 2] + 0.05 * wander(times, rng, 1.5)
    posture.head += wander(times, rng, 1.2, 3) * (0.06, 0.04, 0.16) + rng.normal(0, 0.06, 3)
    posture.wrists += wander(times, rng, 1.5, 2, 3) * 0.015
    posture.wrists[..., 0] += rng.uniform(-0.02, 0.08)
    posture.curls[:] = np.clip(posture.curls + 0.05 * wander(times, rng, 1.5, 2, 5), 0, 1)
    return posture


def _when(times: Array, rng: np.random.Generator, rise: float) -> tuple[float, float, float, float]:
    """Begin, rise, stay and fall of a gesture: two times of three it lasts all the time."""
    length = float(np.ptp(times))
    if rng.random() < 0.65:
        return times[0] - 1 - rise, rise, length + 9, rise
    return times[0] + rng.uniform(0, 0.3) * length, rise, rng.uniform(0.4, 0.7) * length, rise


def _hands(rng: np.random.Generator) -> tuple[int, ...]:
    return ((0,), (1,), (0, 1))[rng.choice(3, p=[0.4, 0.4, 0.2])]


def _blend(kept: Array, other: Array, weight: Array) -> None:
    kept += weight[:, None] * (other - kept)


def _at(posture: Posture, out: float, up: float, forward: float, elbows: tuple[float, float, float]) -> None:
    posture.wrists[:] = posture.wrists - posture.wrists.mean(axis=0) + np.array([out, up, forward])
    posture.elbows[:] = elbows


def _strokes(rng: np.random.Generator, count: int) -> tuple[Array, Array, Array, Array]:
    """Wrists, fingers, palms and curls (count, …) of random strokes in front of the upper body."""
    wrists = np.stack(
        [rng.uniform(-0.42, 0.30, count), rng.uniform(-0.55, 0.35, count), rng.uniform(0.28, 0.62, count)], axis=1
    )
    at_face = rng.random(count) < 0.25
    face = np.stack(
        [rng.uniform(-0.35, 0.0, count), rng.uniform(0.12, 0.38, count), rng.uniform(0.28, 0.4, count)], axis=1
    )
    wrists[at_face] = face[at_face]
    fingers = np.array([(-0.3, 0.95, 0.2), (-0.8, 0.3, 0.5), (-0.2, 0.2, 0.95), (0.2, 0.9, 0.4), (-0.9, 0.0, 0.3)])
    palms = np.array([(0.0, 0.0, 1.0), (-1.0, 0.0, 0.2), (0.0, -1.0, 0.1), (0.0, 0.2, -1.0), (0.2, 1.0, 0.2)])
    fingers = fingers[rng.integers(len(fingers), size=count)] + rng.normal(0, 0.15, (count, 3))
    palms = palms[rng.integers(len(palms), size=count)] + rng.normal(0, 0.15, (count, 3))
    shapes = np.array(list(SHAPES.values()))[rng.integers(len(SHAPES), size=count)]
    return wrists, fingers / np.linalg.norm(fingers, axis=1, keepdims=True), palms, shapes


def _repeat(posture: Posture, times: Array, at: Array, rng: np.random.Generator) -> None:
    """Small repeated movements within some strokes: up and down, circles, from side to side."""
    for start, end in pairwise(at):
        if rng.random() < 0.4:
            within = pulse(times, start, 0.1, max(end - start - 0.2, 0.05), 0.1)[:, None]
            angle = 2 * np.pi * rng.uniform(2.0, 4.0) * (times - start)
            move = np.stack([np.cos(angle), np.sin(angle), np.sin(angle)], axis=1) * rng.uniform(0, 0.06, 3)
            raised = posture.wrists[..., 1] > -0.7
            posture.wrists += (within * move)[:, None] * raised[..., None]

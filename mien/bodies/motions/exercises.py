"""Movements of the whole body in one place: squat, jump, kick, sit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.bodies.motions.curves import pulse, smooth, swing_arm, wander
from mien.bodies.motions.gestures import upright
from mien.bodies.motions.hands import SHAPES
from mien.bodies.motions.proportions import Proportions
from mien.bodies.motions.skeleton import Posture
from mien.bodies.motions.steps import roll_over

Array = NDArray[np.float64]
GRAVITY = 9.81


def squat(times: Array, body: Proportions, rng: np.random.Generator) -> Posture:
    """Squats, arms forward, on the hips or behind the head."""
    posture = upright(times, body, rng, legs=0.1)
    wide = rng.uniform(0.05, 0.18) * body.leg
    posture.ankles[:, 0, 0], posture.ankles[:, 1, 0] = body.hips + wide, -body.hips - wide
    posture.foot_yaw[:] = (0.35, -0.35)
    posture.knees[:] = rng.uniform(0.25, 0.5)
    down = _repeated(times, rng, rng.uniform(1.5, 2.8))
    deep = rng.uniform(0.35, 0.6)
    posture.root[:, 1] -= deep * body.leg * down
    posture.root[:, 2] -= 0.22 * body.leg * down
    posture.pelvis[:, 0] += 0.6 * down
    posture.chest[:, 0] += 0.15 * down
    posture.head[:, 0] -= 0.45 * down
    if rng.random() < 0.6:
        for side in (0, 1):
            swing_arm(posture, side, 0.15 + (1.9 - 0.3 * deep) * down, 0.15, 0.05, body)
    else:
        posture.wrists[:] = (-0.3, -0.1, 0.35)
        posture.elbows[:] = (0.8, -1.0, 0.0)
        posture.fingers[:], posture.palms[:] = (-0.5, 0.8, 0.1), (-1.0, 0.0, -0.3)
    return posture


def jump(times: Array, body: Proportions, rng: np.random.Generator) -> Posture:
    """Jumping on the spot, or jumping jacks: a parabola in the air, knees that give way before and after."""
    posture = upright(times, body, rng, legs=0.0)
    jacks = rng.random() < 0.4
    high = rng.uniform(0.08, 0.14) if jacks else rng.uniform(0.12, 0.4) * body.leg / 0.87
    flight = 2 * np.sqrt(2 * high / GRAVITY)
    contact = rng.uniform(0.25, 0.4) if jacks else rng.uniform(0.55, 1.1)
    deep = (0.09 if jacks else rng.uniform(0.18, 0.28)) * body.leg
    speed = GRAVITY * flight / 2
    contact = min(contact, 5.5 * deep / speed)
    period = flight + contact
    clock = np.mod(times + rng.uniform(0, period), period)
    air = clock > contact
    ground = np.clip(clock / contact, 0, 1)
    t = clock - contact
    up = np.where(air, t * (flight - t) * GRAVITY / 2, 0.0)
    down = _landing(ground, contact, deep, speed)
    bent = down / body.leg
    tuck = np.sin(np.pi * np.clip(t / flight, 0, 1)) ** 2 * rng.uniform(0.0, 0.5) * high * (not jacks)
    posture.root[:, 1] += up - down
    posture.root[:, 2] -= 0.25 * bent * body.leg
    posture.pelvis[:, 0] += 1.2 * bent
    posture.chest[:, 0] += 0.5 * bent
    pitch = 0.75 * np.sin(np.pi * np.clip(t / flight, 0, 1))
    phase = clock / period
    landed = np.maximum(0.4 * (1 - smooth(ground / 0.4)), smooth((ground - 0.5) / 0.5))
    open_ = 0.5 + 0.5 * np.sin(2 * np.pi * phase) if jacks else np.zeros_like(times)
    for side in (0, 1):
        posture.ankles[:, side, 1] += up + tuck
        posture.ankles[:, side] += roll_over(pitch, posture.foot_yaw[:, side], body)
        posture.foot_pitch[:, side] = pitch
        if jacks:
            swing_arm(posture, side, 0.1, 0.25, 0.25 + 2.4 * open_, body)
            posture.ankles[:, side, 0] += (1 if side == 0 else -1) * 0.28 * body.leg * open_
        else:
            raised = np.where(air, 1 - 0.6 * smooth(t / flight), landed)
            swing_arm(posture, side, -0.5 + 2.7 * raised, 0.45, 0.2, body)
    return posture


def kick(times: Array, body: Proportions, rng: np.random.Generator) -> Posture:
    """Kicks to the front or the side, with one leg or in turn; guard with the arms."""
    posture = upright(times, body, rng, legs=0.0)
    period, high, side_kick = rng.uniform(1.1, 2.0), rng.uniform(0.8, 1.75), rng.random() < 0.3
    order = rng.choice([0, 1], size=64) if rng.random() < 0.5 else np.full(64, rng.integers(2))
    start = times[0] - rng.uniform(0, period)
    posture.curls[:] = SHAPES["fist"]
    posture.wrists[:] = (-0.15, -0.15, 0.42)
    posture.elbows[:] = (0.6, -1.0, -0.2)
    posture.fingers[:], posture.palms[:] = (-0.2, 0.9, 0.3), (-1.0, 0.0, -0.2)
    for number in range(int(np.ceil((times[-1] - start) / period)) + 1):
        side = int(order[number % 64])
        begin = start + number * period
        raised = pulse(times, begin, 0.42 * period, 0.04, 0.45 * period)
        chamber = pulse(times, begin, 0.2 * period, 0.02, 0.2 * period) + pulse(
            times, begin + 0.5 * period, 0.2 * period, 0.02, 0.25 * period
        )
        _raise_leg(posture, side, raised, chamber, high, side_kick, body)
    return posture


def sit(times: Array, body: Proportions, rng: np.random.Generator) -> Posture:
    """Sitting on a chair that is not drawn, or sitting down and getting up."""
    posture = upright(times, body, rng, legs=0.1)
    length = float(np.ptp(times))
    if rng.random() < 0.5:
        down = np.ones_like(times)
    else:
        down = pulse(times, times[0] + rng.uniform(0.1, 0.3) * length, rng.uniform(0.9, 1.5), 0.4 * length, 1.2)
    seat = body.shin + body.ankle + rng.uniform(0.0, 0.05)
    moving = 4 * down * (1 - down)
    posture.root[:, 1] += (seat - posture.root[:, 1]) * down
    posture.root[:, 2] -= 0.98 * body.thigh * down
    posture.pelvis[:, 0] += 0.75 * moving - 0.08 * down
    posture.chest[:, 0] += 0.2 * moving + rng.uniform(0.0, 0.2) * down
    posture.head[:, 0] -= 0.3 * moving
    posture.ankles[:, :, 2] += rng.uniform(-0.1, 0.12)
    resting = rng.random() < 0.6
    for side in (0, 1):
        if resting:  # hands on the thighs
            hands = np.array([-0.02, -0.66, 0.42]) + 0.02 * wander(times, rng, 1.5, 3)
        else:
            hands = np.array([-0.08, -0.4, 0.5]) + wander(times, rng, 0.5, 3) * (0.1, 0.08, 0.06)
        posture.wrists[:, side] += down[:, None] * (hands - posture.wrists[:, side])
        posture.palms[:, side] += down[:, None] * (np.array([-0.2, -1.0, 0.0]) - posture.palms[:, side])
        posture.fingers[:, side] += down[:, None] * np.array([-0.2, -0.1, 0.9])
    return posture


def _landing(ground: Array, contact: float, deep: float, speed: float) -> Array:
    """How far the hips are down, from landing at `speed` (ground = 0) over the lowest point to leaving as fast (1)."""
    u = np.clip(1 - np.abs(2 * ground - 1), 0, 1)  # 0 at both ends, 1 in the middle: a cubic with these slopes
    slope = speed * contact / 2
    return (3 * deep - 2 * slope) * u**2 + (slope - 2 * deep) * u**3 + slope * u


def _repeated(times: Array, rng: np.random.Generator, period: float) -> Array:
    """Down and up again every `period` seconds, 0 to 1, with a short rest at both ends."""
    phase = np.mod(times / period + rng.random(), 1.0)
    return smooth(phase / 0.42) * (1 - smooth((phase - 0.5) / 0.42))


def _raise_leg(
    posture: Posture, side: int, raised: Array, chamber: Array, high: float, side_kick: bool, body: Proportions
) -> None:
    sign = 1.0 if side == 0 else -1.0
    weight = smooth(raised * 2.5)
    posture.root[:, 0] -= sign * (body.hips + 0.03) * weight
    posture.root[:, 1] -= 0.02 * weight
    posture.pelvis[:, 0] -= 0.25 * raised * (not side_kick)
    posture.chest[:, 1] -= sign * (0.45 if side_kick else 0.08) * raised
    posture.pelvis[:, 1] -= sign * (0.3 if side_kick else 0.0) * raised
    posture.chest[:, 2] += sign * 0.3 * raised
    angle, reach = high * raised, body.leg * (0.965 - 0.42 * np.clip(chamber, 0, 1))
    hip = posture.root + np.array([sign * body.hips, 0.0, 0.0])
    sideways, forward = (np.sin(angle), 0.15 * angle) if side_kick else (0 * angle, np.sin(angle))
    target = hip + reach[:, None] * np.stack([sign * sideways, -np.cos(angle), forward], axis=1)
    moved = smooth(raised * 4)[:, None]
    posture.ankles[:, side] += moved * (target - posture.ankles[:, side])
    posture.foot_pitch[:, side] += (0.35 - (0.2 if side_kick else 0.9) * angle) * moved[:, 0]
    posture.foot_yaw[:, side] += sign * 0.5 * side_kick * moved[:, 0]
    posture.wrists[:, side, 0] += 0.2 * raised
    posture.wrists[:, side, 1] -= 0.35 * raised

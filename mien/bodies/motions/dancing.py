"""Dancing on a beat: phrases of eight beats, each with a figure of the legs and one of the arms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.bodies.motions.curves import keyed, smooth, wander
from mien.bodies.motions.gestures import upright
from mien.bodies.motions.hands import SHAPES
from mien.bodies.motions.proportions import Proportions
from mien.bodies.motions.skeleton import Posture
from mien.bodies.motions.steps import Gait, step_along

Array = NDArray[np.float64]
STYLES = ("groove", "pop", "disco", "folk", "spin")

# Wrist (outwards, up, forward, in lengths of the arm) and elbow direction of one arm.
_ARMS: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "low": ((0.25, -0.75, 0.30), (0.6, -0.3, -1.0)),
    "chest": ((-0.10, -0.25, 0.45), (1.0, -0.5, -0.2)),
    "side": ((0.92, 0.05, 0.10), (0.2, -1.0, -0.4)),
    "up": ((0.15, 0.92, 0.10), (1.0, 0.0, -0.3)),
    "diagonal": ((0.65, 0.65, 0.15), (0.5, -1.0, -0.3)),
    "hip": ((0.05, -0.62, 0.05), (1.0, 0.0, -0.4)),
    "head": ((0.05, 0.42, 0.05), (1.0, 0.2, -0.1)),
    "across": ((-0.55, 0.05, 0.55), (0.7, -0.8, 0.3)),
    "forward": ((0.0, 0.0, 0.90), (0.6, -1.0, 0.0)),
    "curved": ((0.60, -0.25, 0.45), (0.8, 0.3, -0.5)),
    "crown": ((-0.12, 0.72, 0.20), (1.0, 0.1, 0.0)),
    "back": ((0.35, -0.70, -0.40), (0.4, 0.0, -1.0)),
}
_OF_STYLE = {
    "groove": ("low", "chest", "hip", "curved", "back", "head"),
    "pop": ("chest", "side", "up", "forward", "head", "diagonal", "across", "low"),
    "disco": ("diagonal", "across", "hip", "up", "low"),
    "folk": ("curved", "crown", "side", "across", "chest"),
    "spin": ("side", "crown", "curved", "up", "diagonal"),
}


def dance(times: Array, body: Proportions, rng: np.random.Generator, style: str | None = None) -> Posture:
    """Dancing in one of `STYLES` (drawn when none is given), 84 to 136 beats a minute."""
    style = style or str(rng.choice(STYLES))
    beats_a_second = rng.uniform(0.9, 1.4) if style == "folk" else rng.uniform(1.5, 2.27)
    beat = times * beats_a_second + rng.uniform(0, 8)
    posture = upright(times, body, rng, legs=0.2)
    _legs(posture, beat, body, rng, style)
    _trunk(posture, beat, rng, style)
    _arms(posture, beat, rng, style)
    return posture


def _legs(posture: Posture, beat: Array, body: Proportions, rng: np.random.Generator, style: str) -> None:
    phrases = np.arange(np.floor(beat[0] / 8) - 2, np.ceil(beat[-1] / 8) + 3) * 8
    wide = rng.choice([0.0, 0.10, 0.22], size=len(phrases), p=[0.3, 0.4, 0.3]) * body.leg
    deep = rng.choice([0.0, 0.08, 0.15], size=len(phrases)) * body.leg
    chance = 0.8 if style == "spin" else 0.2
    turns = np.where(rng.random(len(phrases)) < chance, rng.choice([-1, 1], len(phrases)), 0) * 2 * np.pi
    sway = rng.uniform(0.0, 0.35)

    def path(when: Array) -> Array:
        index = np.clip(np.searchsorted(phrases, when, side="right") - 1, 0, len(phrases) - 1)
        within = when - phrases[index]
        heading = (np.cumsum(turns) - turns)[index] + turns[index] * smooth((within - 3) / 4)
        fade = smooth(within) * smooth(8 - within)
        x = wide[index] * np.sin(np.pi * within / 2) * fade
        z = deep[index] * np.sin(np.pi * within / 4) * fade
        return np.stack([x, z, heading + sway * np.sin(np.pi * when / 4)], axis=1)

    gait = Gait(
        cadence=0.5 if style == "folk" else rng.choice([0.5, 1.0]),
        duty=0.66,
        lift=rng.uniform(0.03, 0.14) * body.leg,
        push=rng.uniform(0.2, 0.6),
        strike=0.0,
        width=rng.uniform(1.0, 2.2),
    )
    step_along(posture, beat, path, gait, body)


def _trunk(posture: Posture, beat: Array, rng: np.random.Generator, style: str) -> None:
    strength = rng.uniform(0.6, 1.4) * (0.6 if style == "folk" else 1.0)
    side = np.sin(np.pi * beat + rng.uniform(-0.3, 0.3))
    down = 0.5 + 0.5 * np.cos(2 * np.pi * beat)
    posture.root[:, 1] -= 0.03 + strength * 0.045 * down
    posture.root[:, 0] += 0.05 * strength * side * np.cos(posture.facing)
    posture.root[:, 2] -= 0.05 * strength * side * np.sin(posture.facing)
    posture.pelvis[:, 1] += 0.13 * strength * side
    posture.pelvis[:, 2] += 0.16 * strength * np.sin(np.pi * beat / 2)
    posture.chest[:, 0] += 0.06 + 0.09 * strength * down
    posture.chest[:, 1] -= 0.16 * strength * side
    posture.chest[:, 2] -= 0.24 * strength * np.sin(np.pi * beat / 2)
    posture.head[:, 0] += 0.12 * strength * (down - 0.5)
    posture.head[:, 1] += 0.10 * strength * side
    posture.knees += 0.1


def _arms(posture: Posture, beat: Array, rng: np.random.Generator, style: str) -> None:
    every = 2.0 if style in ("folk", "spin") else float(rng.choice([1.0, 2.0]))
    at = np.arange(np.floor(beat[0]) - 2 * every, np.ceil(beat[-1]) + 3 * every, every)
    names = _OF_STYLE[style]
    count = 2 * (len(at) // 8 + 1)
    first = rng.integers(len(names), size=(count, 2))
    second = rng.integers(len(names), size=(count, 2))
    mirrored = rng.random(count) < 0.5
    wrists = np.array([_ARMS[name][0] for name in names])
    elbows = np.array([_ARMS[name][1] for name in names])
    hold = 0.0 if style == "folk" else 0.3
    shape = np.array(SHAPES[str(rng.choice(["relaxed", "flat", "fist", "point", "round"]))])
    for side in (0, 1):
        chosen = []
        for number in range(len(at)):
            phrase, even = number // 4, number % 2 == 0
            # A phrase alternates between two poses; mirrored ones exchange the arms on every other beat.
            if mirrored[phrase]:
                chosen.append(first[phrase, side if even else 1 - side])
            else:
                chosen.append((first if even else second)[phrase, side])
        index = np.array(chosen)
        posture.wrists[:, side] = keyed(beat, at, wrists[index], hold) + 0.03 * wander(beat, rng, 2.0, 3)
        posture.elbows[:, side] = keyed(beat, at, elbows[index], hold)
        posture.curls[:, side] = shape
        posture.palms[:, side] = keyed(beat, at, rng.normal((-0.5, -0.6, 0.2), 0.5, (len(at), 3)), hold)
    if style == "folk":  # hands that turn about the wrist
        for side in (0, 1):
            angle = np.pi * beat / 2 + side
            posture.fingers[:, side] = np.stack(
                [0.6 * np.sin(angle), 0.5 + 0.4 * np.cos(angle), 0.5 + 0 * beat], axis=1
            )

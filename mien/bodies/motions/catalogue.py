"""The motions by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mien.bodies.motions import dancing, exercises, gestures, locomotion
from mien.bodies.motions.proportions import PEOPLE, Proportions, proportions_of
from mien.bodies.motions.skeleton import Posture, joints_of

Generator = Callable[[NDArray[np.float64], Proportions, np.random.Generator], Posture]

_GENERATORS: dict[str, Generator] = {
    "walk": locomotion.walk,
    "run": locomotion.run,
    "turn": locomotion.turn,
    "dance": dancing.dance,
    "jump": exercises.jump,
    "squat": exercises.squat,
    "kick": exercises.kick,
    "sit": exercises.sit,
    "wave": gestures.wave,
    "clap": gestures.clap,
    "sign": gestures.sign,
    "bow": gestures.bow,
    "idle": gestures.idle,
}
MOTIONS = tuple(_GENERATORS)


def motion(
    name: str, seconds: float, fps: float | Fraction, seed: int = 0, body: str | Proportions | None = None
) -> NDArray[np.float32]:
    """One of `MOTIONS`: joints float32 (T, 65, 3) in metres, axes of `mien.bodies.motions`.

    Amplitude, tempo, style and, unless `body` is given, the proportions follow from the seed. body: woman, man or child
    (one of them, drawn) or the lengths themselves. T is `seconds` times `fps`, rounded, at least 1.
    Raises ValueError for a name or body that does not exist.
    """
    rng = np.random.default_rng([seed, MOTIONS.index(_known(name))])
    times, lengths = _times(seconds, fps), _body(body, rng)
    return joints_of(_GENERATORS[name](times, lengths, rng), lengths)


def mixed_motion(seconds: float, fps: float | Fraction, rng: np.random.Generator) -> NDArray[np.float32]:
    """The legs of one motion with the arms and the head of another: what no single generator shows."""
    times, lengths = _times(seconds, fps), _body(None, rng)
    lower, upper = rng.choice(MOTIONS, size=2, replace=False)
    legs = _GENERATORS[lower](times, lengths, rng)
    arms = _GENERATORS[upper](times, lengths, rng)
    kept = {name: getattr(arms, name) for name in ("head", "wrists", "elbows", "fingers", "palms", "curls")}
    return joints_of(replace(legs, **kept), lengths)


def _known(name: str) -> str:
    if name not in _GENERATORS:
        raise ValueError(f"a motion is one of {', '.join(MOTIONS)}, not {name!r}")
    return name


def _times(seconds: float, fps: float | Fraction) -> NDArray[np.float64]:
    if not 0 < seconds <= 3600 or not 0 < fps <= 1000:
        raise ValueError(f"a motion lasts up to an hour at up to 1000 frames a second, not {seconds} s at {fps}")
    return np.arange(max(1, round(seconds * float(fps)))) / float(fps)


def _body(body: str | Proportions | None, rng: np.random.Generator) -> Proportions:
    if isinstance(body, Proportions):
        return body
    return proportions_of(body or str(rng.choice(PEOPLE, p=[0.4, 0.4, 0.2])), rng)

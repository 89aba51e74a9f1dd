"""A feeling as numbers: how it looks, moves and sounds, constant or changing over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.clips import EMOTIONS
from mien.heads.embedded.emotions import BEARINGS, STRENGTH_POWER, emotion_bearing, emotion_expression

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Manner:
    """Prosody and head movement of an emotion at full intensity; `Bearing` holds posture and gaze.

    rate: factor on the words per minute. pitch, pitch_range: added on espeak's scale of 0–99. dbfs: RMS loudness of the
    clip, dB relative to full scale. nod: pitch of the neck at a stressed vowel, radians. tremble: standard deviation,
    radians. forward: translation of the head (x, y, z), head units.
    """

    rate: float = 1.0
    pitch: float = 0.0
    pitch_range: float = 0.0
    dbfs: float = -22.0
    nod: float = 0.035
    tremble: float = 0.0
    forward: tuple[float, float, float] = (0.0, 0.0, 0.0)


MANNERS: dict[str, Manner] = {
    "ANG": Manner(1.12, 10, 32, -20.2, 0.085, 0.0, (0.0, -0.01, 0.05)),
    "DIS": Manner(0.9, -8, 8, -22.0, 0.03),
    "FEA": Manner(1.16, 20, -14, -21.3, 0.02, 0.006, (0.0, 0.01, -0.05)),
    "HAP": Manner(1.06, 15, 36, -20.8, 0.06),
    "NEU": Manner(),
    "SAD": Manner(0.8, -11, -32, -23.0, 0.015, 0.0, (0.0, -0.02, 0.0)),
}
"""Manner of each emotion at intensity 1."""


def manner(emotion: str, intensity: float) -> Manner:
    """The manner of an emotion at an intensity in [0, 1]: linear between neutral (0) and full (1)."""
    neutral, full = MANNERS["NEU"], MANNERS[emotion]

    def between(name: str) -> float:
        return float(getattr(neutral, name) * (1 - intensity) + getattr(full, name) * intensity)

    numbers = {name: between(name) for name in ("rate", "pitch", "pitch_range", "dbfs", "nod", "tremble")}
    x, y, z = (distance * intensity for distance in full.forward)
    return Manner(**numbers, forward=(x, y, z))


@dataclass(frozen=True, eq=False)
class Mood:
    """How a feeling shows in T frames; arrays without a row for each frame hold for all of them.

    expression: (52,) or (T, 52) in [0, 1] by ARKit names. neck: (3,) or (T, 3) and gaze: (2,) or (T, 2), radians, of
    the posture. forward: (3,) or (T, 3) head units. openness: a number or (T,), of the mouth in speech, 1 = neutral.
    nod: a number or (T,), radians. tremble: radians. sway, pace: of the head, 1 = neutral. blinks: a minute.
    """

    expression: Array
    neck: Array
    gaze: Array
    forward: Array
    openness: float | Array
    nod: float | Array
    tremble: float
    sway: float
    pace: float
    blinks: float

    @classmethod
    def of(cls, emotion: str, intensity: float) -> Mood:
        """One of `mien.clips.EMOTIONS` at an intensity in [0, 1]. Raises ValueError for another."""
        bearing, how = emotion_bearing(emotion, intensity), manner(emotion, intensity)
        return cls(
            expression=np.asarray(emotion_expression(emotion, intensity), np.float64),
            neck=np.array(bearing.neck),
            gaze=np.array(bearing.gaze),
            forward=np.array(how.forward),
            openness=bearing.openness,
            nod=how.nod,
            tremble=how.tremble,
            sway=bearing.sway,
            pace=bearing.pace,
            blinks=bearing.blinks,
        )

    @classmethod
    def over(cls, weights: NDArray[np.floating]) -> Mood:
        """Weights (T, 6) of EMOTIONS in [0, 1]; the neutral one is what the others leave.

        The differences of the emotions from the neutral one add up; tremble, sway, pace and blinks are the mean over
        time. A constant weight gives `of` with it as the intensity.
        """
        names = [name for name in EMOTIONS if name != "NEU"]
        linear = np.asarray(weights, np.float64)[:, [EMOTIONS.index(name) for name in names]]
        strength = linear**STRENGTH_POWER

        def mixed(neutral: object, full: list[object], share: Array) -> Array:
            base = np.asarray(neutral, np.float64)
            apart = np.stack([np.asarray(one, np.float64) - base for one in full])
            return np.asarray(base + np.tensordot(share, apart, axes=1))

        def bearing(name: str) -> Array:
            return mixed(getattr(BEARINGS["NEU"], name), [getattr(BEARINGS[one], name) for one in names], linear)

        def how(name: str) -> Array:
            return mixed(getattr(MANNERS["NEU"], name), [getattr(MANNERS[one], name) for one in names], linear)

        full = [emotion_expression(name) for name in names]
        return cls(
            expression=np.clip(mixed(np.zeros(len(full[0])), list(full), strength), 0, 1),
            neck=bearing("neck"),
            gaze=bearing("gaze"),
            forward=how("forward"),
            openness=bearing("openness"),
            nod=how("nod"),
            tremble=float(how("tremble").mean()),
            sway=float(bearing("sway").mean()),
            pace=float(bearing("pace").mean()),
            blinks=float(bearing("blinks").mean()),
        )

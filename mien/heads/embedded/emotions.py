"""How a feeling looks: expression weights, posture and restlessness of each of CREMA-D's six emotions.

The action units are the prototypes of Ekman and Friesen's EMFACS (anger 4+5+7+23/24, disgust 9+10+15+17, fear
1+2+4+5+20+25/26, happiness 6+12+25, sadness 1+4+15+17), written in ARKit's names. How a feeling and speech
share the mouth is the business of whoever acts (`mien.acting`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.clips import EMOTIONS
from mien.heads.performance import expression_vector

# weights at full intensity; "Both" stands for Left and Right, a pair (left, right) for an uneven face
_WEIGHTS: dict[str, dict[str, float | tuple[float, float]]] = {
    "ANG": {
        "browDownBoth": 1.0, "eyeSquintBoth": 0.45, "eyeWideBoth": 0.40, "noseSneerBoth": (0.60, 0.50),
        "mouthPressBoth": 0.70, "mouthFrownBoth": 0.50, "mouthStretchBoth": 0.20, "jawForward": 0.35,
        "mouthLowerDownBoth": 0.45, "mouthShrugLower": 0.35, "mouthUpperUpBoth": 0.30,
    },
    "DIS": {
        "noseSneerBoth": (1.0, 0.95), "mouthUpperUpBoth": (0.95, 0.75), "browDownBoth": 0.50, "eyeSquintBoth": 0.70,
        "cheekSquintBoth": 0.75, "mouthFrownBoth": (0.65, 0.75), "mouthShrugLower": 0.45, "mouthLowerDownBoth": 0.15,
    },
    "FEA": {
        "browInnerUp": 1.0, "browOuterUpBoth": 0.55, "browDownBoth": 0.20, "eyeWideBoth": 1.0,
        "mouthStretchBoth": 1.0, "mouthLowerDownBoth": 0.50, "jawOpen": 0.22, "mouthFrownBoth": 0.25,
    },
    "HAP": {
        "mouthSmileBoth": (1.0, 0.97), "cheekSquintBoth": 0.90, "eyeSquintBoth": 0.30, "mouthUpperUpBoth": 0.40,
        "mouthLowerDownBoth": 0.18, "mouthDimpleBoth": 0.20, "mouthStretchBoth": 0.15, "browOuterUpBoth": 0.16,
        "jawOpen": 0.08,
    },
    "NEU": {},
    "SAD": {
        "browInnerUp": 1.0, "browDownBoth": 0.25, "eyeBlinkBoth": 0.24, "mouthFrownBoth": (0.97, 1.0),
        "mouthShrugLower": 0.65, "eyeLookDownBoth": 0.25, "mouthPressBoth": 0.15, "cheekSquintBoth": 0.15,
        "eyeSquintBoth": 0.15,
    },
}  # fmt: skip


@dataclass(frozen=True)
class Bearing:
    """How head and eyes are held and how they move in an emotion at full intensity.

    neck: radians yaw, pitch, roll added to the pose. gaze: radians yaw, pitch. sway: how far the head wanders, and
    pace: how fast, both as multiples of the neutral. blinks: blinks a minute. loudness: of the voice, and openness:
    of the mouth in speech, both as multiples of the neutral.
    """

    neck: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gaze: tuple[float, float] = (0.0, 0.0)
    sway: float = 1.0
    pace: float = 1.0
    blinks: float = 17.0
    loudness: float = 1.0
    openness: float = 1.0


BEARINGS: dict[str, Bearing] = {
    "ANG": Bearing(neck=(0.0, 0.07, 0.0), sway=1.6, pace=1.6, blinks=8.0, loudness=1.5, openness=1.25),
    "DIS": Bearing(neck=(0.10, -0.05, 0.06), gaze=(-0.08, 0.06), sway=0.9, pace=0.9, blinks=16.0, openness=0.95),
    "FEA": Bearing(neck=(0.0, -0.05, 0.0), sway=1.1, pace=2.0, blinks=26.0, loudness=0.9, openness=0.9),
    "HAP": Bearing(neck=(0.0, -0.04, 0.05), sway=1.5, pace=1.2, blinks=18.0, loudness=1.15, openness=1.1),
    "NEU": Bearing(),
    "SAD": Bearing(
        neck=(0.0, 0.16, -0.05), gaze=(0.0, 0.10), sway=0.6, pace=0.6, blinks=14.0, loudness=0.7, openness=0.8
    ),
}
"""The bearing of each emotion."""


def _checked(emotion: str, intensity: float) -> float:
    if emotion not in EMOTIONS:
        raise ValueError(f"{emotion!r} is not an emotion; there are {', '.join(EMOTIONS)}")
    if not 0 <= intensity <= 1:
        raise ValueError(f"an intensity lies in [0, 1], not {intensity}")
    return float(intensity)


STRENGTH_POWER = 0.85
"""An expression grows with this power of its intensity."""


def emotion_expression(emotion: str, intensity: float = 1.0) -> NDArray[np.float32]:
    """Expression weights float32 (52,) in [0, 1] of an emotion, growing with its intensity in [0, 1].

    Raises ValueError for an unknown emotion or an intensity out of range.
    """
    strength = _checked(emotion, intensity) ** STRENGTH_POWER
    weights: dict[str, float] = {}
    for name, value in _WEIGHTS[emotion].items():
        if name.endswith("Both"):
            left, right = value if isinstance(value, tuple) else (value, value)
            weights[f"{name[:-4]}Left"], weights[f"{name[:-4]}Right"] = left * strength, right * strength
        else:
            assert not isinstance(value, tuple)
            weights[name] = value * strength
    return expression_vector(weights)


def emotion_bearing(emotion: str, intensity: float = 1.0) -> Bearing:
    """The bearing of an emotion between the neutral one (0) and its full one (1). Raises as `emotion_expression`."""
    strength = _checked(emotion, intensity)
    neutral, full = BEARINGS["NEU"], BEARINGS[emotion]

    def mix(a: float, b: float) -> float:
        return a + (b - a) * strength

    return Bearing(
        neck=(full.neck[0] * strength, full.neck[1] * strength, full.neck[2] * strength),
        gaze=(full.gaze[0] * strength, full.gaze[1] * strength),
        sway=mix(neutral.sway, full.sway),
        pace=mix(neutral.pace, full.pace),
        blinks=mix(neutral.blinks, full.blinks),
        loudness=mix(neutral.loudness, full.loudness),
        openness=mix(neutral.openness, full.openness),
    )

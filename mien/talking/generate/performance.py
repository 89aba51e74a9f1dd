"""Emotion weights from the expressions of a performance, and its expressions that a talking face cannot show."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mien.clips import EMOTIONS
from mien.heads.performance import EXPRESSION_INDEX, Performance
from mien.talking.generate.head_motion import expression_weights, resample

FULL_SMILE, FULL_FROWN = 0.85, 0.7
"""Weight of mouthSmile, and mean weight of browDown and mouthFrown, that correspond to HAP and ANG of weight 1."""

MIN_EXPRESSION = 0.05
"""Smiles and frowns below this value are ignored."""

REPORTED_EXPRESSION = 0.3
"""Expressions whose weight exceeds this value are reported if they cannot be shown."""

_UNSUPPORTED = {
    "the tongue": ("tongueOut",),
    "puffed cheeks": ("cheekPuff",),
    "pursed lips": ("mouthPucker", "mouthFunnel"),
    "raised eyebrows": ("browInnerUp", "browOuterUpLeft", "browOuterUpRight"),
    "a wrinkled nose": ("noseSneerLeft", "noseSneerRight"),
}
_HAPPY, _ANGRY = EMOTIONS.index("HAP"), EMOTIONS.index("ANG")


def smile_and_frown(performance: Performance) -> NDArray[np.float64]:
    """Strength (T, 2) of smile and frown in a performance, in [0, 1]."""
    # a wink raises one corner of the mouth, so the smaller of both sides counts
    smile = expression_weights(performance, "mouthSmile").min(1) / FULL_SMILE
    frown = sum(expression_weights(performance, stem).mean(1) for stem in ("browDown", "mouthFrown")) / (2 * FULL_FROWN)
    strength = np.clip(np.stack([smile, frown], 1), 0, 1)
    return np.where(strength < MIN_EXPRESSION, 0, strength)


def blend_emotions(performance: Performance, base: NDArray[np.floating], fps: Fraction) -> NDArray[np.float32]:
    """Emotion weights (T, 6) of a video at `fps`: `base` (T, 6) blended with HAP for smiles and ANG for frowns.

    With smile s and frown f (s + f ≤ 1): (1 − s − f) · base + s · HAP + f · ANG. Constant after the last frame of the
    performance.
    """
    smile, frown = resample(smile_and_frown(performance), performance.fps, len(base), fps).T
    share = np.maximum(smile + frown, 1)
    smile, frown = smile / share, frown / share
    blended = np.asarray(base, np.float64) * (1 - smile - frown)[:, None]
    blended[:, _HAPPY] += smile
    blended[:, _ANGRY] += frown
    return np.clip(blended, 0, 1).astype(np.float32)


def unsupported_expressions(performance: Performance) -> tuple[str, ...]:
    """Names of the performance's expressions that a talking face cannot show."""
    peaks = performance.expression.max(0) if len(performance) else np.zeros(len(EXPRESSION_INDEX))
    present = {name for name, index in EXPRESSION_INDEX.items() if peaks[index] > REPORTED_EXPRESSION}
    found = [words for words, names in _UNSUPPORTED.items() if present.intersection(names)]
    # a protruding tongue implies an open mouth
    if "jawOpen" in present and "the tongue" not in found:
        found.append("an open mouth, which the speech moves")
    lids = expression_weights(performance, "eyeBlink")
    if len(lids) and np.abs(lids[:, 0] - lids[:, 1]).max() > 0.5:
        found.append("a wink with one eye alone")
    return tuple(found)

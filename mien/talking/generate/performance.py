"""Emotion weights from the expressions of a performance, and its expressions that a talking face cannot show."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import torch
from numpy.typing import NDArray

from mien.clips import EMOTIONS
from mien.heads.performance import EXPRESSION_INDEX, Performance
from mien.talking.generate.head_motion import weights
from mien.talking.networks.encoders import feelings

FULL_SMILE, FULL_FROWN = 0.85, 0.7
"""Weight of mouthSmile, and mean weight of browDown and mouthFrown, that correspond to HAP and ANG of weight 1."""

FAINT = 0.05
"""Smiles and frowns below this value are ignored."""

ASKED = 0.3
"""Expressions whose weight exceeds this value are reported if they cannot be shown."""

_UNSHOWN = {
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
    smile = weights(performance, "mouthSmile").min(1) / FULL_SMILE
    frown = (weights(performance, "browDown").mean(1) + weights(performance, "mouthFrown").mean(1)) / (2 * FULL_FROWN)
    found = np.clip(np.stack([smile, frown], 1), 0, 1)
    return np.where(found < FAINT, 0, found)


def steady(frames: int, emotion: str, intensity: float) -> NDArray[np.float32]:
    """Emotion weights (T, 6) of one constant emotion of EMOTIONS."""
    row = feelings(torch.tensor([EMOTIONS.index(emotion)]), torch.tensor([intensity]))
    return np.repeat(row.numpy(), frames, 0)


def felt(performance: Performance, base: NDArray[np.floating], fps: Fraction) -> NDArray[np.float32]:
    """Emotion weights (T, 6) of a video at `fps`: `base` (T, 6) blended with HAP for smiles and ANG for frowns.

    With smile s and frown f (s + f ≤ 1): (1 − s − f) · base + s · HAP + f · ANG. Constant after the last frame of the
    performance.
    """
    times = np.arange(len(base)) * float(performance.fps / fps)
    own = np.arange(len(performance))
    smile, frown = (np.interp(times, own, column) for column in smile_and_frown(performance).T)
    share = np.maximum(smile + frown, 1)
    smile, frown = smile / share, frown / share
    blended = np.asarray(base, np.float64) * (1 - smile - frown)[:, None]
    blended[:, _HAPPY] += smile
    blended[:, _ANGRY] += frown
    return np.clip(blended, 0, 1).astype(np.float32)


def unshown(performance: Performance) -> tuple[str, ...]:
    """Names of the performance's expressions that a talking face cannot show."""
    peaks = performance.expression.max(0) if len(performance) else np.zeros(len(EXPRESSION_INDEX))
    found = [words for words, names in _UNSHOWN.items() if max(peaks[EXPRESSION_INDEX[name]] for name in names) > ASKED]
    # a protruding tongue implies an open mouth
    if peaks[EXPRESSION_INDEX["jawOpen"]] > ASKED and "the tongue" not in found:
        found.append("an open mouth, which the speech moves")
    lids = weights(performance, "eyeBlink")
    if len(lids) and np.abs(lids[:, 0] - lids[:, 1]).max() > 0.5:
        found.append("a wink with one eye alone")
    return tuple(found)

"""What a performance shows in the face, as feelings of the talking face; and what that face cannot show."""

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
"""Weights of mouthSmile, and of browDown and mouthFrown together, that count as the whole of HAP and ANG."""

FAINT = 0.05
"""Smiles and frowns below this are no feeling."""

ASKED = 0.3
"""An expression above this was meant."""

_UNSHOWN = {
    "the tongue": ("tongueOut",),
    "puffed cheeks": ("cheekPuff",),
    "pursed lips": ("mouthPucker", "mouthFunnel"),
    "raised eyebrows": ("browInnerUp", "browOuterUpLeft", "browOuterUpRight"),
    "a wrinkled nose": ("noseSneerLeft", "noseSneerRight"),
}
_HAPPY, _ANGRY = EMOTIONS.index("HAP"), EMOTIONS.index("ANG")


def smile_and_frown(performance: Performance) -> NDArray[np.float64]:
    """How far (T, 2) a performance smiles and frowns, in [0, 1]."""
    # a wink pulls at one corner of the mouth: the smaller side is what smiles
    smile = weights(performance, "mouthSmile").min(1) / FULL_SMILE
    frown = (weights(performance, "browDown").mean(1) + weights(performance, "mouthFrown").mean(1)) / (2 * FULL_FROWN)
    found = np.clip(np.stack([smile, frown], 1), 0, 1)
    return np.where(found < FAINT, 0, found)


def steady(frames: int, emotion: str, intensity: float) -> NDArray[np.float32]:
    """Feelings (T, 6) of one of EMOTIONS all the time."""
    row = feelings(torch.tensor([EMOTIONS.index(emotion)]), torch.tensor([intensity]))
    return np.repeat(row.numpy(), frames, 0)


def felt(performance: Performance, base: NDArray[np.floating], fps: Fraction) -> NDArray[np.float32]:
    """Feelings (T, 6) of a video at `fps`: those of `base` (T, 6), and HAP where it smiles, ANG where it frowns.

    The base gives way as far as there is a smile or a frown. Held after the performance's last frame.
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
    """What a performance does and a talking face cannot show, in words."""
    peaks = performance.expression.max(0) if len(performance) else np.zeros(len(EXPRESSION_INDEX))
    found = [words for words, names in _UNSHOWN.items() if max(peaks[EXPRESSION_INDEX[name]] for name in names) > ASKED]
    # a tongue that comes out opens the mouth by itself
    if peaks[EXPRESSION_INDEX["jawOpen"]] > ASKED and "the tongue" not in found:
        found.append("an open mouth, which the speech moves")
    lids = weights(performance, "eyeBlink")
    if len(lids) and np.abs(lids[:, 0] - lids[:, 1]).max() > 0.5:
        found.append("a wink with one eye alone")
    return tuple(found)

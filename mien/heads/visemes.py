"""Mouth shapes of speech as ARKit weights, and the 15 visemes of Oculus LipSync that they give.

The weights were set by eye on the embedded head. Names and order of the 15: Meta, "Oculus LipSync: viseme reference";
they are the names of morph targets that Ready Player Me's avatars have.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.heads.performance import ARKIT_NAMES, expression_vector


def _shape(**weights: float) -> NDArray[np.float32]:
    """Weights (52,); a name without its side stands for both sides."""
    both = {}
    for name, weight in weights.items():
        sides = (name,) if name in ARKIT_NAMES else (f"{name}Left", f"{name}Right")
        both.update(dict.fromkeys(sides, weight))
    return expression_vector(both)


MOUTH_SHAPES: dict[str, NDArray[np.float32]] = {
    "silence": _shape(),
    "p": _shape(jawOpen=0.03, mouthPress=0.25, mouthRollLower=0.2, mouthRollUpper=0.15),
    "f": _shape(jawOpen=0.09, mouthRollLower=0.42, mouthUpperUp=0.22, mouthShrugLower=0.12),
    "th": _shape(jawOpen=0.2, mouthLowerDown=0.16, mouthUpperUp=0.06, tongueOut=0.25),
    "t": _shape(jawOpen=0.17, mouthLowerDown=0.18, mouthUpperUp=0.06),
    "k": _shape(jawOpen=0.24, mouthLowerDown=0.12),
    "ch": _shape(jawOpen=0.14, mouthFunnel=0.5, mouthPucker=0.15, mouthLowerDown=0.16, mouthUpperUp=0.1),
    "s": _shape(jawOpen=0.08, mouthStretch=0.2, mouthLowerDown=0.22, mouthUpperUp=0.08),
    "r": _shape(jawOpen=0.2, mouthFunnel=0.3, mouthPucker=0.22, mouthLowerDown=0.08),
    "w": _shape(jawOpen=0.12, mouthPucker=0.75, mouthFunnel=0.15),
    "a": _shape(jawOpen=0.9, mouthLowerDown=0.26, mouthUpperUp=0.12, mouthStretch=0.06),
    "æ": _shape(jawOpen=0.8, mouthLowerDown=0.28, mouthUpperUp=0.16, mouthStretch=0.24),
    "e": _shape(jawOpen=0.6, mouthLowerDown=0.24, mouthUpperUp=0.12, mouthStretch=0.24),
    "i": _shape(jawOpen=0.3, mouthLowerDown=0.18, mouthUpperUp=0.1, mouthStretch=0.36, mouthSmile=0.14),
    "schwa": _shape(jawOpen=0.42, mouthLowerDown=0.16, mouthUpperUp=0.06),
    "o": _shape(jawOpen=0.62, mouthFunnel=0.42, mouthPucker=0.28, mouthLowerDown=0.08),
    "u": _shape(jawOpen=0.28, mouthPucker=0.62, mouthFunnel=0.28),
}
"""Weights float32 (52,) of the mouth in the middle of a sound, by the sound's class."""

_OCULUS = {
    "sil": "silence", "PP": "p", "FF": "f", "TH": "th", "DD": "t", "kk": "k", "CH": "ch", "SS": "s", "nn": "t",
    "RR": "r", "aa": "a", "E": "e", "I": "i", "O": "o", "U": "u",
}  # fmt: skip

OCULUS_VISEMES: dict[str, NDArray[np.float32]] = {
    f"viseme_{name}": MOUTH_SHAPES[shape] for name, shape in _OCULUS.items()
}
"""Weights float32 (52,) of the 15 visemes by name; DD (t, d) and nn (n, l) are one mouth shape."""

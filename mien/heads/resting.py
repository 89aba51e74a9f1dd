"""A resting expression under the expressions of a motion: who smiles at rest smiles on while the head moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mien.heads.performance import ARKIT_NAMES, Performance

_OPPOSITES = (
    ("eyeWide", "eyeBlink"),
    ("eyeWide", "eyeSquint"),
    ("mouthSmile", "mouthFrown"),
    ("browInnerUp", "browDown"),
    ("browOuterUp", "browDown"),
    ("jawOpen", "mouthClose"),
)
"""Expressions of which one takes back the other."""


def _columns(stem: str) -> list[int]:
    sides = [number for number, name in enumerate(ARKIT_NAMES) if name in (stem, f"{stem}Left", f"{stem}Right")]
    return sides if len(sides) == 2 else sides * 2


def at_rest(expression: NDArray[np.floating], resting: NDArray[np.floating]) -> NDArray[np.float64]:
    """Weights (T, 52) in [0, 1] of a motion's `expression` (T, 52) on a face with `resting` weights (52,) or (T, 52).

    Each weight is e + r (1 − e), so that the motion's own comes on top and nothing exceeds 1. What the motion opposes
    is at rest no more: a blink closes eyes that are wide at rest, a frown takes back a smile.
    """
    own = np.clip(np.asarray(expression, np.float64), 0, 1)
    under = np.broadcast_to(np.asarray(resting, np.float64), own.shape).copy()
    for first, second in _OPPOSITES:
        one, other = _columns(first), _columns(second)
        # of the motion as it is alone: the order of the pairs does not matter
        under[:, one] *= 1 - own[:, other]
        under[:, other] *= 1 - own[:, one]
    return np.asarray(own + np.clip(under, 0, 1) * (1 - own))


def resting_performance(performance: Performance, resting: NDArray[np.floating]) -> Performance:
    """The performance on a face with `resting` weights (52,); see `at_rest`."""
    return replace(performance, expression=at_rest(performance.expression, resting).astype(np.float32))

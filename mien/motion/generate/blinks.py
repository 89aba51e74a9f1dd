"""Random blinks for rendered heads, since people blink whatever they do and texts do not mention it.

They are added to videos only. They are not part of the generated motion, so motion files do not contain them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mien.heads.performance import EXPRESSION_INDEX, Performance
from mien.training.randomness import numpy_generator

MEAN_SECONDS = 4.0
"""Mean interval between blinks: 15 per minute, about the rate of people at rest (17 per minute in Bentivoglio et al.,
"Analysis of blink rate patterns in normal subjects", Movement Disorders 1997)."""

LEAST_SECONDS = 1.2
SHORTEST, LONGEST = 0.15, 0.25
"""Range of the duration of a blink in seconds."""

MARGIN_SECONDS = 0.3
"""Minimum time for which the lids are open and at rest before and after a blink."""

_OPEN = 0.12
_LIDS = [EXPRESSION_INDEX[name] for name in ("eyeBlinkLeft", "eyeBlinkRight")]
_LID_WORDS = re.compile(r"\b(blink|wink|squint|eyes?\b|eyelid|lids?\b)", re.IGNORECASE)


def asks_for_lids(text: str) -> bool:
    """Whether a text mentions eyes or lids."""
    return _LID_WORDS.search(text) is not None


def with_blinks(performance: Performance, seed: int, quiet: Sequence[tuple[float, float]] = ()) -> Performance:
    """The performance with random blinks where the eyes are open and at rest; deterministic given `seed`.

    quiet: intervals (start, end) in seconds without blinks. A blink at a time that is not allowed is moved to the next
    allowed frame.
    """
    fps, frames = float(performance.fps), len(performance)
    allowed = _allowed(performance, quiet)
    random = numpy_generator(seed, "blinks")
    blinks = np.zeros(frames)
    after = _interval(random) * float(random.random())
    while after * fps < frames:
        seconds = float(random.uniform(SHORTEST, LONGEST))
        free = np.flatnonzero(allowed[int(after * fps) :])
        if not len(free):
            break
        peak = int(after * fps) + int(free[0])
        blinks = np.maximum(blinks, _closing((np.arange(frames) - peak) / fps, seconds))
        after = peak / fps + _interval(random)
    expression = performance.expression.copy()
    expression[:, _LIDS] = np.maximum(expression[:, _LIDS], blinks[:, None].astype(np.float32))
    return Performance(performance.fps, expression, performance.neck, performance.translation, performance.gaze)


def _interval(random: np.random.Generator) -> float:
    return LEAST_SECONDS + float(random.gamma(2.0, (MEAN_SECONDS - LEAST_SECONDS) / 2.0))


def _allowed(performance: Performance, quiet: Sequence[tuple[float, float]]) -> NDArray[np.bool_]:
    """Mask (T,) of the frames at which the middle of a blink is allowed."""
    fps, frames = float(performance.fps), len(performance)
    busy = performance.expression[:, _LIDS].max(1) > _OPEN
    for start, end in quiet:
        busy[max(0, int(np.floor(start * fps))) : max(0, int(np.ceil(end * fps)))] = True
    reach = round((MARGIN_SECONDS + LONGEST / 2) * fps)
    near = np.convolve(busy, np.ones(2 * reach + 1), mode="full")[reach : reach + frames]
    allowed = near < 0.5
    edge = int(np.ceil(0.7 * LONGEST * fps))  # a video does not begin or end with closed eyes
    allowed[:edge] = allowed[max(0, frames - edge) :] = False
    return np.asarray(allowed)


def _closing(times: NDArray[np.float64], seconds: float) -> NDArray[np.float64]:
    """Closure (T,) in [0, 1] at times (T,) in seconds from the middle of a blink; lids close faster than they open."""
    phase = np.where(times < 0, -times / (0.4 * seconds), times / (0.6 * seconds))
    return np.asarray(0.5 + 0.5 * np.cos(np.pi * np.clip(phase, 0, 1)))

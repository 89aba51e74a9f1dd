"""Random blinks for rendered heads, since people blink whatever they do and texts do not mention it.

They are added to videos only. They are not part of the generated motion, so motion files do not contain them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mien.heads.performance import EXPRESSION_INDEX, Performance
from mien.motion.corpus.plan import Plan
from mien.training.randomness import numpy_generator

MEAN_SECONDS = 4.0
"""Mean interval between blinks: 15 per minute, about the rate of people at rest (17 per minute in Bentivoglio et al.,
"Analysis of blink rate patterns in normal subjects", Movement Disorders 1997)."""

MIN_INTERVAL_SECONDS = 1.2
SHORTEST, LONGEST = 0.15, 0.25
"""Range of the duration of a blink in seconds."""

MARGIN_SECONDS = 0.3
"""Minimum time for which the lids are open and at rest before and after a blink."""

_OPEN = 0.12
_LIDS = [EXPRESSION_INDEX[name] for name in ("eyeBlinkLeft", "eyeBlinkRight")]
_LID_WORDS = re.compile(r"\b(blink|wink|squint|eyes?\b|eyelid|lids?\b)", re.IGNORECASE)


def mentions_eyes(text: str) -> bool:
    """Whether a text mentions eyes or lids."""
    return _LID_WORDS.search(text) is not None


def uses_eyes(plan: Plan | None) -> bool:
    """Whether a plan moves the lids or the gaze, so that a random blink could be taken for a part of it."""
    return plan is not None and any({"lids", "gaze"} & action.uses for action in plan.actions)


def add_blinks(performance: Performance, seed: int, excluded: Sequence[tuple[float, float]] = ()) -> Performance:
    """The performance with random blinks where the eyes are open and at rest; deterministic given `seed`.

    excluded: intervals (start, end) in seconds without blinks. A blink at a time that is not allowed is moved to the
    next allowed frame.
    """
    fps, frames = float(performance.fps), len(performance)
    allowed = _allowed(performance, excluded)
    random = numpy_generator(seed, "blinks")
    blinks = np.zeros(frames)
    start = _sample_interval(random) * float(random.random())
    while start * fps < frames:
        seconds = float(random.uniform(SHORTEST, LONGEST))
        candidates = np.flatnonzero(allowed[int(start * fps) :])
        if not len(candidates):
            break
        peak = int(start * fps) + int(candidates[0])
        blinks = np.maximum(blinks, _closure((np.arange(frames) - peak) / fps, seconds))
        start = peak / fps + _sample_interval(random)
    expression = performance.expression.copy()
    expression[:, _LIDS] = np.maximum(expression[:, _LIDS], blinks[:, None].astype(np.float32))
    return replace(performance, expression=expression)


def _sample_interval(random: np.random.Generator) -> float:
    return MIN_INTERVAL_SECONDS + float(random.gamma(2.0, (MEAN_SECONDS - MIN_INTERVAL_SECONDS) / 2.0))


def _allowed(performance: Performance, excluded: Sequence[tuple[float, float]]) -> NDArray[np.bool_]:
    """Mask (T,) of the frames at which the middle of a blink is allowed."""
    fps, frames = float(performance.fps), len(performance)
    excluded_frames = performance.expression[:, _LIDS].max(1) > _OPEN
    for start, end in excluded:
        excluded_frames[max(0, int(np.floor(start * fps))) : max(0, int(np.ceil(end * fps)))] = True
    margin = round((MARGIN_SECONDS + LONGEST / 2) * fps)
    excluded_nearby = np.convolve(excluded_frames, np.ones(2 * margin + 1), mode="full")[margin : margin + frames]
    allowed = excluded_nearby < 0.5
    edge = int(np.ceil(0.7 * LONGEST * fps))  # a video does not begin or end with closed eyes
    allowed[:edge] = allowed[max(0, frames - edge) :] = False
    return np.asarray(allowed)


def _closure(times: NDArray[np.float64], seconds: float) -> NDArray[np.float64]:
    """Closure (T,) in [0, 1] at times (T,) in seconds from the middle of a blink; lids close faster than they open."""
    phase = np.where(times < 0, -times / (0.4 * seconds), times / (0.6 * seconds))
    return np.asarray(0.5 + 0.5 * np.cos(np.pi * np.clip(phase, 0, 1)))

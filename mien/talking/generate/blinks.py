"""Blinks of a talking face for which no motion is given: events with a course, instead of samples of a process.

The copula process of `mien.talking.data.pose` has the marginal distribution of the lids and their autocovariance, but
not the course of a blink: with the default model it falls below −.35 in 35 places a minute and for one frame each
(five minutes, seeds 0 to 4), where the clips it was fitted to have 16 a minute of three frames or more.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mien.faces.measures import FACE_POSE

BLINKS_A_MINUTE = 16.0
"""Mean rate. People at rest blink 17 times a minute, in conversation more often (Bentivoglio et al., "Analysis of blink
rate patterns in normal subjects", Movement Disorders 1997)."""

LEAST_INTERVAL = 1.2
"""Least time in seconds from the start of a blink to that of the next."""

SHORTEST, LONGEST = 0.25, 0.35
"""Duration of a blink in seconds, from open to open."""

_CLOSING, _CLOSED = 0.3, 0.15
"""Parts of a blink's duration in which the lid comes down and in which the eye is closed. It opens more slowly than it
closes (VanderWerf et al., "Eyelid movements", Journal of Neurophysiology 2003)."""

_DRIFT_SECONDS, _DRIFT_LEAST = 0.4, -0.1
"""Between blinks, the sampled lids are averaged over this time and not lower than this."""

_LIDS = FACE_POSE.index("lids")


def blink_lids(frames: int, fps: Fraction, random: np.random.Generator) -> NDArray[np.float32]:
    """Lids (T,) of T = `frames` video frames at `fps` in [−1, 0]: 0 between blinks, −1 in a frame of each at least.

    The intervals are `LEAST_INTERVAL` and an exponential rest, so that the rate is `BLINKS_A_MINUTE` on average.
    """
    step = 1 / float(fps)
    mean_rest = 60 / BLINKS_A_MINUTE - LEAST_INTERVAL
    times = np.arange(frames) * step
    lids = np.zeros(frames)
    start = random.exponential(60 / BLINKS_A_MINUTE)
    while start < frames * step:
        duration = random.uniform(SHORTEST, LONGEST)
        closed = start + _CLOSING * duration
        closed = np.ceil(closed / step - 1e-6) * step  # a frame shows the closed eye
        lids = np.minimum(lids, -_course(times - (closed - _CLOSING * duration), duration))
        start += LEAST_INTERVAL + random.exponential(mean_rest)
    return lids.astype(np.float32)


def with_blinks(pose: NDArray[np.floating], fps: Fraction, random: np.random.Generator) -> NDArray[np.float32]:
    """A copy of sampled poses (T, 9) of `FACE_POSE` whose lids blink as `blink_lids` and only drift between blinks."""
    result = np.array(pose, np.float32)
    open_lids = np.maximum(result[:, _LIDS], _DRIFT_LEAST)
    width = max(round(_DRIFT_SECONDS * float(fps)), 1) | 1
    padded = np.pad(open_lids, width // 2, mode="edge")
    drift = np.convolve(padded, np.full(width, 1 / width), "valid")
    blinks = blink_lids(len(result), fps, random)
    result[:, _LIDS] = drift + (-1 - drift) * -blinks
    return result


def _course(time: NDArray[np.float64], duration: float) -> NDArray[np.float64]:
    """Closure (T,) in [0, 1] at times (T,) in seconds from the start of a blink: smooth, fast down and slowly up."""
    down = time / (_CLOSING * duration)
    up = (duration - time) / ((1 - _CLOSING - _CLOSED) * duration)
    part = np.clip(np.minimum(down, up), 0, 1)
    return part * part * (3 - 2 * part)

"""Points that are far from where they can be: jumps out of a smooth path and bones that are too long."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import BODY_AND_FEET, INDEX, LIMBS
from mien.bodies.repair.size import bone_lengths

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

NEIGHBOURS = 3
"""Known neighbours on each side that a point is compared with (Hampel's filter)."""
NEAREST_SECONDS = 0.2
"""Farther ones do not count."""
FACTOR = 5.0
"""How many typical deviations a point may be off."""
LEAST = 0.04
"""Body sizes that a point may always be off: quick turns of wrists and ankles."""
MOST_FRAMES = 3
"""What lasts longer is no jump but a movement."""
LONGER = 1.35
"""How much longer than it is a bone may look."""

# The end that is wrong when a bone is too long: the one farther from the trunk.
_OUTER = np.array([INDEX[second] for _, second in LIMBS])


def jumps(points: Array, known: Mask, fps: float) -> Mask:
    """Which points (T, 23) of body and feet leave a smooth path for a moment; points (T, 23, 2) in body sizes.

    Each point is compared with straight lines between known neighbours before and after it: where it is far from the
    median of these lines, compared with what is usual for this point at this time, it is an outlier.
    """
    found = np.zeros_like(known)
    for joint in range(known.shape[1]):
        rows = np.nonzero(known[:, joint])[0]
        for _ in range(2):  # a second look without the first outliers, which hide smaller ones
            if len(rows) < 5:
                break
            off = _residuals(points[rows, joint], rows, fps)
            usual = _running_median(off, round(fps))
            wrong = off > np.maximum(FACTOR * usual, LEAST)
            found[rows[wrong], joint] = True
            rows = rows[~wrong]
        found[:, joint] &= _run_lengths(found[:, joint]) <= MOST_FRAMES
    return found


def stretched(points: Array, known: Mask, size: Array) -> Mask:
    """Which points (T, 23) are the outer ends of bones far longer than that bone is; points (T, 65, 2) in pixels.

    size: (T,) of the body in pixels. A bone's own length is the one that nine of ten frames do not exceed.
    """
    found = np.zeros((len(points), BODY_AND_FEET), bool)
    lengths = bone_lengths(points, known) / size[:, None]
    for bone, outer in enumerate(_OUTER):
        own = lengths[:, bone]
        seen = np.isfinite(own)
        if seen.sum() >= 10:
            longest = np.percentile(own[seen], 90)
            found[:, outer] |= seen & (own > max(LONGER * longest, longest + LEAST))
    return found


def _run_lengths(flags: Mask) -> NDArray[np.int64]:
    """For every frame (T,) how long the run of frames with the same flag is."""
    edges = np.flatnonzero(np.diff(flags)) + 1
    lengths = np.diff(np.concatenate([[0], edges, [len(flags)]]))
    return np.repeat(lengths, lengths)


def _residuals(points: Array, rows: NDArray[np.int64], fps: float) -> Array:
    """Distance (N,) of each point from the median of lines through pairs of its neighbours."""
    count = len(rows)
    guesses = np.full((count, NEIGHBOURS * NEIGHBOURS, 2), np.nan)
    index, number = np.arange(count), 0
    for before in range(1, NEIGHBOURS + 1):
        for after in range(1, NEIGHBOURS + 1):
            a, b = index - before, index + after
            valid = (a >= 0) & (b < count)
            a, b = np.maximum(a, 0), np.minimum(b, count - 1)
            span = rows[b] - rows[a]
            valid &= span <= 2 * NEAREST_SECONDS * fps + 2
            weight = ((rows - rows[a]) / np.maximum(span, 1))[:, None]
            line = points[a] * (1 - weight) + points[b] * weight
            guesses[valid, number] = line[valid]
            number += 1
    usable = np.isfinite(guesses[..., 0]).any(axis=1)
    off = np.zeros(count)
    off[usable] = np.linalg.norm(points[usable] - np.nanmedian(guesses[usable], axis=1), axis=1)
    return off


def _running_median(values: Array, half: int) -> Array:
    """Median of each value and its `half` neighbours on both sides, in steps of `half` with lines between."""
    middles = np.arange(0, len(values) + half, max(1, half))
    medians = [
        float(np.median(values[max(0, at - half) : at + half + 1])) for at in np.minimum(middles, len(values) - 1)
    ]
    return np.interp(np.arange(len(values)), middles, medians)

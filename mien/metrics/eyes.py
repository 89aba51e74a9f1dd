"""Measures of eyes: where they look and when they blink, held against the real clip's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]

CLOSED = -0.5
"""Lids (opening over the clip's usual opening, minus 1) below this hide the iris: nothing can be said of the gaze."""

LEAST_DEVIATION = 0.06
"""Real lids whose deviation is less show no blink to be followed; one blink in three seconds gives about 0.15."""


def gaze_error(gaze: Curve, reference: Curve, lids: Curve | None = None) -> float | None:
    """Mean distance of two curves (T,) of the irises' places sideways, in eye widths, ≥ 0; 0 is perfect.

    A place is measured from the middle of the eye. On the embedded corpus, where the truth is known, 0.01 of an eye's
    width is about 1.5°. Up and down is left out: there the iris found in small pictures follows the lids, not the gaze.
    Frames are left out where either curve is NaN or the real eyes, by `lids` (T,), are `CLOSED`. None when no frame is
    left.
    """
    if gaze.shape != reference.shape or gaze.ndim != 1:
        raise ValueError(f"two curves (T,) are needed, not {gaze.shape} and {reference.shape}")
    seen = np.isfinite(gaze) & np.isfinite(reference)
    if lids is not None:
        seen &= lids > CLOSED
    return float(np.abs(gaze[seen] - reference[seen]).mean()) if seen.any() else None


def relative_opening(opening: Curve) -> Curve:
    """Lids (T,) of an eye opening (T,): relative to the clip's upper quartile, 0 open, −1 closed; NaN stays NaN.

    So narrow or wide eyes, and feelings that hold them so, do not count as lids.
    """
    known = opening[np.isfinite(opening)]
    usual = float(np.quantile(known, 0.75)) if len(known) else 1.0
    return np.asarray(opening / max(usual, 1e-6) - 1)


def blink_correlation(lids: list[Curve], reference: list[Curve]) -> float | None:
    """Pearson correlation, in [−1, 1], of two lists of lids (T_i,) over all frames of all clips together.

    A clip of two seconds has a blink or none: only many clips together say whether lids close when they should. Lids
    that never move correlate 0. None when the reference's never move, or no frame is known in both.
    """
    if not lids:
        return None
    ours, theirs = np.concatenate(lids), np.concatenate(reference)
    if ours.shape != theirs.shape:
        raise ValueError(f"lids of equal length are needed, not {len(ours)} and {len(theirs)} frames")
    seen = np.isfinite(ours) & np.isfinite(theirs)
    if not seen.any() or theirs[seen].std() < LEAST_DEVIATION:
        return None
    ours, theirs = ours[seen] - ours[seen].mean(), theirs[seen] - theirs[seen].mean()
    power = float(np.sqrt((ours**2).sum() * (theirs**2).sum()))
    return float((ours * theirs).sum()) / power if power > 1e-9 else 0.0

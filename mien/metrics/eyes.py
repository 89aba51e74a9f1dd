"""Eye metrics: gaze and blinks compared to the real clip."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]

CLOSED = -0.5
"""Lids (see `relative_opening`) below this hide the iris, so the gaze cannot be measured."""

LEAST_DEVIATION = 0.06
"""Minimum standard deviation of real lids that contain blinks; one blink in three seconds gives about 0.15."""


def gaze_error(gaze: Curve, reference: Curve, lids: Curve | None = None) -> float | None:
    """Mean absolute difference, ≥ 0, of two curves (T,) of the horizontal iris position in eye widths; 0 is perfect.

    Positions are relative to the centre of the eye. On the embedded corpus, where the true gaze is known, 0.01 eye
    widths are about 1.5°. The vertical position is not used: in small pictures the detected iris follows the lids, not
    the gaze. Frames are left out if either curve is NaN or the lids (T,) of the real eyes are `CLOSED`. None if no
    frame is left.
    """
    if gaze.shape != reference.shape or gaze.ndim != 1:
        raise ValueError(f"two curves (T,) are needed, not {gaze.shape} and {reference.shape}")
    seen = np.isfinite(gaze) & np.isfinite(reference)
    if lids is not None:
        seen &= lids > CLOSED
    return float(np.abs(gaze[seen] - reference[seen]).mean()) if seen.any() else None


def relative_opening(opening: Curve) -> Curve:
    """Lids (T,) of an eye opening (T,), relative to its upper quartile in the clip: 0 open, −1 closed; NaN stays NaN.

    The normalisation removes the individual width of the eyes and that of the emotion.
    """
    known = opening[np.isfinite(opening)]
    usual = float(np.quantile(known, 0.75)) if len(known) else 1.0
    return np.asarray(opening / max(usual, 1e-6) - 1)


def blink_correlation(lids: list[Curve], reference: list[Curve]) -> float | None:
    """Pearson correlation, in [−1, 1], of two lists of lids (T_i,) over all frames of all clips together.

    A clip of two seconds has one blink or none, so the correlation is only meaningful over many clips. Lids that never
    move have correlation 0. None if the lids of the reference never move, or if no frame is known in both.
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

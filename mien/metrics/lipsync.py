"""Lip-sync metrics without a trained network: correlation of mouth opening and loudness.

The mouth opening and the loudness of the speech, both at the video's frame rate and band-passed to the rate of
syllables, are cross-correlated. The correlation of a single clip is a weak measure, because the sound of other clips
also correlates. The permutation AUC over many clips is the probability that the clip's own sound correlates better
than another's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy import signal

LOW_HZ, HIGH_HZ = 1.0, 8.0
"""Frequency band of syllables and mouth movement in which the curves are compared."""

MAX_LAG_SECONDS = 0.2
FLOOR_RMS = 1e-3
"""Lower bound of the RMS (−60 dBFS), so that the logarithm of silence is finite."""

LEAST_FRAMES = 16
"""Minimum length of a curve: shorter ones contain less than a period of the lowest frequency of the band."""

Curve = NDArray[np.float64]


def mouth_opening(landmarks: NDArray[np.float32] | NDArray[np.float64]) -> Curve:
    """Aspect ratio (T,) ≥ 0 of the inner lips in landmarks (T, 68, 2): mean height of three pairs of points ÷ width.

    Soukupová and Čech's eye aspect ratio (CVWW 2016, eq. 1) on the points 60–67. NaN where the landmarks are.
    """
    points = np.asarray(landmarks, dtype=np.float64)
    heights = [
        np.linalg.norm(points[:, above] - points[:, below], axis=-1) for above, below in ((61, 67), (62, 66), (63, 65))
    ]
    width = np.linalg.norm(points[:, 60] - points[:, 64], axis=-1)
    return np.asarray(np.mean(heights, axis=0) / np.maximum(width, 1e-6), dtype=np.float64)


def loudness(speech: NDArray[np.float32], sample_rate: int, frames: int, fps: Fraction) -> Curve:
    """Natural logarithm (frames,) of the RMS of the speech during each video frame, at least ln `FLOOR_RMS`.

    Frame n covers the samples from round(n·rate/fps) to round((n+1)·rate/fps); after the end there is silence.
    """
    edges = [round(Fraction(frame * sample_rate) / fps) for frame in range(frames + 1)]
    energy = np.concatenate([[0.0], np.cumsum(np.asarray(speech, dtype=np.float64) ** 2)])
    totals = np.diff(energy[np.minimum(edges, len(speech))])
    rms = np.sqrt(np.maximum(totals, 0) / np.diff(edges))
    return np.log(np.maximum(rms, FLOOR_RMS))


def band_pass(curve: Curve, fps: Fraction) -> Curve:
    """The curve (T,) filtered to 1–8 Hz without delay by a second-order Butterworth filter, forwards and backwards.

    NaN values are interpolated linearly first. Raises ValueError if fps is too low for the band or the curve has fewer
    than `LEAST_FRAMES` values.
    """
    if fps <= 2 * HIGH_HZ:
        raise ValueError(f"lip sync up to {HIGH_HZ:g} Hz needs more than {2 * HIGH_HZ:g} frames a second, not {fps}")
    if len(curve) < LEAST_FRAMES:
        raise ValueError(f"lip sync needs at least {LEAST_FRAMES} frames, not {len(curve)}")
    known = np.isfinite(curve)
    if not known.any():
        return np.zeros(len(curve))
    filled = np.interp(np.arange(len(curve)), np.flatnonzero(known), curve[known])
    sections = signal.butter(2, [LOW_HZ, HIGH_HZ], btype="bandpass", fs=float(fps), output="sos")
    return np.asarray(signal.sosfiltfilt(sections, filled, padlen=min(len(filled) - 1, 15)), dtype=np.float64)


def correlations(opening: Curve, voice: Curve, max_lag: int) -> Curve:
    """Pearson correlations (2·max_lag + 1,) of two curves for lags −max_lag … max_lag frames.

    At lag k, opening[n + k] is paired with voice[n] over the frames that both have: for a mouth that moves k frames
    after the sound the peak is at +k. The correlation of a constant curve is 0. The longer curve is truncated.
    """
    length = min(len(opening), len(voice))
    opening, voice = opening[:length], voice[:length]
    values = []
    for lag in range(-max_lag, max_lag + 1):
        first = opening[max(lag, 0) : length + min(lag, 0)]
        second = voice[max(-lag, 0) : length + min(-lag, 0)]
        first, second = first - first.mean(), second - second.mean()
        power = float(np.sqrt((first**2).sum() * (second**2).sum()))
        # A filtered constant curve consists of rounding errors, which are not movement.
        values.append(float((first * second).sum()) / power if power > 1e-9 else 0.0)
    return np.asarray(values)


@dataclass(frozen=True)
class LipSync:
    """Peak `correlation` in [−1, 1] and its `lag_ms`, > 0 if the mouth follows the sound."""

    correlation: float
    lag_ms: float | None


def lip_sync(opening: Curve, voice: Curve, fps: Fraction) -> LipSync:
    """Peak cross-correlation of band-passed mouth opening (T,) and log-RMS (T,) within ±200 ms, and its lag.

    The lag is None if either curve is constant. Raises ValueError as `band_pass`.
    """
    max_lag = round(MAX_LAG_SECONDS * float(fps))
    values = correlations(band_pass(opening, fps), band_pass(voice, fps), max_lag)
    if not values.any():
        return LipSync(0.0, None)
    peak = int(values.argmax())
    return LipSync(float(values[peak]), (peak - max_lag) * 1000 / float(fps))


def sync_correlations(openings: Sequence[Curve], voices: Sequence[Curve], fps: Fraction) -> NDArray[np.float64]:
    """Correlations (N, N, lags) of the mouth of every clip (rows) with the voice of every clip (columns), ±200 ms."""
    max_lag = round(MAX_LAG_SECONDS * float(fps))
    mouths = [band_pass(curve, fps) for curve in openings]
    sounds = [band_pass(curve, fps) for curve in voices]
    return np.asarray([[correlations(mouth, sound, max_lag) for sound in sounds] for mouth in mouths])


def sync_scores(openings: Sequence[Curve], voices: Sequence[Curve], fps: Fraction) -> NDArray[np.float64]:
    """Peak correlations (N, N) of the mouth of every clip (rows) with the voice of every clip (columns)."""
    return np.asarray(sync_correlations(openings, voices, fps).max(axis=-1))


def common_lag_scores(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Correlations (N, N) at a common lag, from `sync_correlations` (N, N, lags); N ≥ 2.

    The lag of a row is the one with the best mean correlation of the *other* clips with their own sound. A constant
    delay is the same in all clips, whereas a lag per pair, as in `sync_scores`, mainly raises the correlation with the
    sounds of other clips, if these are only a second or two long.
    """
    own = values[np.arange(len(values)), np.arange(len(values))]
    chosen = (own.sum(axis=0) - own).argmax(axis=-1)
    return np.asarray(values[np.arange(len(values)), :, chosen])


def permutation_auc(scores: NDArray[np.float64], comparable: NDArray[np.bool_] | None = None) -> float | None:
    """Probability that a clip's own sound has a higher score than another's: in [0, 1], 1 perfect, 0.5 by chance.

    `scores` (N, N) from `sync_scores`, own sounds on the diagonal. For each clip, the fraction of other sounds with a
    lower score (ties count half: the Mann–Whitney estimate of the AUC); then the mean over clips. `comparable` (N, N)
    is False for pairs to leave out (such as clips with the same sentence). None if no pair is left.
    """
    count = len(scores)
    allowed = ~np.eye(count, dtype=bool)
    if comparable is not None:
        allowed &= comparable
    own = np.diag(scores)[:, None]
    wins = (own > scores) + 0.5 * (own == scores)
    parts = [float(wins[row, allowed[row]].mean()) for row in range(count) if allowed[row].any()]
    return float(np.mean(parts)) if parts else None

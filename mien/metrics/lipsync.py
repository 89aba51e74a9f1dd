"""Lip sync without a trained expert: does the mouth open when the voice is loud, and is it this voice?

The mouth's opening and the speech's loudness, both at the video's frame rate and band-passed to the rate of
syllables, are cross-correlated. A single clip's correlation says little (on real speech other clips' sound also
correlates); the permutation AUC over many clips says how often the own sound fits better than another's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy import signal

LOW_HZ, HIGH_HZ = 1.0, 8.0
"""The band of syllables and mouth movement in which both curves are compared."""

MAX_LAG_SECONDS = 0.2
FLOOR_RMS = 1e-3
"""Speech is taken to be no quieter than this (−60 dB of full scale), so that silence has a logarithm."""

LEAST_FRAMES = 16
"""Shorter curves hold less than a period of the band's lower end: nothing can be said about them."""

Curve = NDArray[np.float64]


def mouth_opening(landmarks: NDArray[np.float32] | NDArray[np.float64]) -> Curve:
    """(T,) aspect ratio of the inner lips of landmarks (T, 68, 2): mean height of three pairs ÷ width, ≥ 0.

    Soukupová and Čech's eye aspect ratio (CVWW 2016, eq. 1) on the points 60–67. NaN where the landmarks are.
    """
    points = np.asarray(landmarks, dtype=np.float64)
    heights = [
        np.linalg.norm(points[:, above] - points[:, below], axis=-1) for above, below in ((61, 67), (62, 66), (63, 65))
    ]
    width = np.linalg.norm(points[:, 60] - points[:, 64], axis=-1)
    return np.asarray(np.mean(heights, axis=0) / np.maximum(width, 1e-6), dtype=np.float64)


def loudness(speech: NDArray[np.float32], sample_rate: int, frames: int, fps: Fraction) -> Curve:
    """(frames,) natural logarithm of the RMS of the speech during each video frame, at least ln `FLOOR_RMS`.

    Frame n covers the samples from round(n·rate/fps) to round((n+1)·rate/fps); past the end it is silent.
    """
    edges = [round(Fraction(frame * sample_rate) / fps) for frame in range(frames + 1)]
    energy = np.concatenate([[0.0], np.cumsum(np.asarray(speech, dtype=np.float64) ** 2)])
    totals = np.diff(energy[np.minimum(edges, len(speech))])
    rms = np.sqrt(np.maximum(totals, 0) / np.diff(edges))
    return np.log(np.maximum(rms, FLOOR_RMS))


def band_pass(curve: Curve, fps: Fraction) -> Curve:
    """The curve (T,) between 1 and 8 Hz, without delay: a second-order Butterworth filter forwards and backwards.

    Missing (NaN) values are filled linearly first. Raises ValueError when fps is too low to hold the band or the
    curve has fewer than `LEAST_FRAMES` values.
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
    """(2·max_lag + 1,) Pearson correlations of two curves for lags −max_lag … max_lag frames.

    At lag k opening[n + k] meets voice[n], over the frames that both have: a mouth that moves k frames after the
    sound peaks at +k. A curve that does not move correlates 0 with everything. The longer curve is cut at its end.
    """
    length = min(len(opening), len(voice))
    opening, voice = opening[:length], voice[:length]
    values = []
    for lag in range(-max_lag, max_lag + 1):
        first = opening[max(lag, 0) : length + min(lag, 0)]
        second = voice[max(-lag, 0) : length + min(-lag, 0)]
        first, second = first - first.mean(), second - second.mean()
        power = float(np.sqrt((first**2).sum() * (second**2).sum()))
        # Filtering leaves rounding errors of a constant curve, which are not a movement.
        values.append(float((first * second).sum()) / power if power > 1e-9 else 0.0)
    return np.asarray(values)


@dataclass(frozen=True)
class LipSync:
    """`correlation` in [−1, 1] at its peak; `lag_ms` at which it lies, above 0 when the mouth comes after the sound."""

    correlation: float
    lag_ms: float | None


def lip_sync(opening: Curve, voice: Curve, fps: Fraction) -> LipSync:
    """Peak cross-correlation and its lag of band-passed mouth opening (T,) and log-RMS (T,), within ±200 ms.

    The lag is None when either curve does not move. Raises ValueError as `band_pass`.
    """
    max_lag = round(MAX_LAG_SECONDS * float(fps))
    values = correlations(band_pass(opening, fps), band_pass(voice, fps), max_lag)
    if not values.any():
        return LipSync(0.0, None)
    peak = int(values.argmax())
    return LipSync(float(values[peak]), (peak - max_lag) * 1000 / float(fps))


def sync_correlations(openings: Sequence[Curve], voices: Sequence[Curve], fps: Fraction) -> NDArray[np.float64]:
    """(N, N, lags) correlations of every clip's mouth (rows) with every clip's voice (columns), within ±200 ms."""
    max_lag = round(MAX_LAG_SECONDS * float(fps))
    mouths = [band_pass(curve, fps) for curve in openings]
    sounds = [band_pass(curve, fps) for curve in voices]
    return np.asarray([[correlations(mouth, sound, max_lag) for sound in sounds] for mouth in mouths])


def sync_scores(openings: Sequence[Curve], voices: Sequence[Curve], fps: Fraction) -> NDArray[np.float64]:
    """(N, N) peak correlations of every clip's mouth (rows) with every clip's voice (columns)."""
    return np.asarray(sync_correlations(openings, voices, fps).max(axis=-1))


def common_lag_scores(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, N) correlations at one lag, of (N, N, lags) `sync_correlations`; N ≥ 2.

    A row's lag is the one at which the *other* clips' own sounds correlate best in the mean, so that no clip chooses
    in its own favour. Whoever is late is late everywhere: a lag for each pair, as in `sync_scores`, mostly lets
    strangers' sounds of a second or two find a lag at which they fit.
    """
    own = values[np.arange(len(values)), np.arange(len(values))]
    chosen = (own.sum(axis=0) - own).argmax(axis=-1)
    return np.asarray(values[np.arange(len(values)), :, chosen])


def permutation_auc(scores: NDArray[np.float64], comparable: NDArray[np.bool_] | None = None) -> float | None:
    """How often the own sound fits a clip's mouth better than another's: in [0, 1], 1 perfect, 0.5 by chance.

    `scores` (N, N) of `sync_scores`, the own sound on the diagonal. For each clip the part of the other sounds that
    score lower (a tie counts half: the Mann–Whitney estimate of the AUC), then the mean over clips. `comparable`
    (N, N) leaves out pairs (as two clips that say the same sentence); None: all pairs count. None when no pair is left.
    """
    count = len(scores)
    allowed = ~np.eye(count, dtype=bool)
    if comparable is not None:
        allowed &= comparable
    own = np.diag(scores)[:, None]
    wins = (own > scores) + 0.5 * (own == scores)
    parts = [float(wins[row, allowed[row]].mean()) for row in range(count) if allowed[row].any()]
    return float(np.mean(parts)) if parts else None

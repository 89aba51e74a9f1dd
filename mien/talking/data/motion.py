"""What a face does that neither the words nor the emotion explain: head motion and blinks.

In training it is measured from the landmarks and given to the generator, so that the generator need not average over
it. In generation it is drawn from noise: a stationary Gaussian process with the measured autocovariances, mapped
through the measured marginal distributions (a Gaussian copula process), so that blinks are as short and as rare as in
the training clips.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from mien.clips import EMOTIONS
from mien.faces.measures import eye_opening, gaze

MOTIONS = ("x", "y", "scale", "roll", "yaw", "pitch", "lids", "gaze_x", "gaze_y")
"""Place relative to the picture's centre in crop sizes, log of the size, roll in radians, two measures of turning, the
lids (−1 = closed), and where the irises are from the middles of the eyes, in eye widths (to the right and down in the
picture that stands upright)."""

TAPS = 49
"""Length of the filters that shape the noise, in video frames."""

PLACING = slice(0, 4)
"""The measures that say where the face is: a similarity transform of the picture, not the decoder, obeys them."""

TURNING = slice(4, 9)
"""The measures that the decoder draws: turning, lids and gaze."""

ABSOLUTE = [0, 1, 2, 6]
"""The measures that are not relative to the actor's usual: the place and size in the crop, and the lids."""

QUANTILES = 65
"""Points of each marginal distribution."""

_NOSE_TIP = 30


def face_motion(
    landmarks: NDArray[np.float32], size: int, mesh: NDArray[np.float32] | None = None
) -> NDArray[np.float64]:
    """Measures (T, 9) in the order of `MOTIONS` from landmarks (T, 68, 2) in pixels of a crop of `size`.

    The lids are relative to the clip's upper quartile, so that narrow or wide eyes and feelings do not count as lids.
    The gaze is told from the irises of a `mesh` (T, 478, 3), and is 0 without one.
    """
    points = np.asarray(landmarks, np.float64)
    right, left = points[:, [36, 39]].mean(1), points[:, [42, 45]].mean(1)  # the corners, which do not blink
    centre, across = (right + left) / 2, left - right
    ocular = np.maximum(np.linalg.norm(across, axis=-1), 1e-6)
    roll = np.arctan2(across[:, 1], across[:, 0])
    nose = points[:, _NOSE_TIP] - centre
    cosine, sine = np.cos(roll), np.sin(roll)
    yaw = (nose[:, 0] * cosine + nose[:, 1] * sine) / ocular
    pitch = (nose[:, 1] * cosine - nose[:, 0] * sine) / ocular
    opening = eye_opening(landmarks)
    lids = opening / max(float(np.quantile(opening, 0.75)), 1e-6) - 1
    place = (centre + 0.5) / size - 0.5
    looks = np.zeros((len(points), 2)) if mesh is None else gaze(mesh)
    measures = [place[:, 0], place[:, 1], np.log(ocular / size), roll, yaw, pitch, lids, looks[:, 0], looks[:, 1]]
    return np.stack(measures, 1)


def placement(pose: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Similarity transforms (N, 3, 3) that move faces placed as `pose` (N, 4) to where `target` (N, 4) says.

    Both hold the first four measures of `MOTIONS`, absolute; the matrices act on homogeneous coordinates in which the
    picture runs from −1 to 1.
    """
    pose, target = np.broadcast_arrays(np.asarray(pose, np.float64), np.asarray(target, np.float64))
    angle, growth = target[:, 3] - pose[:, 3], np.exp(target[:, 2] - pose[:, 2])
    matrices = np.zeros((len(pose), 3, 3))
    matrices[:, 0, 0] = matrices[:, 1, 1] = growth * np.cos(angle)
    matrices[:, 1, 0] = growth * np.sin(angle)
    matrices[:, 0, 1] = -matrices[:, 1, 0]
    before, after = 2 * pose[:, :2], 2 * target[:, :2]
    matrices[:, :2, 2] = after - np.einsum("nij,nj->ni", matrices[:, :2, :2], before)
    matrices[:, 2, 2] = 1
    return matrices


def mirrored(motion: NDArray[np.float64]) -> NDArray[np.float64]:
    """The measures of the mirrored picture, for measures that are relative to the actor's usual pose."""
    return motion * np.array([-1, 1, 1, -1, -1, 1, 1, -1, 1])


@dataclass(frozen=True)
class MotionStatistics:
    """What noise is shaped into: everything that `NoiseEncoder` holds as buffers.

    `filters` (9, TAPS) unit-energy impulse responses; `mixing` (9, 9) Cholesky factor of the correlations;
    `quantiles` (9, QUANTILES) of the residuals; `means` (6, 9) by emotion; `scale` (9,) deviation of each measure.
    """

    filters: NDArray[np.float64]
    mixing: NDArray[np.float64]
    quantiles: NDArray[np.float64]
    means: NDArray[np.float64]
    scale: NDArray[np.float64]


def measure_statistics(motions: list[NDArray[np.float64]], emotions: list[int]) -> MotionStatistics:
    """Fit the process to the clips' measures (T_i, 9) and emotions (index of `EMOTIONS`, −1 unspecified).

    Raises ValueError when there is no clip.
    """
    if not motions:
        raise ValueError("no training clip to measure head motion and blinks from")
    everything = np.concatenate(motions)
    overall = everything.mean(0)
    means = np.tile(overall, (len(EMOTIONS), 1))
    for index in range(len(EMOTIONS)):
        own = [motion for motion, emotion in zip(motions, emotions, strict=True) if emotion == index]
        if own:
            means[index] = np.concatenate(own).mean(0)
    centred = [
        motion - (means[emotion] if emotion >= 0 else overall)
        for motion, emotion in zip(motions, emotions, strict=True)
    ]
    residuals = np.concatenate(centred)
    levels = (np.arange(QUANTILES) + 0.5) / QUANTILES
    quantiles = np.quantile(residuals, levels, axis=0).T
    ranks = residuals.argsort(0, kind="stable").argsort(0, kind="stable")
    gaussian = ndtri((ranks + 0.5) / len(residuals))
    mixing = np.linalg.cholesky(np.corrcoef(gaussian.T) * 0.98 + 0.02 * np.eye(len(MOTIONS)))
    pieces = np.split(gaussian, np.cumsum([len(motion) for motion in motions])[:-1])
    return MotionStatistics(_filters(pieces), mixing, quantiles, means, np.maximum(everything.std(0), 1e-3))


def _filters(pieces: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    # White noise through a filter with |H|² = spectrum has that spectrum's autocovariance (Wiener–Khinchin).
    half = TAPS // 2
    lags = np.zeros((half + 1, len(MOTIONS)))
    for lag in range(half + 1):
        pairs = [(piece[lag:] * piece[: len(piece) - lag]).sum(0) for piece in pieces if len(piece) > lag]
        counts = sum(len(piece) - lag for piece in pieces if len(piece) > lag)
        if counts:
            lags[lag] = np.sum(pairs, 0) / counts
    lags *= (0.5 + 0.5 * np.cos(np.pi * np.arange(half + 1) / (half + 1)))[:, None]
    circular = np.concatenate([lags, lags[:0:-1]])  # length TAPS
    amplitude = np.sqrt(np.maximum(np.fft.fft(circular, axis=0).real, 1e-6))
    response = np.fft.fftshift(np.fft.ifft(amplitude, axis=0).real, axes=0).T
    return np.asarray(response / np.linalg.norm(response, axis=1, keepdims=True))

"""The pose of a talking face: head pose, blinks and gaze, which neither speech nor emotion determine.

In training it is measured from the landmarks and is a condition of the generator, which otherwise would average over
it. In generation it is sampled from a stationary Gaussian process with the autocovariances of the training clips,
mapped to their marginal distributions (a Gaussian copula process), so that blinks are as short and rare as in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from mien.clips import EMOTIONS
from mien.faces.measures import FACE_POSE

TAPS = 49
"""Length of the filters that shape the autocovariance of white noise, in video frames."""

IN_PLANE = slice(0, 4)
"""Position, scale and roll: applied to the decoded frame as a similarity transform."""

DECODED = slice(4, 9)
"""Yaw, pitch, lids and gaze: conditions of the decoder."""

QUANTILES = 65
"""Points of each marginal distribution."""

_ABSOLUTE = [FACE_POSE.index(name) for name in ("x", "y", "scale", "lids")]


def in_plane_transform(pose: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Similarity transforms (N, 3, 3) that move faces from the in-plane pose `pose` (N, 4) to `target` (N, 4).

    Both hold the measures `IN_PLANE`; the matrices act on homogeneous normalised coordinates (−1 to 1).
    """
    pose, target = np.broadcast_arrays(np.asarray(pose, np.float64), np.asarray(target, np.float64))
    angle, scale = target[:, 3] - pose[:, 3], np.exp(target[:, 2] - pose[:, 2])
    matrices = np.zeros((len(pose), 3, 3))
    matrices[:, 0, 0] = matrices[:, 1, 1] = scale * np.cos(angle)
    matrices[:, 1, 0] = scale * np.sin(angle)
    matrices[:, 0, 1] = -matrices[:, 1, 0]
    before, after = 2 * pose[:, :2], 2 * target[:, :2]
    matrices[:, :2, 2] = after - np.einsum("nij,nj->ni", matrices[:, :2, :2], before)
    matrices[:, 2, 2] = 1
    return matrices


def mirror_pose(pose: NDArray[np.float64]) -> NDArray[np.float64]:
    """The pose (T, 9) in the mirrored picture, for poses relative to the actor's (see `actor_pose`)."""
    return pose * np.array([-1, 1, 1, -1, -1, 1, 1, -1, 1])


def actor_pose(poses: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Reference pose (9,) of an actor: median roll, yaw, pitch and gaze over the frames of all their clips (T_i, 9).

    The apparent rotation depends on the shape of the face (a long nose looks like a turned head), so rotation and gaze
    are measured relative to it. Position, scale and lids are absolute; their entries are 0.
    """
    median = np.median(np.concatenate(poses), axis=0)
    median[_ABSOLUTE] = 0
    return np.asarray(median)


@dataclass(frozen=True)
class PoseStatistics:
    """Parameters of the Gaussian copula process; `PoseEncoder` holds them as buffers.

    `filters` (9, TAPS) impulse responses of unit energy; `mixing` (9, 9) Cholesky factor of the correlations;
    `quantiles` (9, QUANTILES) of the residuals from the means; `means` (6, 9) by emotion; `scale` (9,) standard
    deviations.
    """

    filters: NDArray[np.float64]
    mixing: NDArray[np.float64]
    quantiles: NDArray[np.float64]
    means: NDArray[np.float64]
    scale: NDArray[np.float64]


def pose_statistics(poses: list[NDArray[np.float64]], emotions: list[int]) -> PoseStatistics:
    """Fit the process to the poses (T_i, 9) of clips and their emotions (index of `EMOTIONS`, −1 unspecified).

    Raises ValueError when there is no clip.
    """
    if not poses:
        raise ValueError("no training clip to estimate head motion and blinks from")
    everything = np.concatenate(poses)
    overall = everything.mean(0)
    means = np.tile(overall, (len(EMOTIONS), 1))
    for index in range(len(EMOTIONS)):
        own = [pose for pose, emotion in zip(poses, emotions, strict=True) if emotion == index]
        if own:
            means[index] = np.concatenate(own).mean(0)
    centred = [
        pose - (means[emotion] if emotion >= 0 else overall) for pose, emotion in zip(poses, emotions, strict=True)
    ]
    residuals = np.concatenate(centred)
    levels = (np.arange(QUANTILES) + 0.5) / QUANTILES
    quantiles = np.quantile(residuals, levels, axis=0).T
    ranks = residuals.argsort(0, kind="stable").argsort(0, kind="stable")
    gaussian = ndtri((ranks + 0.5) / len(residuals))
    mixing = np.linalg.cholesky(np.corrcoef(gaussian.T) * 0.98 + 0.02 * np.eye(len(FACE_POSE)))
    pieces = np.split(gaussian, np.cumsum([len(pose) for pose in poses])[:-1])
    return PoseStatistics(_filters(pieces), mixing, quantiles, means, np.maximum(everything.std(0), 1e-3))


def _filters(pieces: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    # White noise through a filter with |H|² = spectrum has that spectrum's autocovariance (Wiener–Khinchin).
    half = TAPS // 2
    lags = np.zeros((half + 1, len(FACE_POSE)))
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

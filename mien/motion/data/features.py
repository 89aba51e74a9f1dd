"""Conversion between performances and features (T, 63): 6-D rotation, translation, gaze and 52 expressions.

The 6-D rotation is the first two columns of the neck's rotation matrix (Zhou et al., "On the Continuity of Rotation
Representations in Neural Networks", CVPR 2019). It is continuous, and any two non-parallel columns give a rotation.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mien.heads.performance import ARKIT_NAMES, Performance

Array = NDArray[np.float64]

ROTATION, TRANSLATION, GAZE = slice(0, 6), slice(6, 9), slice(9, 11)
EXPRESSION = slice(11, 11 + len(ARKIT_NAMES))
WIDTH = 11 + len(ARKIT_NAMES)
"""Features per frame: 63."""

FPS = Fraction(25)
"""Frame rate of all motions that are stored, learned and generated."""


def rotation_matrices(angles: NDArray[np.floating]) -> Array:
    """Matrices (..., 3, 3) of yaw, pitch, roll (..., 3) in radians, applied as roll, then pitch, then yaw."""
    yaw, pitch, roll = np.moveaxis(np.asarray(angles, np.float64), -1, 0)
    cy, sy, cp, sp, cr, sr = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch), np.cos(roll), np.sin(roll)
    rows = [
        [cy * cr - sy * sp * sr, cy * sr + sy * sp * cr, sy * cp],
        [-cp * sr, cp * cr, -sp],
        [-sy * cr - cy * sp * sr, -sy * sr + cy * sp * cr, cy * cp],
    ]
    return np.stack([np.stack(row, -1) for row in rows], -2)


def rotation_angles(matrices: NDArray[np.floating]) -> Array:
    """Yaw, pitch, roll (..., 3) in radians of matrices (..., 3, 3); the pitch is in [−π/2, π/2]."""
    matrices = np.asarray(matrices, np.float64)
    pitch = np.arcsin(np.clip(-matrices[..., 1, 2], -1, 1))
    yaw = np.arctan2(matrices[..., 0, 2], matrices[..., 2, 2])
    roll = np.arctan2(-matrices[..., 1, 0], matrices[..., 1, 1])
    return np.stack([yaw, pitch, roll], -1)


def rotation_to_6d(matrices: NDArray[np.floating]) -> Array:
    """6-D representation (..., 6) of matrices (..., 3, 3): their first two columns, concatenated."""
    return np.concatenate([matrices[..., :, 0], matrices[..., :, 1]], -1).astype(np.float64)


def rotation_from_6d(numbers: NDArray[np.floating]) -> Array:
    """Rotations (..., 3, 3) of 6-D representations (..., 6), by Gram–Schmidt orthogonalisation."""
    numbers = np.asarray(numbers, np.float64)
    first = numbers[..., :3] / np.maximum(np.linalg.norm(numbers[..., :3], axis=-1, keepdims=True), 1e-9)
    second = numbers[..., 3:] - (first * numbers[..., 3:]).sum(-1, keepdims=True) * first
    second = second / np.maximum(np.linalg.norm(second, axis=-1, keepdims=True), 1e-9)
    return np.stack([first, second, np.cross(first, second)], -1)


def to_features(performance: Performance) -> NDArray[np.float32]:
    """Features (T, 63) of a performance, at its own frame rate."""
    rotation = rotation_to_6d(rotation_matrices(performance.neck))
    parts = (rotation, performance.translation, performance.gaze, performance.expression)
    return np.concatenate(parts, -1).astype(np.float32)


def to_performance(features: NDArray[np.floating], fps: Fraction = FPS) -> Performance:
    """The performance of features (T, 63); expressions are clipped to [0, 1].

    Raises ValueError for another width or values that are not finite.
    """
    if features.ndim != 2 or features.shape[1] != WIDTH:
        raise ValueError(f"features are (T, {WIDTH}), not {features.shape}")
    return Performance(
        fps=fps,
        expression=np.clip(features[:, EXPRESSION], 0, 1).astype(np.float32),
        neck=rotation_angles(rotation_from_6d(features[:, ROTATION])).astype(np.float32),
        translation=features[:, TRANSLATION].astype(np.float32),
        gaze=features[:, GAZE].astype(np.float32),
    )


def resample(performance: Performance, fps: Fraction) -> Performance:
    """The motion at another frame rate, by linear interpolation; its length changes by less than a frame."""
    if performance.fps == fps or len(performance) < 2:
        return replace(performance, fps=fps)
    count = max(1, round(len(performance) * fps / performance.fps))
    times = np.minimum(np.arange(count) * float(performance.fps / fps), len(performance) - 1)
    frames = np.arange(len(performance))
    continuous = replace(performance, neck=np.unwrap(performance.neck, axis=0))
    return continuous.map(lambda values: np.stack([np.interp(times, frames, column) for column in values.T], 1), fps)

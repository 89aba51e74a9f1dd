"""A performance as the numbers that the model sees, and back: 6-D rotation, translation, gaze, 52 expressions.

The rotation is the neck's matrix, of which the first two columns are kept (Zhou et al., "On the Continuity of Rotation
Representations in Neural Networks", CVPR 2019): continuous, and any six numbers that are not parallel are a rotation.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mien.heads.performance import ARKIT_NAMES, Performance

Array = NDArray[np.float64]

ROTATION, TRANSLATION, GAZE = slice(0, 6), slice(6, 9), slice(9, 11)
EXPRESSION = slice(11, 11 + len(ARKIT_NAMES))
WIDTH = 11 + len(ARKIT_NAMES)
"""Numbers in a frame: 63."""

FPS = Fraction(25)
"""Frames a second of every motion that is stored, learned and generated."""


def rotation_matrices(angles: NDArray[np.floating]) -> Array:
    """Matrices (..., 3, 3) of yaw, pitch, roll (..., 3) in radians: roll first, then pitch, then yaw, as heads turn."""
    yaw, pitch, roll = np.moveaxis(np.asarray(angles, np.float64), -1, 0)
    cy, sy, cp, sp, cr, sr = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch), np.cos(roll), np.sin(roll)
    rows = [
        [cy * cr - sy * sp * sr, cy * sr + sy * sp * cr, sy * cp],
        [-cp * sr, cp * cr, -sp],
        [-sy * cr - cy * sp * sr, -sy * sr + cy * sp * cr, cy * cp],
    ]
    return np.stack([np.stack(row, -1) for row in rows], -2)


def rotation_angles(matrices: NDArray[np.floating]) -> Array:
    """Yaw, pitch, roll (..., 3) of matrices (..., 3, 3), the pitch within a quarter turn."""
    matrices = np.asarray(matrices, np.float64)
    pitch = np.arcsin(np.clip(-matrices[..., 1, 2], -1, 1))
    yaw = np.arctan2(matrices[..., 0, 2], matrices[..., 2, 2])
    roll = np.arctan2(-matrices[..., 1, 0], matrices[..., 1, 1])
    return np.stack([yaw, pitch, roll], -1)


def six_numbers(matrices: NDArray[np.floating]) -> Array:
    """The first two columns of matrices (..., 3, 3), one after the other, (..., 6)."""
    return np.concatenate([matrices[..., :, 0], matrices[..., :, 1]], -1).astype(np.float64)


def matrices_of_six(numbers: NDArray[np.floating]) -> Array:
    """The rotations (..., 3, 3) nearest to numbers (..., 6) in the sense of Gram and Schmidt."""
    numbers = np.asarray(numbers, np.float64)
    first = numbers[..., :3] / np.maximum(np.linalg.norm(numbers[..., :3], axis=-1, keepdims=True), 1e-9)
    second = numbers[..., 3:] - (first * numbers[..., 3:]).sum(-1, keepdims=True) * first
    second = second / np.maximum(np.linalg.norm(second, axis=-1, keepdims=True), 1e-9)
    return np.stack([first, second, np.cross(first, second)], -1)


def features_of(performance: Performance) -> NDArray[np.float32]:
    """The features (T, 63) of a performance, at its own frame rate."""
    rotation = six_numbers(rotation_matrices(performance.neck))
    parts = (rotation, performance.translation, performance.gaze, performance.expression)
    return np.concatenate(parts, -1).astype(np.float32)


def performance_of(features: NDArray[np.floating], fps: Fraction = FPS) -> Performance:
    """The performance that features (T, 63) stand for; expressions are clipped to [0, 1].

    Raises ValueError for another width or numbers that are not finite.
    """
    if features.ndim != 2 or features.shape[1] != WIDTH:
        raise ValueError(f"features are (T, {WIDTH}), not {features.shape}")
    return Performance(
        fps=fps,
        expression=np.clip(features[:, EXPRESSION], 0, 1).astype(np.float32),
        neck=rotation_angles(matrices_of_six(features[:, ROTATION])).astype(np.float32),
        translation=features[:, TRANSLATION].astype(np.float32),
        gaze=features[:, GAZE].astype(np.float32),
    )


def resampled(performance: Performance, fps: Fraction) -> Performance:
    """The same motion at another frame rate, linear between frames; as long as before, to a frame."""
    if performance.fps == fps or len(performance) < 2:
        return Performance(fps, performance.expression, performance.neck, performance.translation, performance.gaze)
    count = max(1, round(len(performance) * fps / performance.fps))
    times = np.minimum(np.arange(count) * float(performance.fps / fps), len(performance) - 1)
    own = np.arange(len(performance))

    def at(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.stack([np.interp(times, own, column) for column in values.T], 1).astype(np.float32)

    angles = np.unwrap(performance.neck, axis=0)
    return Performance(fps, at(performance.expression), at(angles), at(performance.translation), at(performance.gaze))

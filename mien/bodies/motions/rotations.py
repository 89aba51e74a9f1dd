"""Rotations and bones of two segments, for many frames at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def about(axis: str, angles: Array) -> Array:
    """Rotation matrices (..., 3, 3) by angles (...) in radians about the axis x, y or z, by the right-hand rule."""
    first, second = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.zeros((*angles.shape, 3, 3))
    matrix[..., range(3), range(3)] = 1.0
    cos, sin = np.cos(angles), np.sin(angles)
    matrix[..., first, first], matrix[..., second, second] = cos, cos
    matrix[..., first, second], matrix[..., second, first] = -sin, sin
    return matrix


def rotate(matrices: Array, vectors: Array) -> Array:
    """Vectors (..., 3) by matrices (..., 3, 3)."""
    return np.einsum("...ij,...j->...i", matrices, vectors)


def unit(vectors: Array) -> Array:
    """Vectors (..., 3) of length 1; a vector of length 0 stays 0."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def across(vectors: Array, directions: Array) -> Array:
    """The unit vectors (..., 3) nearest to `vectors` at right angles to the unit vectors `directions`."""
    return unit(vectors - np.sum(vectors * directions, axis=-1, keepdims=True) * directions)


def bend(root: Array, target: Array, pole: Array, upper: float, lower: float) -> tuple[Array, Array]:
    """The middle and the end (..., 3) of two segments from `root` towards `target`, bent to the side of `pole`.

    upper, lower: lengths. A target that is out of reach is approached as far as 99.9 % of the whole length.
    """
    way = target - root
    distance = np.linalg.norm(way, axis=-1, keepdims=True)
    reach = np.clip(distance, abs(upper - lower) + 1e-4, 0.999 * (upper + lower))
    direction = unit(way)
    along = (reach**2 + upper**2 - lower**2) / (2 * reach)
    side = np.sqrt(np.maximum(upper**2 - along**2, 0.0))
    middle = root + along * direction + side * across(pole, direction)
    return middle, root + reach * direction

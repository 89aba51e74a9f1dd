"""Outlines of the shapes: corners and signed distance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.shapes.corpus.vocabulary import Shape

Array = NDArray[np.float64]


def corners(shape: Shape, radius: Array, angle: Array) -> Array:
    """Corners (T, N, 2) of a shape centred at (0, 0), as x and y, at radii (T,) and angles (T,), clockwise from up.

    A circle has none: its centre (T, 1, 2) is returned.
    """
    if not shape.corners:
        return np.zeros((len(radius), 1, 2))
    angles = angle[:, None] + shape.first_angle + 2 * np.pi * np.arange(shape.corners) / shape.corners
    return np.asarray(shape.circumradius * radius[:, None, None] * np.stack([np.sin(angles), -np.cos(angles)], axis=-1))


def signed_distance(shape: Shape, x: Array, y: Array, radius: Array, angle: Array) -> Array:
    """Signed distance of points from the outline of a shape centred at (0, 0), pixels, negative inside; broadcasts.

    By symmetry a point is rotated to the nearest corner and mirrored to one side of it, where the outline is one
    straight line from the corner to the point midway between two corners. Beyond a corner the result is the larger of
    the distances from that line and from the circle through the corners: a lower bound, slightly too small.
    """
    distance = np.hypot(x, y)
    if not shape.corners:
        return np.asarray(distance - radius)
    half = np.pi / shape.corners
    deviation = np.abs((np.arctan2(x, -y) - angle - shape.first_angle + half) % (2 * half) - half)
    line = np.array([shape.inner_radius * np.cos(half) - 1, shape.inner_radius * np.sin(half)])
    line /= np.hypot(*line)
    along, across = distance * np.cos(deviation) - shape.circumradius * radius, distance * np.sin(deviation)
    return np.maximum(along * line[1] - across * line[0], distance - shape.circumradius * radius)

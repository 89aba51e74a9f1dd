"""Outlines of the shapes: corners and signed distance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.shapes.corpus.vocabulary import Shape

Array = NDArray[np.float64]


def corners(shape: Shape, radius: Array, angle: Array) -> Array:
    """Corners (T, tips, 2) of a shape centred at (0, 0), as x and y, at radii (T,) and angles (T,), clockwise from up.

    A circle has none: its centre (T, 1, 2) is returned.
    """
    if not shape.corners:
        return np.zeros((len(radius), 1, 2))
    turned = angle[:, None] + shape.first + 2 * np.pi * np.arange(shape.corners) / shape.corners
    return np.asarray(shape.circumradius * radius[:, None, None] * np.stack([np.sin(turned), -np.cos(turned)], axis=-1))


def signed_distance(shape: Shape, x: Array, y: Array, radius: Array, angle: Array) -> Array:
    """Signed distance of points from the outline of a shape centred at (0, 0), pixels, negative inside; broadcasts.

    By symmetry a point is rotated to the nearest corner and mirrored to one side of it, where the outline is one
    straight line from the corner to the waist. Beyond a corner the result is the larger of the distances from that
    line and from the circle through the corners: a lower bound, slightly too small.
    """
    away = np.hypot(x, y)
    if not shape.corners:
        return np.asarray(away - radius)
    half = np.pi / shape.corners
    turned = np.abs((np.arctan2(x, -y) - angle - shape.first + half) % (2 * half) - half)
    line = np.array([shape.inner_radius * np.cos(half) - 1, shape.inner_radius * np.sin(half)])
    line /= np.hypot(*line)
    along, across = away * np.cos(turned) - shape.circumradius * radius, away * np.sin(turned)
    return np.maximum(along * line[1] - across * line[0], away - shape.circumradius * radius)

"""Where a shape's outline runs: its corners, and how far a point is from it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.shapes.corpus.vocabulary import Shape

Array = NDArray[np.float64]


def corners(shape: Shape, radius: Array, angle: Array) -> Array:
    """The corners (T, tips, 2) of a shape around (0, 0), as x and y, at radii (T,) and angles (T,), clockwise from up.

    Of a circle its middle (T, 1, 2).
    """
    if not shape.tips:
        return np.zeros((len(radius), 1, 2))
    turned = angle[:, None] + shape.first + 2 * np.pi * np.arange(shape.tips) / shape.tips
    return np.asarray(shape.reach * radius[:, None, None] * np.stack([np.sin(turned), -np.cos(turned)], axis=-1))


def signed_distance(shape: Shape, x: Array, y: Array, radius: Array, angle: Array) -> Array:
    """Distance of points from a shape's outline around (0, 0), pixels, negative inside; the arguments broadcast.

    All corners are alike, so a point is turned to the nearest one and mirrored to one side of it. There the outline
    is one straight line, from the corner to the waist. Beyond a corner the distance is that from the line or from the
    circle through the corners: the greater, which is still too small by a little.
    """
    away = np.hypot(x, y)
    if not shape.tips:
        return np.asarray(away - radius)
    half = np.pi / shape.tips
    turned = np.abs((np.arctan2(x, -y) - angle - shape.first + half) % (2 * half) - half)
    line = np.array([shape.waist * np.cos(half) - 1, shape.waist * np.sin(half)])
    line /= np.hypot(*line)
    along, across = away * np.cos(turned) - shape.reach * radius, away * np.sin(turned)
    return np.maximum(along * line[1] - across * line[0], away - shape.reach * radius)

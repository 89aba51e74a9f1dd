"""Where a portrait shows bare skin of the face: creases cross neither hair nor eyes, brows, lips and background."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.talking.compose.creases.movement import HeadAxes
from mien.talking.compose.layer import Field, Portrait

_CHEEKS = ((41, 31, 2), (46, 35, 14), (27, 28))
"""Landmarks around places where there is skin: both cheeks and the nose."""

_LEAST_BRIGHT, _BRIGHT = 0.5, 0.7
"""Brightness relative to the skin's, on the darker side of the face, below which a pixel is hair, and from which it may
be skin."""

_CHROMA = (12.0, 24.0)
"""Distances in a and b of CIELAB from the skin's up to which a pixel is skin, and from which it is not."""

_SOFT, _FOREHEAD = 0.02, 0.62
"""In distances of the outer corners of the eyes: softness of the edges, and height of the forehead above the brows."""

_FEATURES = ((*range(36, 42),), (*range(42, 48),), (*range(48, 60),), (*range(31, 36),))
_BROWS = ((*range(17, 22),), (*range(22, 27),))


def skin_weight(portrait: Portrait) -> Field:
    """Weight (R, R) in [0, 1] of bare skin in the face of the portrait."""
    points = np.asarray(portrait.landmarks, np.float64)
    size = HeadAxes.of(portrait.landmarks).size
    inside = np.zeros((portrait.side, portrait.side), np.uint8)
    cv2.fillPoly(inside, [_rounded(_outline(points))], 1)
    for feature in _FEATURES:
        cv2.fillPoly(inside, [_rounded(points[list(feature)])], 0)
        cv2.polylines(inside, [_rounded(points[list(feature)])], True, 0, max(round(0.03 * size), 1))
    for brow in _BROWS:
        cv2.polylines(inside, [_rounded(points[list(brow)])], False, 0, max(round(0.07 * size), 1))
    weight = inside.astype(np.float32) * _looks_like_skin(portrait, points, size)
    soft = cv2.GaussianBlur(weight, (0, 0), max(_SOFT * size, 0.5))
    return np.asarray(np.clip(2 * soft - 1, 0, 1), np.float32)  # 0 on the edges, so nothing is beyond them


def _outline(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The jaw, and an arc over the forehead."""
    axes = HeadAxes.of(np.asarray(points, np.float32))
    top = _FOREHEAD * np.sin(np.linspace(0, np.pi, 19))[1:-1]
    brows = points[26] + np.linspace(0, 1, 19)[1:-1, None] * (points[17] - points[26])
    return np.concatenate([points[:17], points[26:27], brows - top[:, None] * axes.down, points[17:18]])


def _looks_like_skin(portrait: Portrait, points: NDArray[np.float64], size: float) -> Field:
    lab = np.asarray(cv2.cvtColor(portrait.crop.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)
    smooth = cv2.GaussianBlur(lab, (0, 0), max(0.5 * _SOFT * size, 0.5))
    seen = [_median(lab, points[list(patch)].mean(0), 0.1 * size) for patch in _CHEEKS]
    skin, darker = np.median(seen, 0), min(float(one[0]) for one in seen)
    bright = np.clip((smooth[..., 0] / max(darker, 1.0) - _LEAST_BRIGHT) / (_BRIGHT - _LEAST_BRIGHT), 0, 1)
    chroma = np.hypot(smooth[..., 1] - skin[1], smooth[..., 2] - skin[2])
    return np.asarray(bright * np.clip((_CHROMA[1] - chroma) / (_CHROMA[1] - _CHROMA[0]), 0, 1), np.float32)


def _median(lab: Field, place: NDArray[np.float64], radius: float) -> NDArray[np.float32]:
    x, y = np.clip(place, 0, len(lab) - 1)
    radius = max(radius, 1.0)
    rows, columns = (slice(max(int(v - radius), 0), int(v + radius) + 1) for v in (y, x))
    return np.asarray(np.median(lab[rows, columns].reshape(-1, 3), 0), np.float32)


def _rounded(points: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.rint(np.clip(points, -1e4, 1e4)).astype(np.int32)

"""The light on a fold: a map of relative changes of brightness around its curve, made once a video."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from mien.talking.compose.creases.folds import Fold
from mien.talking.compose.layer import Field

Array = NDArray[np.float64]

_SAMPLES = 13
"""Points of a curve from which distances are measured."""

_ROUND = 0.7
"""Standard deviation of a bulge, in distances of its crest from the fold."""

_SMOOTH = 0.008
"""Standard deviation of the smoothing of a map, in distances of the outer corners of the eyes: where a curve is bent,
points beside it jump along it."""

_SIGMAS = 2.6
"""Standard deviations of a profile that are drawn."""

MOST = 0.45
"""Bound of the relative change of brightness."""


@dataclass(frozen=True, eq=False)
class Relief:
    """`change` float32 (h, w): relative change of brightness at full strength, in [−MOST, MOST]; `corner` (2,): column
    and row of its first pixel in the portrait; `greatest`: its greatest magnitude."""

    change: Field
    corner: tuple[int, int]
    greatest: float


def relief(fold: Fold, points: Array, size: float, light: Array, blur: float, skin: Field) -> Relief | None:
    """The map of a fold through `points` (N, 2) in pixels of the portrait; None outside the picture.

    `size`: distance of the outer corners of the eyes in pixels. `light` (2,): where the light comes from, in the
    picture. `blur`: standard deviation in pixels of the photo's blur, no line is sharper. `skin` (R, R) in [0, 1]:
    where the photo shows skin.
    """
    steps = np.linspace(0, 1, len(points))
    line = CubicSpline(steps, points)(np.linspace(0, 1, _SAMPLES))
    far = _SIGMAS * max(fold.reach, fold.width, fold.crest) * size + _SIGMAS * blur
    left, top = np.maximum(np.floor(line.min(0) - far), 0).astype(int)
    right, bottom = np.minimum(np.ceil(line.max(0) + far) + 1, skin.shape[::-1]).astype(int)
    if right - left < 2 or bottom - top < 2:
        return None
    x, y = np.meshgrid(np.arange(left, right, dtype=np.float64), np.arange(top, bottom, dtype=np.float64))
    along, distance, normal = _beside(line, np.stack([x, y], -1))
    if fold.flipped:
        distance, normal = -distance, -normal
    raw = _profile(fold, distance / size, along, normal @ light, blur / size).astype(np.float32)
    smooth = np.clip(cv2.GaussianBlur(raw, (0, 0), max(_SMOOTH * size, 0.5)), -MOST, MOST)
    change = np.asarray(smooth * skin[top:bottom, left:right], np.float32)
    return Relief(change, (int(left), int(top)), float(np.abs(change).max(initial=0)))


def _beside(line: Array, pixels: Array) -> tuple[Array, Array, Array]:
    """Part of the length, signed distance and unit normal (2,) of the nearest point of `line` (N, 2) for each pixel."""
    start, step = line[:-1], np.diff(line, axis=0)
    offset = pixels[..., None, :] - start
    part = np.clip((offset * step).sum(-1) / np.maximum((step**2).sum(-1), 1e-12), 0, 1)
    square = ((offset - part[..., None] * step) ** 2).sum(-1)
    nearest = square.argmin(-1)[..., None]
    chosen = step[nearest[..., 0]]
    at = np.take_along_axis(offset, nearest[..., None], -2)[..., 0, :]
    normal = np.stack([-chosen[..., 1], chosen[..., 0]], -1)
    normal /= np.maximum(np.hypot(normal[..., :1], normal[..., 1:]), 1e-12)
    distance = np.sqrt(np.take_along_axis(square, nearest, -1)[..., 0]) * np.sign((normal * at).sum(-1))
    along = (nearest + np.take_along_axis(part, nearest, -1))[..., 0] / len(step)
    return along, distance, normal


def _profile(fold: Fold, distance: Array, along: Array, lit: Array, blur: float) -> Array:
    """Relative change of brightness; `lit`: the light's part along the normal of the curve. Lengths as a `Fold`'s."""
    width = float(np.hypot(fold.width, blur))  # a blurred line is wider and as much fainter
    lost = fold.depth * fold.width / width * _bell(distance, width)
    lost += fold.shadow * np.where(distance < 0, _bell(distance, fold.reach), _bell(distance, width))
    # skin rises towards the crest and falls behind it: what faces the light is lighter
    from_crest = (distance - fold.crest) / (_ROUND * fold.crest)
    slope = -fold.bulge * from_crest / _ROUND * _bell(from_crest, 1.0)
    window = _step(along / fold.ends[0]) * _step((1 - along) / fold.ends[1])
    return np.asarray(-window * (lost + slope * lit))


def _bell(distance: Array, deviation: float) -> Array:
    return np.asarray(np.exp(-0.5 * (distance / deviation) ** 2))


def _step(value: Array) -> Array:
    value = np.clip(value, 0, 1)
    return np.asarray(value * value * (3 - 2 * value))

"""The figure as the sun sees it, and its shadow on the ground."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import INDEX
from mien.bodies.scene import Light
from mien.heads.render.raster import visible_triangles

Array = NDArray[Any]

_SIZE = 96
"""Side of the picture from the sun, texels."""
_TILT = 0.22
"""How much of the ground's depth is seen as height: the viewer stands, and looks down a little."""
_FEET = tuple(tuple(INDEX[f"{side}_{name}"] for name in ("heel", "big_toe", "small_toe")) for side in ("left", "right"))


def light_axes(light: Light) -> NDArray[np.float64]:
    """Axes of the sun's own picture as columns (3, 3): two across, and away from the sun."""
    away = -np.asarray(light.direction, np.float64)
    away /= max(float(np.sqrt(away @ away)), 1e-9)
    helper = np.array([0.0, 0.0, 1.0]) if abs(away[2]) < 0.9 else np.array([1.0, 0.0, 0.0])
    first = np.cross(away, helper)
    first /= np.sqrt(first @ first)
    return np.stack([first, np.cross(away, first), away], axis=1)


def light_depth(points: Array, faces: Array, light: Light) -> tuple[Array, Array, float]:
    """Vertices (V, 3) in texels of the sun's picture, its depths (N, N) in texels, and pixels per texel."""
    seen = points @ light_axes(light)
    low, high = seen.min(0), seen.max(0)
    texel = max(float((high - low)[:2].max()) / (_SIZE - 4), 1e-6)
    seen = (seen - low) / texel + (2.0, 2.0, 1.0)
    _, depth = visible_triangles(seen, faces, _SIZE, _SIZE)
    return seen, depth, texel


def ground_shadow(
    canvas: NDArray[np.uint8],
    points: Array,
    faces: Array,
    joints: Array,
    unit: float,
    light: Light,
    ground: float | None,
    strength: float,
) -> None:
    """Darken a canvas where the figure keeps light from the ground: soft contact under the feet, and a cast shadow."""
    feet = [joints[list(one)] for one in _FEET]
    soles = [float(foot[:, 1].max()) + 2.0 * unit for foot in feet]
    level = max(soles) if ground is None else float(ground)
    height, width = canvas.shape[:2]
    if level > height + 30 * unit or level < 0:
        return
    box = (points[:, 0].min() - 60 * unit, level - 30 * unit, points[:, 0].max() + 60 * unit, level + 30 * unit)
    left, top = max(int(box[0]), 0), max(int(box[1]), 0)
    right, bottom = min(int(box[2]) + 1, width), min(int(box[3]) + 1, height)
    if left >= right or top >= bottom:
        return
    dark = _contact(feet, soles, level, unit, (left, top, right, bottom))
    sun = float(np.mean(light.sun)) / max(float(np.mean(light.sun) + np.mean(light.ambient)), 1e-6)
    cast = _cast(points, faces, level, feet, unit, light, (left, top, right, bottom))
    keep = (1.0 - 0.55 * strength * dark) * (1.0 - 0.65 * strength * sun * cast)
    part = canvas[top:bottom, left:right]
    part[:] = np.uint8(part * keep[..., None] + 0.5)


def _contact(feet: list[Array], soles: list[float], level: float, unit: float, box: tuple[int, int, int, int]) -> Array:
    left, top, right, bottom = box
    x, y = np.arange(left, right) + 0.5, np.arange(top, bottom) + 0.5
    dark = np.zeros((bottom - top, right - left), np.float32)
    for foot, sole in zip(feet, soles, strict=True):
        lifted = max(level - sole, 0.0) / unit
        middle = foot.mean(0)
        spread = 7.0 + 0.6 * float(np.ptp(foot[:, 0])) / unit + 0.25 * lifted
        across = np.exp(-(((x - middle[0]) / (spread * unit)) ** 2))
        down = np.exp(-(((y - level + 2.0 * unit) / ((2.6 + 0.06 * lifted) * unit + 0.3)) ** 2))
        dark = np.maximum(dark, np.outer(down, across).astype(np.float32) * float(np.exp(-lifted / 14.0)))
    return dark


def _cast(points: Array, faces: Array, level: float, feet: list[Array], unit: float, light: Light,
          box: tuple[int, int, int, int]) -> Array:  # fmt: skip
    """The figure projected along the sunlight to the ground, blurred, float32 over the box."""
    left, top, right, bottom = box
    shape = (bottom - top, right - left)
    x, y, z = light.direction
    if y >= -0.15:  # a sun at the horizon casts no shadow that can be seen
        return np.zeros(shape, np.float32)
    high = np.maximum(level - points[:, 1], 0.0)
    base = float(np.mean([foot[:, 2].mean() for foot in feet]))
    back = points[:, 2] - base - high * z / -y
    flat = np.stack([points[:, 0] - high * x / -y, level - 2.0 * unit - back * _TILT, np.ones(len(points))], 1)
    step = max(unit * 1.5, 1.0)  # a soft shadow needs no fine picture
    small = (max(int(shape[0] / step), 1), max(int(shape[1] / step), 1))
    screen = (flat - (left, top, 0.0)) * (small[1] / shape[1], small[0] / shape[0], 1.0)
    index, _ = visible_triangles(screen, faces, *small)
    soft = cv2.GaussianBlur((index >= 0).astype(np.float32), (0, 0), 1.6)
    return np.asarray(cv2.resize(soft, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR), np.float32)

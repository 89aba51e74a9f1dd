"""The figure as the sun sees it, and its shadow on the ground."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.bodies.figure.kernels import bounds, darken, soften
from mien.bodies.figure.skeleton import cross
from mien.bodies.keypoints import INDEX
from mien.bodies.scene import Light
from mien.heads.render.raster import visible_triangles

Array = NDArray[Any]

_SIZE = 112
"""Side of the picture from the sun, texels; what is outside of it is lit."""
TEXEL = 2.4
"""Side of a texel, cm of the figure."""
_TILT = 0.22
"""How much of the ground's depth is seen as height: the viewer stands, and looks down a little."""
_BLUR = 4
"""Texels by which the shadow on the ground is blurred."""
_FEET = tuple(tuple(INDEX[f"{side}_{name}"] for name in ("heel", "big_toe", "small_toe")) for side in ("left", "right"))


def light_axes(light: Light) -> NDArray[np.float64]:
    """Axes of the sun's own picture as columns (3, 3): two across, and away from the sun."""
    away = -np.asarray(light.direction, np.float64)
    away /= max(float(np.sqrt(away @ away)), 1e-9)
    helper = np.array([0.0, 0.0, 1.0]) if abs(away[2]) < 0.9 else np.array([1.0, 0.0, 0.0])
    first = cross(away, helper)
    first /= np.sqrt(first @ first)
    return np.stack([first, cross(away, first), away], axis=1)


def light_depth(points: Array, pelvis: Array, unit: float, faces: Array, light: Light) -> tuple[Array, Array]:
    """Vertices (V, 3) in texels of the sun's picture, and its depths (N, N) in texels.

    pelvis: (3,) the middle of the picture. unit: pixels per cm. Texels have a fixed size on the figure and move with
    it, so that shadows on it do not flicker while its limbs move.
    """
    seen = (points - pelvis) @ light_axes(light) / (TEXEL * unit) + _SIZE / 2
    seen[:, 2] += 1.0 - bounds(seen)[0][2]
    _, depth = visible_triangles(seen, faces, _SIZE, _SIZE)
    return seen, depth


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
    flat = _flattened(points, level, feet, unit, light)
    low, high = bounds(np.concatenate([flat, *feet]))
    margin = max(12.0, *(2.6 * (_spread(foot, unit) + 4.0) for foot in feet)) * unit
    left, top = max(int(low[0] - margin), 0), max(int(min(low[1], level) - margin), 0)
    right, bottom = min(int(high[0] + margin) + 1, width), min(int(max(high[1], level) + margin) + 1, height)
    if left >= right or top >= bottom:
        return
    sun = float(np.mean(light.sun)) / max(float(np.mean(light.sun) + np.mean(light.ambient)), 1e-6)
    box = (left, top, right, bottom)
    cast, place = _cast(flat, faces, unit, box)
    across, down = _contact(feet, soles, level, unit, box)
    darken(canvas, left, top, cast, place, 0.65 * strength * sun, across, down, 0.55 * strength)


def _contact(
    feet: list[Array], soles: list[float], level: float, unit: float, box: tuple[int, int, int, int]
) -> tuple[Array, Array]:
    """Blobs under the feet as rows (2, W) and columns (2, H); one under a lifted foot is wider and fainter."""
    left, top, right, bottom = box
    x, y = np.arange(left, right) + 0.5, np.arange(top, bottom) + 0.5
    across, down = np.empty((2, len(x))), np.empty((2, len(y)))
    for number, (foot, sole) in enumerate(zip(feet, soles, strict=True)):
        lifted = max(level - sole, 0.0) / unit
        spread = _spread(foot, unit) + 0.25 * min(lifted, 16.0)
        across[number] = np.exp(-(((x - foot[:, 0].mean()) / (spread * unit)) ** 2) - lifted / 14.0)
        down[number] = np.exp(-(((y - level + 2.0 * unit) / ((2.6 + 0.06 * lifted) * unit + 0.3)) ** 2))
    return across, down


def _spread(foot: Array, unit: float) -> float:
    """Half width of the blob under a foot, cm."""
    return 7.0 + 0.6 * min(float(np.ptp(foot[:, 0])) / unit, 40.0)


def _flattened(points: Array, level: float, feet: list[Array], unit: float, light: Light) -> Array:
    """The figure projected along the sunlight to the ground (V, 3); a low sun counts as one at 35 degrees."""
    x, y, z = light.direction
    down = max(-y, 0.57)
    high = np.maximum(level - points[:, 1], 0.0)
    base = float(np.mean([foot[:, 2].mean() for foot in feet]))
    back = points[:, 2] - base - high * z / down
    return np.stack([points[:, 0] - high * x / down, level - 2.0 * unit - back * _TILT, np.ones(len(points))], 1)


def _cast(flat: Array, faces: Array, unit: float, box: tuple[int, int, int, int]) -> tuple[Array, Array]:
    """The shadow of a flattened figure, blurred, float64 (h, w), and its place: left, top, pixels per texel.

    Its texels lie at fixed places of the canvas, so that the shadow of what rests does not flicker.
    """
    step = max(unit * 1.5, 1.0)  # a soft shadow needs no fine picture
    first = np.floor(np.array(box[:2]) / step) - _BLUR  # what lies just outside of the canvas is blurred into it
    width, height = (np.ceil(np.array(box[2:]) / step) - first).astype(int) + 1 + _BLUR
    screen = flat / (step, step, 1.0) - (first[0], first[1], 0.0)
    index, _ = visible_triangles(screen, faces, max(height, 2), max(width, 2))
    soft = (index >= 0).astype(np.float64)
    soften(soft, _BLUR)
    return soft, np.array([first[0] * step, first[1] * step, step])

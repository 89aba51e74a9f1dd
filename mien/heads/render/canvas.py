"""Strokes on the skin: a canvas in frontal coordinates (cm), its projection onto the skin, noise, mixing."""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.heads.appearance import Colour
from mien.heads.embedded.surface import LEVELS, base_surface, smoothstep
from mien.heads.render.atlas import FACE, SKIN_HEIGHT, WIDTH

Array = NDArray[Any]

FRONT_SCALE = 44.0  # pixels per cm of the canvas on which strokes are drawn
_FRONT_LEFT, _FRONT_TOP = 8.0, 9.0  # cm from the canvas's middle to its left and top edge


@cache
def front() -> tuple[Array, Array, Array]:
    """Frontal x, y (cm) of each texel of `FACE`, and a mask that is 1 on the front of the head; float32."""
    u, v = np.meshgrid((np.arange(WIDTH) + 0.5)[FACE[1]] / WIDTH, (np.arange(SKIN_HEIGHT) + 0.5)[FACE[0]] / SKIN_HEIGHT)
    azimuth, level = (u - 0.5) * 2 * np.pi, v * LEVELS[-1]
    points = base_surface(azimuth.ravel(), level.ravel()).reshape(*u.shape, 3).astype(np.float32)
    mask = smoothstep(np.abs(azimuth), 1.75, 1.35).astype(np.float32)
    return points[..., 0].copy(), points[..., 1].copy(), mask


def blank_canvas() -> NDArray[np.uint8]:
    """An empty canvas uint8: 16 cm wide, from 9 cm above the pupils to 13 cm below them."""
    return np.zeros((int(22 * FRONT_SCALE), int(2 * _FRONT_LEFT * FRONT_SCALE)), np.uint8)


def draw_dots(canvas: NDArray[np.uint8], centres: Array, radii: Array, values: Array) -> None:
    """Draw discs around `centres` (N, 2) cm of `radii` (N,) cm, each with a brightness in [0, 255]."""
    pixel = np.stack([(centres[:, 0] + _FRONT_LEFT), (_FRONT_TOP - centres[:, 1])], 1) * FRONT_SCALE
    for (x, y), radius, value in zip(np.round(pixel * 16).astype(int), radii, values, strict=True):
        cv2.circle(canvas, (int(x), int(y)), round(radius * FRONT_SCALE * 16), int(value), -1, cv2.LINE_AA, 4)


def draw_lines(canvas: NDArray[np.uint8], points: Array, thickness: float, value: int = 255) -> None:
    """Draw a polyline through `points` (N, 2) cm, `thickness` cm wide, with a brightness in [0, 255]."""
    pixel = np.stack([(points[:, 0] + _FRONT_LEFT), (_FRONT_TOP - points[:, 1])], 1) * FRONT_SCALE
    cv2.polylines(
        canvas, [np.round(pixel * 16).astype(np.int32)], False, value, max(1, round(thickness * FRONT_SCALE)),
        cv2.LINE_AA, 4,
    )  # fmt: skip


def onto_skin(canvas: Array) -> Array:
    """A canvas projected onto the rows and columns of `FACE`, in [0, 1]."""
    x, y, mask = front()
    px = ((x + _FRONT_LEFT) * FRONT_SCALE).astype(np.float32)
    py = ((_FRONT_TOP - y) * FRONT_SCALE).astype(np.float32)
    return cv2.remap(canvas, px, py, cv2.INTER_LINEAR, borderValue=0).astype(np.float32) / 255 * mask


def speckle(rng: np.random.Generator, shape: tuple[int, int], size: float) -> Array:
    """Gaussian noise of unit deviation, blurred over `size` texels."""
    noise = cv2.GaussianBlur(rng.standard_normal(shape, np.float32), (0, 0), size)
    return noise / max(float(noise.std()), 1e-9)


def mix(image: Array, colour: Colour | Array, amount: Array) -> Array:
    """An image (H, W, 3) covered with a colour by `amount` (H, W), clamped to [0, 1]."""
    return image + (np.asarray(colour, np.float32) - image) * np.clip(amount, 0, 1).astype(np.float32)[..., None]


def short_strands(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Short vertical strands in [0, 1]: noise blurred along the columns."""
    noise = cv2.GaussianBlur(rng.standard_normal(shape, np.float32), (0, 0), sigmaX=0.9, sigmaY=5.0)
    return np.clip(0.5 + 0.45 * noise / noise.std(), 0, 1)

"""Heads: a human one from the sections of the embedded head, and those of animals and a robot."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from mien.bodies.figure.mesh import Part
from mien.bodies.figure.rings import HEAD, ball
from mien.heads.embedded.surface import LEVELS, base_surface, face_depth, smoothstep

Array = NDArray[np.float64]

FACE_WIDTH, FACE_TOP, FACE_BOTTOM = 8.5, 8.0, -12.0
"""cm: the face's picture reaches from -8.5 to 8.5 across, and from 8 above the pupils to 12 below them."""


def head_parts(kind: str) -> list[Part]:
    """The head of a kind of figure without hair and hat, in the head's frame."""
    if kind == "robot":
        return _robot()
    if kind in ("panda", "bear"):
        return _animal(kind)
    return [human_skull(), *(_ear(sign, "skin") for sign in (1.0, -1.0))]


@cache
def skull_grid(columns: int = 30) -> tuple[Array, Array, Array, Array]:
    """x, y (up), z (ahead) cm and azimuth of the human head's surface, (n, columns + 1), crown to throat."""
    part = np.linspace(-1, 1, columns + 1)
    azimuth = np.pi * np.sign(part) * np.abs(part) ** 1.25  # denser at the nose
    levels = np.concatenate([[0.35], np.linspace(2.0, 14.0, 6), np.linspace(15.5, 29.2, 15)])
    angle, level = (one.ravel() for one in np.meshgrid(azimuth, levels[levels < LEVELS[-1]]))
    points = base_surface(angle, level)
    ahead = smoothstep(np.abs(angle), 1.25, 0.85)
    depth = face_depth(points[:, 0], points[:, 1], points[:, 2])
    points[:, 2] += ahead * (depth - points[:, 2])
    shape = (len(levels), columns + 1)
    x, y, z = (one.reshape(shape).copy() for one in points.T)
    x[:, -1], z[:, -1] = x[:, 0], z[:, 0]
    return x, y, z, angle.reshape(shape)


def human_skull() -> Part:
    """Skin of head and face; its pattern is the place in the face's picture."""
    x, y, z, azimuth = skull_grid()
    behind = np.abs(azimuth) > 1.571
    pattern = face_place(np.where(behind, np.sign(azimuth) * (2 * FACE_WIDTH - np.abs(x)), x), y)
    return Part([HEAD] * len(x), x, z, "face", "head", z=y, pattern=pattern)


def face_place(x: Array, y: Array) -> NDArray[np.float32]:
    """Place in the face's picture (..., 2): -1 to 1 across, 0 to 1 downwards."""
    down = (FACE_TOP - y) / (FACE_TOP - FACE_BOTTOM)
    return np.stack([x / FACE_WIDTH, down], -1).astype(np.float32)


def _ear(sign: float, material: str) -> Part:
    return ball(HEAD, (0.9, 1.9, 3.1), (sign * 7.5, -0.9, -1.6), material, "head", 8)


def _animal(kind: str) -> list[Part]:
    own, other = "fur", "fur_dark"
    muzzle = "fur_light"
    wide = 9.6 if kind == "panda" else 9.0
    skull = ball(HEAD, (wide, 8.6, 8.8), (0.0, 0.0, -0.6), own, "head", 24)
    parts = [
        skull,
        ball(HEAD, (4.3, 3.6, 3.2), (0.0, 7.2, -3.6), muzzle, "head", 14),
        ball(HEAD, (1.6, 1.0, 1.0), (0.0, 10.4, -2.2), "dark", "head", 8),
        ball(HEAD, (1.5, 0.5, 0.32), (0.0, 9.9, -5.0), "dark", "head", 8),
    ]
    for sign in (1.0, -1.0):
        if kind == "panda":
            parts.append(ball(HEAD, (2.5, 1.6, 2.9), (sign * 4.0, 6.5, 0.4), other, "head", 10))
        parts.append(ball(HEAD, (1.05, 0.8, 1.1), (sign * 3.5, 8.0, 0.7), "dark", "head", 8))
        parts.append(ball(HEAD, (0.36, 0.3, 0.36), (sign * 3.5 - 0.35, 8.7, 1.1), "white", "head", 6))
        parts.append(
            ball(HEAD, (3.2, 1.8, 3.2), (sign * 7.2, -1.0, 7.2), other if kind == "panda" else own, "head", 12)
        )
        if kind == "bear":
            parts.append(ball(HEAD, (2.0, 1.0, 2.0), (sign * 7.2, 0.3, 7.2), muzzle, "head", 10))
    return parts


def _robot() -> list[Part]:
    parts = [
        ball(HEAD, (8.2, 8.4, 9.6), (0.0, 0.0, 0.0), "metal", "head", 20, power=5.0),
        ball(HEAD, (6.6, 1.6, 2.6), (0.0, 7.6, 0.4), "metal_dark", "head", 16, power=4.0),
        ball(HEAD, (3.4, 0.6, 0.5), (0.0, 8.3, -5.6), "metal_dark", "head", 12, power=4.0),
        ball(HEAD, (0.5, 0.5, 3.0), (0.0, 0.0, 12.0), "metal_dark", "head", 8),
        ball(HEAD, (1.2, 1.2, 1.2), (0.0, 0.0, 15.6), "lamp", "head", 8),
    ]
    for sign in (1.0, -1.0):
        parts.append(ball(HEAD, (1.5, 0.9, 1.5), (sign * 3.2, 8.9, 0.5), "lamp", "head", 10))
        parts.append(ball(HEAD, (1.4, 2.2, 2.2), (sign * 8.4, -0.2, -0.4), "metal_dark", "head", 10))
    return parts

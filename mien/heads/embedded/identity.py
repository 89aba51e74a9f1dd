"""Who a head is: named, linear changes of its shape, in cm for one standard step of each parameter.

A coefficient of 0 is the average head; -2 to 2 covers what plausible people look like.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mien.heads.embedded.surface import (
    EYE_CENTRE,
    MOUTH_Y,
    bump,
    smoothstep,
)

Array = NDArray[np.float64]


def _xyz(n: int, x: Array | float = 0.0, y: Array | float = 0.0, z: Array | float = 0.0) -> Array:
    return np.stack([np.broadcast_to(np.asarray(v, float), (n,)) for v in (x, y, z)], axis=1)


class _Shape:
    """Masks shared by the fields at points (N, 3)."""

    def __init__(self, points: Array) -> None:
        self.n = len(points)
        self.x, self.y, self.z = points.T
        self.sign = np.sign(self.x)
        self.head = smoothstep(self.y, -14.5, -10.5)
        self.front = smoothstep(self.z, 1.0, 4.5) * self.head
        dx = (np.abs(self.x) - EYE_CENTRE[0]) / 1.9
        dy, dz = (self.y - EYE_CENTRE[1]) / 1.5, (self.z - EYE_CENTRE[2] - 0.5) / 3.0
        # rigid over the eyeball and the lids, gone at brow, nose and cheek
        self.eye = smoothstep(dx**2 + dy**2 + dz**2, 2.1, 0.85)
        # what shapes brow, nose and cheeks leaves the lids on their eyeball
        self.free = 1 - smoothstep((dx * 1.9 / 1.75) ** 2 + (dy * 1.5 / 1.25) ** 2, 1.7, 0.75)

    def at(self, centre: tuple[float, float], size: tuple[float, float]) -> Array:
        return bump(self.x, self.y, centre, size) * self.front * self.free


def _eye_size(s: _Shape) -> Array:
    scale = 0.055 * s.eye
    return _xyz(
        s.n,
        scale * s.sign * (np.abs(s.x) - EYE_CENTRE[0]),
        scale * (s.y - EYE_CENTRE[1]),
        scale * (s.z - EYE_CENTRE[2]),
    )


def _lips(s: _Shape) -> Array:
    offset = s.y - MOUTH_Y
    region = np.exp(-((s.x / 2.4) ** 4) - (np.abs(offset) / 1.25) ** 3) * s.front * (s.z > 6)
    return _xyz(s.n, 0, offset * 0.15 * region, 0.10 * region * np.exp(-((s.x / 1.8) ** 2)))


def _age(s: _Shape) -> Array:
    sag = s.at((4.0, -7.6), (1.3, 1.5))
    fold = s.at((2.3, -5.2), (0.35, 0.9))
    hollow = s.at((4.7, -4.6), (1.1, 1.2)) + s.at((6.2, 2.5), (0.8, 1.4))
    bags = s.at((3.0, -1.5), (0.9, 0.28))
    lips = s.at((0.0, -6.5), (1.8, 0.6))
    nose = s.at((0.0, -3.6), (0.7, 0.8))
    z = 0.14 * sag - 0.12 * fold - 0.16 * hollow + 0.05 * bags - 0.08 * lips + 0.06 * nose
    y = -0.16 * sag - 0.10 * nose - 0.08 * s.at((3.6, 1.2), (1.2, 0.6)) - 0.05 * s.at((2.4, -6.9), (0.5, 0.5))
    return _xyz(s.n, s.sign * 0.14 * s.at((4.8, -8.2), (1.5, 1.4)), y, z)


def _width_at(s: _Shape, amount: float, y: float, reach: float) -> Array:
    return _xyz(s.n, amount * s.x * np.exp(-0.5 * ((s.y - y) / reach) ** 2) * smoothstep(s.z, -6.0, 0.5) * s.head)


_FIELDS: dict[str, Callable[[_Shape], Array]] = {
    "face_width": lambda s: _xyz(s.n, 0.030 * s.x * s.head),
    "face_length": lambda s: _xyz(s.n, 0, 0.028 * np.minimum(s.y, 0) * smoothstep(s.y, -22.0, -11.0)),
    "head_depth": lambda s: _xyz(s.n, 0, 0, 0.03 * np.minimum(s.z, 0) * s.head),
    "jaw_width": lambda s: _width_at(s, 0.055, -8.0, 2.4),
    "jaw_height": lambda s: _xyz(
        s.n,
        0,
        -0.28 * s.head * np.exp(-0.5 * ((np.abs(s.x) - 5.0) / 1.6) ** 2) * np.exp(-0.5 * ((s.y + 8.2) / 1.8) ** 2),
    ),
    "chin_length": lambda s: _xyz(
        s.n, 0, -0.32 * smoothstep(s.y, -7.4, -10.2) * smoothstep(s.y, -15.5, -12.0) * smoothstep(s.z, 0.0, 6.0)
    ),
    "chin_width": lambda s: _xyz(s.n, 0.10 * s.x * s.at((0.0, -10.3), (2.6, 1.3))),
    "chin_projection": lambda s: _xyz(s.n, 0, 0, 0.28 * s.at((0.0, -10.2), (1.9, 1.4))),
    "nose_length": lambda s: _xyz(s.n, 0, -0.22 * s.at((0.0, -3.7), (1.5, 1.3)), 0.05 * s.at((0.0, -3.5), (1.0, 1.2))),
    "nose_width": lambda s: _xyz(s.n, 0.115 * s.x * s.at((0.0, -3.6), (2.0, 1.0))),
    "nose_bridge": lambda s: _xyz(s.n, 0, 0, 0.22 * s.at((0.0, -0.8), (0.65, 1.5))),
    "nose_projection": lambda s: _xyz(s.n, 0, 0, 0.22 * s.at((0.0, -3.2), (1.0, 1.2))),
    "nose_tip": lambda s: _xyz(s.n, 0, 0.20 * s.at((0.0, -3.7), (0.8, 0.7)), 0.03 * s.at((0.0, -3.7), (0.8, 0.7))),
    "eye_size": _eye_size,
    "eye_spacing": lambda s: _xyz(s.n, 0.13 * s.sign * s.eye + 0.08 * s.sign * s.at((2.8, 2.2), (1.6, 0.9))),
    "eye_height": lambda s: _xyz(s.n, 0, 0.14 * s.eye),
    "eye_tilt": lambda s: _xyz(
        s.n, 0, 0.11 * s.eye * np.clip((np.abs(s.x) - EYE_CENTRE[0]) / 1.4, -1.3, 1.3) * smoothstep(s.z, 6.8, 7.4)
    ),
    "eye_depth": lambda s: _xyz(s.n, 0, 0, -0.15 * s.eye),
    "lip_fullness": _lips,
    "mouth_width": lambda s: _xyz(s.n, 0.055 * s.x * s.at((0.0, -6.8), (2.6, 1.3))),
    "mouth_height": lambda s: _xyz(s.n, 0, 0.20 * s.at((0.0, -6.7), (2.4, 1.2))),
    "brow_height": lambda s: _xyz(s.n, 0, 0.20 * s.at((2.8, 2.1), (2.0, 0.9))),
    "brow_thickness": lambda s: _xyz(s.n, 0, -0.08 * s.at((2.7, 1.9), (1.9, 0.6)), 0.20 * s.at((2.5, 1.9), (1.9, 0.7))),
    "forehead_height": lambda s: _xyz(s.n, 0, 0.30 * smoothstep(s.y, 2.5, 8.0)),
    "forehead_slope": lambda s: _xyz(s.n, 0, 0, -0.25 * smoothstep(s.y, 3.0, 8.0) * smoothstep(s.z, 0.0, 6.0)),
    "cheekbones": lambda s: _xyz(
        s.n, 0.22 * s.sign * s.at((5.4, -2.0), (1.5, 1.2)), 0, 0.14 * s.at((4.7, -2.0), (1.4, 1.0))
    ),
    "cheek_fullness": lambda s: _xyz(
        s.n, 0.24 * s.sign * s.at((5.0, -5.4), (1.6, 2.0)), 0, 0.26 * s.at((4.3, -5.2), (1.5, 1.6))
    ),
    "neck_width": lambda s: _xyz(s.n, 0.07 * s.x * np.exp(-0.5 * ((s.y + 14.2) / 2.4) ** 2)),
    "shoulder_width": lambda s: _xyz(s.n, 0.06 * s.x * smoothstep(s.y, -16.0, -20.0)),
    "ear_size": lambda s: _xyz(
        s.n, 0.0, 0.07 * (s.y + 1.4) * smoothstep(np.abs(s.x), 6.9, 7.5) * smoothstep(np.abs(s.y + 1.4), 4.5, 3.0)
    ),
    "age": _age,
}

IDENTITY_NAMES: tuple[str, ...] = tuple(_FIELDS)
"""The identity parameters in the order of an identity vector."""


def identity_fields(points: Array) -> Array:
    """Displacement (I, N, 3) in cm of points (N, 3) at rest for one step of each of `IDENTITY_NAMES`."""
    shape = _Shape(points)
    return np.stack([field(shape) for field in _FIELDS.values()])

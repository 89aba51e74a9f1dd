"""Hats in the head's frame: cap, brimmed hat, nón lá, beanie."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mien.bodies.figure.mesh import Part
from mien.bodies.figure.rings import HEAD, sections

Array = NDArray[np.float64]


def hat_parts(hat: str, human: bool) -> list[Part]:
    """The parts of a hat. human: whether it sits on a human skull, or on the flatter one of an animal or a robot."""
    makers = {"cap": _cap, "hat": _brimmed, "non_la": _non_la, "beanie": _beanie}
    if hat not in makers:
        return []
    parts = makers[hat](1.0 if human else 0.75 if hat == "non_la" else 0.98)
    lift = 0.0 if human else 3.2 if hat == "non_la" else 1.0
    return [replace(part, z=np.zeros_like(part.x) + (0.0 if part.z is None else part.z) + lift) for part in parts]


def _turned(
    rows: Array, material: str, size: float, thin: bool = False, tilt: float = 0.0, around: float = 1.0
) -> Part:
    """A surface of rows (height, half width, half depth) cm. tilt: how much lower its back is, cm per cm."""
    x, y = sections(rows[:, 1] * size, rows[:, 2] * size, 28)
    z = rows[:, :1] * size + tilt * y
    length = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(rows[:, 0]), np.diff(rows[:, 1])))])
    return Part([HEAD] * len(rows), x, y - 1.0 * size, material, "head", z=z, length=length * around, thin=thin)


def _dome(low: float, high: float, a: float, b: float, count: int = 7) -> Array:
    angle = np.linspace(np.pi / 2 - 0.03, 0.0, count)
    return np.stack([low + (high - low) * np.sin(angle), a * np.cos(angle), b * np.cos(angle)], 1)


def _cap(size: float) -> list[Part]:
    crown = _turned(np.concatenate([_dome(4.2, 13.6, 8.9, 10.8), [[3.2, 8.8, 10.7]]]), "hat", size, tilt=0.1)
    # the visor: a sheet that grows out of the front
    across = np.linspace(-1, 1, 13)
    rows = np.linspace(0, 1, 5)
    reach = np.sqrt(np.maximum(1 - (across * 0.97) ** 2, 0))
    x = across[None] * (8.5 - 0.6 * rows[:, None])
    y = 7.2 * reach[None] + 1.2 + rows[:, None] * 6.8 * reach[None]
    z = 4.6 - 1.4 * rows[:, None] - 1.3 * across[None] ** 2
    sheets = []
    for lift, material in ((0.35, "hat"), (0.0, "hat_band")):
        sheets.append(Part([HEAD] * 5, x * size, y * size, material, "head", z=(z + lift) * size, thin=True))
    return [crown, *sheets]


def _brimmed(size: float) -> list[Part]:
    crown = np.concatenate(
        [[[14.0, 0.3, 0.3], [14.6, 3.5, 4.5], [14.4, 6.6, 8.2]], [[12.5, 7.6, 9.4], [8.4, 8.5, 10.6], [5.0, 8.9, 11.0]]]
    )
    band = np.array([[7.6, 8.8, 10.9], [5.0, 9.1, 11.2]])
    brim = np.array([[5.4, 8.6, 10.8], [4.9, 12.5, 14.6], [4.6, 16.0, 18.0], [4.9, 19.0, 20.5]])
    return [_turned(crown, "hat", size), _turned(band, "hat_band", size), _turned(brim, "hat", size, thin=True)]


def _non_la(size: float) -> list[Part]:
    height = np.linspace(0, 1, 9)
    radius = 0.15 + 21.0 * height
    rows = np.stack([19.5 - 17.0 * height, radius, radius], 1)
    return [_turned(rows, "palm_leaf", size, thin=True, tilt=0.05)]


def _beanie(size: float) -> list[Part]:
    crown = _turned(np.concatenate([_dome(5.0, 14.4, 8.9, 10.6), [[3.0, 8.8, 10.6]]]), "hat", size, tilt=0.12)
    fold = np.array([[6.6, 8.9, 10.7], [6.4, 9.5, 11.3], [3.0, 9.5, 11.3], [2.6, 8.9, 10.7]])
    return [crown, _turned(fold, "hat_band", size, tilt=0.12)]

"""A hanging beard: a sheet that starts on the jaw and hangs below the chin, in cm; it follows the skin at its root."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from mien.heads.appearance import Appearance
from mien.heads.embedded.parts import Part, grid_faces, two_sided
from mien.heads.embedded.surface import LEVELS, base_surface, face_depth, smoothstep
from mien.heads.embedded.topology import skin_mesh

Array = NDArray[np.float64]
BeardKind = Literal["beard", "goatee"]

LONGEST = 12.0
"""cm that a beard of beard_length 1 hangs below the chin."""

GROWN = 0.2
"""Density of beard or goatee from which on it hangs."""

_ON_SKIN, _HANGING = 8, 15  # rows


@dataclass(frozen=True)
class _Shape:
    """reach: azimuth of the sheet's edges. rounded: how much shorter the edges hang. curl: cm by which the edges lie
    behind the middle. drop: sections of the head by which the edges start lower."""

    reach: float
    columns: int
    rounded: float
    curl: float
    drop: float


_SHAPES: dict[BeardKind, _Shape] = {
    "beard": _Shape(reach=1.30, columns=61, rounded=0.75, curl=0.0, drop=0.0),
    "goatee": _Shape(reach=0.44, columns=29, rounded=0.50, curl=1.8, drop=1.1),
}


def beard_kind(appearance: Appearance) -> BeardKind | None:
    """Which of the two hangs: the denser one, None where neither is long and dense enough."""
    if appearance.beard_length <= 0 or max(appearance.beard, appearance.goatee) < GROWN:
        return None
    return "beard" if appearance.beard >= appearance.goatee else "goatee"


def beard_part(appearance: Appearance) -> Part | None:
    """The hanging beard at rest (cm), bound to the skin at its root; None where nothing hangs, see `beard_kind`.

    Its positions are nearly linear in beard_length.
    """
    kind = beard_kind(appearance)
    return None if kind is None else hanging_beard(kind, appearance.beard_length, appearance.seed)


def hanging_beard(kind: BeardKind, length: float, seed: int = 0) -> Part:
    """The sheet of a beard or a goatee with a length in [0, 1]; texture: u across, v from the root to the tips."""
    shape = _SHAPES[kind]
    azimuth = np.linspace(-shape.reach, shape.reach, shape.columns)
    aside = np.abs(azimuth) / shape.reach
    root = _on_skin(azimuth, length, aside, shape.drop)
    u = np.linspace(0, 1, _HANGING + 1)[1:, None]
    rng = np.random.default_rng(seed + 17)
    ragged = 1 - 0.25 * np.convolve(rng.uniform(size=shape.columns + 2), [0.25, 0.5, 0.25], "valid")
    fall = LONGEST * length * (1 - shape.rounded * aside**1.7) * ragged * u
    x = root[-1, :, 0] * (1 - 0.50 * length * u**2)
    z = root[-1, :, 2] + length * (1.2 * np.sin(0.5 * np.pi * u) - 0.8 * u**2)
    hanging = np.stack([x, root[-1, :, 1] - fall, z], axis=-1)
    grid = np.concatenate([root, hanging])
    rows = len(grid)
    curled = smoothstep(np.arange(rows, dtype=float), 2, _ON_SKIN + 4)
    grid[..., 2] -= shape.curl * curled[:, None] * aside**2
    across, along = np.meshgrid((azimuth / shape.reach + 1) / 2, np.linspace(0, 1, rows))
    texture = np.stack([across.ravel(), along.ravel()], axis=1)
    anchors = np.concatenate([root, np.broadcast_to(root[-1], hanging.shape)])
    bind = _nearest_skin(anchors.reshape(-1, 3))
    return two_sided(Part("beard", grid.reshape(-1, 3), grid_faces(rows, shape.columns), texture, bind))


def _on_skin(azimuth: Array, length: float, aside: Array, drop: float) -> Array:
    """The rows (R, C, 3) that lie on the jaw, thicker towards its edge."""
    away = np.abs(azimuth)
    first = (
        10.25 - 1.9 * smoothstep(away, 0.30, 1.15) + drop * aside**2.5
    )  # in sections of the head, below the lip to before the ear
    last = 12.4 - 0.4 * smoothstep(away, 0.2, 1.0)
    t = np.linspace(0, 1, _ON_SKIN)[:, None]
    level = np.interp((first + (last - first) * t).ravel(), np.arange(len(LEVELS)), LEVELS)
    ring = np.broadcast_to(azimuth, (_ON_SKIN, len(azimuth)))
    points = base_surface(ring.ravel(), level)
    x, y, z = points.T
    frontal = smoothstep(np.abs(ring.ravel()), 1.35, 0.95) * smoothstep(level, LEVELS[15], LEVELS[13])
    points[:, 2] = z + frontal * (face_depth(x, y, z) - z)
    outward = points - np.array([0.0, -7.0, 2.0])
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    thick = 0.10 + (0.25 + 0.8 * length) * np.sqrt(t) * (1 - 0.85 * aside**3)
    return (points + outward * thick.reshape(-1, 1)).reshape(_ON_SKIN, len(azimuth), 3)


def _nearest_skin(points: Array) -> NDArray[np.int64]:
    """The nearest outer vertex (N,) of the skin to points (N, 3)."""
    skin = skin_mesh()
    outer = np.flatnonzero((skin.cavity == 0) & np.isnan(skin.lip))
    return np.asarray(outer[cKDTree(skin.positions[outer]).query(points)[1]], np.int64)

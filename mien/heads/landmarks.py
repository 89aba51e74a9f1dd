"""The 68 landmark vertices of the embedded head in iBUG's order (300-W mark-up, numbered from the viewer's left)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.heads.embedded.topology import (
    EYE_POINTS,
    LIP_POINTS,
    LIP_RINGS,
    SkinMesh,
)

Array = NDArray[np.float64]

# the viewer's right half of each group (x >= 0), cm at rest
_JAW = ((0.0, -10.75), (1.5, -10.55), (2.85, -9.85), (4.0, -8.9), (5.0, -7.7), (5.85, -6.1), (6.45, -4.3), (6.85, -2.3),
        (7.05, -0.2))  # fmt: skip
_BROW = ((1.25, 1.75), (2.35, 2.15), (3.7, 2.25), (4.6, 1.85), (5.05, 1.4))
_BRIDGE = ((0.0, 0.1), (0.0, -1.15), (0.0, -2.35), (0.0, -3.45))
_BASE = ((0.0, -4.55), (0.7, -4.40), (1.35, -4.15))


def landmark_vertices(skin: SkinMesh) -> NDArray[np.int64]:
    """Vertex indices (68,) of the iBUG landmarks."""
    points = skin.positions
    facing = (points[:, 2] > 0) & (skin.cavity == 0) & (skin.ring != -1)

    def nearest(x: float, y: float) -> int:
        distance = (points[:, 0] - x) ** 2 + (points[:, 1] - y) ** 2
        return int(np.argmin(np.where(facing, distance, np.inf)))

    right = [nearest(*p) for p in _JAW]
    left = [int(skin.mirror[i]) for i in right]
    jaw = left[:0:-1] + right
    brow = [nearest(*p) for p in _BROW]
    brows = [int(skin.mirror[i]) for i in brow[::-1]] + brow
    base = [nearest(*p) for p in _BASE]
    nose = [nearest(*p) for p in _BRIDGE] + [int(skin.mirror[i]) for i in base[:0:-1]] + base
    eyes = _eyes(skin)
    return np.array(jaw + brows + nose + eyes + _mouth(skin), np.int64)


def _eyes(skin: SkinMesh) -> list[int]:
    loop = skin.loops["eye0"]
    upper = loop[:EYE_POINTS]
    lower = np.append(loop[0:1], loop[: EYE_POINTS - 2 : -1])
    third, two_thirds = round(EYE_POINTS * 0.31), round(EYE_POINTS * 0.64)
    inner, outer = int(loop[0]), int(loop[EYE_POINTS - 1])
    # the viewer's right eye: inner corner, upper lid, outer corner, lower lid back
    right = [inner, int(upper[third]), int(upper[two_thirds]), outer, int(lower[two_thirds]), int(lower[third])]
    m = [int(skin.mirror[i]) for i in right]
    return [m[3], m[2], m[1], m[0], m[5], m[4], *right]


def _mouth(skin: SkinMesh) -> list[int]:
    outer, inner = skin.loops[f"lip{len(LIP_RINGS) - 1}"], skin.loops["lip0"]
    corner = LIP_POINTS - 1
    last = 2 * corner

    def at(loop: NDArray[np.int64], x: float, upper: bool) -> int:
        half = loop[:LIP_POINTS] if upper else loop[corner:]
        return int(half[np.argmin(np.abs(skin.positions[half, 0] - x))])

    def mirrored(index: int) -> int:
        return int(skin.mirror[index])

    up = [at(outer, 0.5, True), at(outer, 1.45, True)]
    low = [at(outer, 1.5, False), at(outer, 0.75, False)]
    outline = [mirrored(int(outer[corner])), mirrored(up[1]), mirrored(up[0]), int(outer[0]), *up, int(outer[corner])]
    outline += [*low, int(outer[last]), mirrored(low[1]), mirrored(low[0])]
    inner_up, inner_low = at(inner, 0.95, True), at(inner, 0.95, False)
    inside = [mirrored(int(inner[corner])), mirrored(inner_up), int(inner[0]), inner_up, int(inner[corner])]
    return outline + inside + [inner_low, int(inner[last]), mirrored(inner_low)]

"""The mesh of the skin: edge loops round eyes and lips, a graded lattice elsewhere, one half mirrored to the other.

Half of the head (x >= 0) is laid out in a plane of azimuth and level, triangulated there, lifted onto the surface and
mirrored, so that the head is symmetric to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from mien.heads.embedded.surface import (
    EYE_CENTRE,
    EYE_RADIUS,
    LEVELS,
    MOUTH_HALF_WIDTH,
    MOUTH_Y,
    base_surface,
    face_depth,
    front_chart,
    inside_outline,
    smoothstep,
)

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

AZIMUTH_SCALE = 8.0  # cm of the layout plane per radian: the head's radius
LATTICE = 0.28  # cm between neighbours where the mesh is finest
EYE_POINTS = 15
EYE_RINGS = (0.0, 0.10, 0.22, 0.38, 0.58, 0.82)
LIP_POINTS = 13
LIP_RINGS = (0.0, 0.16, 0.38, 0.62, 0.84, 1.0)
LIP_SKIN_RINGS = (0.18, 0.42, 0.72)
MOUTH_BAG = ((0.10, -0.35), (0.35, -0.85), (0.9, -1.7), (1.3, -3.2), (1.0, -4.6))  # height, depth behind the lips


def upper_lid(t: Array) -> Array:
    """Height of the upper lid's margin, t = 0 at the inner and 1 at the outer corner."""
    return -0.14 + 0.20 * t + 0.60 * np.sin(np.pi * np.clip(t, 0, 1) ** 0.86) ** 0.78


def lower_lid(t: Array) -> Array:
    """Height of the lower lid's margin, as `upper_lid`."""
    return -0.14 + 0.20 * t - 0.42 * np.sin(np.pi * np.clip(t, 0, 1) ** 1.12) ** 0.85


FISSURE = (1.80, 4.60)
"""x of the inner and the outer corner of the eye."""


def mouth_line(x: Array) -> Array:
    """Height of the line along which the closed lips touch."""
    x = np.abs(x)
    return (
        MOUTH_Y - 0.05 * np.exp(-((x / 0.35) ** 2)) + 0.03 * np.exp(-(((x - 1.0) / 0.5) ** 2)) + 0.02 * (x / 2.5) ** 4
    )


def _lip_heights(x: Array) -> tuple[Array, Array]:
    upper = np.interp(x, [0, 0.18, 0.42, 0.8, 1.4, 2.0, 2.5], [0.60, 0.66, 0.74, 0.66, 0.48, 0.24, 0.0])
    lower = np.interp(x, [0, 0.5, 1.0, 1.6, 2.1, 2.5], [0.92, 0.90, 0.78, 0.52, 0.24, 0.0])
    return upper, lower


@dataclass
class SkinMesh:
    """The skin at rest: (V, 3) positions in cm, triangles, and what the other rooms of the head need to know.

    side: +1 on and above the upper lip, -1 on and below the lower lip near the mouth, 0 elsewhere.
    lip: 0 at the lips' contact, 1 at the edge of the red, nan away from the lips.
    cavity: 0 outside, rising to 1 at the back of the mouth.  lid: +1 upper, -1 lower lid's loops, 0 elsewhere.
    ring: index of the eye loop, -1 the inner edge of the lid, nan away from the eyes.
    azimuth, level: position on the base surface.  mirror: index of each vertex's mirror image.
    """

    positions: Array
    faces: Integers
    azimuth: Array
    level: Array
    side: Array
    lip: Array
    cavity: Array
    lid: Array
    ring: Array
    mirror: Integers
    loops: dict[str, Integers] = field(default_factory=dict)


@dataclass
class _Half:
    """Growing lists of half a head's vertices; `plane` is where a vertex lies in the layout."""

    columns: dict[str, list[Array]] = field(default_factory=dict)
    count: int = 0

    def add(self, **values: Array | float) -> Integers:
        n = max(np.size(v) for v in values.values())
        for name, value in values.items():
            self.columns.setdefault(name, []).append(np.broadcast_to(np.asarray(value, float), (n,)).copy())
        self.count += n
        return np.arange(self.count - n, self.count)

    def array(self, name: str) -> Array:
        return np.concatenate(self.columns[name])


def _eye_loops(half: _Half) -> dict[str, Integers]:
    t = (1 - np.cos(np.linspace(0, np.pi, EYE_POINTS))) / 2
    t = 0.6 * t + 0.4 * np.linspace(0, 1, EYE_POINTS)
    x0 = FISSURE[0] + (FISSURE[1] - FISSURE[0]) * t
    x = np.concatenate([x0, x0[-2:0:-1]])
    y = np.concatenate([upper_lid(t), lower_lid(t)[-2:0:-1]])
    lid = np.concatenate([[0.0], np.ones(EYE_POINTS - 2), [0.0], -np.ones(EYE_POINTS - 2)])
    middle = np.array([3.2, 0.06])
    out = np.stack([(x - middle[0]) / 1.4, (y - middle[1]) / 0.75], axis=1)
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    out[:, 0] *= 0.8
    loops: dict[str, Integers] = {}
    for k, distance in enumerate(EYE_RINGS):
        px, py = x + distance * out[:, 0], y + distance * out[:, 1]
        azimuth, level, base = front_chart(px, py)
        loops[f"eye{k}"] = half.add(
            x=px,
            y=py,
            z=face_depth(px, py, base),
            azimuth=azimuth,
            level=level,
            plane_x=azimuth * AZIMUTH_SCALE,
            plane_y=level,
            side=0,
            lip=np.nan,
            cavity=0,
            lid=lid,
            ring=k,
            planar=1,
        )
    first = loops["eye0"]
    ray = np.stack([half.array(c)[first] for c in "xyz"], axis=1) - EYE_CENTRE
    inner = EYE_CENTRE + ray / np.linalg.norm(ray, axis=1, keepdims=True) * (EYE_RADIUS - 0.03)
    loops["eye_inner"] = half.add(
        x=inner[:, 0],
        y=inner[:, 1],
        z=inner[:, 2],
        azimuth=half.array("azimuth")[first],
        level=half.array("level")[first],
        plane_x=0,
        plane_y=0,
        side=0,
        lip=np.nan,
        cavity=0,
        lid=lid,
        ring=-1,
        planar=0,
    )
    return loops


def lip_bulge(t: Array) -> Array:
    """How far the red of the lips stands out, t = 0 at their contact, 1 at the edge of the red; for full lips."""
    return np.interp(t, [0, 0.16, 0.38, 0.62, 0.84, 1.0], [-0.22, 0.10, 0.27, 0.30, 0.22, 0.12])


def _lip_loops(half: _Half) -> dict[str, Integers]:
    along = np.sin(np.linspace(0, np.pi / 2, LIP_POINTS))
    along = 0.55 * along + 0.45 * np.linspace(0, 1, LIP_POINTS)
    x0 = MOUTH_HALF_WIDTH * along
    loops: dict[str, Integers] = {}
    rings = [(t, 0.0) for t in LIP_RINGS] + [(1.0, d) for d in LIP_SKIN_RINGS]
    # each loop runs from the middle of the upper lip round the corner to the middle of the lower lip
    side = np.concatenate([np.ones(LIP_POINTS - 1), [0.0], -np.ones(LIP_POINTS - 1)])
    x0 = np.concatenate([x0, x0[-2::-1]])
    upper, lower = _lip_heights(x0)
    height = np.where(side > 0, upper, lower)
    taper = np.sqrt(np.maximum(1 - (x0 / MOUTH_HALF_WIDTH) ** 2, 0.0))
    for k, (t, distance) in enumerate(rings):
        x = x0 * (1 + (0.12 * t + distance * 0.8) / MOUTH_HALF_WIDTH * (x0 / MOUTH_HALF_WIDTH) ** 2)
        y = mouth_line(x0) + side * (t * height + distance * (0.25 + 0.75 * taper))
        opening = side * 0.22 * taper * max(0.0, 1 - (k / 8))
        azimuth, level, base = front_chart(x, y)
        plane_azimuth, plane_level, _ = front_chart(x, y + opening)
        bulge = lip_bulge(np.array(t)) * (0.25 + 0.75 * taper) * np.exp(-((distance / 0.25) ** 2))
        loops[f"lip{k}"] = half.add(
            x=x,
            y=y,
            z=face_depth(x, y, base) + bulge,
            azimuth=azimuth,
            level=level,
            plane_x=np.where(x0 < 1e-9, 0, plane_azimuth) * AZIMUTH_SCALE,
            plane_y=plane_level,
            side=side,
            lip=t if k < len(LIP_RINGS) else np.nan,
            cavity=0,
            lid=0,
            ring=np.nan,
            planar=1,
        )
    contact = loops["lip0"]
    x, y, z, azimuth, level = (half.array(c)[contact] for c in ("x", "y", "z", "azimuth", "level"))
    for k, (up, depth) in enumerate(MOUTH_BAG):
        narrow = 1 - 0.06 * k
        loops[f"bag{k}"] = half.add(
            x=x * narrow,
            y=y + side * up * (0.3 + 0.7 * taper),
            z=z + depth,
            azimuth=azimuth,
            level=level,
            plane_x=0,
            plane_y=0,
            side=side,
            lip=np.nan,
            cavity=(k + 1) / len(MOUTH_BAG),
            lid=0,
            ring=np.nan,
            planar=0,
        )
    return loops


def _spacing(x: Array, y: Array, z: Array) -> Array:
    """How many lattice steps (1, 2 or 4) lie between neighbours at a position."""
    nose = (np.abs(x) < 2.3) & (y > -5.4) & (y < 1.0)
    face = (np.abs(x) < 5.9) & (y > -11.6) & (y < 4.5)
    return np.where((z > 2) & nose, 1, np.where((z > 1) & face, 2, 4))


def _lattice(half: _Half, occupied: list[Array]) -> None:
    row_height = LATTICE * np.sqrt(3) / 2
    rows = np.arange(int((LEVELS[-1] - 0.8) / row_height) + 1)
    width = AZIMUTH_SCALE * np.pi
    columns = np.arange(int(width / LATTICE) + 1)
    i, j = np.meshgrid(columns, rows, indexing="ij")
    # every second kept row is shifted by half a step, at each of the three spacings
    found = []
    for step in (1, 2, 4):
        keep = (i % step == 0) & (j % step == 0)
        shift = np.where((j // step) % 2 == 1, step * LATTICE / 2, 0.0)
        px, py = (i * LATTICE + shift)[keep], (0.8 + j * row_height)[keep]
        points = base_surface(px / AZIMUTH_SCALE, py)
        edge = (px < 0.4 * step * LATTICE) | (px > width - 0.4 * step * LATTICE)
        chosen = (_spacing(points[:, 0], points[:, 1], points[:, 2]) == step) & ~edge
        found.append(np.stack([px, py], axis=1)[chosen])
    for at in (0.0, np.pi):
        v = 0.8 + rows * row_height
        p = base_surface(np.full(len(v), at), v)
        chosen = rows % _spacing(p[:, 0], p[:, 1], p[:, 2]) == 0
        chosen[-1] = True
        found.append(np.stack([np.full(chosen.sum(), at * AZIMUTH_SCALE), v[chosen]], axis=1))
    bottom = np.arange(1.12, width - 0.5, 1.12)
    found.append(np.stack([bottom, np.full(len(bottom), 0.8 + rows[-1] * row_height)], axis=1))
    plane = np.concatenate(found)
    for outline in occupied:
        middle = outline.mean(axis=0) * [0 if outline[:, 0].min() < 1e-6 else 1, 1]
        grown = middle + (outline - middle) * 1.06
        if outline[:, 0].min() < 1e-6:
            grown = np.concatenate([grown, [[-1.0, grown[-1, 1]], [-1.0, grown[0, 1]]]])
        plane = plane[~inside_outline(plane, grown)]
    azimuth, level = plane[:, 0] / AZIMUTH_SCALE, plane[:, 1]
    points = base_surface(azimuth, level)
    x, y, z = points.T
    frontal = smoothstep(azimuth, 1.35, 0.95) * smoothstep(level, LEVELS[15], LEVELS[13])
    z = z + frontal * (face_depth(x, y, z) - z)
    half.add(
        x=x,
        y=y,
        z=z,
        azimuth=azimuth,
        level=level,
        plane_x=plane[:, 0],
        plane_y=level,
        side=0,
        lip=np.nan,
        cavity=0,
        lid=0,
        ring=np.nan,
        planar=1,
    )


def _strip(first: Integers, second: Integers, closed: bool) -> Integers:
    """Triangles between two loops of equal length."""
    a, b = first, second
    if closed:
        a, b = np.append(a, a[0]), np.append(b, b[0])
    return np.concatenate([np.stack([a[:-1], b[:-1], a[1:]], 1), np.stack([b[:-1], b[1:], a[1:]], 1)])


def _outward(positions: Array, faces: Integers, centre: Array) -> Integers:
    """Turn triangles so that they face away from `centre` ((3,) or one for each triangle)."""
    p = positions[faces]
    normal = np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])
    wrong = ((p.mean(axis=1) - centre) * normal).sum(axis=1) < 0
    return np.where(wrong[:, None], faces[:, [0, 2, 1]], faces)


def _triangulate(half: _Half, loops: dict[str, Integers]) -> Integers:
    planar = np.flatnonzero(half.array("planar") > 0)
    plane = np.stack([half.array("plane_x"), half.array("plane_y")], axis=1)
    faces = planar[Delaunay(plane[planar]).simplices]
    centre = plane[faces].mean(axis=1)
    for name in ("eye0", "lip0"):
        faces = faces[~inside_outline(centre, plane[loops[name]])]
        centre = plane[faces].mean(axis=1)
    corner = plane[faces]
    a, b = corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]
    area = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    faces, area = faces[np.abs(area) > 1e-7], area[np.abs(area) > 1e-7]
    # in the layout level grows downwards: a triangle that faces the viewer runs clockwise there
    faces = np.where((area > 0)[:, None], faces[:, [0, 2, 1]], faces)
    first_row = planar[np.isclose(half.array("plane_y")[planar], 0.8)]
    first_row = first_row[np.argsort(half.array("plane_x")[first_row])]
    apex = half.add(
        x=0,
        y=11.28,
        z=-0.9,
        azimuth=0,
        level=0.3,
        plane_x=0,
        plane_y=0,
        side=0,
        lip=np.nan,
        cavity=0,
        lid=0,
        ring=np.nan,
        planar=0,
    )
    fan = np.stack([np.full(len(first_row) - 1, apex[0]), first_row[:-1], first_row[1:]], axis=1)
    positions = np.stack([half.array(c) for c in "xyz"], axis=1)
    fan = _outward(positions, fan, np.zeros(3))
    lid = _outward(positions, _strip(loops["eye0"], loops["eye_inner"], True), np.array([3.2, 0, 14.0]))
    lid = lid[:, [0, 2, 1]]
    bags = ["lip0"] + [f"bag{k}" for k in range(len(MOUTH_BAG))]
    inside = [_strip(loops[a], loops[b], False) for a, b in pairwise(bags)]
    last = loops[bags[-1]]
    inside.append(_strip(last[: len(last) // 2], last[: len(last) // 2 : -1], False))
    bag = _outward(positions, np.concatenate(inside), np.array([0.0, MOUTH_Y, 7.0]))[:, [0, 2, 1]]
    return np.concatenate([faces, fan, lid, bag])


@cache
def skin_mesh() -> SkinMesh:
    """The whole skin, built once."""
    half = _Half()
    loops = _eye_loops(half)
    loops |= _lip_loops(half)
    plane = np.stack([half.array("plane_x"), half.array("plane_y")], axis=1)
    _lattice(half, [plane[loops[f"eye{len(EYE_RINGS) - 1}"]], plane[loops[f"lip{len(LIP_RINGS) + 2}"]]])
    faces = _triangulate(half, loops)
    columns = {name: half.array(name) for name in half.columns}
    positions = np.stack([columns[c] for c in "xyz"], axis=1)
    middle = np.abs(positions[:, 0]) < 1e-6
    positions[middle, 0] = 0.0
    n = len(positions)
    mirror = np.arange(n)
    mirror[~middle] = n + np.arange((~middle).sum())
    twin = np.flatnonzero(~middle)
    back = np.concatenate([mirror, twin])
    other = mirror[faces][:, [0, 2, 1]]

    def both(name: str, sign: float = 1.0) -> Array:
        return np.concatenate([columns[name], sign * columns[name][twin]])

    return SkinMesh(
        positions=np.concatenate([positions, positions[twin] * [-1, 1, 1]]),
        faces=np.concatenate([faces, other]),
        azimuth=both("azimuth", -1.0),
        level=both("level"),
        side=both("side"),
        lip=both("lip"),
        cavity=both("cavity"),
        lid=both("lid"),
        ring=both("ring"),
        mirror=back,
        loops=loops | {f"{name}_right": mirror[index] for name, index in loops.items()},
    )

"""Rings of limbs, trunk and rigid things, and the sections that they carry."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mien.bodies.figure.mesh import Part, Ring

Array = NDArray[np.float64]

TORSO = 50.0
"""cm from the hips' line to the shoulders' line."""


def circle(columns: int) -> tuple[Array, Array]:
    """Sine and cosine of `columns + 1` angles from behind (-y) around by the side to behind again."""
    angle = np.linspace(-np.pi / 2, 1.5 * np.pi, columns + 1)
    cosine, sine = np.cos(angle), np.sin(angle)
    cosine[-1], sine[-1] = cosine[0], sine[0]
    return cosine, sine


def sections(a: Array, b: Array, columns: int, power: Array | float = 2.0) -> tuple[Array, Array]:
    """Superellipses (n, columns + 1) of half width a (n,) and half depth b (n,) cm; power 2: ellipses, more: boxes."""
    cosine, sine = circle(columns)
    exponent = 2.0 / np.broadcast_to(np.asarray(power, np.float64), np.shape(a))[:, None]
    x = np.sign(cosine) * np.abs(cosine) ** exponent
    y = np.sign(sine) * np.abs(sine) ** exponent
    return np.asarray(a)[:, None] * x, np.asarray(b)[:, None] * y


def mix(a: str, b: str, part: float) -> dict[str, float]:
    """Weights of a point or axis between two."""
    return {a: 1.0 - part, b: part}


def smooth(part: float) -> float:
    """A cubic step over [0, 1]."""
    part = min(max(part, 0.0), 1.0)
    return part * part * (3 - 2 * part)


def trunk_ring(at: float, forwards: float = 0.0) -> Ring:
    """A ring of the trunk; at: 0 at the hips' line, 1 at the shoulders'. forwards: of its centre, cm."""
    inside = min(max(at, 0.0), 1.0)
    turn = smooth(at)
    return Ring(
        centre=mix("pelvis", "chest", inside),
        across=mix("hip_side", "chest_side", turn),
        ahead=mix("hip_front", "chest_front", turn),
        offset={
            "up" if at > 0 else "hip_up": (at - inside) * TORSO,
            "hip_front": forwards * (1 - turn),
            "chest_front": forwards * turn,
        },
    )


def chain_ring(
    points: Sequence[str], bones: Sequence[str], at: float, beyond: float = 0.0, rounding: float = 0.3
) -> Ring:
    """A ring of a limb; at: 0 at the first point, 1 at the second, …; corners are rounded over `rounding` of a bone.

    beyond: cm along the bone at `at`, for the caps of its ends.
    """
    last = len(bones) - 1
    bone = min(int(at), last)
    corner = round(at)
    centre: dict[str, float] = {}
    turn, first, second = 0.0, bones[bone], bones[bone]
    if 0 < corner <= last and abs(at - corner) < rounding:
        q = (at - corner + rounding) / (2 * rounding)
        before, middle, after = (1 - q) ** 2, 2 * q * (1 - q), q**2
        centre[points[corner - 1]] = before * rounding
        centre[points[corner]] = before * (1 - rounding) + middle + after * (1 - rounding)
        centre[points[corner + 1]] = after * rounding
        turn, first, second = smooth(q), bones[corner - 1], bones[corner]
    else:
        centre = {points[bone]: 1 - (at - bone), points[bone + 1]: at - bone}
    across = _mixed(f"{first}_u", f"{second}_u", turn)
    ahead = _mixed(f"{first}_v", f"{second}_v", turn)
    return Ring(centre, across, ahead, offset={f"{bones[bone]}_t": beyond} if beyond else {})


def _mixed(a: str, b: str, part: float) -> dict[str, float]:
    return {a: 1.0} if a == b else mix(a, b, part)


def tube(
    points: Sequence[str],
    bones: Sequence[str],
    table: Array,
    lengths: Sequence[float],
    columns: int,
    material: str,
    group: str,
    caps: tuple[bool, bool] = (True, True),
    power: float = 2.0,
    rounding: float = 0.3,
) -> Part:
    """A limb. table: rows (at, half width, half depth) cm. lengths: cm of its bones, for patterns. caps: round ends."""
    rows = [(float(at), 0.0, float(a), float(b)) for at, a, b in table]
    if caps[0]:
        rows = [*_cap(rows[0], -1.0), *rows]
    if caps[1]:
        rows = [*rows, *_cap(rows[-1], 1.0)[::-1]]
    rings = [chain_ring(points, bones, at, beyond, rounding) for at, beyond, _, _ in rows]
    x, y = sections(np.array([row[2] for row in rows]), np.array([row[3] for row in rows]), columns, power)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    length = np.array([np.interp(at, np.arange(len(along)), along) + beyond for at, beyond, _, _ in rows])
    return Part(rings, x, y, material, group, length=length)


def _cap(row: tuple[float, float, float, float], sign: float) -> list[tuple[float, float, float, float]]:
    """Rings of a round end, from its tip."""
    at, _, a, b = row
    depth = (a + b) / 2
    angles = np.radians([88.0, 62.0, 32.0])
    return [(at, sign * depth * float(np.sin(w)), a * float(np.cos(w)), b * float(np.cos(w))) for w in angles]


def ball(centre: Ring, size: tuple[float, float, float], place: tuple[float, float, float], material: str, group: str,
         columns: int = 10, power: float = 2.0) -> Part:  # fmt: skip
    """An ellipsoid of half axes `size` cm along U, V, D of a rigid ring, at `place` cm from its centre."""
    rows = max(columns // 2, 7)
    polar = np.linspace(0.02, np.pi - 0.02, rows)
    x, y = sections(np.sin(polar) ** (2 / power) * size[0], np.sin(polar) ** (2 / power) * size[1], columns, power)
    z = np.repeat((np.sign(np.cos(polar)) * np.abs(np.cos(polar)) ** (2 / power) * size[2])[:, None], columns + 1, 1)
    moved = _moved(centre, place)
    return Part([moved] * rows, x, y, material, group, z=z, length=-z[:, 0])


def _moved(ring: Ring, place: tuple[float, float, float]) -> Ring:
    offset = dict(ring.offset)
    for axes, distance in zip((ring.across, ring.ahead, ring.rise), place, strict=True):
        for name, weight in axes.items():
            offset[name] = offset.get(name, 0.0) + weight * distance
    return Ring(ring.centre, ring.across, ring.ahead, offset, ring.rise)


HEAD = Ring({"head": 1.0}, {"head_side": 1.0}, {"head_front": 1.0}, rise={"head_up": 1.0})
"""The head's frame: U to its left, V ahead, D up; 0 between the pupils and above the ears."""

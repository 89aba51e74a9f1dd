"""The bare body: trunk, neck, arms, hands, legs and feet, in cm of an adult of 172 cm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.bodies.figure.mesh import Part, Ring
from mien.bodies.figure.rings import TORSO, chain_ring, mix, sections, trunk_ring, tube
from mien.bodies.figure.skeleton import FINGERS

Array = NDArray[np.float64]

# rows: place between hips (0) and shoulders (1), half width, half depth, how far ahead the centre is
_MAN = np.array(
    [
        [-0.24, 5.0, 6.0, -0.5],
        [-0.15, 14.0, 10.4, -1.0],
        [0.00, 16.8, 11.4, -1.0],
        [0.14, 16.4, 10.8, -0.2],
        [0.30, 15.2, 10.2, 0.3],
        [0.45, 15.0, 10.2, 0.4],
        [0.62, 15.8, 11.0, 0.4],
        [0.78, 16.6, 11.6, 0.3],
        [0.90, 16.8, 10.4, -0.3],
        [0.98, 15.8, 8.6, -0.9],
        [1.05, 12.6, 7.0, -1.3],
        [1.11, 8.2, 6.0, -1.3],
        [1.17, 6.2, 5.7, -1.0],
    ]
)
_WOMAN = np.array(
    [
        [-0.24, 5.0, 6.0, -0.5],
        [-0.15, 14.6, 10.8, -1.2],
        [0.00, 17.2, 11.6, -1.2],
        [0.14, 16.0, 10.4, -0.4],
        [0.30, 13.4, 9.2, 0.2],
        [0.45, 12.4, 8.8, 0.4],
        [0.60, 13.2, 9.6, 0.8],
        [0.74, 14.4, 11.4, 1.4],
        [0.88, 14.6, 9.4, 0.2],
        [0.97, 13.8, 7.4, -0.8],
        [1.04, 10.6, 6.0, -1.2],
        [1.11, 6.8, 5.2, -1.2],
        [1.17, 5.2, 4.9, -1.0],
    ]
)
_CHILD = np.array(
    [
        [-0.24, 5.5, 6.0, -0.5],
        [-0.15, 14.4, 11.2, -1.0],
        [0.00, 16.4, 12.0, -0.6],
        [0.14, 16.2, 12.0, 0.4],
        [0.30, 15.6, 12.0, 1.0],
        [0.45, 15.2, 11.8, 0.8],
        [0.62, 15.2, 11.6, 0.6],
        [0.78, 15.2, 11.2, 0.3],
        [0.90, 15.0, 9.8, -0.3],
        [0.98, 14.0, 7.8, -0.9],
        [1.05, 10.8, 6.4, -1.2],
        [1.11, 7.2, 5.4, -1.2],
        [1.17, 5.6, 5.2, -1.0],
    ]
)
_ANIMAL = np.array(
    [
        [-0.30, 6.0, 7.0, 0.0],
        [-0.20, 18.0, 16.0, 0.0],
        [0.00, 23.0, 19.0, 1.0],
        [0.20, 24.5, 20.5, 2.5],
        [0.40, 24.5, 20.5, 2.5],
        [0.58, 23.5, 19.5, 1.8],
        [0.75, 22.0, 17.5, 0.8],
        [0.90, 19.0, 14.5, 0.0],
        [1.02, 15.0, 11.5, 0.0],
        [1.12, 11.0, 9.5, 0.0],
        [1.22, 7.0, 7.0, 0.0],
    ]
)
_ROBOT = np.array(
    [
        [-0.16, 8.0, 7.0, 0.0],
        [-0.12, 14.0, 9.0, 0.0],
        [0.06, 15.0, 10.0, 0.0],
        [0.08, 9.0, 7.0, 0.0],
        [0.30, 9.0, 7.0, 0.0],
        [0.32, 16.0, 11.0, 0.0],
        [0.60, 18.0, 12.5, 0.5],
        [1.02, 19.0, 12.5, 0.5],
        [1.06, 16.0, 10.0, 0.0],
        [1.08, 5.0, 5.0, 0.0],
    ]
)
_TRUNKS = {"woman": _WOMAN, "man": _MAN, "child": _CHILD, "robot": _ROBOT, "panda": _ANIMAL, "bear": _ANIMAL}

# rows: place along inner shoulder 0, shoulder 1, elbow 2, wrist 3; half width, half depth
_ARM = np.array(
    [
        [0.15, 4.2, 4.6],
        [0.55, 4.4, 5.4],
        [0.85, 4.5, 5.6],
        [1.08, 4.9, 5.4],
        [1.25, 5.0, 5.1],
        [1.50, 4.7, 4.8],
        [1.75, 4.2, 4.3],
        [1.92, 4.0, 4.1],
        [2.08, 4.0, 4.2],
        [2.25, 4.1, 4.4],
        [2.50, 3.6, 3.9],
        [2.75, 2.9, 3.2],
        [2.92, 2.4, 2.9],
        [3.00, 2.3, 3.0],
    ]
)
# rows: hip 0, knee 1, ankle 2
_LEG = np.array(
    [
        [0.00, 7.8, 8.4],
        [0.15, 8.4, 8.9],
        [0.35, 8.0, 8.6],
        [0.60, 6.9, 7.4],
        [0.82, 5.8, 6.3],
        [0.94, 5.5, 6.0],
        [1.06, 5.4, 5.8],
        [1.22, 5.5, 5.9],
        [1.42, 5.2, 5.6],
        [1.65, 4.2, 4.6],
        [1.85, 3.4, 3.8],
        [2.00, 3.3, 3.9],
    ]
)

ARM_POINTS = ("inner", "shoulder", "elbow", "wrist")
ARM_BONES = ("clavicle", "upper_arm", "forearm")
ARM_LENGTHS = (10.0, 28.5, 25.0)
LEG_POINTS = ("hip", "knee", "ankle")
LEG_BONES = ("thigh", "shin")
LEG_LENGTHS = (41.0, 40.0)

_LIMB = {"woman": 0.87, "man": 1.0, "child": 0.95, "robot": 1.0, "panda": 1.75, "bear": 1.7}
_WIDTH = {"slim": 0.89, "average": 1.0, "broad": 1.17}


@dataclass(frozen=True)
class Body:
    """Sizes of one body. kind, build: as in a scene."""

    kind: str
    build: str

    @property
    def limb(self) -> float:
        """Thickness of limbs against an adult man's."""
        return _LIMB[self.kind] * _WIDTH[self.build]

    def trunk(self) -> Array:
        """Rows (place, half width, half depth, ahead) of the trunk, cm."""
        rows = _TRUNKS[self.kind].copy()
        below = rows[:, 0] < 1.1  # the neck is as wide in all builds
        wide = _WIDTH[self.build]
        waist = np.exp(-(((rows[:, 0] - 0.3) / 0.35) ** 2)) * max(wide - 1.0, 0.0)
        rows[:, 1] *= np.where(below, wide**0.8 + waist, 1.0)
        rows[:, 2] *= np.where(below, wide + waist, 1.0)
        return rows

    def trunk_between(self, low: float, high: float, extra: float = 0.0, count: int = 12) -> Array:
        """Rows of the trunk from `low` to `high`, `extra` cm thicker."""
        rows = self.trunk()
        at = np.linspace(low, high, count)
        found = [np.interp(at, rows[:, 0], column) for column in rows[:, 1:].T]
        return np.stack([at, found[0] + extra, found[1] + extra, found[2]], axis=1)

    def limb_between(self, limb: str, low: float, high: float, extra: float = 0.0) -> Array:
        """Rows (place, half width, half depth) of an arm or leg from `low` to `high`, `extra` cm thicker."""
        rows = _ARM if limb == "arm" else _LEG
        inner = rows[(rows[:, 0] > low + 0.02) & (rows[:, 0] < high - 0.02), 0]
        at = np.concatenate([[low], inner, [high]])
        return np.stack([at, *(np.interp(at, rows[:, 0], rows[:, k]) * self.limb + extra for k in (1, 2))], axis=1)


def trunk_part(rows: Array, material: str, group: str = "trunk", columns: int = 24, power: float = 2.2) -> Part:
    """A trunk from rows (place, half width, half depth, ahead)."""
    x, y = sections(rows[:, 1], rows[:, 2], columns, power)
    return Part(
        [trunk_ring(float(at), float(ahead)) for at, _, _, ahead in rows],
        x, y, material, group, length=(1.1 - rows[:, 0]) * TORSO,
    )  # fmt: skip


def arm_part(
    side: str, rows: Array, material: str, caps: tuple[bool, bool] = (True, False), power: float = 2.0
) -> Part:
    """An arm from rows (place, half width, half depth)."""
    points, bones = [f"{side}_{name}" for name in ARM_POINTS], [f"{side}_{name}" for name in ARM_BONES]
    return tube(points, bones, rows, ARM_LENGTHS, 14, material, f"{side}_arm", caps, power)


def leg_part(
    side: str, rows: Array, material: str, caps: tuple[bool, bool] = (True, False), power: float = 2.0
) -> Part:
    """A leg from rows (place, half width, half depth)."""
    points, bones = [f"{side}_{name}" for name in LEG_POINTS], [f"{side}_{name}" for name in LEG_BONES]
    return tube(points, bones, rows, LEG_LENGTHS, 16, material, f"{side}_leg", caps, power, rounding=0.2)


def neck_part(material: str, reach: float) -> Part:
    """The neck, from between the shoulders into the head. reach: how far below the pupils it ends, 1: at the throat."""
    rows = []
    for part in np.linspace(0.0, 1.0, 5):
        rows.append(
            Ring(
                mix("neck", "head", part),
                mix("chest_side", "head_side", part),
                mix("chest_front", "head_front", part),
                offset={"head_up": -8.0 * reach * part, "head_front": -2.2 * reach * part, "up": -2.5 * (1 - part)},
            )
        )
    radius = np.array([6.6, 5.5, 5.1, 5.0, 5.0])
    x, y = sections(radius, radius, 14)
    return Part(rows, x, y, material, "trunk")


def hand_parts(side: str, size: float, material: str) -> list[Part]:
    """Palm and five fingers. size: thickness against an adult man's."""
    palm = []
    x, y = [], []
    names = ("wrist", "index_1", "little_1", "middle_1")
    wrist, index, little, middle = (f"{side}_hand_{name}" for name in names)
    for part, across, thick in ((0.0, 2.7, 2.0), (0.3, 3.3, 1.9), (0.65, 3.9, 1.7), (0.95, 4.0, 1.4), (1.06, 3.4, 0.8)):
        centre = {
            f"{side}_wrist": max(1 - 4 * part, 0.0),
            wrist: 1 - part - max(1 - 4 * part, 0.0),
            middle: part * 0.4,
            index: part * 0.3,
            little: part * 0.3,
        }
        bone = f"{side}_palm"
        palm.append(Ring(centre, {f"{bone}_u": 1.0}, {f"{bone}_v": 1.0}))
        x.append(thick * size)
        y.append(across * size)
    sx, sy = sections(np.array(x), np.array(y), 10, 2.5)
    parts = [Part(palm, sx, sy, material, f"{side}_hand")]
    for finger in FINGERS:
        points = [wrist, *(f"{side}_hand_{finger}_{number}" for number in (1, 2, 3, 4))]
        bones = [f"{side}_palm", *(f"{side}_{finger}_{number}" for number in (1, 2, 3))]
        thick = (1.35 if finger == "thumb" else 0.95 if finger == "little" else 1.1) * size
        rows = np.outer([1.15, 1.0, 1.0, 0.92, 0.75], [0.0, thick, thick])
        rows[:, 0] = [0.4, 1.0, 2.0, 3.0, 4.0]
        parts.append(tube(points, bones, rows, (9.0, 4.0, 2.5, 2.0), 7, material, f"{side}_hand", (False, True)))
    return parts


# rows: place from heel 0 to toes 1, height of the middle over the sole, half width, half height
_SHOE = np.array(
    [
        [-0.10, 3.6, 0.3, 0.4],
        [-0.08, 3.6, 2.2, 2.2],
        [0.00, 3.7, 3.4, 3.7],
        [0.20, 3.9, 3.9, 4.0],
        [0.42, 3.4, 4.1, 3.5],
        [0.65, 2.7, 4.7, 2.8],
        [0.85, 2.2, 4.9, 2.3],
        [1.00, 1.9, 4.4, 2.0],
        [1.10, 1.7, 3.2, 1.6],
        [1.16, 1.5, 0.4, 0.4],
    ]
)


def foot_parts(side: str, material: str, sole: str, size: float = 1.0, power: float = 2.6) -> list[Part]:
    """A shoe with its sole, or a bare foot where both materials are the same."""
    bone, heel, toes = f"{side}_foot", f"{side}_heel", f"{side}_toes"
    rings = []
    for at, height, _, _ in _SHOE:
        inside = float(np.clip(at, 0, 1))
        offset = {f"{bone}_v": (float(height) - 1.8) * size, f"{bone}_t": (float(at) - inside) * 20.0 * size}
        rings.append(Ring(mix(heel, toes, inside), {f"{bone}_u": 1.0}, {f"{bone}_v": 1.0}, offset=offset))
    x, y = sections(_SHOE[:, 2] * size, _SHOE[:, 3] * size, 12, power)
    parts = [Part(rings, x, y, material, f"{side}_leg", length=_SHOE[:, 0] * 20.0)]
    if sole != material:
        x, y = sections(_SHOE[:, 2] * size + 0.35, np.minimum(_SHOE[:, 3], 0.9) * size, 12, 3.5)
        low = [Ring(r.centre, r.across, r.ahead, {**r.offset, f"{bone}_v": -1.4 * size}) for r in rings]
        parts.append(Part(low, x, y, sole, f"{side}_leg"))
    return parts


def leg_ring(side: str, at: float) -> Ring:
    """A ring of a leg; at: 0 at the hip, 1 at the knee, 2 at the ankle."""
    return chain_ring([f"{side}_{name}" for name in LEG_POINTS], [f"{side}_{name}" for name in LEG_BONES], at, 0.0, 0.2)

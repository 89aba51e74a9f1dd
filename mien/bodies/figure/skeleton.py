"""From joints to what moves the mesh: control points, and a frame of axes for each bone.

Axes are as long as a centimetre of the figure in pixels. A bone's frame is turned from its parent's by the smallest
rotation that takes the parent's direction to the bone's, from a rest pose with arms to the sides and legs down: no
state between frames, and a jump only where a limb points exactly against its rest direction.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from mien.bodies.figure.measures import BODY_HEIGHT, figure_scale
from mien.bodies.keypoints import BODY_AND_FEET, INDEX, JOINTS, LEFT_HAND, RIGHT_HAND
from mien.heads.render.numba_cache import CACHE

Array = NDArray[Any]

SIDES = ("left", "right")
FINGERS = ("thumb", "index", "middle", "ring", "little")
HANGING = 5
"""Points along each thing that hangs: hair at the back, a ponytail, the front and back panel of a tunic."""

POINTS: tuple[str, ...] = (
    *JOINTS, "pelvis", "chest", "neck", "head", "left_inner", "right_inner", "left_toes", "right_toes",
    *(f"{what}_{number}" for what in ("hair", "tail", "front", "back") for number in range(HANGING)),
)  # fmt: skip
POINT = {name: number for number, name in enumerate(POINTS)}

_TRUNK = (
    "up", "hip_up", "hip_side", "hip_front", "chest_side", "chest_front", "head_side", "head_up", "head_front",
)  # fmt: skip
# each bone: its name, the bone that it hangs from, its two points
_LIMBS: tuple[tuple[str, str, str, str], ...] = tuple(
    (f"{side}_{bone}", f"{side}_{parent}", start if start == "pelvis" else f"{side}_{start}", f"{side}_{end}")
    for side in SIDES
    for bone, parent, start, end in (
        ("clavicle", "arm_rest", "inner", "shoulder"),
        ("upper_arm", "clavicle", "shoulder", "elbow"),
        ("forearm", "upper_arm", "elbow", "wrist"),
        ("thigh", "leg_rest", "hip", "knee"),
        ("shin", "thigh", "knee", "ankle"),
    )
)
_FINGER_BONES: tuple[tuple[str, str, str, str], ...] = tuple(
    (
        f"{side}_{finger}_{number}",
        f"{side}_palm" if number == 1 else f"{side}_{finger}_{number - 1}",
        f"{side}_hand_{finger}_{number}",
        f"{side}_hand_{finger}_{number + 1}",
    )
    for side in SIDES
    for finger in FINGERS
    for number in (1, 2, 3)
)
_GIVEN = tuple(f"{side}_{bone}" for side in SIDES for bone in ("arm_rest", "leg_rest", "palm", "foot"))
BONES: tuple[str, ...] = (*_GIVEN, *(one[0] for one in (*_LIMBS, *_FINGER_BONES)))
AXES: tuple[str, ...] = (*_TRUNK, *(f"{bone}_{axis}" for bone in BONES for axis in "uvt"))
"""Names of the axes: of the trunk, and of each bone u, v (across it) and t (along it)."""
AXIS = {name: number for number, name in enumerate(AXES)}

_BONE = {name: number for number, name in enumerate(BONES)}


def _table(bones: tuple[tuple[str, str, str, str], ...]) -> NDArray[np.int64]:
    return np.array([[_BONE[name], _BONE[parent], POINT[a], POINT[b]] for name, parent, a, b in bones])


_LIMB_TABLE, _FINGER_TABLE = _table(_LIMBS), _table(_FINGER_BONES)

# a relaxed hand in cm: along the forearm, towards the thumb, towards the palm; each finger's four points
_RELAXED = np.array(
    [
        [0.0, 0.0, 0.0],
        *([2.4, 2.4, 0.6], [5.0, 4.0, 1.4], [7.6, 4.6, 2.2], [9.8, 4.7, 2.8]),
        *([9.2, 2.9, 0.0], [13.0, 3.2, 0.7], [15.2, 3.2, 1.9], [16.9, 3.1, 3.2]),
        *([9.4, 0.8, 0.0], [13.7, 0.9, 0.9], [16.2, 0.9, 2.4], [18.0, 0.8, 4.0]),
        *([8.9, -1.2, 0.0], [12.9, -1.3, 1.0], [15.3, -1.3, 2.5], [16.9, -1.3, 4.1]),
        *([8.1, -3.0, 0.1], [11.0, -3.4, 1.0], [12.8, -3.5, 2.2], [14.2, -3.5, 3.5]),
    ]
)


@dataclass(frozen=True)
class Proportions:
    """Lengths in cm that a kind of figure has of its own.

    head: size of the head against an adult's. rise: how far a head of twice the size is moved up. hair: length of hair
    that hangs, tunic: of a tunic's panels from the waist; 0: there is none. belly: half depth of the trunk.
    """

    head: float = 1.0
    rise: float = 9.0
    hair: float = 0.0
    tunic: float = 0.0
    belly: float = 11.0


@dataclass(frozen=True)
class Controls:
    """What moves the mesh.

    points: (P, 3) pixels, see `POINTS`. axes: (A, 3) pixels, see `AXES`. unit: pixels per cm.
    """

    points: Array
    axes: Array
    unit: float

    def point(self, name: str) -> Array:
        """A control point (3,)."""
        found: Array = self.points[POINT[name]]
        return found

    def axis(self, name: str) -> Array:
        """An axis (3,), a centimetre long."""
        found: Array = self.axes[AXIS[name]]
        return found


@njit(cache=CACHE)
def _turn_bones(points, table, frames):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Frames (B, 3, 3) of the bones of `table` from those of their parents, row by row: u, v, t."""
    for row in range(table.shape[0]):
        own, parent, a, b = table[row, 0], table[row, 1], table[row, 2], table[row, 3]
        old = frames[parent, 2]
        new = points[b] - points[a]
        length = np.sqrt((new * new).sum())
        if length < 1e-6:  # a bone without length goes on as its parent does
            frames[own] = frames[parent]
            continue
        new = new / length
        cosine = (old * new).sum()
        if cosine < -0.9999:
            frames[own, 0] = frames[parent, 0]
            frames[own, 1] = -frames[parent, 1]
            frames[own, 2] = new
            continue
        axis = np.cross(old, new)
        for k in range(2):
            first = np.cross(axis, frames[parent, k])
            frames[own, k] = frames[parent, k] + first + np.cross(axis, first) / (1.0 + cosine)
        frames[own, 2] = new


def controls(joints: Array, hands: tuple[bool, bool], proportions: Proportions, height: float = 0.0) -> Controls:
    """Control points and axes of a pose.

    joints: (65, 3) pixels. hands: whether the points of the left and of the right hand mean something; where not, the
    hand is relaxed. height: of the standing figure in pixels; 0: what `figure_scale` finds.
    """
    unit = max(float(height or figure_scale(joints)), 1e-6) / BODY_HEIGHT
    points = np.zeros((len(POINTS), 3))
    points[: len(JOINTS)] = joints
    axes = np.zeros((len(AXES), 3))
    frames = np.zeros((len(BONES), 3, 3))
    _trunk(points, axes, unit)
    _head(points, axes, unit, proportions)
    _rest(axes, frames)
    for side, place, given in zip(SIDES, (LEFT_HAND, RIGHT_HAND), hands, strict=True):
        if given:
            _join_hand(points, side, place, unit)
    _turn_bones(points, _LIMB_TABLE, frames)
    for number, (side, place) in enumerate(zip(SIDES, (LEFT_HAND, RIGHT_HAND), strict=True)):
        _hand(points, frames, side, place, hands[number], unit)
        _foot(points, frames, side, unit)
    _turn_bones(points, _FINGER_TABLE, frames)
    axes[len(_TRUNK) :] = frames.reshape(-1, 3)
    axes *= unit
    if proportions.hair:
        _hang_hair(points, axes, unit, proportions)
    if proportions.tunic:
        _hang_tunic(points, axes, unit, proportions.tunic)
    return Controls(points, axes, unit)


def _trunk(points: Array, axes: Array, unit: float) -> None:
    left_hip, right_hip = points[INDEX["left_hip"]], points[INDEX["right_hip"]]
    left_shoulder, right_shoulder = points[INDEX["left_shoulder"]], points[INDEX["right_shoulder"]]
    pelvis, chest = (left_hip + right_hip) / 2, (left_shoulder + right_shoulder) / 2
    up = unit_vector(chest - pelvis, (0, -1, 0), unit)
    hips, shoulders = left_hip - right_hip, left_shoulder - right_shoulder
    for name, along, cm, power in (
        ("hip", 0.75 * hips + 0.15 * shoulders, 18.0, 0.5), ("chest", 0.85 * shoulders + 0.1 * hips, 35.0, 0.8),
    ):  # fmt: skip
        width = np.sqrt(np.square(hips if name == "hip" else shoulders).sum()) / (cm * unit)
        across = along - up * (along @ up)
        side = unit_vector(across, (1, 0, 0), unit)
        side = unit_vector(side - up * (side @ up), (0, 0, 1), 1.0)
        axes[AXIS[f"{name}_side"]] = side * np.clip(width, 0.75, 1.35) ** power
        axes[AXIS[f"{name}_front"]] = cross(side, up)
    # the pelvis turns with the thighs: back in a seat or a bow
    thighs = sum(points[INDEX[f"{side}_hip"]] - points[INDEX[f"{side}_knee"]] for side in SIDES)
    hip_side = unit_vector(axes[AXIS["hip_side"]], (1, 0, 0), 1e-9)
    tilted = 0.6 * up + 0.4 * unit_vector(thighs - hip_side * (thighs @ hip_side), up, unit)
    tilted = unit_vector(tilted - hip_side * (tilted @ hip_side), up, 1e-3)
    axes[AXIS["hip_up"]], axes[AXIS["hip_front"]] = tilted, cross(hip_side, tilted)
    axes[AXIS["up"]] = up
    points[POINT["pelvis"]], points[POINT["chest"]] = pelvis, chest
    points[POINT["left_inner"]] = chest + 0.35 * (left_shoulder - chest) - up * 4.0 * unit
    points[POINT["right_inner"]] = chest + 0.35 * (right_shoulder - chest) - up * 4.0 * unit


def _head(points: Array, axes: Array, unit: float, proportions: Proportions) -> None:
    nose, left_ear, right_ear = points[INDEX["nose"]], points[INDEX["left_ear"]], points[INDEX["right_ear"]]
    eyes, ears = (points[INDEX["left_eye"]] + points[INDEX["right_eye"]]) / 2, (left_ear + right_ear) / 2
    up, front = axes[AXIS["up"]], axes[AXIS["chest_front"]]
    # ears tell the side, nose and eyes the front; a little of the trunk's own keeps short ones from turning it over
    ahead = (nose + eyes) / 2 - ears + 1.0 * unit * front
    ahead = unit_vector(ahead, front, unit)
    side = left_ear - right_ear + 1.5 * unit * axes[AXIS["chest_side"]]
    side = unit_vector(side - ahead * (side @ ahead), axes[AXIS["chest_side"]], unit)
    measured = np.sqrt(np.square(left_ear - right_ear).sum()) / (15.0 * unit)
    size = proportions.head * np.clip(measured, 0.85, 1.3) ** 0.4
    axes[AXIS["head_side"]] = side * size
    axes[AXIS["head_front"]] = ahead * size
    axes[AXIS["head_up"]] = (head_up := cross(ahead, side)) * size
    # the ears are 1.3 cm below the pupils; a larger head grows upwards, so that it does not sink into the shoulders
    points[POINT["head"]] = ears + head_up * (1.3 + proportions.rise * max(size - 1.0, 0.0)) * unit
    points[POINT["neck"]] = points[POINT["chest"]] + up * 5.5 * unit - front * 1.2 * unit


def _rest(axes: Array, frames: Array) -> None:
    up = axes[AXIS["up"]]
    side, front = unit_vector(axes[AXIS["chest_side"]], (1, 0, 0), 1e-9), axes[AXIS["chest_front"]]
    hip_side, hip_front = unit_vector(axes[AXIS["hip_side"]], (1, 0, 0), 1e-9), axes[AXIS["hip_front"]]
    for sign, name in ((1.0, "left"), (-1.0, "right")):
        frames[_BONE[f"{name}_arm_rest"]] = up, front, sign * side
        frames[_BONE[f"{name}_leg_rest"]] = sign * hip_side, hip_front, -up


def _join_hand(points: Array, side: str, place: slice, unit: float) -> None:
    """Detectors find body and hand apart: the arm ends where the hand begins, or a hand far away comes to the arm."""
    wrist, hand = INDEX[f"{side}_wrist"], points[place]
    apart = hand[0] - points[wrist]
    if float(apart @ apart) < (15.0 * unit) ** 2:
        points[wrist] = hand[0]
    else:
        hand -= apart


def _hand(points: Array, frames: Array, side: str, place: slice, given: bool, unit: float) -> None:
    outer, thumb, along = frames[_BONE[f"{side}_forearm"]]
    wrist = points[INDEX[f"{side}_wrist"]]
    if not given:
        points[place] = wrist + unit * (_RELAXED @ np.stack([along, thumb, -outer]))
    hand = points[place]
    forwards = unit_vector(hand[9] - hand[0], along, unit)
    across = hand[5] - hand[17]
    across = unit_vector(across - forwards * (across @ forwards), thumb, unit)
    across = unit_vector(across - forwards * (across @ forwards), outer, 1e-9)
    sign = 1.0 if side == "left" else -1.0
    frames[_BONE[f"{side}_palm"]] = sign * cross(forwards, across), across, forwards


def _foot(points: Array, frames: Array, side: str, unit: float) -> None:
    shin_side, shin_front, shin = frames[_BONE[f"{side}_shin"]]
    ankle = points[INDEX[f"{side}_ankle"]]
    toes = (points[INDEX[f"{side}_big_toe"]] + points[INDEX[f"{side}_small_toe"]]) / 2
    # a foot that was guessed apart from its leg is put to it, one that was stretched is made shorter
    heel = ankle + shortened(points[INDEX[f"{side}_heel"]] - ankle, 9.0 * unit)
    toes = heel + shortened(toes - points[INDEX[f"{side}_heel"]], 26.0 * unit)
    points[INDEX[f"{side}_heel"]], points[POINT[f"{side}_toes"]] = heel, toes
    forwards = unit_vector(toes - heel + 2.0 * unit * shin_front, shin_front, unit)
    up = unit_vector(ankle - heel - 3.0 * unit * shin, -shin, unit)
    up = unit_vector(up - forwards * (up @ forwards), -shin, 1e-9)
    across = cross(forwards, up)
    if across @ shin_side < 0:
        across = -across
    frames[_BONE[f"{side}_foot"]] = across, up, forwards


def _hang_hair(points: Array, axes: Array, unit: float, proportions: Proportions) -> None:
    """Long hair: straight down, but outside of the trunk."""
    trunk_front = axes[AXIS["chest_front"]] / unit
    head, down = points[POINT["head"]], np.array([0.0, 1.0, 0.0])
    head_up, head_front = axes[AXIS["head_up"]], axes[AXIS["head_front"]]
    chest = points[POINT["chest"]]
    for name, root, behind, length in (
        ("hair", head - 1.0 * head_up - 1.5 * head_front, 1.2, proportions.hair),
        ("tail", head + 4.0 * head_up - 11.0 * head_front, 5.0, proportions.hair * 0.85),
    ):
        for number in range(HANGING):
            part = number / (HANGING - 1)
            point = root + down * length * unit * part
            if number:
                point -= head_front * 3.0 * part
                depth = (point - chest) @ trunk_front / unit
                below = soft_step(float((point - chest) @ (-axes[AXIS["up"]])) / unit**2, -14.0, 4.0)
                point -= trunk_front * unit * below * soft_plus(depth + proportions.belly - 2.5 + behind)
            points[POINT[f"{name}_{number}"]] = point


def _hang_tunic(points: Array, axes: Array, unit: float, length: float) -> None:
    """Panels of a tunic: straight down, but in front of both legs or behind them."""
    front, pelvis, up = axes[AXIS["hip_front"]] / unit, points[POINT["pelvis"]], axes[AXIS["up"]]
    waist = pelvis + 8.0 * up
    legs = np.array([[points[INDEX[f"{side}_{name}"]] for name in ("hip", "knee", "ankle")] for side in SIDES])
    floor = max(float(legs[:, 2, 1].max() - waist[1]), 0.3 * length * unit)  # cloth lies on the ground, not below it
    for number in range(HANGING):
        fallen = length * unit * number / (HANGING - 1)
        hanging = waist + np.array([0.0, min(fallen, floor), 0.0])
        leg = [_along(np.stack([waist, *one]), fallen) for one in legs]
        middle = (leg[0] + leg[1]) / 2
        depths = [float((one - middle) @ front) / unit for one in leg]
        hang = float((hanging - middle) @ front) / unit
        for name, sign in (("front", 1.0), ("back", -1.0)):
            outer = max(sign * depth for depth in depths)
            free = soft_step(sign * hang - outer, 0.0, 10.0)
            held = middle + front * (sign * unit * outer)
            points[POINT[f"{name}_{number}"]] = held + free * (hanging - held)


def _along(line: Array, length: float) -> Array:
    """The point of a polyline (K, 3) at a length from its start; beyond its end, the last piece goes on."""
    pieces = np.diff(line, axis=0)
    lengths = np.sqrt(np.square(pieces).sum(1))
    for number, piece in enumerate(lengths):
        if length <= piece or number == len(lengths) - 1:
            point: Array = line[number] + pieces[number] * (length / max(float(piece), 1e-6))
            return point
        length -= piece
    raise AssertionError("a polyline has a piece")


def cross(a: Array, b: Array) -> Array:
    """The cross product of two vectors (3,)."""
    return np.array([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])


def unit_vector(vector: Array, otherwise: Any, scale: float) -> Array:
    """A vector at length 1; one much shorter than `scale` turns smoothly to `otherwise`."""
    mixed = vector + 1e-4 * scale * np.asarray(otherwise, np.float64)
    length = float(np.sqrt(mixed @ mixed))
    return mixed / length if length > 1e-12 else np.asarray(otherwise, np.float64)


def shortened(vector: Array, most: float) -> Array:
    """A vector (3,) that is at most `most` long."""
    return vector * min(1.0, most / max(float(np.sqrt(vector @ vector)), 1e-9))


def soft_plus(value: float) -> float:
    """max(value, 0) in cm, rounded over about two."""
    return value if value > 30.0 else 1.5 * math.log1p(math.exp(value / 1.5))


def soft_step(value: float, low: float, high: float) -> float:
    """0 at `low`, 1 at `high`, cubic between."""
    part = min(max((value - low) / (high - low), 0.0), 1.0)
    return part * part * (3 - 2 * part)


__all__ = [
    "AXES", "AXIS", "BODY_AND_FEET", "BONES", "POINT", "POINTS", "SIDES", "Controls", "Proportions", "controls",
]  # fmt: skip

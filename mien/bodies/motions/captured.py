"""Captured motions: the 65 joints of what a BVH file holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import INDEX, JOINTS, LEFT_HAND, RIGHT_HAND, PoseError
from mien.bodies.motions.bvh import Capture, load_bvh
from mien.bodies.motions.bvh_names import joints_by_role
from mien.bodies.motions.hands import SHAPES, hand_points
from mien.bodies.motions.proportions import Proportions
from mien.bodies.motions.rotations import rotate, unit

Array = NDArray[np.float64]
HEIGHT = 1.70
"""Metres; BVH has no unit, so that every skeleton is made a person of this height, by the length of its legs."""

_NEEDED = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
_FINGERS = ("thumb", "index", "middle", "ring", "little")
_TIPS = (0.85, 0.8, 0.8, 0.8, 0.8)
"""Length of a finger's last bone, which most skeletons lack, in lengths of the one before."""


def read_bvh(path: Path) -> tuple[NDArray[np.float32], float]:
    """The motion of a BVH file: joints float32 (T, 65, 3) in metres, axes of `mien.bodies.motions`; frames a second.

    Scaled to a person of `HEIGHT`, with the lowest foot at y = 0. The file's y axis is up. Points that it lacks are put
    where they are on an average body: face, heels, toes, and hands that hang relaxed.
    Raises PoseError for a file that is damaged, too large, or without the joints of arms and legs.
    """
    capture = load_bvh(path)
    roles = joints_by_role(capture.skeleton.names)
    missing = [f"{side} {name}" for name in _NEEDED for side in ("left", "right") if f"{side}_{name}" not in roles]
    if missing:
        raise PoseError(
            f"{path} has no joint for the {', '.join(missing[:4])}: joints need names as of CMU, Mixamo or MakeHuman"
        )
    joints = _Person(capture, roles, path).joints()
    if not np.isfinite(joints).all():
        raise PoseError(f"{path} moves joints to places that are not finite")
    return joints.astype(np.float32), capture.fps


class _Person:
    """A capture as a person: its joints by role, scaled, and the axes of its body at rest."""

    def __init__(self, capture: Capture, roles: dict[str, int], path: Path) -> None:
        self.roles, self.rotations = roles, capture.rotations
        self.body = Proportions().scaled(HEIGHT)
        rest = capture.skeleton.rest()
        bones = [("hip", "knee"), ("knee", "ankle")]
        leg = sum(np.linalg.norm(rest[roles[f"left_{a}"]] - rest[roles[f"left_{b}"]]) for a, b in bones)
        if not leg > 1e-6:
            raise PoseError(f"{path} has legs without a length")
        scale = self.body.leg / leg
        self.positions, self.rest = capture.positions * scale, rest * scale
        # The axes of the body at rest: to its left, up, forward.
        left = self.rest[roles["left_hip"]] - self.rest[roles["right_hip"]]
        hips = (self.rest[roles["left_hip"]] + self.rest[roles["right_hip"]]) / 2
        shoulders = (self.rest[roles["left_shoulder"]] + self.rest[roles["right_shoulder"]]) / 2
        up = unit(shoulders - hips)
        forward = unit(np.cross(unit(left), up))
        self.axes = np.stack([np.cross(up, forward), up, forward], axis=1)

    def joints(self) -> Array:
        """(T, 65, 3)."""
        joints = np.zeros((len(self.positions), len(JOINTS), 3))
        for side in ("left", "right"):
            for name in _NEEDED:
                joints[:, INDEX[f"{side}_{name}"]] = self._at(f"{side}_{name}")
            self._foot(joints, side)
            joints[:, LEFT_HAND if side == "left" else RIGHT_HAND] = self._hand(side)
        self._head(joints)
        joints[..., 1] -= joints[:, 17:23, 1].min()
        return joints

    def _at(self, role: str) -> Array:
        return self.positions[:, self.roles[role]]

    def _turned(self, role: str, along: tuple[float, float, float]) -> Array:
        """A direction of the body at rest (left, up, forward), turned with a joint: (T, 3)."""
        return rotate(self.rotations[:, self.roles[role]], self.axes @ np.array(along))

    def _head(self, joints: Array) -> None:
        role = "head" if "head" in self.roles else "neck" if "neck" in self.roles else ""
        shoulders = (joints[:, INDEX["left_shoulder"]] + joints[:, INDEX["right_shoulder"]]) / 2
        if role:
            left, up, forward = (self._turned(role, axis) for axis in ((1.0, 0, 0), (0, 1.0, 0), (0, 0, 1.0)))
        else:
            hips = (joints[:, INDEX["left_hip"]] + joints[:, INDEX["right_hip"]]) / 2
            left = unit(joints[:, INDEX["left_shoulder"]] - joints[:, INDEX["right_shoulder"]])
            up = unit(shoulders - hips)
            forward = np.cross(left, up)
        ears = shoulders + self.body.neck * up + 0.12 * self.body.head * forward
        size = self.body.head
        for name, (x, y, z) in (
            ("nose", (0.0, -0.12, 0.80)),
            ("left_eye", (0.24, 0.16, 0.62)),
            ("right_eye", (-0.24, 0.16, 0.62)),
            ("left_ear", (0.56, 0.0, 0.0)),
            ("right_ear", (-0.56, 0.0, 0.0)),
        ):
            joints[:, INDEX[name]] = ears + size * (x * left + y * up + z * forward)

    def _foot(self, joints: Array, side: str) -> None:
        ankle, body = self._at(f"{side}_ankle"), self.body
        role = f"{side}_ankle"
        out = self._turned(role, (1.0 if side == "left" else -1.0, 0, 0))
        up, forward = self._turned(role, (0, 1.0, 0)), self._turned(role, (0, 0, 1.0))
        sole = ankle - body.ankle * up
        toe = sole + 0.78 * body.foot * forward
        if f"{side}_toe" in self.roles:
            at = self._at(f"{side}_toe")
            toe = at + 0.06 * body.foot * forward
        joints[:, INDEX[f"{side}_big_toe"]] = toe - 0.3 * body.foot_width * out
        joints[:, INDEX[f"{side}_small_toe"]] = toe + 0.62 * body.foot_width * out - 0.16 * body.foot * forward
        joints[:, INDEX[f"{side}_heel"]] = sole - 0.24 * body.foot * forward

    def _hand(self, side: str) -> Array:
        wrist = self._at(f"{side}_wrist")
        roles = [[f"{side}_{finger}_{number}" for number in (1, 2, 3)] for finger in _FINGERS]
        if all(role in self.roles for finger in roles for role in finger):
            points = [wrist]
            for finger, tip in zip(roles, _TIPS, strict=True):
                first, second, third = (self._at(role) for role in finger)
                points += [first, second, third, third + tip * (third - second)]
            return np.stack(points, axis=1)
        forward = unit(wrist - self._at(f"{side}_elbow"))
        # At rest palms look down (arms to the side) or to the body (arms down): down and inwards is square to both.
        inward = self._turned(f"{side}_wrist", (-0.4 if side == "left" else 0.4, -0.9, 0.0))
        curls = np.tile(SHAPES["relaxed"], (len(wrist), 1))
        return hand_points(wrist, forward, inward, curls, self.body.hand, left=side == "left")

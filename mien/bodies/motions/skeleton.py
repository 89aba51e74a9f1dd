"""From how a person holds the body to where its joints are.

A `Posture` says it frame by frame: where the feet stand and the wrists are, how pelvis, chest and head are turned.
Elbows and knees follow from the lengths of the bones, so that feet that stand still do not slide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, minimum_filter1d

from mien.bodies.keypoints import INDEX, JOINTS, LEFT_HAND, RIGHT_HAND
from mien.bodies.motions.hands import SHAPES, hand_points
from mien.bodies.motions.proportions import Proportions
from mien.bodies.motions.rotations import about, bend, rotate, unit

Array = NDArray[np.float64]
SIDES = ("left", "right")
STRAIGHT = 0.988
"""Length of a standing leg in parts of thigh and shin: knees are never quite straight."""
YIELD_SECONDS = 0.07
"""Over which the pelvis gives way to a leg."""
SOFT = 0.012
"""Lengths of the leg within which its limit is felt."""
HEAD_POINTS = {
    "nose": (0.0, -0.12, 0.80), "left_eye": (0.24, 0.16, 0.62), "right_eye": (-0.24, 0.16, 0.62),
    "left_ear": (0.56, 0.0, 0.0), "right_ear": (-0.56, 0.0, 0.0),
}  # fmt: skip
"""Points of the head about the middle of the ears, in sizes of the head: to its left, up, forward."""


@dataclass
class Posture:
    """How a body is held in T frames; arrays are changed in place by the generators.

    Axes of `mien.bodies.motions`. Index 0 of two is the left side, 1 the right one. Angles in radians.

    times: (T,) in seconds. root: (T, 3) between the hips, lowered where a leg would not reach. facing: (T,) turn to the
    left; 0 looks along z.
    pelvis, chest, head: (T, 3) bend forward, tilt to the left, turn to the left; each relative to the part below.
    ankles: (T, 2, 3) in the room. foot_yaw: (T, 2) turn to the left, in the room. foot_pitch: (T, 2) heel up.
    knees: (T, 2) how far knees point outwards.
    wrists: (T, 2, 3) from the shoulder in lengths of the arm: outwards from the body, up, forward; turned with the
    chest. elbows: (T, 2, 3) directions to which elbows point, alike. fingers, palms: (T, 2, 3) directions of the hands
    and out of the palms, alike; fingers of 0 go on along the forearm. curls: (T, 2, 5), see `hands.SHAPES`.
    """

    times: Array
    root: Array
    facing: Array
    pelvis: Array
    chest: Array
    head: Array
    ankles: Array
    foot_yaw: Array
    foot_pitch: Array
    knees: Array
    wrists: Array
    elbows: Array
    fingers: Array
    palms: Array
    curls: Array

    def __len__(self) -> int:
        return len(self.root)


def standing(times: Array, body: Proportions, stance: float = 0.06) -> Posture:
    """Upright, arms down, feet `stance` metres outside the hips."""
    frames = len(times)
    ankles = np.zeros((frames, 2, 3))
    ankles[:, 0, 0], ankles[:, 1, 0] = body.hips + stance, -body.hips - stance
    ankles[..., 1] = body.ankle
    return Posture(
        times=times,
        root=np.tile([0.0, body.hip_height - 0.006, 0.0], (frames, 1)),
        facing=np.zeros(frames),
        pelvis=np.zeros((frames, 3)),
        chest=np.zeros((frames, 3)),
        head=np.zeros((frames, 3)),
        ankles=ankles,
        foot_yaw=np.tile([0.15, -0.15], (frames, 1)),
        foot_pitch=np.zeros((frames, 2)),
        knees=np.full((frames, 2), 0.12),
        wrists=np.tile([0.13, -0.97, 0.10], (frames, 2, 1)),
        elbows=np.tile([0.35, -0.3, -1.0], (frames, 2, 1)),
        fingers=np.zeros((frames, 2, 3)),
        palms=np.tile([-1.0, 0.0, -0.15], (frames, 2, 1)),
        curls=np.tile(SHAPES["relaxed"], (frames, 2, 1)),
    )


def joints_of(posture: Posture, body: Proportions) -> NDArray[np.float32]:
    """The 65 joints of `mien.bodies.keypoints`, float32 (T, 65, 3) in metres; axes of `mien.bodies.motions`."""
    joints = np.zeros((len(posture), len(JOINTS), 3))
    facing = about("y", posture.facing)
    pelvis = facing @ _turned(posture.pelvis)
    chest = pelvis @ _turned(posture.chest)
    root = _within_reach(posture, pelvis, body)
    # The spine bends along its length: half of the chest's turn counts for the way up to it.
    half = pelvis @ _turned(posture.chest / 2)
    neck = root + rotate(half, np.array([0.0, body.torso, 0.0]))
    _head(joints, neck, chest @ _turned(posture.head), chest @ _turned(posture.head / 2), body)
    for side in (0, 1):
        _leg(joints, posture, side, root, pelvis, body)
        _arm(joints, posture, side, neck, chest, body)
    return joints.astype(np.float32)


def outwards(vectors: Array, side: int) -> Array:
    """Vectors given outwards, up, forward, along x, y, z; and back."""
    return vectors * np.array([1.0 if side == 0 else -1.0, 1.0, 1.0])


def _turned(angles: Array) -> Array:
    """Matrices (T, 3, 3) of bend forward, tilt to the left, turn to the left (T, 3); the turn comes first."""
    return about("x", angles[:, 0]) @ about("z", -angles[:, 1]) @ about("y", angles[:, 2])


def _within_reach(posture: Posture, pelvis: Array, body: Proportions) -> Array:
    """The roots (T, 3), lowered so that no leg is longer than it is; smoothly, since a body has a mass."""
    root = posture.root.copy()
    heights = [root[:, 1]]
    for side in (0, 1):
        hip = rotate(pelvis, outwards(np.array([body.hips, 0.0, 0.0]), side))
        ankle = posture.ankles[:, side] - hip
        flat = np.sum((ankle - root)[:, [0, 2]] ** 2, axis=1)
        heights.append(ankle[:, 1] + np.sqrt(np.maximum((STRAIGHT * body.leg) ** 2 - flat, 0.01)))
    soft = SOFT * body.leg
    lowered = -soft * np.logaddexp.reduce([-height / soft for height in heights]) - root[:, 1]
    if len(root) > 2:
        frames = YIELD_SECONDS / (posture.times[1] - posture.times[0])
        least = minimum_filter1d(lowered, 2 * round(frames) + 1, mode="nearest")
        lowered = gaussian_filter1d(least, frames, mode="nearest")
    root[:, 1] += lowered
    return root


def _head(joints: Array, neck: Array, head: Array, half: Array, body: Proportions) -> None:
    size = body.head
    ears = neck + rotate(half, np.array([0.0, body.neck, 0.12 * size]))
    for name, at in HEAD_POINTS.items():
        joints[:, INDEX[name]] = ears + rotate(head, size * np.array(at))


def _leg(joints: Array, posture: Posture, side: int, root: Array, pelvis: Array, body: Proportions) -> None:
    name = SIDES[side]
    hip = root + rotate(pelvis, outwards(np.array([body.hips, 0.0, 0.0]), side))
    yaw = (posture.foot_yaw[:, side] + posture.facing) / 2  # knees point between the feet and the body
    forward = rotate(
        about("y", yaw),
        np.stack(
            [
                np.sin(posture.knees[:, side]) * (1 if side == 0 else -1),
                np.full(len(yaw), 0.05),
                np.cos(posture.knees[:, side]),
            ],
            axis=1,
        ),
    )
    knee, ankle = bend(hip, posture.ankles[:, side], forward, body.thigh, body.shin)
    foot = about("y", posture.foot_yaw[:, side]) @ about("x", posture.foot_pitch[:, side])
    joints[:, INDEX[f"{name}_hip"]] = hip
    joints[:, INDEX[f"{name}_knee"]] = knee
    joints[:, INDEX[f"{name}_ankle"]] = ankle
    for point, at in (
        ("big_toe", (-0.30 * body.foot_width, -body.ankle, 0.78 * body.foot)),
        ("small_toe", (0.62 * body.foot_width, -body.ankle, 0.62 * body.foot)),
        ("heel", (0.0, -0.9 * body.ankle, -0.24 * body.foot)),
    ):
        joints[:, INDEX[f"{name}_{point}"]] = ankle + rotate(foot, outwards(np.array(at), side))


def _arm(joints: Array, posture: Posture, side: int, neck: Array, chest: Array, body: Proportions) -> None:
    name = SIDES[side]
    # A raised arm takes the shoulder up with it.
    raised = np.clip(posture.wrists[:, side, 1] + 0.2, 0.0, 1.0) * 0.22 * body.shoulders
    offset = np.zeros((len(posture), 3))
    offset[:, 0], offset[:, 1] = body.shoulders, raised
    shoulder = neck + rotate(chest, outwards(offset, side))

    def world(vectors: Array) -> Array:
        return rotate(chest, outwards(vectors[:, side], side))

    elbow, wrist = bend(
        shoulder,
        shoulder + body.arm * world(posture.wrists),
        world(posture.elbows),
        body.upper_arm,
        body.forearm,
    )
    given = world(posture.fingers)
    along = unit(wrist - elbow)
    asked = np.linalg.norm(given, axis=1, keepdims=True)
    forward = unit(given + np.maximum(1 - asked, 0.0) * along)
    hand = hand_points(wrist, forward, world(posture.palms), posture.curls[:, side], body.hand, left=side == 0)
    joints[:, INDEX[f"{name}_shoulder"]] = shoulder
    joints[:, INDEX[f"{name}_elbow"]] = elbow
    joints[:, INDEX[f"{name}_wrist"]] = wrist
    joints[:, LEFT_HAND if side == 0 else RIGHT_HAND] = hand

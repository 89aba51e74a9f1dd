"""Crude figures with key points for tests: discs and lines in the colours of a scene, on a field of its place."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import INDEX, JOINTS, LEFT_HAND, LIMBS, RIGHT_HAND
from mien.bodies.scene import LABELS, PLACES, RGB, Scene

SIZE = 96

STANDING = {
    "nose": (0, -38), "left_eye": (2, -40), "right_eye": (-2, -40), "left_ear": (4, -39), "right_ear": (-4, -39),
    "left_shoulder": (8, -28), "right_shoulder": (-8, -28), "left_elbow": (12, -16), "right_elbow": (-12, -16),
    "left_wrist": (14, -4), "right_wrist": (-14, -4), "left_hip": (5, -4), "right_hip": (-5, -4),
    "left_knee": (6, 16), "right_knee": (-6, 16), "left_ankle": (6, 34), "right_ankle": (-6, 34),
    "left_big_toe": (9, 37), "left_small_toe": (7, 37), "left_heel": (6, 36),
    "right_big_toe": (-9, 37), "right_small_toe": (-7, 37), "right_heel": (-6, 36),
}  # fmt: skip
"""Key points of a person who stands, from the middle of the picture."""


def standing_joints(frames: int, seed: int = 0, size: int = SIZE) -> NDArray[np.float32]:
    """Joints (T, 65, 3) of a person who stands and waves an arm."""
    rng = np.random.default_rng(seed)
    joints = np.zeros((frames, len(JOINTS), 3), np.float32)
    for name, at in STANDING.items():
        joints[:, INDEX[name], :2] = at
    phase = 2 * np.pi * (np.arange(frames) / 12 + rng.random())
    joints[:, INDEX["left_wrist"], 1] += 10 * np.sin(phase)
    joints[:, LEFT_HAND] = joints[:, [INDEX["left_wrist"]]]
    joints[:, RIGHT_HAND] = joints[:, [INDEX["right_wrist"]]]
    joints[..., :2] += (48 + rng.uniform(-8, 8), 50 + rng.uniform(-4, 4))
    joints[..., :2] *= size / 96
    return joints


def draw_figure(scene: Scene, joints: NDArray[np.float32], size: int = SIZE) -> NDArray[np.uint8]:
    """Frames uint8 (T, S, S, 3)."""
    return np.stack([_frame(scene, one[:, :2], size) for one in joints])


def _frame(scene: Scene, at: NDArray[np.float32], size: int) -> NDArray[np.uint8]:
    place = PLACES.index(scene.place)
    light = {"day": 1.0, "sunset": 0.75, "night": 0.4}[scene.time]
    frame = np.full((size, size, 3), np.array([60 + 20 * place, 200 - 15 * place, 90 + 17 * (place * 5 % 9)]) * light)
    frame = np.ascontiguousarray(frame.astype(np.uint8))
    unit = size / 96

    def point(name: str) -> tuple[int, int]:
        return tuple(int(v) for v in at[INDEX[name]])  # type: ignore[return-value]

    def colour(rgb: RGB) -> tuple[int, ...]:
        return tuple(round(255 * value) for value in rgb)

    skin = colour(scene.shade("skin"))
    top = skin if scene.top == "none" else colour(scene.shade("top_colour"))
    bottom = skin if scene.bottom == "none" else colour(scene.shade("bottom_colour"))
    for a, b in LIMBS:
        kind = bottom if "hip" in a or "knee" in a else top
        cv2.line(frame, point(a), point(b), kind, round(5 * unit))
    corners = [point(name) for name in ("left_shoulder", "right_shoulder", "right_hip", "left_hip")]
    cv2.fillPoly(frame, [np.array(corners, np.int32)], top)
    x, y = point("nose")
    cv2.circle(frame, (x, y), round(6 * unit), skin, -1)
    if scene.hair_style != "bald":
        cv2.circle(frame, (x, round(y - 5 * unit)), round(4 * unit), colour(scene.shade("hair_colour")), -1)
    if scene.hat != "none":
        cv2.circle(frame, (x, round(y - 8 * unit)), round(4 * unit), colour(scene.shade("hat_colour")), -1)
    return frame


def random_scene(rng: np.random.Generator) -> Scene:
    """A scene of which every attribute is drawn."""
    return Scene(**{name: str(rng.choice(options)) for name, options in LABELS.items()})


@dataclass(frozen=True)
class DrawnClip:
    """A clip as the corpus has them."""

    frames: NDArray[np.uint8]
    joints: NDArray[np.float32]
    scene: Scene


def drawn_clips(count: int, frames: int = 3, seed: int = 0, size: int = SIZE) -> list[DrawnClip]:
    """Clips of random scenes."""
    rng = np.random.default_rng(seed)
    clips = []
    for number in range(count):
        scene, joints = random_scene(rng), standing_joints(frames, seed * 1000 + number, size)
        clips.append(DrawnClip(draw_figure(scene, joints, size), joints, scene))
    return clips

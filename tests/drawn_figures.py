"""Clips of very plain figures, thick lines on a coloured ground, for tests of what is trained on the figures corpus."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import HAND, INDEX, JOINTS
from mien.bodies.scene import COLOURS, HAIRS, PLACES, SKINS, Scene
from mien.follow.corpus.store import FigureCaption, FigureClip, Take, write_figures

GROUNDS = dict(zip(PLACES, ((20, 60, 140), (90, 170, 190), (220, 190, 130), (110, 120, 90), (235, 240, 250),
                            (120, 120, 130), (30, 80, 40), (60, 20, 60), (200, 170, 150)), strict=True))  # fmt: skip

Floats = NDArray[np.float32]


def standing(swing: float, width: int = 96, height: int = 96, shift: float = 0.0) -> Floats:
    """Joints (65, 3) of a person seen from the front whose arms and legs are turned by `swing` radians."""
    unit = min(width, height) / 96
    middle = np.array([width / 2 + shift, height / 2 - 20 * unit, 0.0])
    at: dict[str, NDArray[np.float64]] = {"nose": middle + np.array([0, -15 * unit, -3])}
    for side, sign in (("left", 1), ("right", -1)):
        at[f"{side}_eye"] = middle + np.array([sign * 2 * unit, -17 * unit, -3])
        at[f"{side}_ear"] = middle + np.array([sign * 5 * unit, -16 * unit, 0])
        at[f"{side}_shoulder"] = middle + np.array([sign * 9 * unit, 0, 0])
        at[f"{side}_hip"] = middle + np.array([sign * 6 * unit, 25 * unit, 0])
        for start, names, angle, length in (("shoulder", ("elbow", "wrist"), 0.5 + swing, 12),
                                            ("hip", ("knee", "ankle"), 0.1 + 0.3 * swing, 16)):  # fmt: skip
            step = np.array([sign * np.sin(angle), np.cos(angle), 0]) * length * unit
            at[f"{side}_{names[0]}"] = at[f"{side}_{start}"] + step
            at[f"{side}_{names[1]}"] = at[f"{side}_{start}"] + 2 * step
        for name, along in (("big_toe", 4), ("small_toe", 3), ("heel", -1)):
            at[f"{side}_{name}"] = at[f"{side}_ankle"] + np.array([sign * along * unit, 3 * unit, 0])
        for number, name in enumerate(HAND):
            at[f"{side}_hand_{name}"] = at[f"{side}_wrist"] + np.array([0, number * 0.2 * unit, 0])
    return np.array([at[name] for name in JOINTS], np.float32)


def drawn(scene: Scene, joints: Floats, width: int = 96, height: int = 96) -> NDArray[np.uint8]:
    """A frame uint8 (height, width, 3) of the figure with these joints."""
    picture = np.full((height, width, 3), GROUNDS[scene.place], np.uint8)
    unit = min(width, height) / 96
    points = np.round(joints[:, :2]).astype(int)

    def line(start: str, end: str, colour: Sequence[float], thickness: float) -> None:
        rgb = tuple(round(255 * value) for value in colour)
        first, second = (tuple(int(v) for v in points[INDEX[name]]) for name in (start, end))
        cv2.line(picture, first, second, rgb, max(1, round(thickness * unit)))

    top, bottom, skin = (scene.shade(name) for name in ("top_colour", "bottom_colour", "skin"))
    for side in ("left", "right"):
        line(f"{side}_hip", f"{side}_knee", bottom, 8)
        line(f"{side}_knee", f"{side}_ankle", skin if scene.bottom == "shorts" else bottom, 6)
        line(f"{side}_shoulder", f"{side}_elbow", top, 6)
        line(f"{side}_elbow", f"{side}_wrist", skin if scene.top == "t_shirt" else top, 5)
    corners = points[[INDEX[name] for name in ("left_shoulder", "right_shoulder", "right_hip", "left_hip")]]
    cv2.fillConvexPoly(picture, corners, tuple(round(255 * value) for value in top))
    head = tuple(int(v) for v in points[INDEX["nose"]])
    if scene.hair_style != "bald":
        hair = tuple(round(255 * value) for value in scene.shade("hair_colour"))
        cv2.circle(picture, (head[0], head[1] - round(4 * unit)), round(7 * unit), hair, -1)
    cv2.circle(picture, head, round(5 * unit), tuple(round(255 * value) for value in skin), -1)
    return picture


def plain_scene(rng: np.random.Generator) -> Scene:
    """A scene whose options are drawn independently, of those that `drawn` shows."""

    def one(names: Sequence[str]) -> str:
        return str(rng.choice(list(names)))

    return Scene(
        kind="woman", skin=one(tuple(SKINS)), hair_style=one(("short", "bald")), hair_colour=one(tuple(HAIRS)),
        top=one(("t_shirt", "shirt")), top_colour=one(tuple(COLOURS)), bottom=one(("trousers", "shorts")),
        bottom_colour=one(tuple(COLOURS)), place=one(PLACES),
    )  # fmt: skip


def drawn_clips(count: int, frames: int, seed: int = 0, side: int = 96, part: str = "train") -> Iterator[FigureClip]:
    """Clips that swing their limbs."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        scene, start, shift = plain_scene(rng), rng.uniform(0, 6), rng.uniform(-14, 14) * side / 96
        poses = [standing(float(np.sin(start + 0.4 * t)), side, side, shift) for t in range(frames)]
        painted = np.array([drawn(scene, pose, side, side) for pose in poses], np.uint8)
        masks = 255 * (painted != np.array(GROUNDS[scene.place], np.uint8)).any(axis=-1).astype(np.uint8)
        yield FigureClip(
            f"{part}-{number}", part, scene, (FigureCaption("a woman", "en", "train"),),
            Take("wave", "whole", True, 12.5), painted, masks, np.array(poses, np.float32),
        )  # fmt: skip


def drawn_corpus(folder: Path, train: int, val: int, frames: int, side: int = 96) -> Path:
    """A corpus of such clips."""
    folder.mkdir(parents=True)
    write_figures(folder, [*drawn_clips(train, frames, 0, side), *drawn_clips(val, frames, 1, side, "val")])
    return folder

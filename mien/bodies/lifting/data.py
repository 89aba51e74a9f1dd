"""What the lifter learns from: motions seen by random cameras, with points hidden as detectors lose them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import BODY_AND_FEET, INDEX, mirrored_order
from mien.bodies.motions.catalogue import MOTIONS, mixed_motion, motion
from mien.bodies.motions.picture import view
from mien.bodies.repair.size import body_size
from mien.training.randomness import derived_seed, numpy_generator

FloatArray = NDArray[np.float32]
Mask = NDArray[np.bool_]

FPS = 25.0
_HIPS = [INDEX["left_hip"], INDEX["right_hip"]]
_LOWER = [*range(INDEX["left_knee"], INDEX["right_ankle"] + 1), *range(17, BODY_AND_FEET)]
_LIMBS = [
    [INDEX[f"{side}_{name}"] for name in names]
    for side in ("left", "right")
    for names in (
        ("wrist",),
        ("elbow", "wrist"),
        ("shoulder", "elbow", "wrist"),
        ("knee", "ankle", "big_toe", "small_toe", "heel"),
        ("ankle", "big_toe", "small_toe", "heel"),
        ("hip", "knee", "ankle", "big_toe", "small_toe", "heel"),
    )
] + [list(range(5)), list(range(17, BODY_AND_FEET))]


@dataclass(frozen=True)
class Windows:
    """points: (B, T, 23, 2) with noise. known: (B, T, 23). size: (B, T) as far as it can be told. truth: (B, T, 23, 3),
    all in body sizes; z behind the middle of the hips."""

    points: FloatArray
    known: Mask
    size: FloatArray
    truth: FloatArray


class MotionPool:
    """Motions in memory, each computed once, from which windows are drawn; a third has arms of another motion."""

    def __init__(self, count: int, seconds: float, seed: int, purpose: str = "train") -> None:
        self.motions = [self._make(number, seconds, derived_seed(seed, purpose)) for number in range(count)]
        self.sizes = [_height(joints) for joints in self.motions]

    @staticmethod
    def _make(number: int, seconds: float, seed: int) -> FloatArray:
        rng = np.random.default_rng([seed, number])
        fps = FPS * rng.uniform(0.8, 1.25)  # slower and faster people, and videos that are played so
        if number % 3 == 2:
            joints = mixed_motion(seconds * FPS / fps, fps, rng)
        else:
            joints = motion(MOTIONS[number % len(MOTIONS)], seconds * FPS / fps, fps, int(rng.integers(2**31)))
        return joints[:, :BODY_AND_FEET]

    def draw(self, rng: np.random.Generator, count: int, frames: int, hide: float = 1.0) -> Windows:
        """Windows of `frames` frames. hide: how much is hidden, 1 as in training, 0 nothing."""
        truth = np.stack([self._seen(rng, frames) for _ in range(count)])
        known = np.stack([hidden(rng, one[..., :2], hide) for one in truth])
        noise = rng.lognormal(np.log(0.004), 0.8, (count, 1, 1, 1)) * rng.normal(size=truth[..., :2].shape)
        size = np.exp(rng.normal(0, 0.07, (count, 1))) * np.exp(
            np.linspace(-1, 1, frames) * rng.normal(0, 0.02, (count, 1))
        )
        points = truth[..., :2] + np.clip(noise, -0.05, 0.05)
        return Windows(points.astype(np.float32), known, size.astype(np.float32), truth)

    def _seen(self, rng: np.random.Generator, frames: int) -> FloatArray:
        number = int(rng.integers(len(self.motions)))
        joints = self.motions[number]
        start = int(rng.integers(max(1, len(joints) - frames + 1)))
        rows = np.minimum(np.arange(start, start + frames), len(joints) - 1)
        joints = joints[rows]
        if rng.random() < 0.5:
            joints = joints[:, mirrored_order()[:BODY_AND_FEET]] * np.array((-1, 1, 1), np.float32)
        yaw, pitch = rng.uniform(0, 2 * np.pi), np.radians(rng.uniform(-10, 30))
        roll = rng.normal(0, 0.04)
        camera = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]]) @ view(
            yaw, pitch
        )
        seen = joints @ camera.T / self.sizes[number]
        seen[..., 2] -= seen[:, _HIPS, 2].mean(axis=1, keepdims=True)
        seen[..., :2] -= seen[..., :2].mean(axis=(0, 1))
        return seen.astype(np.float32)


def hidden(rng: np.random.Generator, points: FloatArray, much: float) -> Mask:
    """Which points (T, 23) of (T, 23, 2) are still known: joints, limbs, frames and all below an edge are lost."""
    frames = len(points)
    known = np.ones(points.shape[:2], bool)
    if rng.random() < 0.65 * much:  # single points, for a few frames each
        share, length = rng.uniform(0, 0.6), int(rng.integers(1, 13))
        lost = rng.random((frames // length + 2, points.shape[1])) < share
        known &= ~lost.repeat(length, axis=0)[rng.integers(length) :][:frames]
    for _ in range(rng.binomial(3, 0.3 * much)):  # whole limbs, for a while or for good
        known[_span(rng, frames)[:, None], _LIMBS[rng.integers(len(_LIMBS))]] = False
    if rng.random() < 0.3 * much:  # the picture ends above the feet, the knees or the hips
        edge = rng.choice([np.quantile(points[..., 1], rng.uniform(0.35, 0.95)), points[:, _LOWER, 1].min()])
        known &= points[..., 1] < edge
    if rng.random() < 0.2 * much:  # nobody is found
        known[_span(rng, frames)[: int(rng.integers(1, 13))]] = False
    return known


def _span(rng: np.random.Generator, frames: int) -> NDArray[np.int64]:
    if rng.random() < 0.4:
        return np.arange(frames)
    start, length = int(rng.integers(frames)), int(rng.integers(3, frames + 1))
    return np.arange(start, min(start + length, frames))


def _height(joints: FloatArray) -> float:
    """The size that `body_size` finds for a motion seen from in front and from the side."""
    sizes = []
    for axes in ((0, 1), (2, 1)):
        points = np.zeros((len(joints), 65, 2))
        points[:, :BODY_AND_FEET] = joints[..., axes]
        sizes.append(float(np.median(body_size(points, np.ones(points.shape[:2], bool), FPS))))
    return max(sizes)


def windows_for(pool: MotionPool, seed: int, purpose: str, step: int, count: int, frames: int, hide: float) -> Windows:
    """Windows that depend on seed, purpose and step alone."""
    return pool.draw(numpy_generator(seed, purpose, step), count, frames, hide)

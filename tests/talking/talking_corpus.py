"""A small corpus of drawn faces, and the tiny configurations that train on it in seconds."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from tiny import tiny

from mien.faces.shards import SAMPLE_RATE, ShardClip

SIZE, FPS = 32, Fraction(25)


def drawn_landmarks(opening: float, size: int = SIZE, lids: float = 1.0, smile: float = 0.0) -> NDArray[np.float32]:
    """68 iBUG points of a plain face of `size` pixels with its mouth `opening` (0 to 1)."""
    points = np.zeros((68, 2))
    jaw = np.linspace(np.pi, 0, 17)
    points[:17] = np.stack([0.5 + 0.36 * np.cos(jaw), 0.5 + 0.42 * np.sin(jaw)], 1)
    for first, centre in ((17, 0.33), (22, 0.67)):
        points[first : first + 5] = np.stack([centre + np.linspace(-0.1, 0.1, 5), np.full(5, 0.27)], 1)
    points[27:31] = np.stack([np.full(4, 0.5), np.linspace(0.36, 0.55, 4)], 1)
    points[31:36] = np.stack([0.5 + np.linspace(-0.06, 0.06, 5), np.full(5, 0.59)], 1)
    ring = np.array([np.pi, 4 * np.pi / 3, 5 * np.pi / 3, 0, np.pi / 3, 2 * np.pi / 3])
    for first, centre in ((36, 0.34), (42, 0.66)):
        points[first : first + 6] = np.stack([centre + 0.06 * np.cos(ring), 0.38 + 0.03 * lids * np.sin(ring)], 1)
    for first, count, wide, high in ((48, 12, 0.15, 0.05), (60, 8, 0.11, 0.01)):
        ring = np.pi + np.arange(count) * 2 * np.pi / count
        across, down = np.cos(ring), np.sin(ring)
        points[first : first + count] = np.stack(
            [0.5 + wide * across, 0.74 + (high + 0.07 * opening) * down - 0.05 * smile * across**2], 1
        )
    return np.asarray(points * size, np.float32)


def drawn_face(landmarks: NDArray[np.float32], skin: NDArray[np.float64], size: int = SIZE) -> NDArray[np.uint8]:
    """The face as a picture: an oval with dark eyes and a red mouth around a dark opening."""
    rows, columns = np.mgrid[:size, :size]
    picture = np.full((size, size, 3), 60.0)

    def oval(points: NDArray[np.float32], colour: object) -> None:
        centre, half = (points.max(0) + points.min(0)) / 2, np.maximum(np.ptp(points, axis=0) / 2, 0.7)
        inside = ((columns - centre[0]) / half[0]) ** 2 + ((rows - centre[1]) / half[1]) ** 2 <= 1
        picture[inside] = colour

    oval(np.concatenate([landmarks[:17], landmarks[:17] - [[0, 0.35 * size]]]), skin)
    for points in (landmarks[36:42], landmarks[42:48]):
        oval(points, (20, 20, 30))
    oval(landmarks[48:60], (190, 60, 60))
    oval(landmarks[60:68], (30, 5, 5))
    return np.asarray(picture, np.uint8)


def drawn_clip(clip_id: str, actor: int, emotion: str, seed: int, frames: int = 20) -> ShardClip:
    """A clip in which the mouth opens as the voice gets louder, and a smile shows happiness."""
    random = np.random.default_rng(seed)
    opening = np.clip(np.convolve(random.random(frames + 8), np.ones(4) / 4, "same")[4 : frames + 4] * 2 - 0.6, 0, 1)
    smile = {"HAP": 1.0, "SAD": -1.0}.get(emotion, 0.0)
    lids = np.where(random.random(frames) < 0.1, 0.2, 1.0)
    landmarks = np.stack(
        [drawn_landmarks(one, lids=lid, smile=smile) for one, lid in zip(opening, lids, strict=True)]
    ) + random.normal(0, 0.2, (frames, 1, 2)).cumsum(0).clip(-1, 1)
    landmarks = landmarks.astype(np.float32)
    skin = np.array([220.0, 180, 150]) - 25 * actor
    samples = frames * SAMPLE_RATE // 25
    loud = np.interp(np.arange(samples), (np.arange(frames) + 0.5) * 640, opening)
    speech = (0.02 + 0.5 * loud) * random.standard_normal(samples) * 0.5
    return ShardClip(
        clip_id,
        FPS,
        np.stack([drawn_face(points, skin) for points in landmarks]),
        landmarks,
        speech.astype(np.float32),
        np.tile(np.eye(2, 3), (frames, 1, 1)),
        np.ones(frames, bool),
        labels={"actor": f"{1001 + actor}", "emotion": emotion, "intensity": None if emotion == "NEU" else 1.0},
    )


TINY_EMOTION = tiny("emotion_discriminator")
TINY_GENERATOR = tiny("generator")
TINY_TALKING_FACE = tiny("talking_face")

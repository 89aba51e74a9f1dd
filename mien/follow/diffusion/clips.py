"""Clips of the figures corpus in memory, at a small size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.bodies.scene import Scene
from mien.follow.corpus.store import FiguresCorpus


@dataclass(frozen=True)
class FigureClips:
    """N clips of one length.

    frames: uint8 (N, T, H, W, 3). masks: uint8 (N, T, H, W), the figure's share of each pixel. points: float32
    (N, T, 65, 2), pixels of these frames. known: bool (N, T, 65), which points can be seen in the picture. scenes: one
    of each clip. digest: of the corpus.
    """

    frames: NDArray[np.uint8]
    masks: NDArray[np.uint8]
    points: NDArray[np.float32]
    known: NDArray[np.bool_]
    scenes: tuple[Scene, ...]
    digest: str

    def __post_init__(self) -> None:
        counts = {len(one) for one in (self.frames, self.masks, self.points, self.known, self.scenes)}
        if len(counts) != 1 or counts == {0}:
            raise ValueError(f"clips are as many frames as poses and scenes and at least one, not {sorted(counts)}")


def read_clips(corpus: FiguresCorpus, parts: Sequence[str], side: int, count: int | None = None) -> FigureClips | None:
    """The clips of some parts with frames of `side` pixels; None without any.

    count: evenly spaced frames of each clip that are taken, for clips of several lengths; None: all.
    """
    numbers = [int(number) for part in parts for number in corpus.numbers(part)]
    if not numbers:
        return None
    frames, masks, points, known = [], [], [], []
    for number in numbers:
        poses, pictures = corpus.poses(number), corpus.frames(number)
        rows = np.linspace(0, len(pictures) - 1, len(pictures) if count is None else count).round().astype(int)
        frames.append(resized_frames(pictures[rows], side))
        masks.append(resized_frames(corpus.masks(number)[rows], side))
        points.append(poses.points[rows] * np.float32(side / corpus.size))
        known.append(poses.known()[rows])
    scenes = tuple(corpus.scenes[number] for number in numbers)
    return FigureClips(np.stack(frames), np.stack(masks), np.stack(points), np.stack(known), scenes, corpus.digest)


def resized_frames(frames: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Square frames (T, S, S, …) with another side, averaged if smaller, by linear interpolation if larger."""
    if frames.shape[1] == side:
        return frames
    mode = cv2.INTER_AREA if frames.shape[1] > side else cv2.INTER_LINEAR
    return np.stack([cv2.resize(frame, (side, side), interpolation=mode) for frame in frames]).astype(np.uint8)

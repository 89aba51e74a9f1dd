"""Clips of the figures corpus in memory, at a small size."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.bodies.scene import Scene


@dataclass(frozen=True)
class FigureClips:
    """N clips of one length.

    frames: uint8 (N, T, H, W, 3). joints: float32 (N, T, 65, 3), pixels of these frames; see `mien.bodies.keypoints`.
    scenes: one of each clip. digest: of the corpus.
    """

    frames: NDArray[np.uint8]
    joints: NDArray[np.float32]
    scenes: tuple[Scene, ...]
    digest: str

    def __post_init__(self) -> None:
        if not len(self.frames) == len(self.joints) == len(self.scenes) or not len(self.scenes):
            raise ValueError(
                f"{len(self.frames)} clips with {len(self.joints)} poses and {len(self.scenes)} scenes do not fit"
            )

    def inside(self) -> NDArray[np.bool_]:
        """Which joints lie in the picture, bool (N, T, 65)."""
        height, width = self.frames.shape[2:4]
        return in_picture(self.joints, width, height)


def in_picture(points: NDArray[np.float32], width: int, height: int) -> NDArray[np.bool_]:
    """Which points (…, 2 or 3) lie in a picture, bool (…)."""
    x, y = points[..., 0], points[..., 1]
    inside: NDArray[np.bool_] = (x >= 0) & (x <= width) & (y >= 0) & (y <= height)
    return inside


def smaller(frames: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Frames (T, H, W, 3) at a size, averaged if smaller, by linear interpolation if larger."""
    mode = cv2.INTER_AREA if frames.shape[1] > height else cv2.INTER_LINEAR
    return np.stack([cv2.resize(frame, (width, height), interpolation=mode) for frame in frames]).astype(np.uint8)

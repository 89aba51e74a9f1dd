"""One person in one frame, as a detector finds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import BODY_COUNT, INDEX, JOINTS

TORSO = tuple(INDEX[name] for name in ("left_shoulder", "right_shoulder", "right_hip", "left_hip"))


@dataclass(frozen=True)
class Found:
    """points: float32 (65, 2) pixels. confidence: float32 (65,) in [0, 1], 0 is unknown."""

    points: NDArray[np.float32]
    confidence: NDArray[np.float32]

    def box(self) -> NDArray[np.float32] | None:
        """Left, top, right, bottom of the known points of the body; None with fewer than two of them."""
        known = self.points[:BODY_COUNT][self.confidence[:BODY_COUNT] > 0]
        if len(known) < 2:
            return None
        return np.concatenate((known.min(axis=0), known.max(axis=0)))


def nobody() -> Found:
    """A person of whom nothing is known."""
    return Found(np.zeros((len(JOINTS), 2), np.float32), np.zeros(len(JOINTS), np.float32))


def overlap(one: Found, other: Found) -> float:
    """How much two found persons are the same, in [0, 1]: mean over shared points of exp(−d² / (2 (.1 size)²)).

    size: the root of the area of the larger box. 0 where fewer than three points are shared.
    """
    shared = (one.confidence[:BODY_COUNT] > 0) & (other.confidence[:BODY_COUNT] > 0)
    boxes = [box for box in (one.box(), other.box()) if box is not None]
    if shared.sum() < 3 or len(boxes) < 2:
        return 0.0
    size = max(float(np.sqrt(np.prod(np.maximum(box[2:] - box[:2], 1)))) for box in boxes)
    distances = np.linalg.norm(one.points[:BODY_COUNT] - other.points[:BODY_COUNT], axis=1)[shared]
    return float(np.exp(-(distances**2) / (2 * (0.1 * size) ** 2)).mean())


def without_duplicates(found: Sequence[Found], most: float = 0.5) -> list[Found]:
    """The persons without those that overlap an earlier one by more than `most`."""
    kept: list[Found] = []
    for one in found:
        if all(overlap(one, other) <= most for other in kept):
            kept.append(one)
    return kept

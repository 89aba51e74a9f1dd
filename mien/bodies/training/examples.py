"""Pictures with known key points: what a corpus gives to the training of a detector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import BODY_COUNT, PoseError


@dataclass(frozen=True)
class PosePictures:
    """frames: uint8 (N, H, W, 3). points: float32 (N, 17, 2) pixels of the frames. known: bool (N, 17)."""

    frames: NDArray[np.uint8]
    points: NDArray[np.float32]
    known: NDArray[np.bool_]

    def __post_init__(self) -> None:
        count = len(self.frames)
        if self.points.shape != (count, BODY_COUNT, 2) or self.known.shape != (count, BODY_COUNT):
            raise PoseError(f"{count} pictures need points ({count}, 17, 2), not {self.points.shape}")

    def __len__(self) -> int:
        return len(self.frames)


class PoseExamples(Protocol):
    """A source of pictures of one size by number; reading a few must be cheap."""

    def __len__(self) -> int:
        """Number of pictures."""
        ...

    def pictures(self, rows: NDArray[np.int64]) -> PosePictures:
        """The pictures with these numbers, in this order."""
        ...


@dataclass(frozen=True)
class ExamplesInMemory:
    """Examples that are all in memory."""

    held: PosePictures

    def __len__(self) -> int:
        return len(self.held)

    def pictures(self, rows: NDArray[np.int64]) -> PosePictures:
        """The pictures with these numbers."""
        return PosePictures(self.held.frames[rows], self.held.points[rows], self.held.known[rows])

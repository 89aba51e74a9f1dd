"""What a detector of poses is."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mien.bodies.poses.found import Found


class PoseDetector(Protocol):
    """Finds people in the frames of one video, given in order."""

    def detect(self, frame: NDArray[np.uint8]) -> list[Found]:
        """The people in an RGB frame (H, W, 3); an empty list if there is nobody."""
        ...

    def close(self) -> None:
        """Release what it holds; `detect` cannot be called afterwards."""
        ...

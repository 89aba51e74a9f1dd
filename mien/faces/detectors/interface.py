"""Interface of facial landmark detectors.

Coordinates are in pixels, with (0, 0) at the *centre* of the first pixel, x to the right, y down. This is OpenCV's
convention, so landmarks and `cv2.warpAffine` agree without half-pixel shifts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

RIGHT_EYE_OUTER, RIGHT_EYE_INNER, LEFT_EYE_INNER, LEFT_EYE_OUTER = 36, 39, 42, 45
"""iBUG-68 indices of the eye corners. Right and left are the person's own: the right eye is left in the image."""

NOSE_TIP, CHIN = 30, 8
"""iBUG-68 indices of the tip of the nose and the lowest point of the jaw."""


@dataclass(frozen=True)
class Face:
    """One face in one frame.

    `landmarks` float32 (68, 2): the iBUG-68 points in image pixels. `mesh` float32 (478, 3): MediaPipe's points in
    image pixels, z in the same unit with its origin at the head's centre and negative towards the camera; None where
    the detector has no mesh. `score` in [0, 1].
    """

    landmarks: NDArray[np.float32]
    mesh: NDArray[np.float32] | None
    score: float

    @property
    def inter_ocular(self) -> float:
        """Distance of the outer eye corners in pixels."""
        return float(np.linalg.norm(self.landmarks[LEFT_EYE_OUTER] - self.landmarks[RIGHT_EYE_OUTER]))

    @property
    def centre(self) -> NDArray[np.float32]:
        """Mean of the landmarks, (2,), in pixels."""
        return np.asarray(self.landmarks.mean(axis=0), np.float32)

    @property
    def extent(self) -> float:
        """Square root of the area of the bounding box of the landmarks, in pixels; faces are ordered by it."""
        width, height = np.ptp(self.landmarks, axis=0)
        return float(np.sqrt(width * height))


class LandmarkDetector(Protocol):
    """Finds faces in frames."""

    def detect(self, frame: NDArray[np.uint8]) -> list[Face]:
        """The faces in an RGB frame (H, W, 3), the largest first; an empty list if there is none."""
        ...

    def reset(self) -> None:
        """Reset the tracking: the next frame is the first of another clip."""
        ...


class DetectorUnavailable(RuntimeError):  # noqa: N818 - named like SpeechUnavailable
    """The detector cannot run on this machine; the message names the remedy."""

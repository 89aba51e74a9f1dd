"""Facial landmarks by one interface, whichever detector finds them.

Coordinates are image pixels in which the *centre* of the first pixel is (0, 0), x to the right, y down: OpenCV's
convention, so that landmarks and `cv2.warpAffine` agree without half-pixel shifts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mien.faces.options import DetectorName

RIGHT_EYE_OUTER, RIGHT_EYE_INNER, LEFT_EYE_INNER, LEFT_EYE_OUTER = 36, 39, 42, 45
"""iBUG-68 indices of the eye corners; right and left are the person's own, so the right eye is left in the image."""

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
        """Square root of the area of the landmarks' box, in pixels: the measure by which faces are ordered."""
        width, height = np.ptp(self.landmarks, axis=0)
        return float(np.sqrt(width * height))


class LandmarkDetector(Protocol):
    """Finds faces in frames."""

    def detect(self, frame: NDArray[np.uint8]) -> list[Face]:
        """The faces in one RGB frame (H, W, 3), the largest first; an empty list when there is none."""
        ...

    def reset(self) -> None:
        """Forget the frames seen so far: the next frame begins another clip."""
        ...


class DetectorUnavailable(RuntimeError):  # noqa: N818 - a state of this machine, named as in mien.media.speech
    """The detector cannot run on this machine; the message names the remedy."""


@contextmanager
def open_detector(
    name: DetectorName = "mediapipe", max_faces: int = 2, tracking: bool = True, face_detector: str = "sfd"
) -> Iterator[LandmarkDetector]:
    """Yield a detector and free what it holds at the end.

    `max_faces`: how many faces to look for (two are enough to know that there are several). `tracking`: follow faces
    from frame to frame, for the frames of one clip in their order; False: each frame by itself, for single images.
    `face_detector`: which detector finds the boxes for `face-alignment`; MediaPipe has its own.
    Raises DetectorUnavailable when weights are missing, ValueError for an unknown name.
    """
    if name == "mediapipe":
        from mien.faces.mediapipe_landmarks import MediaPipeLandmarks  # takes a second to import

        detector = MediaPipeLandmarks(max_faces, tracking)
        try:
            yield detector
        finally:
            detector.close()
    elif name == "face-alignment":
        from mien.faces.face_alignment_landmarks import FaceAlignmentLandmarks  # imports torch

        yield FaceAlignmentLandmarks(max_faces, face_detector)
    else:
        raise ValueError(f"unknown landmark detector {name!r}: choose mediapipe or face-alignment")

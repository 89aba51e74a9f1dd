"""Landmarks, lids and gaze in aligned crops, which a face fills to their edges."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.faces.detectors.interface import LandmarkDetector
from mien.faces.measures import eye_opening, gaze
from mien.metrics.eyes import relative_opening

Video = NDArray[np.uint8]
Curve = NDArray[np.float64]

DETECTION_SIZE, DETECTION_MARGIN = 256, 32
"""Before landmark detection an aligned crop is enlarged to this side and padded by this border, in pixels: detectors
are not made for faces that fill a small picture to its edges."""


@dataclass(frozen=True)
class Detected:
    """Landmarks of a video in the crop's pixels, NaN where no face was found.

    `landmarks` float32 (T, 68, 2) iBUG; `mesh` float32 (T, 478, 3) with the irises, None where the detector has none.
    """

    landmarks: NDArray[np.float32]
    mesh: NDArray[np.float32] | None

    @property
    def lids(self) -> Curve:
        """(T,) relative opening of the eyes; see `relative_opening`."""
        return relative_opening(eye_opening(self.landmarks))

    @property
    def gaze(self) -> Curve | None:
        """(T, 2) positions of the irises in eye widths from the centres of the eyes; None without a mesh."""
        return None if self.mesh is None else gaze(self.mesh)


def detect_landmarks(video: Video, detector: LandmarkDetector) -> Detected:
    """Landmarks, and mesh, of the largest face in each frame of uint8 (T, S, S, 3).

    The detector is reset first, so that the clips' order changes nothing.
    """
    detector.reset()
    scale = DETECTION_SIZE / video.shape[1]
    landmarks = np.full((len(video), 68, 2), np.nan, dtype=np.float32)
    mesh: NDArray[np.float32] | None = None
    for index, frame in enumerate(video):
        if index and np.array_equal(frame, video[index - 1]):
            landmarks[index] = landmarks[index - 1]
            if mesh is not None:
                mesh[index] = mesh[index - 1]
            continue
        large = cv2.resize(frame, (DETECTION_SIZE, DETECTION_SIZE), interpolation=cv2.INTER_CUBIC)
        margin = DETECTION_MARGIN
        framed = cv2.copyMakeBorder(large, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
        faces = detector.detect(np.asarray(framed, dtype=np.uint8))
        if not faces:
            continue
        # Pixel coordinates count from the centre of the first pixel: hence the halves.
        landmarks[index] = (faces[0].landmarks - margin + 0.5) / scale - 0.5
        found = faces[0].mesh
        if found is not None:
            if mesh is None:
                mesh = np.full((len(video), *found.shape), np.nan, dtype=np.float32)
            mesh[index, :, :2] = (found[:, :2] - margin + 0.5) / scale - 0.5
            mesh[index, :, 2] = found[:, 2] / scale
    return Detected(landmarks, mesh)

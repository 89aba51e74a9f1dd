"""Opening a landmark detector by name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mien.faces.detectors.interface import LandmarkDetector
from mien.faces.options import DetectorName


@contextmanager
def open_detector(
    name: DetectorName = "mediapipe", max_faces: int = 2, tracking: bool = True, face_detector: str = "sfd"
) -> Iterator[LandmarkDetector]:
    """Yield a detector; its resources are released at the end.

    `max_faces`: maximum number of faces (two suffice to detect that there are several). `tracking`: track faces from
    frame to frame, for the frames of a clip in order; False: each frame independently, for single images.
    `face_detector`: the detector of face boxes for `face-alignment`; MediaPipe has its own.
    Raises DetectorUnavailable if weights are missing, ValueError for an unknown name.
    """
    if name == "mediapipe":
        from mien.faces.detectors.mediapipe_mesh import MediaPipeLandmarks  # takes a second to import

        detector = MediaPipeLandmarks(max_faces, tracking)
        try:
            yield detector
        finally:
            detector.close()
    elif name == "face-alignment":
        from mien.faces.detectors.fan import FaceAlignmentLandmarks  # imports torch

        yield FaceAlignmentLandmarks(max_faces, face_detector)
    else:
        raise ValueError(f"unknown landmark detector {name!r}: choose mediapipe or face-alignment")

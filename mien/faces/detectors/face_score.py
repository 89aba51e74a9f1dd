"""How much a picture looks like an upright face, by MediaPipe's face detector."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.media.stderr import quiet_stderr


class FaceScore:
    """MediaPipe's short-range face detector as a score of windows with one face.

    Upright faces score 0.8 to 0.95, the same faces upside down 0.5 to 0.75, on their side 0.7 to 0.85: the mesh of
    `MediaPipeLandmarks` has no score, and finds upside-down faces as upright ones.
    """

    def __init__(self) -> None:
        with quiet_stderr():
            from mediapipe.python.solutions import face_detection

            self._graph: Any = face_detection.FaceDetection(model_selection=0, min_detection_confidence=0.1)
            self._graph.process(np.zeros((64, 64, 3), np.uint8))  # its threads log at the first frame

    def __call__(self, window: NDArray[np.uint8]) -> float:
        """Score in [0, 1] of the best face in an RGB picture (H, W, 3); 0 without one."""
        found = self._graph.process(np.ascontiguousarray(window)).detections or ()
        return max((float(one.score[0]) for one in found), default=0.0)

    def close(self) -> None:
        """Release the graph; it cannot be called afterwards."""
        with quiet_stderr():
            self._graph.close()

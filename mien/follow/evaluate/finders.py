"""MediaPipe as a judge of poses in small pictures."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.bodies.detectors.mediapipe_people import MediaPipePeople
from mien.bodies.keypoints import BODY_COUNT


class MediaPipeFinder:
    """MediaPipe as a judge: it looks for one person in enlarged frames, in each clip anew."""

    def __init__(self, side: int) -> None:
        self.side = side

    def detect(self, frames: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Points (T, 17, 2) in pixels of the frames (T, H, W, 3), confidence (T, 17); 0 where nobody is found."""
        points = np.zeros((len(frames), BODY_COUNT, 2), np.float32)
        confidence = np.zeros((len(frames), BODY_COUNT), np.float32)
        scale = self.side / min(frames.shape[1:3])
        detector = MediaPipePeople(most=1)
        try:
            for number, frame in enumerate(frames):
                large = np.asarray(cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC))
                for one in detector.detect(large)[:1]:
                    points[number] = one.points[:BODY_COUNT] / scale
                    confidence[number] = one.confidence[:BODY_COUNT]
        finally:
            detector.close()
        return points, confidence

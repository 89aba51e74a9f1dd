"""The trained system and MediaPipe as the evaluation calls them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.bodies.detectors.mediapipe_people import MediaPipePeople
from mien.bodies.keypoints import BODY_COUNT, PoseVideo
from mien.bodies.scene import Scene
from mien.follow.generate.frames import render_frames
from mien.follow.generate.movement import Movement, Mover, known_hands
from mien.follow.generate.sources import repaired
from mien.follow.model import FollowModel

Picture = NDArray[np.uint8]


class TrainedFollower:
    """The system as users run it, from key points and words on; see `mien.follow.generate.follow`."""

    def __init__(self, model: FollowModel) -> None:
        self.model = model

    def scenes(self, text: str, count: int, seed: int) -> Sequence[Scene]:
        """Answers to a text."""
        return self.model.scenes.sample(text, seed, count)

    def frames(self, scene: Scene, pose: PoseVideo, size: tuple[int, int], repair: bool = True) -> Iterator[Picture]:
        """The frames (height, width, 3) of a clip that follows key points, made while they are asked for."""
        poses = repaired(pose) if repair else pose
        movers = tuple(
            Mover(self.model.lifter.lift(track, poses.width, poses.height), known_hands(track), track.present())
            for track in poses.people
        )
        return render_frames(Movement(poses, movers), [scene] * len(movers), *size, range(poses.frames))


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

"""The trained system as the evaluation calls it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import PoseVideo
from mien.bodies.scene import Scene
from mien.follow.generate.frames import render_frames
from mien.follow.generate.movement import Movement
from mien.follow.generate.sources import lifted, repaired
from mien.follow.model import FollowModel

Picture = NDArray[np.uint8]


class TrainedFollower:
    """The system as users run it, from key points and words on; see `mien.follow.generate.follow`."""

    def __init__(self, model: FollowModel) -> None:
        self.model = model

    def scenes(self, text: str, count: int, seed: int) -> Sequence[Scene]:
        """Answers to a text."""
        return self.model.scenes.sample(text, seed, count).scenes

    def frames(self, scene: Scene, pose: PoseVideo, size: tuple[int, int], repair: bool = True) -> Iterator[Picture]:
        """The frames (height, width, 3) of a clip that follows key points, made while they are asked for."""
        poses = repaired(pose) if repair else pose
        movers = lifted(poses, self.model.lifter.lift)
        return render_frames(Movement(poses, movers), [scene] * len(movers), *size, range(poses.frames))

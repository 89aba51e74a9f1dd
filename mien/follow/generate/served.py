"""The videos of the model that MLflow serves: texts, seeds and poses as tensors."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import JOINTS, PoseTrack, PoseVideo
from mien.follow.generate.frames import render_frames
from mien.follow.generate.movement import Movement
from mien.follow.generate.sources import lifted
from mien.follow.model import FollowModel
from mien.follow.registration import SERVED_SIDE

FPS = Fraction(25)


def videos(
    model: FollowModel, texts: Sequence[str], seeds: Sequence[int], poses: NDArray[np.float32]
) -> NDArray[np.uint8]:
    """A video uint8 (B, T, 96, 96, 3) RGB for each text, seed and pose sequence (B, T, 65, 3): x, y, confidence.

    Raises ValueError for other shapes and for different numbers of texts, seeds and poses.
    """
    if poses.ndim != 4 or poses.shape[2:] != (len(JOINTS), 3) or not len(texts) == len(seeds) == len(poses):
        raise ValueError(f"{len(texts)} texts and {len(seeds)} seeds need as many poses (T, 65, 3), not {poses.shape}")
    return np.stack([_video(model, *one) for one in zip(texts, seeds, poses, strict=True)])


def _video(model: FollowModel, text: str, seed: int, pose: NDArray[np.float32]) -> NDArray[np.uint8]:
    track = PoseTrack(np.asarray(pose[..., :2], np.float32), np.asarray(pose[..., 2], np.float32))
    poses = PoseVideo(SERVED_SIDE, SERVED_SIDE, FPS, (track,), len(track))
    movement = Movement(poses, lifted(poses, model.lifter.lift))
    scenes = model.scenes.sample(text, seed, 1).scenes
    return np.stack(list(render_frames(movement, scenes, SERVED_SIDE, SERVED_SIDE, range(len(track)))))

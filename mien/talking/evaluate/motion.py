"""Measured head pose, gaze and blinks of real clips, as a condition of the generator (row `real_motion`)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mien.faces.shards import FaceShards
from mien.talking.data.pose import IN_PLANE, actor_pose
from mien.talking.evaluate.trials import Trial

Motion = NDArray[np.float64]


class MotionOfClips:
    """Poses of clips as in training: rotation and gaze relative to the actor's median over all clips.

    `usual` (9,): the mean training pose, `FrameGenerator.usual_motion`.
    """

    def __init__(self, shards: FaceShards, usual: NDArray[np.floating]) -> None:
        self.shards, self.usual = shards, usual
        actors = [None if pd.isna(actor) else str(actor) for actor in shards.index["actor"]]
        self._actor = dict(zip(map(str, shards.index.index), actors, strict=True))
        self._actors_usual: dict[str, Motion] = {}

    def _own_clips(self, clip_id: str) -> Sequence[str]:
        actor = self._actor[clip_id]
        return [clip_id] if actor is None else [other for other in self._actor if self._actor[other] == actor]

    def _usual_of_actor(self, clip_id: str) -> Motion:
        group = self._actor[clip_id] or f"clip:{clip_id}"
        if group not in self._actors_usual:
            self._actors_usual[group] = actor_pose(
                [self.shards.array(other, "pose") for other in self._own_clips(clip_id)]
            )
        return self._actors_usual[group]

    def given(self, trial: Trial, frames: int) -> NDArray[np.float32]:
        """Poses (frames, 9) of the trial's clip from its start; after its end the last one is repeated.

        The generator places a face relative to the mean training pose, but the reference has its own in-plane pose.
        That difference is subtracted, so that the generated face has the position that it has in the clip.
        """
        usual = self._usual_of_actor(trial.clip_id)
        reference = self.shards.array(trial.reference_clip, "pose")[0]
        motion = self.shards.array(trial.clip_id, "pose")[:frames] - usual
        motion[:, IN_PLANE] += (self.usual - (reference - usual))[IN_PLANE]
        held = np.minimum(np.arange(frames), len(motion) - 1)
        return np.asarray(motion[held], np.float32)

"""Measured head pose, gaze and blinks of real clips, as a condition of the generator (row `real_motion`)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.faces.shards import FaceShards
from mien.talking.data.pose import IN_PLANE, actor_pose
from mien.talking.evaluate.trials import Trial


def real_pose(shards: FaceShards, trial: Trial, frames: int, mean_pose: NDArray[np.floating]) -> NDArray[np.float32]:
    """Poses (frames, 9) of the trial's clip from its start; after its end the last one is repeated.

    As in training, rotation and gaze are relative to the actor's median over all clips. The generator places a face
    relative to the mean training pose `mean_pose` (9,), but the reference has its own in-plane pose. That difference is
    subtracted, so that the generated face has the position that it has in the clip.
    """
    clips = [trial.clip_id]
    if trial.actor is not None:
        clips = [str(clip_id) for clip_id in shards.index.index[shards.index["actor"] == trial.actor]]
    own = actor_pose([shards.array(clip_id, "pose") for clip_id in clips])
    reference = shards.array(trial.reference_clip, "pose")[0]
    pose = shards.array(trial.clip_id, "pose")[:frames] - own
    pose[:, IN_PLANE] += (mean_pose - (reference - own))[IN_PLANE]
    return np.asarray(pose[np.minimum(np.arange(frames), len(pose) - 1)], np.float32)

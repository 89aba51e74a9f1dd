"""The real clips' own head motion, gaze and blinks, in the form in which a talker takes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mien.faces.shards import FaceShards
from mien.talking.data.motion import (
    ABSOLUTE,
    MOTIONS,
    PLACING,
    face_motion,
)
from mien.talking.evaluate.trials import Trial

Motion = NDArray[np.float64]


def mesh_of(shards: FaceShards, clip_id: str) -> NDArray[np.float32] | None:
    """The mesh (T, 478, 3) of a clip; None where its detector gave none."""
    try:
        mesh = np.asarray(shards.array(clip_id, "mesh"), np.float32)
    except KeyError:
        return None
    return mesh if np.isfinite(mesh).all() else None


class MotionOfClips:
    """Measures the motion of clips as training does: turning and gaze relative to the actor's median over all clips.

    Only landmarks and irises are used. `usual`: the mean motion of the model's training clips, (len(MOTIONS),).
    """

    def __init__(self, shards: FaceShards, usual: Motion) -> None:
        self.shards, self.usual = shards, usual
        self._motions: dict[str, Motion] = {}
        actors = [None if pd.isna(actor) else str(actor) for actor in shards.index["actor"]]
        self._actor = dict(zip(map(str, shards.index.index), actors, strict=True))
        self._actors_usual: dict[str, Motion] = {}

    def _motion(self, clip_id: str) -> Motion:
        if clip_id not in self._motions:
            landmarks = np.asarray(self.shards.array(clip_id, "landmarks"), np.float32)
            self._motions[clip_id] = face_motion(landmarks, self.shards.size, mesh_of(self.shards, clip_id))
        return self._motions[clip_id]

    def _own_clips(self, clip_id: str) -> Sequence[str]:
        actor = self._actor[clip_id]
        return [clip_id] if actor is None else [other for other in self._actor if self._actor[other] == actor]

    def _usual_of_actor(self, clip_id: str) -> Motion:
        group = self._actor[clip_id] or f"clip:{clip_id}"
        if group not in self._actors_usual:
            motions = [self._motion(other) for other in self._own_clips(clip_id)]
            usual = np.median(np.concatenate(motions), axis=0)
            usual[ABSOLUTE] = 0
            self._actors_usual[group] = usual
            # The clips of one actor follow each other: what the last one's were is not kept.
            self._motions = {clip_id: self._motions[clip_id]}
        return self._actors_usual[group]

    def given(self, trial: Trial, frames: int) -> NDArray[np.float32]:
        """The motion (frames, len(MOTIONS)) of the trial's clip from its start; its last frame is held.

        A talker moves the face from the usual place, but the reference shows it at a place of its own: that
        difference is taken off, so that the face comes to lie where the clip has it.
        """
        usual = self._usual_of_actor(trial.clip_id)
        reference = face_motion(
            self.shards.window(trial.reference_clip, 0, 1).landmarks, self.shards.size
        )[0]  # fmt: skip
        motion = self._motion(trial.clip_id)[:frames] - usual
        offset = self.usual[PLACING] - (reference - usual)[PLACING]
        motion = motion + np.concatenate([offset, np.zeros(len(MOTIONS) - len(offset))])
        held = np.minimum(np.arange(frames), len(motion) - 1)
        return np.asarray(motion[held], np.float32)

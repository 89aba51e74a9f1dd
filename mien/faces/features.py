"""Features of an aligned clip that depend on nothing but the clip; they are stored with it in the shards.

A change of their values needs a new `mien.faces.aligned_clip.CODE_VERSION`, because aligned clips are cached.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.faces.measures import face_pose, mouth_shape
from mien.media.log_mel import log_mels

FEATURES = ("log_mels", "pose", "mouth")
"""Names of the arrays that `clip_features` returns."""


def clip_features(
    landmarks: NDArray[np.float32],
    mesh: NDArray[np.float32] | None,
    speech: NDArray[np.float32],
    size: int,
    fps: Fraction,
    sample_rate: int,
) -> dict[str, Any]:
    """The features of a clip from its arrays (see `mien.faces.shards`) and the side of its crops in pixels.

    `log_mels` float32 (MELS, MARGIN + STEPS_PER_FRAME · T + MARGIN), see `mien.media.log_mel`; `pose` float64 (T, 9),
    see `mien.faces.measures.face_pose`; `mouth` float32 (T, 2), see `mien.faces.measures.mouth_shape`.
    """
    return {
        "log_mels": log_mels(speech, len(landmarks), fps, sample_rate),
        "pose": face_pose(landmarks, size, mesh),
        "mouth": mouth_shape(landmarks),
    }

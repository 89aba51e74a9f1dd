"""Is it still the same person: cosine of the embeddings of MobileFace V3."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.real_photos.face import Face, Picture
from mien.metrics.identity import IdentityJudge, identity_cosine


def likeness(
    judge: IdentityJudge, photo: Picture, face: Face, frames: Sequence[Picture], faces: Sequence[Face]
) -> float:
    """Cosine in [−1, 1] of the photo's embedding and the mean embedding of frames with their faces."""
    own = judge.embed(photo[None], face.points[None])
    theirs = judge.embed(np.stack(frames), np.stack([one.points for one in faces]))
    cosine = identity_cosine(own, theirs)
    return float("nan") if cosine is None else cosine

"""Motions on disk, see `mien.storage.clip_store`: a frame is 63 features (`mien.motion.data.features`), 25 a second.

Further columns of the table are `source`, and `plan`, the JSON of the plan of a computed motion, else empty.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mien.heads.performance import Performance
from mien.motion.corpus.plan import Plan
from mien.motion.data.features import FPS, resample, to_features, to_performance
from mien.storage.clip_store import ClipStore, Layout, StoredClip, write_clip_store

Part = Literal["train", "val", "test", "held_out"]
PARTS: tuple[str, ...] = get_args(Part)

LAYOUT = Layout("motions.h5", "features", 2, "motions", "motion_clips", PARTS)


@dataclass(frozen=True)
class MotionClip:
    """A motion with its texts (paraphrases) and its split `part`; `plan` only for computed motions."""

    clip_id: str
    source: str
    part: str
    texts: tuple[str, ...]
    performance: Performance
    plan: Plan | None = None

    def stored(self) -> StoredClip:
        """What is written of it; a motion of another frame rate is resampled."""
        plan = "" if self.plan is None else json.dumps(self.plan.to_json())
        frames = to_features(resample(self.performance, FPS)) if len(self.performance) else np.zeros((0, 1), np.float32)
        return StoredClip(self.clip_id, self.part, self.texts, frames, {"source": self.source, "plan": plan})


def write_motions(folder: Path, clips: Iterable[MotionClip]) -> pd.DataFrame:
    """Write motions; see `write_clip_store`."""
    return write_clip_store(folder, LAYOUT, (clip.stored() for clip in clips), 256)


class MotionStore(ClipStore):
    """The motions of a folder."""

    layout = LAYOUT

    def __getitem__(self, number: int) -> MotionClip:
        row = self.index.iloc[number]
        plan = Plan.from_json(json.loads(row["plan"])) if row["plan"] else None
        performance = to_performance(self.features(number))
        return MotionClip(
            str(row["clip_id"]), str(row["source"]), str(row["part"]), self.texts[number], performance, plan
        )

    def __iter__(self) -> Iterator[MotionClip]:
        return (self[number] for number in range(len(self)))

    def features(self, number: int) -> NDArray[np.float32]:
        """Features (T, 63) of a motion."""
        return self.read(number)

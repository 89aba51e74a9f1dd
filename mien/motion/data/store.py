"""Motions on disk, see `mien.storage.clip_store`: a frame is 63 features (`mien.motion.data.features`), 25 a second.

Further columns of the table are `source`, and of a computed motion `plan` and `spans`, the JSON of its plan and of the
start and duration of each action in seconds, else empty.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mien.heads.performance import Performance
from mien.motion.corpus.plan import Plan
from mien.motion.corpus.timeline import Span, Timeline
from mien.motion.data.features import FPS, resample, to_features, to_performance
from mien.storage.clip_store import ClipStore, Layout, StoredClip, write_clip_store

Part = Literal["train", "val", "test", "held_out"]
PARTS: tuple[str, ...] = get_args(Part)

LAYOUT = Layout("motions.h5", "features", 3, "motions", "motion_clips", PARTS)


@dataclass(frozen=True)
class MotionClip:
    """A motion with its texts (paraphrases) and its split `part`; `plan`, `spans` only for computed motions.

    spans: start and duration in seconds of each action of the plan, see `mien.motion.corpus.timeline.Timeline`.
    """

    clip_id: str
    source: str
    part: str
    texts: tuple[str, ...]
    performance: Performance
    plan: Plan | None = None
    spans: tuple[Span, ...] = ()

    def stored(self) -> StoredClip:
        """What is written of it; a motion of another frame rate is resampled."""
        plan = "" if self.plan is None else json.dumps(self.plan.to_json())
        frames = to_features(resample(self.performance, FPS)) if len(self.performance) else np.zeros((0, 1), np.float32)
        spans = json.dumps([[round(value, 4) for value in span] for span in self.spans]) if self.spans else ""
        extra = {"source": self.source, "plan": plan, "spans": spans}
        return StoredClip(self.clip_id, self.part, self.texts, frames, extra)


def write_motions(folder: Path, clips: Iterable[MotionClip]) -> pd.DataFrame:
    """Write motions; see `write_clip_store`."""
    return write_clip_store(folder, LAYOUT, (clip.stored() for clip in clips), 256)


class MotionStore(ClipStore):
    """The motions of a folder."""

    layout = LAYOUT

    def __getitem__(self, number: int) -> MotionClip:
        row = self.index.iloc[number]
        plan, timeline = self.plan(number), self.timeline(number)
        performance = to_performance(self.features(number))
        return MotionClip(
            str(row["clip_id"]), str(row["source"]), str(row["part"]), self.texts[number], performance, plan,
            () if timeline is None else timeline.spans,
        )  # fmt: skip

    def __iter__(self) -> Iterator[MotionClip]:
        return (self[number] for number in range(len(self)))

    def features(self, number: int) -> NDArray[np.float32]:
        """Features (T, 63) of a motion."""
        return self.read(number)

    def plan(self, number: int) -> Plan | None:
        """The plan of a computed motion."""
        stored = self._plans[number]
        return Plan.from_json(json.loads(stored)) if stored else None

    def timeline(self, number: int) -> Timeline | None:
        """When the actions of a computed motion are done; None for another one, or where it is not known."""
        plan, spans = self.plan(number), self._spans[number]
        return Timeline.from_json(plan, json.loads(spans)) if plan is not None and spans else None

    @cached_property
    def _plans(self) -> list[str]:
        return [str(value) for value in self.index["plan"]]

    @cached_property
    def _spans(self) -> list[str]:
        return [str(value) for value in self.index["spans"]]

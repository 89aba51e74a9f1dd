"""Motions on disk: one HDF5 file with the frames of all motions, and a table with a row per motion.

`motions.h5` has `features` float32 (N, 63), in the order of `mien.motion.data.features`, at 25 frames per second.
`index.parquet` has `clip_id, source, part, start, frames, texts, plan`: `part` is the split, `texts` a JSON list of
paraphrases, `plan` the JSON of the plan of a computed motion, else empty.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import h5py
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mien.heads.performance import Performance
from mien.motion.corpus.plan import Plan
from mien.motion.data.features import FPS, WIDTH, resample, to_features, to_performance

Part = Literal["train", "val", "test", "held_out"]
PARTS: tuple[str, ...] = get_args(Part)

_FORMAT = 1
_BLOCK = 4096


class MotionStoreError(ValueError):
    """The motions cannot be read; the message gives the reason."""


@dataclass(frozen=True)
class MotionClip:
    """A motion with its texts (paraphrases) and its split `part`; `plan` only for computed motions."""

    clip_id: str
    source: str
    part: str
    texts: tuple[str, ...]
    performance: Performance
    plan: Plan | None = None


def write_motions(folder: Path, clips: Iterable[MotionClip]) -> pd.DataFrame:
    """Write the motions to `folder` and return the table. Not atomic: the caller passes a temporary folder.

    Motions of another frame rate are resampled. Raises ValueError for a motion without texts or frames, an unknown
    split, a repeated clip_id, or no motions.
    """
    rows, start = [], 0
    with h5py.File(folder / "motions.h5", "w") as file:
        features = file.create_dataset(
            "features", (0, WIDTH), "f4", maxshape=(None, WIDTH), chunks=(256, WIDTH), compression="lzf", shuffle=True
        )
        waiting: list[NDArray[np.float32]] = []

        def flush() -> None:
            if waiting:
                block = np.concatenate(waiting)
                features.resize(len(features) + len(block), 0)
                features[-len(block) :] = block
                waiting.clear()

        for clip in clips:
            if clip.part not in PARTS:
                raise ValueError(f"{clip.clip_id}: unknown part {clip.part!r}; there are {', '.join(PARTS)}")
            if not clip.texts or not len(clip.performance):
                raise ValueError(f"{clip.clip_id} has no {'words' if not clip.texts else 'frame'}")
            frames = to_features(resample(clip.performance, FPS))
            plan = json.dumps(clip.plan.to_json()) if clip.plan is not None else ""
            rows.append((clip.clip_id, clip.source, clip.part, start, len(frames), json.dumps(clip.texts), plan))
            start += len(frames)
            waiting.append(frames)
            if sum(len(block) for block in waiting) >= _BLOCK:
                flush()
        flush()
        file.attrs.update({"format": _FORMAT, "fps": str(FPS), "complete": True})
    if not rows:
        raise ValueError("no motion to write")
    index = pd.DataFrame(rows, columns=["clip_id", "source", "part", "start", "frames", "texts", "plan"])
    if index["clip_id"].duplicated().any():
        raise ValueError(f"two motions are called {index['clip_id'][index['clip_id'].duplicated()].iloc[0]}")
    index.to_parquet(folder / "index.parquet", index=False)
    return index


class MotionStore:
    """The motions of a folder. The table is in memory; frames are read on access."""

    def __init__(self, folder: Path) -> None:
        """Open. Raises MotionStoreError if the folder has no complete store."""
        self.folder = Path(folder)
        try:
            self.index = pd.read_parquet(self.folder / "index.parquet")
            with h5py.File(self.folder / "motions.h5", "r", locking=False) as file:
                whole = file.attrs.get("complete", False) and file.attrs.get("format") == _FORMAT
                frames = len(file["features"])
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise MotionStoreError(
                f"{self.folder} holds no motions; run the motion_clips stage ({str(error)[:120]})"
            ) from error
        if not whole or not len(self.index) or frames < int((self.index["start"] + self.index["frames"]).max()):
            raise MotionStoreError(f"{self.folder} is unfinished or damaged: run the motion_clips stage again")
        self.texts: list[tuple[str, ...]] = [tuple(json.loads(texts)) for texts in self.index["texts"]]

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, number: int) -> MotionClip:
        row = self.index.iloc[number]
        plan = Plan.from_json(json.loads(row["plan"])) if row["plan"] else None
        return MotionClip(
            str(row["clip_id"]), str(row["source"]), str(row["part"]), self.texts[number],
            to_performance(self.features(number)), plan,
        )  # fmt: skip

    def __iter__(self) -> Iterator[MotionClip]:
        return (self[number] for number in range(len(self)))

    def indices(self, part: str) -> NDArray[np.int64]:
        """Indices (M,) of the motions of a split."""
        return np.flatnonzero(self.index["part"] == part)

    def features(self, number: int) -> NDArray[np.float32]:
        """Features (T, 63) of a motion. Raises MotionStoreError for a damaged file."""
        start, frames = int(self.index["start"][number]), int(self.index["frames"][number])
        try:
            with h5py.File(self.folder / "motions.h5", "r", locking=False) as file:
                return np.asarray(file["features"][start : start + frames])
        except (OSError, RuntimeError) as error:
            raise MotionStoreError(
                f"{self.folder / 'motions.h5'} is damaged: run the motion_clips stage again"
            ) from error

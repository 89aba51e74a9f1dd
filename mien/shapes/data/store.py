"""Clips of moving shapes on disk, see `mien.storage.clip_store`: frames uint8 (64, 64, 3) RGB, 10 a second.

All clips have the same number of frames. A further column of the table is `scene`, the JSON of a `Scene`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mien.shapes.corpus.scenes import Scene
from mien.shapes.corpus.vocabulary import SIDE
from mien.storage.clip_store import ClipStore, ClipStoreError, Layout, StoredClip, write_clip_store

PARTS = ("train", "val", "wordings", "held_out")
"""See `mien.shapes.corpus.corpus`."""

LAYOUT = Layout("shapes.h5", "frames", 2, "moving shapes", "shapes_corpus", PARTS)


@dataclass(frozen=True)
class ShapesClip:
    """A clip: `video` uint8 (T, 64, 64, 3) RGB; `prompts` are paraphrases of the same description."""

    clip_id: str
    part: str
    prompts: tuple[str, ...]
    scene: Scene
    video: NDArray[np.uint8]

    def stored(self) -> StoredClip:
        """What is written of it."""
        if self.video.shape[1:] != (SIDE, SIDE, 3):
            raise ValueError(f"{self.clip_id} is no clip of {SIDE}×{SIDE} pixels: {self.video.shape}")
        scene = json.dumps(self.scene.to_json())
        return StoredClip(self.clip_id, self.part, self.prompts, self.video, {"scene": scene})


def write_clips(folder: Path, clips: Iterable[ShapesClip]) -> pd.DataFrame:
    """Write clips; see `write_clip_store`. Raises ValueError also for clips of different lengths."""
    index = write_clip_store(folder, LAYOUT, (clip.stored() for clip in clips))
    if index["frames"].nunique() > 1:
        raise ValueError(f"clips have between {index['frames'].min()} and {index['frames'].max()} frames: not the same")
    return index


class ShapesStore(ClipStore):
    """The clips of a folder; `frames`: of every clip."""

    layout = LAYOUT

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        try:
            self.scenes = [Scene.from_json(json.loads(scene)) for scene in self.index["scene"]]
        except (ValueError, KeyError, TypeError) as error:
            raise ClipStoreError(f"{folder} is damaged: run the shapes_corpus stage again ({error})") from error
        self.frames = int(self.index["frames"].iloc[0])
        if (self.index["frames"] != self.frames).any():
            raise ClipStoreError(f"{folder} has clips of different lengths: run the shapes_corpus stage again")

    def __getitem__(self, number: int) -> ShapesClip:
        row = self.index.iloc[number]
        return ShapesClip(
            str(row["clip_id"]), str(row["part"]), self.texts[number], self.scenes[number], self.video(number)
        )

    def video(self, number: int) -> NDArray[np.uint8]:
        """The frames (T, 64, 64, 3) uint8 RGB of a clip."""
        return self.read(number)

    def videos(self, numbers: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The frames (M, T, 64, 64, 3) uint8 RGB of several clips, in memory: 12 KiB a frame."""
        return np.stack([self.read(int(number)) for number in numbers])

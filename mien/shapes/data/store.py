"""Clips of moving shapes on disk: one HDF5 file with the pixels, and a table with a row for each clip.

`shapes.h5` holds `video` uint8 (N, T, 64, 64, 3) RGB, 10 frames a second, a chunk for each clip; `index.parquet` holds
`clip_id, part, prompts, scene` in the same order: `prompts` a JSON list of paraphrases, `scene` the JSON of a `Scene`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mien.shapes.corpus.scenes import Scene
from mien.shapes.corpus.vocabulary import FPS, SIDE

PARTS = ("train", "val", "wordings", "held_out")
"""See `mien.shapes.corpus.corpus`."""

_FORMAT = 1


class ShapesStoreError(ValueError):
    """The clips cannot be read; the message says why in one sentence."""


@dataclass(frozen=True)
class ShapesClip:
    """A clip: `video` uint8 (T, 64, 64, 3) RGB; `prompts` are paraphrases of the same description."""

    clip_id: str
    part: str
    prompts: tuple[str, ...]
    scene: Scene
    video: NDArray[np.uint8]


def write_clips(folder: Path, clips: Iterable[ShapesClip]) -> pd.DataFrame:
    """Write clips one by one into `folder`, which the caller renames when it is complete; returns the table.

    Raises ValueError for no clip, an unknown part, a clip without prompts, or clips of different lengths.
    """
    rows: list[tuple[str, str, str, str]] = []
    with h5py.File(folder / "shapes.h5", "w") as file:
        for clip in clips:
            _check(clip)
            if not rows:
                shape = clip.video.shape
                video = file.create_dataset(
                    "video", (0, *shape), "u1", maxshape=(None, *shape), chunks=(1, *shape),
                    compression="lzf", shuffle=True,
                )  # fmt: skip
            elif clip.video.shape != shape:
                raise ValueError(f"{clip.clip_id} has {len(clip.video)} frames, those before it {shape[0]}")
            video.resize(len(rows) + 1, 0)
            video[-1] = clip.video
            rows.append((clip.clip_id, clip.part, json.dumps(clip.prompts), json.dumps(clip.scene.to_json())))
        file.attrs.update({"format": _FORMAT, "fps": str(FPS), "complete": True})
    if not rows:
        raise ValueError("no clip to write")
    index = pd.DataFrame(rows, columns=["clip_id", "part", "prompts", "scene"])
    index.to_parquet(folder / "index.parquet", index=False)
    return index


def _check(clip: ShapesClip) -> None:
    if clip.part not in PARTS:
        raise ValueError(f"{clip.clip_id}: unknown part {clip.part!r}; there are {', '.join(PARTS)}")
    if not clip.prompts:
        raise ValueError(f"{clip.clip_id} has no words")
    if clip.video.shape[1:] != (SIDE, SIDE, 3) or not len(clip.video):
        raise ValueError(f"{clip.clip_id} is no clip of {SIDE}×{SIDE} pixels: {clip.video.shape}")


class ShapesStore:
    """The clips of a folder. The table is held in memory; pixels are read on access.

    Raises ShapesStoreError, on opening and on reading, for a folder without a complete store.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self._path = self.folder / "shapes.h5"
        try:
            self.index = pd.read_parquet(self.folder / "index.parquet")
            self.prompts: list[tuple[str, ...]] = [tuple(json.loads(prompts)) for prompts in self.index["prompts"]]
            self.scenes: list[Scene] = [Scene.from_json(json.loads(scene)) for scene in self.index["scene"]]
            with h5py.File(self._path, "r", locking=False) as file:
                whole = file.attrs.get("complete", False) and file.attrs.get("format") == _FORMAT
                clips, self.frames = file["video"].shape[:2]
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise ShapesStoreError(
                f"{self.folder} holds no moving shapes; run the shapes_corpus stage ({str(error)[:120]})"
            ) from error
        if not whole or not clips or clips != len(self.index):
            raise ShapesStoreError(f"{self.folder} is unfinished or damaged: run the shapes_corpus stage again")

    def __getitem__(self, number: int) -> ShapesClip:
        row = self.index.iloc[number]
        return ShapesClip(
            str(row["clip_id"]), str(row["part"]), self.prompts[number], self.scenes[number], self.video(number)
        )

    def numbers(self, part: str) -> NDArray[np.int64]:
        """Indices (M,) of the clips of a part, ascending."""
        return np.flatnonzero(self.index["part"] == part)

    def video(self, number: int) -> NDArray[np.uint8]:
        """The frames (T, 64, 64, 3) uint8 RGB of a clip."""
        return self.videos(np.array([number]))[0]

    def videos(self, numbers: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The frames (M, T, 64, 64, 3) uint8 RGB of several clips, in memory: 12 KiB a frame."""
        out = np.empty((len(numbers), self.frames, SIDE, SIDE, 3), np.uint8)
        try:
            with h5py.File(self._path, "r", locking=False) as file:
                for place, number in enumerate(numbers):
                    out[place] = file["video"][number]
        except (OSError, RuntimeError) as error:
            raise ShapesStoreError(f"{self._path} is damaged: run the shapes_corpus stage again") from error
        return out

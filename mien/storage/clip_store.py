"""Clips with texts on disk: one HDF5 file with the frames of all clips, and a table with a row for each clip.

`index.parquet` has `clip_id, part, texts, start, frames, sha256` and further columns of the store: `texts` is a JSON
list of paraphrases, `start` the first frame in the dataset, `sha256` the digest of the clip's frames, which is compared
when a clip is read for the first time.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import h5py
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mien.files import fingerprint
from mien.storage.hdf5 import dataset_of, open_hdf5

BUFFERED_BYTES = 1 << 20
"""Frames are written in blocks of at least this size."""


class ClipStoreError(ValueError):
    """The clips cannot be read; the message gives the reason and the stage to run."""


@dataclass(frozen=True)
class Layout:
    """What a store holds: `dataset` in `file`, in the format of number `format`; `clips` and `stage` for messages.

    parts: the allowed values of the column `part`.
    """

    file: str
    dataset: str
    format: int
    clips: str
    stage: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class StoredClip:
    """A clip to be written: `frames` (T, …), all of one shape and type but for T; `extra`: its further columns."""

    clip_id: str
    part: str
    texts: Sequence[str]
    frames: NDArray[Any]
    extra: Mapping[str, str]


def write_clip_store(
    folder: Path, layout: Layout, clips: Iterable[StoredClip], chunk: int | None = None
) -> pd.DataFrame:
    """Write clips one by one into `folder` and return the table. Not atomic: the caller passes a temporary folder.

    chunk: frames of a chunk of the dataset; None: as many as the first clip has. Raises ValueError for a clip without
    texts or frames, an unknown part, frames of another shape, a repeated clip_id, or no clips.
    """
    rows: list[dict[str, Any]] = []
    buffered: list[NDArray[Any]] = []
    start = 0
    with h5py.File(folder / layout.file, "w") as file:
        for clip in clips:
            _check(clip, layout)
            frames = np.ascontiguousarray(clip.frames)
            if not rows:
                shape = frames.shape[1:]
                data = file.create_dataset(
                    layout.dataset, (0, *shape), frames.dtype, maxshape=(None, *shape),
                    chunks=(chunk or len(frames), *shape), compression="lzf", shuffle=True,
                )  # fmt: skip
            elif frames.shape[1:] != shape or frames.dtype != data.dtype:
                raise ValueError(f"{clip.clip_id} has frames {frames.shape[1:]}, those before it {shape}")
            rows.append(
                {
                    "clip_id": clip.clip_id, "part": clip.part, "texts": json.dumps(list(clip.texts)), "start": start,
                    "frames": len(frames), "sha256": _digest(frames), **clip.extra,
                }
            )  # fmt: skip
            start += len(frames)
            buffered.append(frames)
            if sum(block.nbytes for block in buffered) >= BUFFERED_BYTES:
                _append(data, buffered)
        if not rows:
            raise ValueError(f"no {layout.clips} to write")
        _append(data, buffered)
        file.attrs.update({"format": layout.format, "complete": True})
    index = pd.DataFrame(rows)
    if index["clip_id"].duplicated().any():
        raise ValueError(f"two {layout.clips} are called {index['clip_id'][index['clip_id'].duplicated()].iloc[0]}")
    index.to_parquet(folder / "index.parquet", index=False)
    return index


def _check(clip: StoredClip, layout: Layout) -> None:
    if clip.part not in layout.parts:
        raise ValueError(f"{clip.clip_id}: unknown part {clip.part!r}; there are {', '.join(layout.parts)}")
    if not clip.texts or not len(clip.frames):
        raise ValueError(f"{clip.clip_id} has no {'frame' if clip.texts else 'text'}")


def _append(data: h5py.Dataset, buffered: list[NDArray[Any]]) -> None:
    if buffered:
        block = np.concatenate(buffered)
        data.resize(len(data) + len(block), 0)
        data[-len(block) :] = block
        buffered.clear()


def _digest(frames: NDArray[Any]) -> str:
    return hashlib.sha256(np.ascontiguousarray(frames).data).hexdigest()


class ClipStore:
    """The clips of a folder. The table is in memory; frames are read on access, or from memory after `load`.

    Raises ClipStoreError, on opening and on reading, for a folder without a complete store. May be used after a fork
    and by several threads.
    """

    layout: ClassVar[Layout]

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        layout = self.layout
        self._data: h5py.Dataset | None = None
        self._process = os.getpid()
        self._memory: NDArray[Any] | None = None
        self._verified: set[int] = set()
        try:
            self.index = pd.read_parquet(self.folder / "index.parquet")
            self.texts = [tuple(map(str, json.loads(texts))) for texts in self.index["texts"]]
            starts, counts = (self.index[name].to_numpy(np.int64) for name in ("start", "frames"))
            digests = self.index["sha256"].astype(str)
            self._rows = list(zip(starts.tolist(), counts.tolist(), digests, strict=True))
            with open_hdf5(self.folder / layout.file) as file:
                complete = file.attrs.get("complete", False) and file.attrs.get("format") == layout.format
                stored = len(dataset_of(file, layout.dataset))
        except (OSError, ValueError, KeyError, RuntimeError, TypeError) as error:
            reason = " ".join(str(error).split())[:120]
            raise ClipStoreError(
                f"{self.folder} holds no {layout.clips}; run the {layout.stage} stage ({reason})"
            ) from error
        ends = starts + counts
        if not complete or not len(ends) or starts.min() < 0 or counts.min() < 1 or ends.max() > stored:
            raise ClipStoreError(f"{self.folder} is unfinished or damaged: run the {layout.stage} stage again")

    def __len__(self) -> int:
        return len(self.index)

    def numbers(self, part: str) -> NDArray[np.int64]:
        """Indices (M,) of the clips of a part, ascending."""
        return np.flatnonzero(self.index["part"] == part)

    def numbers_of(self, parts: Sequence[str]) -> NDArray[np.int64]:
        """Indices (M,) of the clips of several parts. Raises ValueError if there is none."""
        numbers = np.concatenate([self.numbers(part) for part in parts])
        if not len(numbers):
            layout = self.layout
            raise ValueError(f"{self.folder} has no {layout.clips} in {' or '.join(parts)}: run {layout.stage}")
        return numbers

    def texts_of(self, numbers: NDArray[np.int64]) -> list[str]:
        """All texts of these clips."""
        return [text for number in numbers for text in self.texts[number]]

    @property
    def digest(self) -> str:
        """Digest of the table, which has that of each clip's frames."""
        return fingerprint(self.index.to_csv(index=False))[:16]

    def load(self) -> None:
        """Keep the frames of all clips in memory."""
        self._memory = self._slice(0, max(start + count for start, count, _ in self._rows))

    def read(self, number: int) -> NDArray[Any]:
        """The frames (T, …) of a clip."""
        start, count, digest = self._rows[number]
        frames = self._slice(start, start + count) if self._memory is None else self._memory[start : start + count]
        if number not in self._verified:
            if _digest(frames) != digest:
                raise self._damaged()
            self._verified.add(number)
        return frames

    def _slice(self, start: int, stop: int) -> NDArray[Any]:
        try:
            if self._data is None or self._process != os.getpid():  # after a fork, the handles share their file offsets
                file = open_hdf5(self.folder / self.layout.file)
                self._data, self._process = dataset_of(file, self.layout.dataset), os.getpid()
            return np.asarray(self._data[start:stop])
        except (OSError, RuntimeError, ValueError) as error:
            raise self._damaged() from error

    def _damaged(self) -> ClipStoreError:
        return ClipStoreError(f"{self.folder / self.layout.file} is damaged: run the {self.layout.stage} stage again")

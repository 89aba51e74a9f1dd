"""Face shards: aligned clips in HDF5 files of about 256 MB, with an index beside them.

`shard-00000.h5` holds a group for each clip: `video` uint8 (T, S, S, 3) RGB in chunks (8, S, S, 3), `landmarks` float32
(T, 68, 2) in crop pixels, `mesh` float32 (T, 478, 3) where the detector gives one, `speech` float32 (N,) in [−1, 1],
`transform` float64 (T, 2, 3) source → crop, `found` bool (T,): False where the face was interpolated; and the features
of `mien.faces.features`. Nothing is compressed, so that a window costs one short read. `index.parquet` has a row for
each clip.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mien.faces.features import FEATURES, clip_features
from mien.storage.hdf5 import dataset_of, group_of, open_hdf5
from mien.storage.rates import frame_rate

SAMPLE_RATE = 16_000
"""Sample rate of the speech in hertz."""

CHUNK_FRAMES = 8
SLAB_FRAMES = 64
"""Number of frames copied at a time, so that a long clip is never in memory as a whole."""

LABELS = ("actor", "sex", "sentence_id", "text", "emotion", "intensity")
"""Columns of the clips table that are copied to the index."""

DATASETS = ("video", "landmarks", "mesh", "speech", "transform", "found", *FEATURES)
"""The datasets of a clip, in the order in which they are written and digested."""

_FORMAT = 2


class ShardError(ValueError):
    """A shard or its index cannot be read: missing, incomplete, damaged, or of another format."""


@dataclass(frozen=True)
class ShardClip:
    """One aligned clip to be written. The arrays may be HDF5 datasets: they are read in slabs.

    `video` uint8 (T, S, S, 3), `landmarks` float32 (T, 68, 2), `mesh` float32 (T, 478, 3) or None, `speech` float32
    (N,) at 16 kHz, `transform` float64 (T, 2, 3), `found` bool (T,). `log_mels`, `pose` and `mouth`: the features of
    `mien.faces.features`, computed by the writer where they are None. `labels` by the names of `LABELS`; `figures` are
    the further columns of the index.
    """

    clip_id: str
    fps: Fraction
    video: Any
    landmarks: Any
    speech: Any
    transform: Any
    found: Any
    mesh: Any = None
    labels: Mapping[str, Any] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    log_mels: Any = None
    pose: Any = None
    mouth: Any = None

    def datasets(self) -> dict[str, Any]:
        """Name → array, in the order in which they are written and digested; arrays that are None are left out."""
        return {name: array for name in DATASETS if (array := getattr(self, name)) is not None}

    def complete(self) -> ShardClip:
        """This clip with all features; without its mesh where that has values that are not finite."""
        mesh = None if self.mesh is None or not np.isfinite(self.mesh[:]).all() else self.mesh
        if all(getattr(self, name) is not None for name in FEATURES):
            return replace(self, mesh=mesh)
        arrays = (self.landmarks[:], None if mesh is None else mesh[:], self.speech[:])
        return replace(self, mesh=mesh, **clip_features(*arrays, self.video.shape[1], self.fps, SAMPLE_RATE))


@dataclass(frozen=True)
class FaceWindow:
    """Some frames of a clip: `video` uint8 (L, S, S, 3), `landmarks` float32 (L, 68, 2), `speech` float32 (M,)."""

    video: NDArray[np.uint8]
    landmarks: NDArray[np.float32]
    speech: NDArray[np.float32]


def speech_sample(frame: int, fps: Fraction, sample_rate: int = SAMPLE_RATE) -> int:
    """Index of the sample at the start of a frame, rounded; no drift at any frame rate."""
    return round(Fraction(frame * sample_rate) / fps)


def write_clip(group: h5py.Group, clip: ShardClip) -> str:
    """Write a clip's datasets, with the features that it lacks, into an HDF5 group; returns their sha256."""
    clip = clip.complete()
    frames, size = clip.video.shape[0], clip.video.shape[1]
    digest = hashlib.sha256()
    for name, array in clip.datasets().items():
        chunks = (min(CHUNK_FRAMES, frames), size, size, 3) if name == "video" else None
        dataset = group.create_dataset(name, shape=array.shape, dtype=array.dtype, chunks=chunks)
        digest.update(_header(name, array))
        start = 0
        for slab in _slabs(array):
            dataset[start : start + len(slab)] = slab
            digest.update(slab.data)
            start += len(slab)
    group.attrs["fps"] = str(clip.fps)
    group.attrs["sample_rate"] = SAMPLE_RATE
    for name in LABELS:
        if clip.labels.get(name) is not None:
            group.attrs[name] = clip.labels[name]
    sha256 = digest.hexdigest()
    group.attrs["sha256"] = sha256
    return sha256


def digest_of(group: h5py.Group) -> str:
    """The sha256 of a clip's datasets, as `write_clip` computes it. Raises UnsafeHdf5Error, see `dataset_of`."""
    digest = hashlib.sha256()
    for name in DATASETS:
        if name in group:
            dataset = dataset_of(group, name)
            digest.update(_header(name, dataset))
            for slab in _slabs(dataset):
                digest.update(slab.data)
    return digest.hexdigest()


def _header(name: str, array: Any) -> bytes:
    return f"{name} {array.dtype.str} {array.shape}".encode()


def _slabs(array: Any) -> Iterator[NDArray[Any]]:
    step = SLAB_FRAMES if array.ndim > 1 else 1 << 20
    for start in range(0, array.shape[0], step):
        yield np.ascontiguousarray(array[start : start + step])


def _row(clip: ShardClip, shard: str, sha256: str) -> dict[str, Any]:
    labels = {name: clip.labels.get(name) for name in LABELS}
    row = {"clip_id": clip.clip_id, "shard": shard, "frames": clip.video.shape[0], "fps": str(clip.fps)}
    return row | labels | {"sha256": sha256} | dict(clip.figures)


def write_shards(folder: Path, clips: Iterable[ShardClip], shard_megabytes: float = 256.0) -> pd.DataFrame:
    """Write clips into `folder` as shards of about `shard_megabytes` (10⁶ bytes), with an index, which is returned.

    The clips are written one after the other in the given order (by convention that of their ids); all must have the
    same crop size. Equal clips give equal bytes. `folder` must exist; writing it atomically is left to the caller.
    """
    rows: list[dict[str, Any]] = []
    file: h5py.File | None = None
    size, filled = None, 0
    try:
        for clip in clips:
            size = size or clip.video.shape[1]
            if clip.video.shape[1:] != (size, size, 3) or clip.video.dtype != np.uint8:
                raise ValueError(f"{clip.clip_id}: video must be uint8 (T, {size}, {size}, 3), not {clip.video.shape}")
            if not clip.clip_id or "/" in clip.clip_id or clip.clip_id in (".", ".."):
                raise ValueError(f"{clip.clip_id!r} cannot be the name of a clip")
            nbytes = sum(int(np.prod(array.shape)) * array.dtype.itemsize for array in clip.datasets().values())
            if file is not None and filled + nbytes > shard_megabytes * 1e6:
                _finish(file)
                file = None
            if file is None:
                count = len({row["shard"] for row in rows})
                file, filled = _new_shard(folder / f"shard-{count:05d}.h5", size), 0
            sha256 = write_clip(file.create_group(clip.clip_id), clip)
            rows.append(_row(clip, Path(file.filename).name, sha256))
            filled += nbytes
        if file is not None:
            _finish(file)
            file = None
    finally:
        if file is not None:
            file.close()  # without the attribute `complete`, readers refuse it
    if not rows:
        raise ValueError("no clip to write")
    index = pd.DataFrame(rows).set_index("clip_id")
    for name in LABELS:
        index[name] = index[name].astype("float64" if name == "intensity" else "string")
    index.to_parquet(folder / "index.parquet")
    return index


def _rows_of(index: pd.DataFrame, path: Path) -> dict[str, dict[str, Any]]:
    """Clip id → shard, number of frames, frame rate and digest; raises ShardError for an index that says nonsense."""
    rows = {}
    try:
        columns = (index[name] for name in ("shard", "frames", "fps", "sha256"))
        for clip_id, shard, frames, fps, sha256 in zip(index.index, *columns, strict=True):
            if not re.fullmatch(r"shard-\d{5,9}\.h5", str(shard)) or int(frames) < 1:
                raise ValueError(f"{clip_id} is in {str(shard)[:80]!r} with {frames} frames")
            rows[str(clip_id)] = {
                "shard": str(shard), "frames": int(frames), "fps": frame_rate(str(fps)), "sha256": str(sha256)
            }  # fmt: skip
    except (KeyError, ValueError, TypeError) as error:
        raise ShardError(f"{path} is damaged: run the align stage again ({error})") from error
    return rows


def _new_shard(path: Path, size: int) -> h5py.File:
    file = h5py.File(path, "w")
    file.attrs.update({"format": _FORMAT, "size": size, "sample_rate": SAMPLE_RATE})
    return file


def _finish(file: h5py.File) -> None:
    file.attrs["complete"] = True
    file.close()


class FaceShards:
    """Reader of aligned clips. It can be pickled and used after a fork: each process opens its own files.

    When a process reads a clip for the first time, all of it is compared with the sha256 in the index.
    """

    def __init__(self, folder: Path, open_files: int = 16) -> None:
        """Read the index in `folder`; at most `open_files` shards are kept open. Raises ShardError."""
        self.folder = Path(folder)
        self._open_files = open_files
        self._files: OrderedDict[str, h5py.File] = OrderedDict()
        self._process = os.getpid()
        try:
            self.index: pd.DataFrame = pd.read_parquet(self.folder / "index.parquet")
        except (OSError, ValueError) as error:
            raise ShardError(f"{self.folder}: no readable index.parquet; run the align stage ({error})") from error
        if self.index.index.name != "clip_id" or not len(self.index):
            raise ShardError(f"{self.folder / 'index.parquet'} is not an index of face shards; run the align stage")
        self._rows = _rows_of(self.index, self.folder / "index.parquet")
        self._verified: set[str] = set()
        first = self._file(next(iter(self._rows.values()))["shard"])
        self.size = int(first.attrs["size"])
        """Width and height of the crops in pixels."""
        self.sample_rate = int(first.attrs["sample_rate"])
        """Sample rate of the speech in hertz."""

    def __len__(self) -> int:
        return len(self.index)

    def __iter__(self) -> Iterator[str]:
        return iter(self.index.index)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_files": OrderedDict()}

    @property
    def fps(self) -> Fraction:
        """Frames per second, equal for all clips; raises ShardError if they differ."""
        rates = sorted({row["fps"] for row in self._rows.values()})
        if len(rates) != 1:
            words = ", ".join(str(rate) for rate in rates)
            raise ShardError(f"{self.folder}: the clips have different frame rates ({words}): resample them")
        return rates[0]

    def frames(self, clip_id: str) -> int:
        """Number of frames of a clip; raises KeyError for an unknown one."""
        return int(self._rows[clip_id]["frames"])

    def window(self, clip_id: str, start: int, length: int) -> FaceWindow:
        """Frames [start, start + length) of a clip and the speech during them.

        Speech is from sample round(start · rate / fps) to round((start + length) · rate / fps), padded with zeros if
        the sound ends earlier. Raises KeyError for an unknown clip, IndexError if the clip has no such frames,
        ShardError if the shard is damaged.
        """
        frames = self.frames(clip_id)
        if start < 0 or length < 1 or start + length > frames:
            raise IndexError(f"{clip_id} has frames 0 to {frames - 1}: no window of {length} at {start}")
        fps = self._rows[clip_id]["fps"]
        first, last = (speech_sample(frame, fps, self.sample_rate) for frame in (start, start + length))
        video, landmarks, sound = self._read(clip_id, start, start + length, first, last)
        if video.shape != (length, self.size, self.size, 3) or landmarks.shape != (length, 68, 2):
            raise ShardError(f"{self._path(clip_id)}: {clip_id} is not what the index says; run the align stage again")
        speech = np.zeros(last - first, np.float32)
        speech[: len(sound)] = sound
        return FaceWindow(video, landmarks, speech)

    def clip(self, clip_id: str) -> FaceWindow:
        """A whole clip."""
        return self.window(clip_id, 0, self.frames(clip_id))

    def rate(self, clip_id: str) -> Fraction:
        """Frames per second of a clip; raises KeyError for an unknown one."""
        return Fraction(self._rows[clip_id]["fps"])

    def only(self, clip_ids: Sequence[str]) -> FaceShards:
        """A reader of some of the clips, which is small enough to be sent to another process."""
        part = copy(self)
        part.index = self.index.loc[list(clip_ids)]
        part._rows = {clip_id: self._rows[clip_id] for clip_id in clip_ids}
        part._files = OrderedDict()
        return part

    def has_mesh(self, clip_id: str) -> bool:
        """Whether the clip has a mesh: not every detector gives one."""
        return "mesh" in self._group(clip_id)

    def mesh(self, clip_id: str) -> NDArray[np.float32] | None:
        """The mesh (T, 478, 3) of a clip in crop pixels; None where it has none."""
        return self.array(clip_id, "mesh") if self.has_mesh(clip_id) else None

    def array(self, clip_id: str, name: str) -> NDArray[Any]:
        """A whole dataset of a clip: `landmarks`, `pose`, `found`, …; raises KeyError where the clip has none."""
        group = self._group(clip_id)
        if name not in DATASETS or name not in group:
            raise KeyError(f"{clip_id} has no {name}")
        try:
            return np.asarray(group[name][:])
        except (OSError, RuntimeError, ValueError) as error:
            raise self._damaged(self._path(clip_id), error) from error

    def close(self) -> None:
        """Close the open files; the next read opens them again."""
        while self._files:
            self._files.popitem()[1].close()

    def _read(
        self, clip_id: str, start: int, stop: int, first: int, last: int
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]:
        group = self._group(clip_id)
        try:
            return group["video"][start:stop], group["landmarks"][start:stop], group["speech"][first:last]
        except (OSError, RuntimeError, KeyError, ValueError) as error:
            raise self._damaged(self._path(clip_id), error) from error

    def _path(self, clip_id: str) -> Path:
        return self.folder / self._rows[clip_id]["shard"]

    def _group(self, clip_id: str) -> h5py.Group:
        path = self._path(clip_id)
        try:
            file = self._file(path.name)
            if clip_id in self._verified:
                return file[clip_id]
            group = group_of(file, clip_id)
            if digest_of(group) != self._rows[clip_id]["sha256"]:  # every dataset is a plain one then, too
                raise ValueError(f"the digest of {clip_id} is not the one in the index")
            self._verified.add(clip_id)
            return group
        except ShardError:
            raise
        except (KeyError, RuntimeError, OSError, ValueError) as error:
            raise self._damaged(path, error) from error

    def _file(self, shard: str) -> h5py.File:
        if self._process != os.getpid():  # after a fork: the handles of the parent share its file offsets
            self._files = OrderedDict()
            self._process = os.getpid()
        if shard in self._files:
            self._files.move_to_end(shard)
            return self._files[shard]
        path = self.folder / shard
        try:
            # without a chunk cache, HDF5 reads uncompressed data directly into the array
            file = open_hdf5(path, rdcc_nbytes=0)
            complete = bool(file.attrs.get("complete", False)) and file.attrs.get("format") == _FORMAT
        except (OSError, RuntimeError, ValueError) as error:
            raise self._damaged(path, error) from error
        if not complete:
            file.close()
            raise self._damaged(path, None)
        self._files[shard] = file
        while len(self._files) > self._open_files:
            self._files.popitem(last=False)[1].close()
        return file

    @staticmethod
    def _damaged(path: Path, error: Exception | None) -> ShardError:
        why = f" ({error})" if error is not None else ""
        return ShardError(f"{path} is missing, unfinished or damaged: run the align stage again{why}")

"""Alignment of one clip: each frame is decoded once and landmarks are detected once."""

from __future__ import annotations

import atexit
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from mien.clips import Clip, ClipError
from mien.faces.alignment import scaled, transform_points, warp
from mien.faces.detectors.interface import LandmarkDetector
from mien.faces.detectors.open import open_detector
from mien.faces.filters import SHARPNESS_SIZE, Quality, loudness, sharpness
from mien.faces.frame_spool import FrameSpool
from mien.faces.options import DetectorName, TrackOptions
from mien.faces.shards import SAMPLE_RATE, ShardClip, digest_of, speech_sample, write_clip
from mien.faces.tracks import FaceTrack, TrackBuilder, track_transforms
from mien.machine import reading_fault
from mien.media.sound import read_sound
from mien.media.video import decode_frames
from mien.storage.hdf5 import dataset_of, group_of, open_hdf5

CODE_VERSION = "2"
"""Part of every cache key; must be increased with any change of the content of an aligned clip."""

_SHARPNESS_EVERY = 5
_COMPLETE = "complete"


@lru_cache(maxsize=1)
def _detector(name: DetectorName, face_detector: str) -> LandmarkDetector:
    # One per process, reset between clips, because loading its models takes as long as many frames.
    return _open.enter_context(open_detector(name, max_faces=2, tracking=True, face_detector=face_detector))


_open = ExitStack()
atexit.register(_open.close)


class _Crops:
    """The aligned video (T, S, S, 3) as an array-like object; slices are warped when read, once and in order."""

    ndim = 4
    dtype = np.dtype(np.uint8)

    def __init__(self, spool: FrameSpool, track: FaceTrack, transforms: NDArray[np.float64], size: int) -> None:
        self.shape = (len(spool), size, size, 3)
        self.sharpness: list[float] = []
        self._frames = iter(spool)
        self._found = track.found
        self._transforms = transforms
        self._size = size
        self._next = 0

    def __getitem__(self, part: slice) -> NDArray[np.uint8]:
        stop = min(part.stop, self.shape[0])
        if part.start != self._next:
            raise IndexError("the frames can only be read in their order")
        return np.stack([self._crop(next(self._frames)) for _ in range(part.start, stop)])

    def _crop(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        transform = self._transforms[self._next]
        if self._found[self._next] and (self._next % _SHARPNESS_EVERY == 0 or not self.sharpness):
            small = warp(frame, scaled(transform, SHARPNESS_SIZE / self._size), SHARPNESS_SIZE)
            self.sharpness.append(sharpness(small))
        self._next += 1
        return warp(frame, transform, self._size)


def make_aligned_clip(clip: Clip, options: TrackOptions, spool_folder: Path, out: Path) -> None:
    """Detect and align the face of one clip, measure its quality, and write both to the HDF5 file `out`.

    Without a face the file contains the quality only. Raises ClipError if the clip cannot be read.
    """
    if clip.fps is None:
        raise ValueError(f"{clip.clip_id} has no constant frame rate: resample it first")
    with FrameSpool(spool_folder) as spool, h5py.File(out, "w") as file:
        track = _track(Path(clip.path), options, spool)
        speech, level = _speech(Path(clip.path), len(spool), clip.fps)
        sharpnesses: list[float] = []
        if track is not None:
            transforms = track_transforms(
                track, options.mode, options.size, options.smoothing_seconds * float(clip.fps)
            )
            crops = _Crops(spool, track, transforms, options.size)
            write_clip(file.create_group("clip"), _shard_clip(clip, track, transforms, crops, speech))
            sharpnesses = crops.sharpness
        quality = _quality(track, len(spool), clip.fps, sharpnesses, level)
        file.attrs["quality"] = json.dumps(asdict(quality))
        file.attrs[_COMPLETE] = True


def _track(path: Path, options: TrackOptions, spool: FrameSpool) -> FaceTrack | None:
    detector = _detector(options.detector, options.face_detector)
    detector.reset()
    builder = TrackBuilder(options.other_face_size)
    for frame in decode_frames(path):
        builder.add(detector.detect(frame))
        spool.append(frame)
    if not len(spool):
        raise ClipError("undecodable")
    return builder.build()


def _speech(path: Path, frames: int, fps: Fraction) -> tuple[NDArray[np.float32], float | None]:
    """The clip's sound, cut or padded with zeros to the duration of the frames; and its level, None without sound."""
    speech = np.zeros(speech_sample(frames, fps), np.float32)
    try:
        sound = read_sound(path, SAMPLE_RATE)
    except ClipError as error:
        if error.reason != "no_audio":
            raise
        return speech, None
    part = np.clip(sound[: len(speech)], -1, 1)
    speech[: len(part)] = part
    return speech, loudness(speech)


def _shard_clip(
    clip: Clip, track: FaceTrack, transforms: NDArray[np.float64], crops: _Crops, speech: NDArray[np.float32]
) -> ShardClip:
    assert clip.fps is not None
    return ShardClip(
        clip_id=clip.clip_id,
        fps=clip.fps,
        video=crops,
        landmarks=_moved(track.landmarks, transforms),
        mesh=None if track.mesh is None else _moved(track.mesh, transforms),
        speech=speech,
        transform=transforms,
        found=track.found,
    )


def _moved(points: NDArray[np.float32], transforms: NDArray[np.float64]) -> NDArray[np.float32]:
    # in parts, because the intermediate float64 arrays take four times the memory of the result
    result = np.empty_like(points)
    for start in range(0, len(points), 256):
        part = slice(start, start + 256)
        result[part] = transform_points(points[part], transforms[part])
    return result


def _quality(
    track: FaceTrack | None, frames: int, fps: Fraction, sharpnesses: list[float], level: float | None
) -> Quality:
    return Quality(
        frames=frames,
        seconds=float(frames / fps),
        found_fraction=0.0 if track is None else float(track.found.mean()),
        several_fraction=0.0 if track is None else float(track.several.mean()),
        longest_gap=frames if track is None else track.longest_gap,
        inter_ocular=None if track is None else track.inter_ocular,
        sharpness=float(np.median(sharpnesses)) if sharpnesses else None,
        yaw=None if track is None else track.yaw,
        loudness=level,
    )


def read_quality(path: Path) -> Quality | None:
    """The quality in a file of `make_aligned_clip`; None if the file is damaged. Raises MachineError."""
    try:
        with open_hdf5(path) as file:
            quality = Quality(**json.loads(file.attrs["quality"])) if file.attrs.get(_COMPLETE, False) else None
            if "clip" in file and digest_of(group := group_of(file, "clip")) != group.attrs["sha256"]:
                return None
            return quality
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        fault = reading_fault(error, path) if isinstance(error, OSError) else None
        if fault is not None:
            raise fault from error
        return None


@contextmanager
def open_aligned_clip(path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the datasets of a file of `make_aligned_clip` by name, and the SHA-256 of their content."""
    with open_hdf5(path) as file:
        group = group_of(file, "clip")
        yield {name: dataset_of(group, name) for name in group}, str(group.attrs["sha256"])

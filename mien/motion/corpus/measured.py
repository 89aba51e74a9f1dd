"""Motion measured in video: performances with texts, from aligned clips or from a folder of videos.

The head is fitted to landmarks in the coordinates of the camera's picture, not of the crop. So the rotation of the crop
does not change the head's roll, and the position of the head in the picture gives its translation.
"""

from __future__ import annotations

import atexit
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from mien.clips import ClipError, read_clips
from mien.corpora.celebv_text import DescribedVideo, list_celebv_text
from mien.execution import Execution
from mien.faces.detectors.blendshapes import measure_blendshapes
from mien.faces.detectors.interface import LandmarkDetector
from mien.faces.detectors.open import open_detector
from mien.faces.filters import check_face, check_length
from mien.faces.options import FilterOptions
from mien.faces.shards import FaceShards
from mien.faces.tracks import FaceTrack, TrackBuilder
from mien.heads.embedded.head import EmbeddedHead
from mien.heads.fitting.fit import Fit, fit_head
from mien.heads.performance import Performance
from mien.media.ffmpeg import probe
from mien.media.video import decode_frames
from mien.motion.corpus.measured_texts import compose_texts
from mien.motion.data.features import FPS, resample
from mien.parallel import Outcome, map_clips

_EXECUTION = Execution(workers=None, retries=1)
_FILTERS = FilterOptions()

OTHER_FACE_SIZE = 0.33
"""Another face in the picture counts if its extent is at least this fraction of the largest one's."""

MAX_RESIDUAL = 0.1
"""A clip whose median residual of the fit, in inter-ocular distances, is larger is rejected."""


@dataclass(frozen=True, eq=False)
class MeasuredClip:
    """A clip's motion with its texts, or the reason for its rejection.

    performance: at the requested frame rate; None if rejected. texts: paraphrases, may be empty. quality: the fit's
    median residual in inter-ocular distances. reason: a key of `mien.clips.REASONS`.
    """

    clip_id: str
    performance: Performance | None
    texts: tuple[str, ...] = ()
    quality: float | None = None
    reason: str | None = None
    detail: str | None = None


def measure_shards(
    faces: Path, fps: Fraction = FPS, execution: Execution = _EXECUTION, only: Collection[str] | None = None
) -> Iterator[MeasuredClip]:
    """The motion of every clip of the face shards in `faces`, or of those in `only`, in the order of their ids.

    The texts are composed from the shards' labels. Picture sizes are those of `faces/clips.csv`; for a clip that is not
    in it, the camera is assumed to point at the face. Raises ShardError if the shards cannot be read.
    """
    shards = FaceShards(faces)
    sizes = _picture_sizes(faces / "clips.csv")
    clip_ids = [clip_id for clip_id in shards if only is None or clip_id in only]
    labels = shards.index
    jobs = [_ShardJob(shards.only([clip_id]), clip_id, sizes.get(clip_id)) for clip_id in clip_ids]
    outcomes = map_clips(partial(_measure_aligned, fps=fps), jobs, execution, "motion")
    for clip_id, outcome in zip(clip_ids, outcomes, strict=True):
        yield _clip_of_outcome(clip_id, _texts(labels.loc[clip_id].to_dict()), outcome)


def _texts(row: Mapping[Any, Any]) -> tuple[str, ...]:
    labels = (row[name] for name in ("sex", "emotion", "intensity", "text"))
    return compose_texts(*(None if pd.isna(label) else label for label in labels))


@dataclass(frozen=True)
class _ShardJob:
    """One clip of the shards; `size` (width, height) of the camera's picture in pixels, None if unknown."""

    shards: FaceShards
    clip_id: str
    size: tuple[int, int] | None


def _picture_sizes(table: Path) -> dict[str, tuple[int, int]]:
    if not table.is_file():
        return {}
    return {clip.clip_id: (clip.width, clip.height) for clip in read_clips(table) if clip.width and clip.height}


def _measure_aligned(job: _ShardJob, fps: Fraction) -> tuple[Performance, float]:
    shards, clip_id = job.shards, job.clip_id
    landmarks, mesh = shards.array(clip_id, "landmarks"), shards.mesh(clip_id)
    to_picture = _inverse_affine(shards.array(clip_id, "transform"))
    shards.close()
    size = job.size
    if size is None:
        middle = _apply_affine(np.full((len(to_picture), 1, 2), (shards.size - 1) / 2), to_picture)[:, 0].mean(0)
        size = (max(1, round(2 * middle[0])), max(1, round(2 * middle[1])))
    points = None if mesh is None else _apply_affine(mesh, to_picture)
    return _fit_performance(_apply_affine(landmarks, to_picture), points, size, shards.rate(clip_id), fps)


def _inverse_affine(transforms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Inverses (T, 2, 3) of affine transforms (T, 2, 3)."""
    square = np.zeros((len(transforms), 3, 3))
    square[:, :2], square[:, 2, 2] = transforms, 1
    return np.asarray(np.linalg.inv(square)[:, :2])


def _apply_affine(points: NDArray[np.floating], transforms: NDArray[np.float64]) -> NDArray[np.float64]:
    """The first two coordinates (T, N, 2) of points (T, N, ≥ 2), transformed by (T, 2, 3), one transform per frame."""
    transformed = points[..., :2] @ transforms[:, :, :2].transpose(0, 2, 1) + transforms[:, None, :, 2]
    return np.asarray(transformed, np.float64)


@lru_cache(maxsize=1)
def _head() -> EmbeddedHead:
    return EmbeddedHead()


@contextmanager
def _one_thread() -> Iterator[None]:
    """Limit torch to one thread: one clip per core is faster than one clip on all cores."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _fit_performance(
    landmarks: NDArray[np.floating],
    mesh: NDArray[np.floating] | None,
    size: tuple[int, int],
    source_fps: Fraction,
    fps: Fraction,
    expression: NDArray[np.float32] | None = None,
) -> tuple[Performance, float]:
    with _one_thread():
        fit: Fit = fit_head(_head(), landmarks, mesh, size, source_fps)
    quality = float(np.median(fit.residual))
    if not quality <= MAX_RESIDUAL:
        raise ClipError("failed", f"the head does not fit the landmarks: {quality:.2f} eye distances off")
    performance = fit.performance if expression is None else replace(fit.performance, expression=expression)
    return resample(performance, fps), quality


def _clip_of_outcome(clip_id: str, texts: tuple[str, ...], outcome: Outcome[tuple[Performance, float]]) -> MeasuredClip:
    if outcome.value is None:
        reason = outcome.reason or "failed"
        return MeasuredClip(clip_id, None, texts, reason=reason, detail=outcome.detail)
    performance, quality = outcome.value
    return MeasuredClip(clip_id, performance, texts, quality)


def measure_videos(
    folder: Path,
    fps: Fraction = FPS,
    execution: Execution = _EXECUTION,
    filters: FilterOptions = _FILTERS,
    follow_links: bool = False,
    blendshapes: Path | None = None,
) -> Iterator[MeasuredClip]:
    """The motion of every video below `folder`, in the order of their paths, with CelebV-Text's texts if there are any.

    `filters`: thresholds for length and face; sharpness and sound are not checked. `blendshapes`: MediaPipe's face
    landmarker, which then estimates the expressions instead of the fit. A clip without texts is kept, with a note in
    `detail`. Raises ValueError if the folder does not exist.
    """
    videos, _ = list_celebv_text(folder, follow_links)
    usable = [video for video in videos if video.clip.ok]
    outcomes = map_clips(
        partial(_measure_video, fps=fps, filters=filters, blendshapes=blendshapes), usable, execution, "motion"
    )
    outcome_of = dict(zip((video.clip.clip_id for video in usable), outcomes, strict=True))
    for video in videos:
        clip = video.clip
        if not clip.ok:
            yield MeasuredClip(clip.clip_id, None, reason=clip.reason, detail=clip.detail)
            continue
        measured = _clip_of_outcome(clip.clip_id, video.motion_texts, outcome_of[clip.clip_id])
        yield measured if measured.performance is None else replace(measured, detail=clip.detail)


def _measure_video(
    video: DescribedVideo, fps: Fraction, filters: FilterOptions, blendshapes: Path | None = None
) -> tuple[Performance, float]:
    path = Path(video.clip.path)
    source_fps = probe(path).fps
    if source_fps is None or source_fps <= 0:
        raise ClipError("undecodable", "the file states no frame rate")
    track, frames, size = track_video(path)
    check_length(frames, filters, source_fps)
    if track is None:
        raise ClipError("no_face")
    check_face(float(track.several.mean()), track.inter_ocular, track.longest_gap, filters)
    weights = None if blendshapes is None else measure_blendshapes(decode_frames(path), blendshapes, source_fps)
    return _fit_performance(track.landmarks, track.mesh, size, source_fps, fps, weights)


@lru_cache(maxsize=1)
def _detector() -> LandmarkDetector:
    # one per process, reset between clips, as in the stage align
    return _open.enter_context(open_detector("mediapipe", max_faces=2, tracking=True))


_open = ExitStack()
atexit.register(_open.close)


def track_video(path: Path) -> tuple[FaceTrack | None, int, tuple[int, int]]:
    """Track of the subject's face (None without a face), number of frames, and frame size (width, height) of a video.

    Raises ClipError if the file cannot be read.
    """
    detector = _detector()
    detector.reset()
    builder, frames, size = TrackBuilder(OTHER_FACE_SIZE), 0, (0, 0)
    for frame in decode_frames(path):
        builder.add(detector.detect(frame))
        frames, size = frames + 1, (frame.shape[1], frame.shape[0])
    return builder.build() if frames else None, frames, size

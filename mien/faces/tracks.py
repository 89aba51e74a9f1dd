"""Tracking the face of the subject through a clip: selection per frame, interpolation of gaps, alignment transforms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from mien.faces.alignment import STABLE_POINTS, mean_shape, similarity_transform
from mien.faces.detectors.interface import (
    LEFT_EYE_OUTER,
    NOSE_TIP,
    RIGHT_EYE_OUTER,
    Face,
)
from mien.faces.options import Mode


@dataclass(frozen=True)
class FaceTrack:
    """One face in all T frames of a clip.

    `landmarks` float32 (T, 68, 2) and `mesh` float32 (T, 478, 3) or None, in source pixels; interpolated where `found`
    (T,) is False. `several` (T,): whether the frame shows another face of similar size.
    """

    landmarks: NDArray[np.float32]
    mesh: NDArray[np.float32] | None
    found: NDArray[np.bool_]
    several: NDArray[np.bool_]

    @property
    def longest_gap(self) -> int:
        """Length of the longest run of frames without the face."""
        return longest_run(~self.found)

    @property
    def inter_ocular(self) -> float:
        """Median distance of the outer eye corners, in source pixels."""
        eyes = self.landmarks[self.found]
        return float(np.median(np.linalg.norm(eyes[:, LEFT_EYE_OUTER] - eyes[:, RIGHT_EYE_OUTER], axis=-1)))

    @property
    def yaw(self) -> float:
        """Mean distance of the tip of the nose from the centre of the eyes, along the line through the eyes.

        An approximation of |yaw| without a camera, in inter-ocular distances: 0 frontal, about 0.3 half turned.
        """
        points = self.landmarks[self.found].astype(np.float64)
        right, left, nose = points[:, RIGHT_EYE_OUTER], points[:, LEFT_EYE_OUTER], points[:, NOSE_TIP]
        line = left - right
        along = ((nose - (left + right) / 2) * line).sum(axis=-1) / np.maximum((line**2).sum(axis=-1), 1e-9)
        return float(np.abs(along).mean())


class TrackBuilder:
    """Collects the detections of a clip frame by frame and makes the `FaceTrack` of its subject."""

    def __init__(self, other_face_size: float) -> None:
        """`other_face_size`: minimum extent of another face that counts, relative to the largest face."""
        self._other_face_size = other_face_size
        self._subject: list[Face | None] = []
        self._several: list[bool] = []
        self._last: Face | None = None

    def add(self, faces: Sequence[Face]) -> None:
        """Add the faces of the next frame, the largest first.

        The subject is the largest face at first, and then always the face nearest to the subject's last position.
        """
        serious = [face for face in faces if face.extent >= self._other_face_size * faces[0].extent]
        self._several.append(len(serious) > 1)
        if not serious:
            self._subject.append(None)
            return
        last = self._last
        if last is None:
            face = serious[0]
        else:
            face = min(serious, key=lambda face: float(np.linalg.norm(face.centre - last.centre)))
        self._subject.append(face)
        self._last = face

    def build(self) -> FaceTrack | None:
        """The track; None if no frame has a face."""
        found = np.array([face is not None for face in self._subject], bool)
        if not found.any():
            return None
        seen = [face for face in self._subject if face is not None]
        meshes = [face.mesh for face in seen if face.mesh is not None]
        return FaceTrack(
            landmarks=fill_gaps(np.stack([face.landmarks for face in seen]), found),
            mesh=fill_gaps(np.stack(meshes), found) if len(meshes) == len(seen) else None,
            found=found,
            several=np.array(self._several, bool),
        )


def longest_run(marks: NDArray[np.bool_]) -> int:
    """Length of the longest run of True in a (T,) array."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marks, [False]]).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def fill_gaps(seen: NDArray[np.float32], found: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Values (T, …) of all frames from those (F, …) of the frames in which `found` (T,) is True.

    Gaps are interpolated linearly; the first and last value are repeated at the ends.
    """
    if found.all():
        return seen
    frames = np.arange(len(found))
    position = np.interp(frames, np.flatnonzero(found), np.arange(len(seen)))
    before = np.floor(position).astype(np.int64)
    after = np.minimum(before + 1, len(seen) - 1)
    filled = seen[before]
    gap = np.flatnonzero(~found)
    weight = (position[gap] - before[gap]).astype(np.float32).reshape(-1, *[1] * (seen.ndim - 1))
    filled[gap] = (1 - weight) * seen[before[gap]] + weight * seen[after[gap]]
    return filled


def track_transforms(track: FaceTrack, mode: Mode, size: int, smoothing_frames: float) -> NDArray[np.float64]:
    """Transforms (T, 2, 3) that align the face in each frame to the mean face in a crop of `size`.

    Mode `clip`: one transform for all frames, from the median of each stable point over the frames with a face, which
    is robust against short detection errors. Mode `frame`: one per frame, after smoothing of the stable points over
    time by a Gaussian with standard deviation `smoothing_frames` (0: none).
    """
    stable = list(STABLE_POINTS)
    targets = mean_shape(size)[stable]
    points = track.landmarks[:, stable].astype(np.float64)
    if mode == "clip":
        transform = similarity_transform(np.median(points[track.found], axis=0), targets)
        return np.repeat(transform[None], len(points), axis=0)
    if smoothing_frames > 0:
        points = gaussian_filter1d(points, smoothing_frames, axis=0, mode="nearest")
    return similarity_transform(points, targets)

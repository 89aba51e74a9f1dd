"""Similarity transforms that bring a face upright, to one place and size, and the warp that follows them.

A transform is float64 (2, 3) as OpenCV has it: crop = transform[:, :2] @ source + transform[:, 2], in coordinates in
which the centre of the first pixel is (0, 0).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.clips import ClipError
from mien.faces.detectors.interface import LandmarkDetector
from mien.faces.mean_shape import MEAN_SHAPE

STABLE_POINTS: tuple[int, ...] = (27, 28, 29, 30, 31, 32, 33, 34, 35, 39, 42)
"""iBUG-68 indices that speech and expression hardly move: the nose and the inner eye corners."""

OTHER_FACE_SIZE = 0.33
"""A second face counts when its extent is at least this part of the largest one's: not a poster far behind."""


MAX_GRID = 4096
"""The greatest side in pixels of the grid that `warp` averages: no face of a camera fills more, only landmarks that are
wrong do, and they must not take the machine's memory."""


@dataclass(frozen=True)
class AlignedFace:
    """`crop` uint8 (S, S, 3) RGB, `landmarks` float32 (68, 2) in crop pixels, `transform` float64 (2, 3)."""

    crop: NDArray[np.uint8]
    landmarks: NDArray[np.float32]
    transform: NDArray[np.float64]


def mean_shape(size: int) -> NDArray[np.float64]:
    """The mean face's iBUG-68 points (68, 2) in pixels of a crop of `size` × `size`."""
    return np.asarray(MEAN_SHAPE, np.float64) * size - 0.5


def similarity_transform(points: NDArray[np.floating], targets: NDArray[np.floating]) -> NDArray[np.float64]:
    """The rotation, uniform scale and shift (..., 2, 3) that bring `points` nearest to `targets`, both (..., N, 2).

    Least squares in closed form: Umeyama, "Least-squares estimation of transformation parameters between two point
    patterns", PAMI 1991; in the plane, without reflection, it is a complex division. Raises ValueError when the
    points coincide or are not finite.
    """
    source, target = np.broadcast_arrays(np.asarray(points, np.float64), np.asarray(targets, np.float64))
    source_mean = source.mean(axis=-2, keepdims=True)
    target_mean = target.mean(axis=-2, keepdims=True)
    p, q = source - source_mean, target - target_mean
    spread = (p**2).sum(axis=(-2, -1))
    if not np.all(np.isfinite(spread)) or not np.all(np.isfinite(q)):
        raise ValueError("the points of a similarity transform must be finite")
    if np.any(spread <= 1e-12 * (1 + (source_mean**2).sum(axis=(-2, -1)))):
        raise ValueError("the points of a similarity transform must not coincide")
    a = (p * q).sum(axis=(-2, -1)) / spread
    b = (p[..., 0] * q[..., 1] - p[..., 1] * q[..., 0]).sum(axis=-1) / spread
    linear = np.stack([np.stack([a, -b], -1), np.stack([b, a], -1)], -2)
    shift = target_mean[..., 0, :] - (linear @ source_mean[..., 0, :, None])[..., 0]
    return np.concatenate([linear, shift[..., None]], axis=-1)


def transform_scale(transform: NDArray[np.float64]) -> float:
    """Crop pixels per source pixel."""
    return math.hypot(transform[0, 0], transform[1, 0])


def scaled(transform: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """The transform (2, 3) to a crop that is `factor` times as wide and high and shows the same."""
    result = transform * factor
    result[:, 2] += (factor - 1) / 2  # the edges of the crops coincide, not the centres of their first pixels
    return result


def transform_points(points: NDArray[np.floating], transform: NDArray[np.float64]) -> NDArray[np.float32]:
    """Points (..., N, 2) or a mesh (..., N, 3) moved by transforms (..., 2, 3); a mesh's z is scaled along."""
    moved = points[..., :2] @ np.swapaxes(transform[..., :2], -1, -2) + transform[..., None, :, 2]
    if points.shape[-1] == 3:
        scale = np.hypot(transform[..., 0, 0], transform[..., 1, 0])
        moved = np.concatenate([moved, points[..., 2:] * scale[..., None, None]], axis=-1)
    return np.asarray(moved, np.float32)


def warp(frame: NDArray[np.uint8], transform: NDArray[np.float64], size: int) -> NDArray[np.uint8]:
    """The crop (size, size, 3) that `transform` cuts out of `frame` (H, W, 3); outside, the border is repeated.

    Where the source is larger than the crop, it is sampled on a grid at least as fine as the source and averaged down,
    so that nothing aliases; where it is smaller, it is enlarged by cubic interpolation.
    """
    finer = max(1, min(math.ceil(1 / transform_scale(transform) - 0.01), MAX_GRID // size))
    # Pixel x of the crop is covered by the pixels finer * x ... finer * x + finer - 1 of the fine grid.
    grid = scaled(transform, finer)
    fine = cv2.warpAffine(
        np.ascontiguousarray(frame),
        grid,
        (finer * size, finer * size),
        flags=cv2.INTER_LINEAR if finer > 1 else cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    crop = fine if finer == 1 else cv2.resize(fine, (size, size), interpolation=cv2.INTER_AREA)
    return np.asarray(crop, np.uint8)


def align_image(image: NDArray[np.uint8], size: int, detector: LandmarkDetector) -> AlignedFace:
    """Find the one face in an upright RGB image (H, W, 3) and cut it out as the shards hold it.

    Raises ClipError: no_face, several_faces.
    """
    faces = detector.detect(image)
    if not faces:
        raise ClipError("no_face")
    others = [face for face in faces[1:] if face.extent >= OTHER_FACE_SIZE * faces[0].extent]
    if others:
        raise ClipError("several_faces", f"{1 + len(others)} faces in the picture")
    stable = list(STABLE_POINTS)
    transform = similarity_transform(faces[0].landmarks[stable], mean_shape(size)[stable])
    return AlignedFace(warp(image, transform, size), transform_points(faces[0].landmarks, transform), transform)

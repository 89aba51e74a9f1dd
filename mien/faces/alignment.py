"""Similarity transforms that align a face to the mean shape, and warping by them.

A transform is float64 (2, 3) as in OpenCV: crop = transform[:, :2] @ source + transform[:, 2], in pixel coordinates
with the centre of the first pixel at (0, 0).
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
"""iBUG-68 indices of points that speech and expression hardly move: the nose and the inner eye corners."""

OTHER_FACE_SIZE = 0.33
"""Minimum extent of a second face relative to the largest one; smaller ones, such as on a poster, are ignored."""


MAX_GRID = 4096
"""Maximum side in pixels of the supersampled grid of `warp`; only wrong landmarks would need a larger one, which would
fill the memory."""


@dataclass(frozen=True)
class AlignedFace:
    """`crop` uint8 (S, S, 3) RGB, `landmarks` float32 (68, 2) in crop pixels, `transform` float64 (2, 3)."""

    crop: NDArray[np.uint8]
    landmarks: NDArray[np.float32]
    transform: NDArray[np.float64]


def mean_shape(size: int) -> NDArray[np.float64]:
    """The iBUG-68 points (68, 2) of the mean face in pixels of a crop of `size` × `size`."""
    return np.asarray(MEAN_SHAPE, np.float64) * size - 0.5


def similarity_transform(points: NDArray[np.floating], targets: NDArray[np.floating]) -> NDArray[np.float64]:
    """The similarity transforms (..., 2, 3) that map `points` to `targets`, both (..., N, 2), with least squared error.

    Rotation, uniform scale and translation in closed form: Umeyama, "Least-squares estimation of transformation
    parameters between two point patterns", IEEE TPAMI 1991; in the plane, without reflection, it is a complex division.
    Raises ValueError if the points coincide or are not finite.
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
    """Scale of a transform: crop pixels per source pixel."""
    return math.hypot(transform[0, 0], transform[1, 0])


def scaled(transform: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """The transform (2, 3) to a crop with the same content and `factor` times the width and height."""
    result = transform * factor
    result[:, 2] += (factor - 1) / 2  # the edges of the crops coincide, not the centres of their first pixels
    return result


def transform_points(points: NDArray[np.floating], transform: NDArray[np.float64]) -> NDArray[np.float32]:
    """Points (..., N, 2) or a mesh (..., N, 3) transformed by (..., 2, 3); the z of a mesh is scaled only."""
    moved = points[..., :2] @ np.swapaxes(transform[..., :2], -1, -2) + transform[..., None, :, 2]
    if points.shape[-1] == 3:
        scale = np.hypot(transform[..., 0, 0], transform[..., 1, 0])
        moved = np.concatenate([moved, points[..., 2:] * scale[..., None, None]], axis=-1)
    return np.asarray(moved, np.float32)


def warp(frame: NDArray[np.uint8], transform: NDArray[np.float64], size: int) -> NDArray[np.uint8]:
    """The crop (size, size, 3) of `frame` (H, W, 3) by `transform`; the border is repeated outside the frame.

    Downscaling samples a grid at least as fine as the source and averages it, which avoids aliasing; upscaling uses
    cubic interpolation.
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
    """Detect the only face in an upright RGB image (H, W, 3) and crop it as in the shards.

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

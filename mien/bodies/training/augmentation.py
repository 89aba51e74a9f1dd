"""Changes of pictures and their key points: place, light, colours, sharpness, covered parts."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import BODY_COUNT, mirrored_order
from mien.bodies.training.examples import PosePictures
from mien.bodies.training.options import PoseAugmentation

Pair = tuple[float, float]
LEAST_BOX = 8.0
"""Least side of a box in pixels."""

_MIRRORED = mirrored_order()[:BODY_COUNT]


def box_of(points: NDArray[np.float32]) -> tuple[Pair, Pair]:
    """The corners of the box around points (N, 2), which must not be none."""
    (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return (left, top), (right, bottom)


def warped(frame: NDArray[np.uint8], matrix: NDArray[np.float32], side: int) -> NDArray[np.uint8]:
    """The picture under a transform of points, whose pixel centres are at .5; its border is repeated."""
    if matrix.tolist() == [[1, 0, 0], [0, 1, 0]] and frame.shape[:2] == (side, side):
        return frame
    centred = matrix.astype(np.float64)
    centred[:, 2] += centred[:, :2] @ (0.5, 0.5) - 0.5  # OpenCV's pixel centres are at whole numbers
    factor = float(np.sqrt(abs(np.linalg.det(centred[:, :2]))))
    # without blurring first, thin limbs would fall between the samples of a smaller picture
    source = np.asarray(cv2.GaussianBlur(frame, (0, 0), 0.4 / factor)) if factor < 0.75 else frame
    made = cv2.warpAffine(source, centred, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(made, np.uint8)


def moved(points: NDArray[np.float32], matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Points (..., 2) under a transform (2, 3)."""
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], np.float32)


def augmented(pictures: PosePictures, side: int, options: PoseAugmentation, rng: np.random.Generator) -> PosePictures:
    """The pictures at `side` pixels, each changed at random; points that leave the picture are not known."""
    count = len(pictures)
    frames = np.empty((count, side, side, 3), np.uint8)
    points, known = np.empty_like(pictures.points), pictures.known.copy()
    for row in range(count):
        height, width = pictures.frames.shape[1:3]
        whole = rng.random() < options.whole or known[row].sum() < 2
        area = ((0.0, 0.0), (width, height)) if whole else box_of(pictures.points[row][known[row]])
        matrix, mirrored = _placed(area, side, options, rng)
        frames[row] = _changed(warped(pictures.frames[row], matrix, side), options, rng)
        points[row] = moved(pictures.points[row], matrix)
        if mirrored:
            points[row], known[row] = points[row][_MIRRORED], known[row][_MIRRORED]
    known &= np.all((points >= 0) & (points <= side), axis=2)
    return PosePictures(frames, points, known)


def crop_matrix(low: Pair, high: Pair, side: int, room: float) -> NDArray[np.float32]:
    """The transform (2, 3) that puts a box into the middle of `side` pixels; `room`: sides of the crop by the box's."""
    scale = side / (room * max(high[0] - low[0], high[1] - low[1], LEAST_BOX))
    centre = np.add(low, high) / 2
    return np.asarray(np.c_[scale * np.eye(2), side / 2 - scale * centre], np.float32)


def _placed(
    area: tuple[Pair, Pair], side: int, options: PoseAugmentation, rng: np.random.Generator
) -> tuple[NDArray[np.float32], bool]:
    angle = np.deg2rad(options.rotation) * rng.uniform(-1, 1)
    mirrored = bool(rng.random() < 0.5)
    cosine, sine = np.cos(angle), np.sin(angle)
    turn = np.array(((cosine, -sine), (sine, cosine))) @ np.diag((-1.0 if mirrored else 1.0, 1.0))
    matrix = crop_matrix(*area, side, rng.uniform(1.0, options.room))
    linear = turn @ matrix[:, :2]
    offset = turn @ (matrix[:, 2] - side / 2) + side * (0.5 + options.shift * rng.uniform(-1, 1, 2))
    return np.asarray(np.c_[linear, offset], np.float32), mirrored


def _changed(frame: NDArray[np.uint8], options: PoseAugmentation, rng: np.random.Generator) -> NDArray[np.uint8]:
    values = frame.astype(np.float32)
    if options.colour:
        values = _recoloured(values, options.colour, rng)
    if options.blur and rng.random() < 0.5:
        values = np.asarray(cv2.GaussianBlur(values, (0, 0), rng.uniform(0.05, 1) * options.blur), np.float32)
    if options.colour and rng.random() < 0.3:
        values += rng.normal(0, 20 * options.colour, values.shape).astype(np.float32)
    if rng.random() < options.covered:
        height, width = values.shape[:2]
        across, down = (int(rng.uniform(0.08, 0.3) * one) for one in (width, height))
        left, top = int(rng.integers(width - across + 1)), int(rng.integers(height - down + 1))
        values[top : top + down, left : left + across] = rng.uniform(0, 255, 3)
    return np.asarray(np.clip(values, 0, 255), np.uint8)


def _recoloured(values: NDArray[np.float32], strength: float, rng: np.random.Generator) -> NDArray[np.float32]:
    gains = 1 + strength * rng.uniform(-1, 1, 3) * 0.6
    light = strength * rng.uniform(-1, 1) * 80
    contrast = 1 + strength * rng.uniform(-1, 1)
    values = (values - 128) * contrast * gains.astype(np.float32) + 128 + light
    if rng.random() < strength:  # other colours for everything
        values = values[..., rng.permutation(3)]
    return np.asarray(values, np.float32)

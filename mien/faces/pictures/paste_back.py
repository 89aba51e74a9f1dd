"""Pasting an animated crop back into its picture."""

from __future__ import annotations

import math
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.faces.alignment import (
    STABLE_POINTS,
    mean_shape,
    scaled,
    similarity_transform,
    transform_points,
    transform_scale,
    warp,
)
from mien.faces.pictures.moving_head import MovingHead

LEAST_CROP, MOST_CROP = 64, 768
"""Minimum and maximum side in pixels of the animated crop."""

FINER, FINE_CROP = 1.5, 384
"""Pixels of the crop per pixel of the picture, for crops up to this side.

Cropping, warping and pasting back interpolate three times: at ratio 1 photographed faces keep 0.8 of their variance of
the Laplacian, at 1.5 they keep 0.95. Larger faces are oversampled already, and would cost time.
"""

HOLD_BORDER = 0.12
"""Fraction of the crop's side over which the generator fades out all changes towards the edges (`Talker.generate`)."""

FEATHER = 0.08
"""Fraction of the crop's side over which picture and frame are blended, from the edge inwards.

It is less than `HOLD_BORDER`, so that both are nearly equal where they are blended and no double edges appear.
"""

_LEVELS = 64
"""Levels of the blending weight: 64 · 255 fits into int16, with which blending is fastest."""


def crop_side(side: float) -> int:
    """Side of the animated crop, for a face whose crop covers `side` pixels of the picture."""
    wanted = max(min(FINER * side, FINE_CROP), min(side, MOST_CROP), LEAST_CROP)
    return 2 * math.ceil(wanted / 2 - 1e-6)


class PasteBack:
    """Pastes frames of an aligned face back into its picture; what all frames share is computed once.

    `crop` uint8 (R, R, 3): the face cropped from the picture, to be animated. `transform` float64 (2, 3): picture →
    crop. `landmarks` float32 (68, 2) and `mesh` float32 (478, 3), if it is known: of the face, in crop pixels.
    """

    def __init__(
        self,
        picture: NDArray[np.uint8],
        landmarks: NDArray[np.float32],
        size: int | None = None,
        mesh: NDArray[np.float32] | None = None,
    ) -> None:
        """`picture` uint8 (H, W, 3), `landmarks` (68, 2) and `mesh` (478, 3) in its pixels.

        `size`: the side R of the crop; None: as given by `crop_side`.
        Raises ValueError if the landmarks coincide or are not finite.
        """
        stable = list(STABLE_POINTS)
        unit = similarity_transform(landmarks[stable], mean_shape(1)[stable])
        size = size or crop_side(1 / transform_scale(unit))
        self.picture = np.ascontiguousarray(picture)
        self.transform = scaled(unit, size)
        self.crop = warp(self.picture, self.transform, size)
        self.landmarks = transform_points(landmarks, self.transform)
        self.mesh = None if mesh is None else transform_points(mesh, self.transform)
        self._landmarks = landmarks
        self._prepare()

    @cached_property
    def head(self) -> MovingHead:
        """The head that `paste` moves as a whole; finding the person takes some 30 ms."""
        return MovingHead(self.picture, self._landmarks)

    @property
    def notes(self) -> tuple[str, ...]:
        """A note if the background next to the head moves with it, or none."""
        reason = self.head.reason
        return () if reason is None else (f"the background next to the head moves with it: {reason}",)

    def _prepare(self) -> None:
        height, width = self.picture.shape[:2]
        size = len(self.crop)
        back = cv2.invertAffineTransform(self.transform)
        edge = np.array([[-0.5, -0.5], [size - 0.5, -0.5], [size - 0.5, size - 0.5], [-0.5, size - 0.5]])
        corners = edge @ back[:, :2].T + back[:, 2]
        left, top = (int(value) for value in np.maximum(np.floor(corners.min(axis=0)), 0))
        right, bottom = (int(value) for value in np.minimum(np.ceil(corners.max(axis=0)) + 1, (width, height)))
        self._box = slice(top, max(top, bottom)), slice(left, max(left, right))
        # The transform from pixels of the box to the crop.
        self._into_crop = self.transform.copy()
        self._into_crop[:, 2] += self.transform[:, :2] @ np.array([left, top])
        part = self.picture[self._box]
        weight = self._weights(part.shape[0], part.shape[1], size)
        self._weight = np.repeat(weight[:, :, None], 3, axis=2)
        self._rest = (_LEVELS - self._weight) * part.astype(np.int16) + _LEVELS // 2

    def _weights(self, height: int, width: int, size: int) -> NDArray[np.int16]:
        """Weight of the frame at each pixel of the box (height, width), from 0 to `_LEVELS`."""
        rows, columns = np.mgrid[:height, :width].astype(np.float64)
        x = self._into_crop[0, 0] * columns + self._into_crop[0, 1] * rows + self._into_crop[0, 2]
        y = self._into_crop[1, 0] * columns + self._into_crop[1, 1] * rows + self._into_crop[1, 2]
        inside = np.minimum(np.minimum(x, size - 1 - x), np.minimum(y, size - 1 - y)) / (FEATHER * size)
        t = np.clip(inside, 0, 1)
        return np.asarray(np.round(_LEVELS * t * t * (3 - 2 * t)), np.int16)

    def paste(self, frame: NDArray[np.uint8], motion: NDArray[np.float64] | None = None) -> NDArray[np.uint8]:
        """A copy of the picture (H, W, 3) with `frame`, uint8 (R, R, 3), at the position of the crop.

        `motion` (2, 3): similarity transform in pixels of the crop by which the whole head then moves, beyond the crop
        too and over a still background (`MovingHead`); None: it stays.
        Raises ValueError for a frame of another size.
        """
        if frame.shape != self.crop.shape or frame.dtype != np.uint8:
            raise ValueError(f"the frame is {frame.dtype} {frame.shape}, the crop was uint8 {self.crop.shape}")
        result = self.picture.copy()
        height, width = self._rest.shape[:2]
        if height and width:
            shown = cv2.warpAffine(
                frame,
                self._into_crop,
                (width, height),
                flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            )
            blended = np.multiply(shown, self._weight, dtype=np.int16)
            blended += self._rest
            blended >>= _LEVELS.bit_length() - 1
            result[self._box] = blended
        return result if motion is None else self._moved(result, motion)

    def _moved(self, still: NDArray[np.uint8], motion: NDArray[np.float64]) -> NDArray[np.uint8]:
        """`still`, the picture with the frame, with its head moved; it is overwritten."""
        head = self.head
        whole = np.vstack([self.transform, (0, 0, 1)])
        columns, rows = head.sources((np.linalg.inv(whole) @ np.vstack([motion, (0, 0, 1)]) @ whole)[:2])
        moved = cv2.remap(still, columns, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        composed = head.over_background(moved.astype(np.float32), columns, rows)
        still[head.box] = cv2.convertScaleAbs(np.clip(composed, 0, 255))
        return still

"""Resizing of square pictures."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def resized(picture: Picture, side: int) -> Picture:
    """A square picture (R, R, 3) as (side, side, 3): averaged if smaller, by cubic interpolation if larger."""
    if picture.shape[0] == side:
        return picture
    interpolation = cv2.INTER_AREA if picture.shape[0] > side else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (side, side), interpolation=interpolation), dtype=np.uint8)

"""Frames of two fields that were taken at different times: seen, and made of one field."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

COMBED = 0.002
"""Part of a picture's pixels in combs from which it counts as combed. Pictures of one time have less than 0.0005,
interlaced ones of a talking head 0.003 to 0.15."""

_LEAST_STEP = 10  # grey levels between lines of the two fields


def combing(picture: NDArray[np.uint8]) -> float:
    """Part of the pixels of RGB (H, W, 3), in [0, 1], that differ from both neighbouring lines, which are alike."""
    grey = cv2.blur(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), (9, 1)).astype(np.int16)  # combs are wide, noise is not
    if len(grey) < 4:
        return 0.0
    above, below = grey[1:-1] - grey[:-2], grey[1:-1] - grey[2:]
    step = np.minimum(np.abs(above), np.abs(below))
    alike = 3 * np.abs(above - below) < step
    comb = ((above > 0) == (below > 0)) & (step > _LEAST_STEP) & alike
    return float((comb[:-1] & comb[1:]).mean())


def deinterlaced(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The first field of a picture (H, W, 3), its missing lines interpolated."""
    single = picture.copy()
    rows = len(picture)
    over = picture[0 : rows - 1 : 2].astype(np.uint16)[: rows // 2]
    under = picture[2::2].astype(np.uint16)
    under = np.concatenate([under, over[len(under) :]])  # the last line has no neighbour below
    single[1::2] = (over + under + 1) // 2
    return single

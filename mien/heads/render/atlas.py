"""The texture atlas of a head: where each part's texture lies in it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

WIDTH, SKIN_HEIGHT, STRIP = 1536, 1024, 256
HEIGHT = SKIN_HEIGHT + 3 * STRIP
"""The atlas: skin on top, then a strip for hair, one for cloth, one for eyes, mouth, ears, lashes, glasses, beard."""

FACE = (slice(int(0.12 * SKIN_HEIGHT), int(0.68 * SKIN_HEIGHT)), slice(int(0.22 * WIDTH), int(0.78 * WIDTH)))
"""Rows and columns of the skin's texture that hold the face."""

# left edge, top edge, width, height of each part's place in the atlas
PLACES: dict[str, tuple[int, int, int, int]] = {
    "skin": (0, 0, WIDTH, SKIN_HEIGHT),
    "hair": (0, SKIN_HEIGHT, WIDTH, STRIP),
    "cloth": (0, SKIN_HEIGHT + STRIP, WIDTH, STRIP),
    "eye_left": (0, SKIN_HEIGHT + 2 * STRIP, STRIP, STRIP),
    "eye_right": (0, SKIN_HEIGHT + 2 * STRIP, STRIP, STRIP),
    "teeth_upper": (256, SKIN_HEIGHT + 2 * STRIP, STRIP, STRIP),
    "teeth_lower": (256, SKIN_HEIGHT + 2 * STRIP, STRIP, STRIP),
    "tongue": (512, SKIN_HEIGHT + 2 * STRIP, STRIP, STRIP),
    "ear": (768, SKIN_HEIGHT + 2 * STRIP, STRIP, STRIP),
    "lashes": (1024, SKIN_HEIGHT + 2 * STRIP, STRIP, STRIP),
    "glasses": (1280, SKIN_HEIGHT + 2 * STRIP, 64, STRIP),
    "beard": (1344, SKIN_HEIGHT + 2 * STRIP, 192, STRIP),
}


def atlas_coordinates(kind: str, texture: Array, reduction: int = 1) -> Array:
    """Pixel coordinates (N, 2) in the atlas of a part's texture coordinates (N, 2) in [0, 1].

    reduction: of the atlas's size. Half a pixel at the edges of the part's place is left out, so that no neighbour is
    sampled.
    """
    left, top, width, height = PLACES[kind]
    found = np.array([left, top]) + np.clip(texture, 0, 1) * [width - 2, height - 2] + 0.5
    low = np.array([left, top]) / reduction + 0.5
    return np.clip(found / reduction, low, low + np.array([width, height]) / reduction - 1)

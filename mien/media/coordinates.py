"""Pixel coordinates and normalised coordinates of a picture; both functions take torch tensors and NumPy arrays.

Pixel coordinates count from the centre of the first pixel. In normalised coordinates the picture's edges are −1 and 1,
as in `torch.nn.functional.grid_sample` with `align_corners=False`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

Coordinates = TypeVar("Coordinates", "Tensor", NDArray[np.floating])


def to_normalised(pixels: Coordinates, size: int) -> Coordinates:
    """Normalised coordinates of pixel coordinates along an axis of `size` pixels: (2p + 1) / size − 1."""
    return (2 * pixels + 1) / size - 1


def to_pixels(normalised: Coordinates, size: int) -> Coordinates:
    """Pixel coordinates of normalised coordinates along an axis of `size` pixels; the inverse of `to_normalised`."""
    return ((normalised + 1) * size - 1) / 2

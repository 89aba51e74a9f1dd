"""Pixel and normalised coordinates of square pictures."""

from __future__ import annotations

from typing import Any, TypeVar

from numpy.typing import NDArray
from torch import Tensor

Points = TypeVar("Points", Tensor, NDArray[Any])


def to_unit(points: Points, size: int) -> Points:
    """Pixels, with the centre of the first pixel at 0, as coordinates in [−1, 1] from edge to edge.

    The convention of `grid_sample` with align_corners=False: (2p + 1) / size − 1.
    """
    return (2 * points + 1) / size - 1

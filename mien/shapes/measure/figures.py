"""Detection of figures in each frame and tracking across frames, from pixels alone; prompts are not used.

The opacity of a pixel is its relative position between the background and the figure's colour, so antialiased edges
give areas and positions with sub-pixel precision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import mode

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage
from scipy.optimize import linear_sum_assignment

from mien.shapes.corpus.outlines import signed_distance
from mien.shapes.corpus.vocabulary import BACKGROUND, COLOURS, SHAPES

Array = NDArray[np.float64]

CONTRAST = 100.0
"""Distance in RGB from the background above which a pixel belongs to a figure: half of that of the darkest colour."""

MIN_PIXELS = 12
"""Least pixels of a figure: the smallest rendered one has more than 40."""

COLOUR_TOLERANCE = 80.0
"""Largest distance in RGB from a named colour: light grey is still white, grey has no name."""

SHAPE_TOLERANCE = 0.2
"""Largest distance of harmonics from those of a named shape: half of that between the two most similar shapes."""

MIN_MARK_AREA = 1.0
"""Least area of a mark (background inside a figure), pixels: the smallest rendered one has more than two."""


@dataclass(frozen=True)
class Detection:
    """A figure in one frame: colour and shape by name, None where no name fits; centre (2,) as x and y;
    radius of the circle of equal area; angle of its mark, radians clockwise from up, NaN without one; end (2,): its
    right and its lower edge. Lengths are in pixels."""

    colour: str | None
    shape: str | None
    centre: Array
    radius: float
    angle: float
    end: Array


@dataclass(frozen=True)
class Track:
    """A figure across a clip: one detection in each of the frames with the indices `frames` (N,)."""

    detections: tuple[Detection, ...]
    frames: NDArray[np.int64]

    @property
    def centre(self) -> Array:
        """Centres (N, 2), pixels."""
        return np.array([detection.centre for detection in self.detections])

    @property
    def radius(self) -> Array:
        """Radii (N,), pixels."""
        return np.array([detection.radius for detection in self.detections])

    @property
    def angle(self) -> Array:
        """Angles (N,), radians, NaN where there is no mark."""
        return np.array([detection.angle for detection in self.detections])


def detect_figures(video: NDArray[np.uint8]) -> list[list[Detection]]:
    """The figures in each frame of a video (T, H, W, 3) uint8 RGB; figures that touch count as one."""
    colour = video.astype(np.float64) - BACKGROUND
    in_plane = np.zeros((3, 3, 3), bool)
    in_plane[1] = True
    labels, _ = ndimage.label(np.sqrt((colour**2).sum(-1)) > CONTRAST, in_plane)
    found: list[list[Detection]] = [[] for _ in video]
    for label, (time, rows, columns) in enumerate(ndimage.find_objects(labels), 1):
        # the antialiased edge lies outside of the labelled pixels
        top, left = max(rows.start - 2, 0), max(columns.start - 2, 0)
        part = (time.start, slice(top, rows.stop + 2), slice(left, columns.stop + 2))
        own = labels[part] == label
        if own.sum() >= MIN_PIXELS:
            near = _dilated(own, 2) & (own | (labels[part] == 0))
            found[time.start].append(_measure(colour[part], own, near, np.array([left, top])))
    return found


def _measure(colour: Array, own: NDArray[np.bool_], near: NDArray[np.bool_], corner: Array) -> Detection:
    """Measure a figure in a box of RGB minus background (H, W, 3); own (H, W): its pixels, near: with antialiased edge.

    corner: position (2,) of the box in the frame.
    """
    strength = np.sqrt((colour**2).sum(-1))
    core = colour[own & (strength >= np.median(strength[own]))].mean(0)
    opacity = np.where(near, np.clip(colour @ core / (core @ core), 0, 1), 0)
    filled = _without_holes(opacity > 0.5)
    inside = _eroded(filled)
    solid = np.where(inside, 1.0, opacity)
    y, x = np.indices(solid.shape) + 0.5
    centre = np.array([(solid * x).sum(), (solid * y).sum()]) / solid.sum()
    angle = np.nan
    mark = np.where(inside, 1 - opacity, 0)
    if mark.sum() >= MIN_MARK_AREA:
        away_x, away_y = (mark * (x - centre[0])).sum(), (mark * (y - centre[1])).sum()
        angle = float(np.arctan2(away_x, -away_y))
    edges = np.array([np.flatnonzero(filled.any(axis))[-1] + 1 for axis in (0, 1)]) if filled.any() else centre
    return Detection(
        _nearest(core + BACKGROUND, COLOURS, COLOUR_TOLERANCE),
        _nearest(_harmonics(solid, x - centre[0], y - centre[1]), _shape_harmonics(), SHAPE_TOLERANCE),
        centre + corner,
        float(np.sqrt(solid.sum() / np.pi)),
        angle,
        edges + corner,
    )


_CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)


def _dilated(mask: NDArray[np.bool_], steps: int) -> NDArray[np.bool_]:
    return cv2.dilate(mask.view(np.uint8), _CROSS, iterations=steps) > 0


def _eroded(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return cv2.erode(mask.view(np.uint8), _CROSS, borderType=cv2.BORDER_CONSTANT, borderValue=0) > 0


def _without_holes(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    # pixels that a flood fill from outside does not reach belong to the figure
    outside = np.zeros((mask.shape[0] + 2, mask.shape[1] + 2), np.uint8)
    outside[1:-1, 1:-1] = mask
    cv2.floodFill(outside, None, (0, 0), 2, flags=4)
    return outside[1:-1, 1:-1] != 2


def _nearest(value: Array, named: Mapping[str, ArrayLike], tolerance: float) -> str | None:
    distances = {name: float(np.linalg.norm(value - np.asarray(own))) for name, own in named.items()}
    name = min(distances, key=distances.__getitem__)
    return name if distances[name] <= tolerance else None


_ORDERS = tuple(sorted(shape.corners for shape in SHAPES.values() if shape.corners))


def _harmonics(solid: Array, x: Array, y: Array) -> Array:
    """Normalised complex moments |Σ zⁿ| / Σ |z|ⁿ over the figure's area, z from its centre, n a number of corners.

    Invariant to rotation and scale.
    """
    position = x + 1j * y
    powers = [position**order for order in _ORDERS]
    return np.array([np.abs((solid * power).sum()) / (solid * np.abs(power)).sum() for power in powers])


@lru_cache(maxsize=1)
def _shape_harmonics() -> dict[str, Array]:
    side: Array = np.arange(-40.0, 40.0) + 0.5
    x, y = side[None, :], side[:, None]
    radius, angle = np.array(20.0), np.array(0.0)
    return {
        name: _harmonics(np.clip(0.5 - signed_distance(shape, x, y, radius, angle), 0, 1), x, y)
        for name, shape in SHAPES.items()
    }


def track_figures(detections: Sequence[Sequence[Detection]]) -> tuple[Track, ...]:
    """One track for each figure; frames whose number of figures is not the most common one are left out.

    Figures of consecutive frames are matched by least total distance, with a penalty for another colour.
    """
    count = mode(len(found) for found in detections)
    frames = np.array([number for number, found in enumerate(detections) if len(found) == count])
    if not count:
        return ()
    tracked = [list(detections[frames[0]])]
    for frame in frames[1:]:
        before, now = tracked[-1], detections[frame]
        cost = [[_matching_cost(one, other) for other in now] for one in before]
        tracked.append([now[place] for place in linear_sum_assignment(cost)[1]])
    return tuple(Track(tuple(column), frames) for column in zip(*tracked, strict=True))


def _matching_cost(one: Detection, other: Detection) -> float:
    return float(np.hypot(*(one.centre - other.centre))) + 100.0 * (one.colour != other.colour)

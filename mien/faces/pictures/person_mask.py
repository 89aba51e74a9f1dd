"""Which part of a picture moves with a face: the person, by MediaPipe's selfie segmentation, and the head's ellipse.

The segmentation's model is in MediaPipe's wheel, so it works offline; the landmarks say which part of the person is the
head. Displacements that are multiplied by the weight leave the background, far hair and shoulders still.
"""

from __future__ import annotations

import atexit
import threading
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.media.stderr import quiet_stderr

LEAST_FACE = 0.8
"""Part of the face's ellipse that must belong to the person, or else the segmentation is not believed."""

MOST_PERSON = 0.995
"""Part of the picture from which the person fills it: the segmentation then separates nothing."""

FOREHEAD, HAIR = 0.45, 1.2
"""Height of the forehead above the brows, in heights of the face from the brows to the chin; and by how much the upper
half of the head's ellipse is higher than the forehead."""

EARS, CHIN = 1.14, 1.06
"""Axes of the ellipse in which everything moves, in those of the ellipse through jaw and forehead."""

REACH = 1.75
"""Size of the ellipse outside which nothing moves, in that of the one in which everything does."""

EDGE, MARGIN = 0.01, 0.07
"""Distances from the silhouette, in widths of the head: up to the first everything moves on the face's ellipse, and
from the second on nothing does."""

_THRESHOLD = 0.2  # of the probability: loose hair is seen as half a person
_SMOOTH = 0.008  # standard deviation in sides of the crop; single hairs would make the weight ragged
_WORKING = 144  # side at which the weight is made: it is smooth
_AROUND = 3  # it is made on a crop wider by its side / _AROUND to each side: the still part may begin outside

Picture = NDArray[np.uint8]
Field = NDArray[np.float32]
Area = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class PersonMask:
    """The person in a crop.

    `weight` float32 (R, R) in [0, 1]: of displacements at each pixel. `person` bool (R, R): the person's pixels, all of
    them if the segmentation is not believed; `reason` then says why, and the weight is that of the ellipse alone.
    """

    weight: Field
    person: Area
    reason: str | None = None


@dataclass(frozen=True)
class Head:
    """The ellipse of a head, in which everything moves with the face.

    `centre` (2,), half `axes` (2,), across and down, and `up`, the half axis upwards, in pixels; the rows of
    `directions` (2, 2) are unit vectors across, along the eyes, and down.
    """

    centre: NDArray[np.float64]
    axes: NDArray[np.float64]
    up: float
    directions: NDArray[np.float64]

    @classmethod
    def of(cls, landmarks: NDArray[np.floating]) -> Self:
        """The head of the landmarks (68, 2), iBUG order. Raises ValueError if they are not finite."""
        points = np.asarray(landmarks, np.float64)
        if points.shape != (68, 2) or not np.isfinite(points).all():
            raise ValueError(f"landmarks must be finite numbers (68, 2), not {points.shape}")
        across = points[42:48].mean(axis=0) - points[36:42].mean(axis=0)
        length = float(np.hypot(*across))
        x, y = across / length if length > 0 else (1.0, 0.0)
        directions = np.array([[x, y], [-y, x]])
        placed = points @ directions.T
        (left, brows), (right, chin) = placed.min(axis=0), placed.max(axis=0)
        top = brows - FOREHEAD * (chin - brows)
        centre = np.array([left + right, top + chin]) / 2
        axes = np.maximum([EARS * (right - left) / 2, CHIN * (chin - top) / 2], 1.0)
        return cls(centre @ directions, axes, HAIR * float(axes[1]), directions)

    @property
    def width(self) -> float:
        """Width of the head in pixels."""
        return 2 * float(self.axes[0])

    def radius(self, columns: NDArray[Any], rows: NDArray[Any]) -> NDArray[np.float64]:
        """Distance from the centre, 1 on the ellipse, of the pixels (H, W) in `columns` (W,) and `rows` (H,)."""
        pixels = (np.stack(np.meshgrid(columns, rows), -1) - self.centre) @ self.directions.T
        vertical = np.where(pixels[..., 1] < 0, self.up, self.axes[1])
        return np.asarray(np.hypot(pixels[..., 0] / self.axes[0], pixels[..., 1] / vertical))


def person_weight(crop: Picture, landmarks: NDArray[np.floating]) -> Field:
    """Weight float32 (R, R) in [0, 1] of displacements in `crop` uint8 (R, R, 3); see `person_mask`."""
    return person_mask(crop, landmarks).weight


def person_mask(crop: Picture, landmarks: NDArray[np.floating]) -> PersonMask:
    """The person in `crop` uint8 (R, R, 3) RGB whose face has `landmarks` (68, 2), iBUG order, in its pixels.

    The weight is 1 on the face, its ears and the neck's upper end, 0 outside the silhouette and far from the face. In
    between it is a smooth step of a / (a + b), with the distances a to the still part and b to the face: so it falls
    in the hair where there is some, and in a narrow band of background where the silhouette is the ear's.

    The ellipse alone decides, and `reason` says so, if the segmentation is not believed (see `find_person`). Raises
    ValueError for another shape, and for landmarks that are not finite or outside the crop.
    """
    side = crop.shape[0]
    if crop.shape != (side, side, 3) or crop.dtype != np.uint8:
        raise ValueError(f"the crop must be a square uint8 (R, R, 3), not {crop.dtype} {crop.shape}")
    head = Head.of(landmarks)
    person, reason = find_person(crop, head)
    fine = min(side, _WORKING)
    around = fine // _AROUND
    small = cv2.resize(person.astype(np.float32), (fine, fine), interpolation=cv2.INTER_AREA) >= 0.5
    beyond = distance(np.pad(small, around, mode="edge")) * (side / fine) / head.width
    axis = (np.arange(-around, fine + around) + 0.5) * (side / fine) - 0.5
    radius = head.radius(axis, axis)
    moving = (radius <= 1) & (beyond <= EDGE)
    weight = between(moving, (radius >= REACH) | (beyond >= MARGIN))[around : around + fine, around : around + fine]
    return PersonMask(np.asarray(cv2.resize(weight, (side, side), interpolation=cv2.INTER_LINEAR)), person, reason)


def find_person(picture: Picture, head: Head) -> tuple[Area, str | None]:
    """The pixels (H, W) of the person with this `head` in a picture (H, W, 3), and None.

    They are connected with the head, so other people do not belong to them. All pixels, and the reason, if the
    segmentation finds no person at the head, as on some drawn faces, or a person everywhere. Raises ValueError if the
    head is not in the picture.
    """
    height, width = picture.shape[:2]
    face = head.radius(np.arange(width), np.arange(height)) <= 1
    if not face.any():
        raise ValueError("the landmarks are not in the picture")
    found = cv2.GaussianBlur(_segmenter()(picture), (0, 0), _SMOOTH * max(height, width)) >= _THRESHOLD
    covered = float(found[face].mean())
    if covered < LEAST_FACE:
        return np.ones_like(found), f"the segmentation finds a person on {100 * covered:.0f} % of the face"
    _, labels = cv2.connectedComponents(found.astype(np.uint8), connectivity=4)
    person = labels == np.bincount(labels[face & found]).argmax()
    if person.mean() > MOST_PERSON:
        return np.ones_like(found), "the segmentation finds a person all over the picture"
    return person, None


def between(moving: Area, still: Area) -> Field:
    """Weight (H, W): 1 in `moving`, 0 in `still`, and a smooth step of the distances from both in between."""
    to_moving, to_still = distance(moving), distance(still)
    step = to_still / np.maximum(to_still + to_moving, 1e-6)
    return np.asarray(step * step * (3 - 2 * step), np.float32)


def distance(area: Area) -> Field:
    """Distance (H, W) in pixels of each pixel from the nearest one of `area`, in which it is 0."""
    return np.asarray(cv2.distanceTransform((~area).astype(np.uint8), cv2.DIST_L2, 5), np.float32)


class _Segmenter:
    """MediaPipe's selfie segmentation; one thread at a time may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        with quiet_stderr():
            from mediapipe.python.solutions import selfie_segmentation  # takes a second to import

            self._graph: Any = selfie_segmentation.SelfieSegmentation(model_selection=0)
            self._graph.process(np.zeros((64, 64, 3), np.uint8))  # its threads log at the first frame

    def __call__(self, picture: Picture) -> Field:
        """Probability (H, W) that each pixel of an RGB picture (H, W, 3) belongs to a person."""
        with self._lock:
            return np.asarray(self._graph.process(np.ascontiguousarray(picture)).segmentation_mask, np.float32)

    def close(self) -> None:
        with quiet_stderr():
            self._graph.close()


@cache
def _segmenter() -> _Segmenter:
    segmenter = _Segmenter()  # kept until the process ends: opening it takes longer than a segmentation
    atexit.register(segmenter.close)  # before its library is unloaded
    return segmenter

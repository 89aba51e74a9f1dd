"""Tracking of several people: the same number for the same person in every frame.

In each frame the found persons are assigned to the known ones at the least total cost (the Hungarian method): the
distance between the torsos as expected from the last speed, the difference of their sizes, and the difference of the
colours of their torsos. Whoever was away is recognised by colour and size alone, if these are clearly his or hers; two
people dressed alike, or one who changes clothes while away, cannot be told apart in this way.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from mien.bodies.keypoints import BODY_COUNT, JOINTS, PoseTrack
from mien.bodies.poses.found import TORSO, Found

MOST_STEP = 0.6
"""Largest distance of a torso from where it is expected, in parts of the person's size, one frame after another."""

GROWTH = 0.05
"""Part of the size by which that distance grows with each frame in which the person was not found."""

AWAY = 15
"""Frames without a person after which only looks tell who comes back."""

MOST_COLOUR = 0.16
"""Largest difference of colour (Hellinger distance of histograms) at which somebody who comes back is recognised."""

COLOUR_WEIGHT = 0.7
BINS = 6


@dataclass
class _Person:
    centre: NDArray[np.float64]
    speed: NDArray[np.float64]
    size: float
    colour: NDArray[np.float64] | None
    last: int
    frames: list[int] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)


@dataclass(frozen=True)
class _Look:
    centre: NDArray[np.float64]
    size: float
    colour: NDArray[np.float64] | None


class PeopleTracker:
    """Collects what was found frame by frame; memory grows by the key points alone."""

    def __init__(self) -> None:
        self._people: list[_Person] = []
        self._count = 0

    def add(self, found: list[Found], frame: NDArray[np.uint8] | None) -> None:
        """The persons in the next frame, which is uint8 (H, W, 3); None where there are no pictures."""
        seen = [(one, look) for one in found if (look := _look(one, frame)) is not None]
        free = self._assign(seen, present=True)
        free = self._assign(free, present=False)
        for one, look in free:
            self._people.append(_Person(look.centre, np.zeros(2), look.size, look.colour, self._count))
            self._keep(self._people[-1], one, look)
        self._count += 1

    def tracks(self, fewest: int = 1) -> tuple[PoseTrack, ...]:
        """The track of every person who is in at least `fewest` frames, numbered from 0 by their first frame."""
        lasting = [person for person in self._people if len(person.frames) >= fewest]
        return tuple(self._track(person, number) for number, person in enumerate(lasting))

    @property
    def frames(self) -> int:
        """Frames so far."""
        return self._count

    def _assign(self, seen: list[tuple[Found, _Look]], present: bool) -> list[tuple[Found, _Look]]:
        """Give the found persons to known ones who are present, or who are away; what is left over."""
        people = [
            one for one in self._people if one.last != self._count and (self._count - one.last <= AWAY) == present
        ]
        if not people or not seen:
            return seen
        cost = np.array([[self._cost(person, look, present) for _, look in seen] for person in people])
        rows, columns = linear_sum_assignment(np.where(np.isfinite(cost), cost, 1e6))
        taken = {
            column: people[row] for row, column in zip(rows, columns, strict=True) if np.isfinite(cost[row, column])
        }
        for column, person in taken.items():
            self._keep(person, *seen[column])
        return [one for column, one in enumerate(seen) if column not in taken]

    def _cost(self, person: _Person, look: _Look, present: bool) -> float:
        gap = self._count - person.last
        colour = _difference(person.colour, look.colour)
        scale = abs(float(np.log(look.size / person.size)))
        if not present:  # without colours nobody is recognised
            return colour + 0.1 * scale if colour <= MOST_COLOUR and scale < 1.2 else float("inf")
        expected = person.centre + person.speed * min(gap, 3)
        distance = float(np.linalg.norm(look.centre - expected)) / max(person.size, look.size)
        if distance > MOST_STEP + GROWTH * gap or scale > 1.0:
            return float("inf")
        return distance + 0.3 * scale + COLOUR_WEIGHT * (colour if np.isfinite(colour) else MOST_COLOUR)

    def _keep(self, person: _Person, one: Found, look: _Look) -> None:
        gap = self._count - person.last
        if 0 < gap <= AWAY:
            person.speed = 0.5 * person.speed + 0.5 * (look.centre - person.centre) / gap
        else:
            person.speed = np.zeros(2)
        person.centre = look.centre
        person.size = 0.8 * person.size + 0.2 * look.size
        if look.colour is not None:
            person.colour = look.colour if person.colour is None else 0.9 * person.colour + 0.1 * look.colour
        person.last = self._count
        person.frames.append(self._count)
        person.found.append(one)

    def _track(self, person: _Person, number: int) -> PoseTrack:
        points = np.zeros((self._count, len(JOINTS), 2), np.float32)
        confidence = np.zeros((self._count, len(JOINTS)), np.float32)
        for frame, one in zip(person.frames, person.found, strict=True):
            points[frame], confidence[frame] = one.points, one.confidence
        return PoseTrack(points, confidence, number)


def _look(one: Found, frame: NDArray[np.uint8] | None) -> _Look | None:
    box = one.box()
    if box is None:
        return None
    known = [index for index in TORSO if one.confidence[index] > 0]
    body = one.points[:BODY_COUNT][one.confidence[:BODY_COUNT] > 0]
    centre = (one.points[known] if known else body).mean(axis=0).astype(np.float64)
    size = float(np.sqrt(np.prod(np.maximum((box[2:] - box[:2]).astype(np.float64), 4.0))))
    return _Look(centre, size, None if frame is None else _torso_colour(one, frame))


def _torso_colour(one: Found, frame: NDArray[np.uint8]) -> NDArray[np.float64] | None:
    """Histogram of the colours within shoulders and hips, or of what is known of them; it sums to 1."""
    corners = one.points[[index for index in TORSO if one.confidence[index] > 0]]
    if len(corners) < 2:
        return None
    if len(corners) < 4:  # a square below the shoulders
        (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        side = max(right - left, bottom - top)
        corners = np.array(((left, top), (left + side, top), (left + side, top + side), (left, top + side)))
    left, top = np.floor(corners.min(axis=0)).astype(int)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int) + 1
    left, top = max(left, 0), max(top, 0)
    window = frame[top : max(bottom, top), left : max(right, left)]
    if window.size == 0:
        return None
    mask = np.zeros(window.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, np.round(corners - (left, top)).astype(np.int32), 1)
    pixels = window[mask > 0]
    if len(pixels) < 4:
        return None
    cells = np.minimum(pixels.astype(np.int64) * BINS // 256, BINS - 1)
    counts = np.bincount(cells @ np.array((BINS * BINS, BINS, 1)), minlength=BINS**3).astype(np.float64)
    blurred = _blurred(counts.reshape(BINS, BINS, BINS))
    return blurred.ravel() / blurred.sum()


def _blurred(histogram: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shared with the neighbouring cells, so that a little more light changes little."""
    for axis in range(3):
        padded = np.pad(histogram, [(1, 1) if one == axis else (0, 0) for one in range(3)], mode="edge")
        before, after = (np.take(padded, np.arange(start, start + BINS), axis=axis) for start in (0, 2))
        histogram = 0.25 * before + 0.5 * histogram + 0.25 * after
    return histogram


def _difference(one: NDArray[np.float64] | None, other: NDArray[np.float64] | None) -> float:
    """Hellinger distance in [0, 1]; infinite where a colour is not known."""
    if one is None or other is None:
        return float("inf")
    return float(np.sqrt(max(0.0, 1 - np.sqrt(one * other).sum())))

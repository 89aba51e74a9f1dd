"""The layer of expression creases: deepens folds and raises bulges of the skin as far as the goal has moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.talking.compose.creases.folds import FOLDS, Fold, Place
from mien.talking.compose.creases.movement import AT_REST, LEAST_SIZE, HeadAxes, Movement, movement
from mien.talking.compose.creases.relief import Relief, relief
from mien.talking.compose.creases.skin import skin_weight
from mien.talking.compose.layer import Field, Goal, Points, Portrait
from mien.talking.compose.mouth.tone import photo_tone

Array = NDArray[np.float64]

_SIDEWAYS, _ABOVE = 1.5, 0.8
"""The light comes from above by the second, and from the brighter side by the first times the difference of the
cheeks."""

TINT = (0.8, 1.05, 1.1)
"""Relative change of R, G, B: light scattered in the skin makes the depth of a fold redder."""

_LEAST = 1 / 512
"""Relative change of the light below which no pixel changes by one grey level."""

_FARTHEST = 1e6


@dataclass(frozen=True, eq=False)
class _Skin:
    """Places (N,) of the skin: their `coordinates` (N, 2) in the portrait, in the head's axes, and the `weights`
    (N, 68) with which they follow the landmarks."""

    coordinates: Array
    weights: Array

    @classmethod
    def of(cls, places: Sequence[Place], landmarks: Array) -> _Skin:
        """`landmarks` (68, 2): the portrait's, in the head's axes."""
        mean = np.zeros((len(places), 68))
        for row, place in zip(mean, places, strict=True):
            row[list(place.landmarks)] = 1 / len(place.landmarks)
        shifted = mean @ landmarks + np.array([(place.right, place.down) for place in places])
        return cls(shifted, mean * np.array([[place.follows] for place in places]))


@dataclass(frozen=True, eq=False)
class _Change:
    """Relative change of the `light` (bottom − top, right − left) in a box of a frame, in pixels."""

    left: int
    top: int
    right: int
    bottom: int
    light: Field


class CreaseLayer:
    """A `Layer` of expression creases, to be drawn before lids and mouth.

    `rest`: landmarks (68, 2) in crop pixels of the goal that leaves the face as it is in the portrait; None: the
    portrait's. Each change is a factor of the frame's own light, so hue and pores stay; it is 0 at rest and grows with
    the movement.
    """

    def __init__(self, portrait: Portrait, rest: Points | None = None) -> None:
        self._own = np.asarray(portrait.landmarks, np.float64)
        self._rest = self._own if rest is None else np.asarray(rest, np.float64)
        self._axes = HeadAxes.of(portrait.landmarks)
        self._coordinates = self._axes.coordinates(self._own)
        finite = np.isfinite(self._own).all() and np.isfinite(self._rest).all()
        self._folds = self._baked(portrait) if finite and self._axes.size > LEAST_SIZE else ()
        # the first, a middle and the last place of a fold say where its map lies
        places = [fold.places[which] for fold, _ in self._folds for which in (0, len(fold.places) // 2, -1)]
        self._skin = _Skin.of(places, self._coordinates) if places else None

    def _baked(self, portrait: Portrait) -> tuple[tuple[Fold, Relief], ...]:
        tone, skin = photo_tone(portrait), skin_weight(portrait)
        light = np.array([_SIDEWAYS * tone.side, -_ABOVE])
        found = []
        for fold in FOLDS:
            points = self._axes.pixels(_Skin.of(fold.places, self._coordinates).coordinates)
            made = relief(fold, points, self._axes.size, light, tone.blur, skin)
            if made is not None:
                found.append((fold, made))
        return tuple(found)

    def warp_goal(self, goal: Goal) -> Points:
        """The goal's landmarks (68, 2): creases move nothing."""
        return goal.landmarks

    def draw(self, frame: Field, goal: Goal) -> None:
        """Draw the creases into `frame` float32 (R, R, 3) in [0, 255], in place."""
        if not np.isfinite(goal.landmarks).all():
            return
        gone = movement(self._rest, goal.landmarks)
        if self._skin is None or gone == AT_REST:
            return
        axes = self._axes.moved(self._own, goal.landmarks)
        change = axes.coordinates(goal.landmarks) - self._coordinates
        now = axes.pixels(self._skin.coordinates + self._skin.weights @ change).reshape(-1, 3, 2)
        before = self._axes.pixels(self._skin.coordinates).reshape(-1, 3, 2)
        changes = []
        for number, (fold, made) in enumerate(self._folds):
            strength = _strength(fold, gone)
            if strength * made.greatest * max(TINT) > _LEAST:
                changes.append(_placed(made, strength, _placement(before[number], now[number]), frame.shape))
        _multiply(frame, [change for change in changes if change is not None])


def _strength(fold: Fold, gone: Movement) -> float:
    return float(sum(weight * getattr(gone, name) for name, weight in fold.weights.items()))


def _placed(made: Relief, strength: float, placement: Array, shape: tuple[int, ...]) -> _Change | None:
    """The change of a fold in a frame of `shape`; `placement` (3, 3): pixels of the portrait → of the frame."""
    matrix = placement @ _shifted(made.corner)
    height, width = made.change.shape
    edge = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]]) @ matrix[:2].T
    if not np.abs(edge).max() < _FARTHEST:
        return None
    left, top = np.maximum(np.floor(edge.min(0)), 0).astype(int).tolist()
    right, bottom = np.minimum(np.ceil(edge.max(0)) + 1, shape[1::-1]).astype(int).tolist()
    if right <= left or bottom <= top:
        return None
    matrix[:2, 2] -= left, top
    change = cv2.warpAffine(made.change, matrix[:2], (right - left, bottom - top), flags=cv2.INTER_LINEAR)
    return _Change(left, top, right, bottom, np.asarray(strength * change, np.float32))


def _multiply(frame: Field, changes: Sequence[_Change]) -> None:
    """Change the light of `frame` in place by the sum of the changes, which are small where they overlap."""
    if not changes:
        return
    left, top = min(one.left for one in changes), min(one.top for one in changes)
    right, bottom = max(one.right for one in changes), max(one.bottom for one in changes)
    total = np.zeros((bottom - top, right - left), np.float32)
    for one in changes:
        total[one.top - top : one.bottom - top, one.left - left : one.right - left] += one.light
    part = frame[top:bottom, left:right]
    for channel, tint in enumerate(TINT):  # numpy is slow along axes of three
        part[..., channel] *= 1 + np.float32(tint) * total


def _placement(before: Array, after: Array) -> Array:
    """The similarity (3, 3) of least squares from points `before` to `after`, both (3, 2)."""
    first, second = before @ [1, 1j], after @ [1, 1j]
    start, end = first.mean(), second.mean()
    spread = max(float((np.abs(first - start) ** 2).sum()), LEAST_SIZE**2)
    turn = ((second - end) * (first - start).conj()).sum() / spread
    shift = end - turn * start
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag], [0, 0, 1]])


def _shifted(corner: tuple[int, int]) -> Array:
    return np.array([[1.0, 0, corner[0]], [0, 1, corner[1]], [0, 0, 1]])

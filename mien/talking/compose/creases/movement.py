"""How far each expressive movement of a face has gone in a frame: from landmarks, relative to the goal at rest.

The movements are action units of Ekman and Friesen's Facial Action Coding System (1978), by the landmarks they move.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Landmarks = NDArray[np.floating[Any]]

SKULL_POINTS = (27, 28, 29, 30, 31, 33, 35, 36, 39, 42, 45)
"""iBUG-68 landmarks that move with the skull: the nose and the corners of the eyes."""

LEAST_SIZE = 1e-3
"""Pixels between the outer corners of the eyes below which there is no face."""


@dataclass(frozen=True, eq=False)
class HeadAxes:
    """Axes of a face in a picture: `across` (2,) to the viewer's right and `down` (2,), both in pixels and as long as
    the outer corners of the eyes are apart; `origin` (2,) in pixels, on the skull."""

    origin: Array
    across: Array
    down: Array

    @classmethod
    def of(cls, landmarks: Landmarks) -> Self:
        """The axes of landmarks (68, 2) in pixels, at the mean of the points of the skull."""
        points = np.asarray(landmarks, np.float64)
        across = points[45] - points[36]
        return cls(points[list(SKULL_POINTS)].mean(0), across, np.array([-across[1], across[0]]))

    @property
    def size(self) -> float:
        """Distance of the outer corners of the eyes in pixels."""
        return float(np.hypot(*self.across))

    def moved(self, own: Landmarks, now: Landmarks) -> Self:
        """The axes, moved as the skull is from landmarks `own` to `now`, both (68, 2): by the similarity of least
        squares."""
        before, after = (np.asarray(one, np.float64)[list(SKULL_POINTS)] @ [1, 1j] for one in (own, now))
        start, end = before.mean(), after.mean()
        spread = float((np.abs(before - start) ** 2).sum())
        turn = ((after - end) * (before - start).conj()).sum() / max(spread, LEAST_SIZE**2)
        across, origin = self.across @ [1, 1j] * turn, (self.origin @ [1, 1j] - start) * turn + end
        return type(self)(_pair(origin), _pair(across), _pair(1j * across))

    def coordinates(self, points: Landmarks) -> Array:
        """Points (N, 2) in pixels as (right, down) in units of `size`."""
        offset = np.asarray(points, np.float64) - self.origin
        return np.stack([offset @ self.across, offset @ self.down], -1) / max(self.size, LEAST_SIZE) ** 2

    def pixels(self, coordinates: Array) -> Array:
        """The inverse of `coordinates`."""
        return np.asarray(self.origin + coordinates[..., :1] * self.across + coordinates[..., 1:] * self.down)


@dataclass(frozen=True)
class Movement:
    """How far each movement has gone: 0 as at rest, about .75 in an unmistakable expression, always below 1.

    `smile`: corners outwards (AU 6 + 12). `sneer`: the upper lip raised (AU 9 + 10). `frown`: corners lowered (AU 15 +
    17). `lowered`: inner brows (AU 4). `raised`: inner brows (AU 1). `arched`: outer brows (AU 2).
    """

    smile: float = 0.0
    sneer: float = 0.0
    frown: float = 0.0
    lowered: float = 0.0
    raised: float = 0.0
    arched: float = 0.0


AT_REST = Movement()

_FULL = {"smile": 0.12, "sneer": 0.055, "frown": 0.09, "lowered": 0.1, "raised": 0.09, "arched": 0.03}
"""Movement, in distances of the outer corners of the eyes, that is full strength (tanh 1)."""

_SPEECH = {"smile": 0.01, "sneer": 0.012, "frown": 0.015, "lowered": 0.004, "raised": 0.004, "arched": 0.004}
"""Movement below which little is drawn: speech and the noise of the goal."""

_OBLIQUE = 2.0
"""Weight of how much more the inner part of the brows is raised than the middle: sadness shows in it, even where the
brows hardly rise as a whole."""


def movement(rest: Landmarks, landmarks: Landmarks) -> Movement:
    """The movements from `rest` to `landmarks`, both (68, 2) in pixels of any similar pictures.

    Both sides together: predicted landmarks differ from side to side more than people's movements do.
    """
    axes = HeadAxes.of(rest)
    shift = axes.moved(rest, landmarks).coordinates(landmarks) - axes.coordinates(rest)
    if not np.isfinite(shift).all():
        return AT_REST
    rise = -shift[:, 1]
    inner, middle, outer = (float(rise[list(one)].mean()) for one in ((21, 22), (19, 20, 23, 24), (17, 18, 25, 26)))
    lips = float(rise[50:53].mean() + rise[56:59].mean()) / 2  # an opening mouth takes its corners along
    return Movement(
        smile=_part("smile", float(shift[54, 0] - shift[48, 0]) / 2),
        sneer=_part("sneer", float(rise[50:53].mean())),
        frown=_part("frown", lips - float(rise[[48, 54]].mean())),
        lowered=_part("lowered", -inner),
        raised=_part("raised", inner + _OBLIQUE * max(inner - middle, 0)),
        arched=_part("arched", outer),
    )


def _part(name: str, moved: float) -> float:
    """The part in [0, 1) of a movement: smooth and monotone, 0 for one backwards."""
    moved = max(moved, 0.0)
    return float(np.tanh(moved * moved / (moved + _SPEECH[name]) / _FULL[name]))


def _pair(number: complex) -> Array:
    return np.array([number.real, number.imag])

"""Where expressions fold the skin: curves between landmarks, their profile, and the movements that deepen them.

What each action unit does to the skin: Ekman and Friesen, Facial Action Coding System (1978). That folds are drawn as
maps of their own, weighted by what moves: wrinkle maps, Oat, "Animated wrinkle maps", SIGGRAPH courses (2007).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

MIRRORED = (
    *range(16, -1, -1), *range(26, 16, -1), 27, 28, 29, 30, 35, 34, 33, 32, 31,
    45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40,
    54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65,
)  # fmt: skip
"""Landmark of the other side of the face for each of the 68."""


@dataclass(frozen=True)
class Place:
    """A point of the skin: the mean of `landmarks` (iBUG-68), shifted by `right` and `down` in distances of the outer
    corners of the eyes. `follows`: part of the movement of the landmarks that the skin there makes."""

    landmarks: tuple[int, ...]
    right: float = 0.0
    down: float = 0.0
    follows: float = 1.0

    @property
    def mirrored(self) -> Place:
        """The same point of the other side."""
        return Place(tuple(MIRRORED[one] for one in self.landmarks), -self.right, self.down, self.follows)


@dataclass(frozen=True)
class Fold:
    """A crease along a smooth curve through `places`; lengths in distances of the outer corners of the eyes.

    `weights`: of the movements that deepen it. `depth`: part of the light that is lost in its line, of standard
    deviation `width`. `shadow`: part that is lost in the shade on the left of who follows the curve, of standard
    deviation `reach`. `bulge`: steepness of the raised skin on the right, whose crest is `crest` away. `ends`: parts of
    the length over which it begins and ends. `flipped`: left and right are exchanged.
    """

    places: tuple[Place, ...]
    weights: Mapping[str, float]
    depth: float
    width: float
    shadow: float = 0.0
    reach: float = 0.05
    bulge: float = 0.0
    crest: float = 0.06
    ends: tuple[float, float] = (0.3, 0.4)
    flipped: bool = False

    @property
    def mirrored(self) -> Fold:
        """The same fold of the other side."""
        places = tuple(place.mirrored for place in self.places)
        return replace(self, places=places, flipped=not self.flipped)


def _both(*folds: Fold) -> tuple[Fold, ...]:
    return tuple(one for fold in folds for one in (fold, fold.mirrored))


_NASOLABIAL = Fold(
    (
        Place((31,), -0.035, -0.09, 0.9), Place((31,), -0.10, 0.02, 0.8), Place((31, 48), -0.135, 0.01, 0.6),
        Place((48,), -0.165, 0.0, 0.5), Place((48,), -0.145, 0.14, 0.5),
    ),
    {"smile": 1.0, "sneer": 0.3},
    depth=0.09, width=0.017, shadow=0.04, reach=0.045, bulge=0.32, crest=0.14, ends=(0.2, 0.7),
)  # fmt: skip
_LOWER_LID = Fold(
    (Place((39, 40), 0.02, 0.085), Place((40, 41), 0.0, 0.085), Place((36, 41), -0.01, 0.08)),
    {"smile": 0.8, "sneer": 0.5},
    depth=0.12, width=0.012, shadow=0.04, reach=0.03, bulge=0.12, crest=0.03, ends=(0.4, 0.4),
)  # fmt: skip
_MARIONETTE = Fold(
    (Place((48,), -0.03, 0.02), Place((48,), -0.055, 0.09, 0.9), Place((48,), -0.06, 0.17, 0.7)),
    {"frown": 1.0},
    depth=0.2, width=0.018, shadow=0.1, reach=0.04, bulge=0.15, crest=0.06, ends=(0.3, 0.5),
)  # fmt: skip
_FURROW = Fold(
    (
        Place((21, 27), 0.035, 0.03, 0.5), Place((21, 22), -0.05, 0.02, 0.7), Place((21, 22), -0.052, -0.05, 0.7),
        Place((21, 22), -0.035, -0.15, 0.6),
    ),
    {"lowered": 1.0},
    depth=0.2, width=0.016, shadow=0.12, reach=0.045, bulge=0.25, crest=0.045, ends=(0.45, 0.6),
)  # fmt: skip
_UNDER_BROW = Fold(
    (
        Place((21,), 0.02, 0.05, 0.5), Place((20, 21), 0.0, 0.055, 0.5), Place((19, 20), 0.0, 0.055, 0.5),
        Place((18, 19), 0.0, 0.05, 0.5),
    ),
    {"lowered": 1.0},
    depth=0.16, width=0.03, shadow=0.06, reach=0.05, ends=(0.2, 0.5),
)  # fmt: skip
_NOSE_SIDE = Fold(
    (Place((28, 39), 0.02, -0.03), Place((28, 29, 39), 0.01, 0.01), Place((29, 31), -0.03, -0.05)),
    {"sneer": 0.9},
    depth=0.14, width=0.013, shadow=0.06, reach=0.03, bulge=0.12, crest=0.05, ends=(0.35, 0.4),
)  # fmt: skip
_NOSE_ROOT = Fold(
    (Place((27,), -0.06, 0.03), Place((27,), 0.0, 0.015), Place((27,), 0.06, 0.03)),
    {"sneer": 0.4, "lowered": 0.4},
    depth=0.18, width=0.014, shadow=0.04, reach=0.03, bulge=0.10, crest=0.035, ends=(0.4, 0.4),
)  # fmt: skip


def _forehead() -> tuple[Fold, ...]:
    """Three lines over the middle (AU 1) and over each outer part (AU 2) of the brows."""
    folds: list[Fold] = []
    for height, depth in ((0.15, 0.10), (0.24, 0.12), (0.33, 0.085)):
        middle = (
            Place((20,), 0.02, 0.02 - height, 0.6), Place((21, 22), -0.06, -height, 0.6),
            Place((21, 22), 0.06, -height, 0.6), Place((23,), -0.02, 0.02 - height, 0.6),
        )  # fmt: skip
        outer = (
            Place((18,), 0.0, 0.02 - height, 0.6), Place((19,), 0.0, -height, 0.6),
            Place((21,), 0.0, -height, 0.6),
        )  # fmt: skip
        line = Fold(
            middle, {"raised": 1.0},
            depth=depth, width=0.013, shadow=0.02, reach=0.03, bulge=0.07, crest=0.035, ends=(0.35, 0.35),
        )  # fmt: skip
        outer_line = replace(line, places=outer, weights={"arched": 1.0}, depth=0.6 * depth, ends=(0.4, 0.5))
        folds += [line, *_both(outer_line)]
    return tuple(folds)


FOLDS: tuple[Fold, ...] = (
    *_both(_NASOLABIAL, _LOWER_LID, _MARIONETTE, _FURROW, _UNDER_BROW, _NOSE_SIDE), _NOSE_ROOT, *_forehead(),
)  # fmt: skip
"""All folds that are drawn."""

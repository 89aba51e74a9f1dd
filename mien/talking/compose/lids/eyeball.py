"""The eyeball of the portrait: as in the photo where it is seen, completed where the lids hide it.

The iris is round, so what is hidden of it has the colours of what is seen at the same distance from its centre; the
white continues column by column.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from mien.talking.compose.layer import Field, Picture
from mien.talking.compose.lids.eye import Eye, Mask, Values

_ABOVE, _BELOW = 0.6, 0.4
"""Height of the completed parts above the upper and below the lower lid over the opening of the eye."""

_SEAM, _LOWER_SEAM = 0.4, 0.2
"""Parts of the opening at the upper and at the lower lid in which photo and completed eyeball are blended: the lids'
shadow in the photo must not stay where the lids were."""

_COLUMNS = (24, 192)
"""Bounds of the columns of the grid."""

_LIMBUS = 0.14
"""Width of the soft edge of the iris over its radius."""

_RINGS = 12


@dataclass(frozen=True)
class Eyeball:
    """`colours` float32 (h, w, 3) in [0, 255] at a regular grid of eye coordinates; `first`, `step` (2,): its u and v.

    `middle`: v of the iris's centre. `seen` (3,): mean colour of the eye in the portrait.
    """

    colours: Field
    first: tuple[float, float]
    step: tuple[float, float]
    middle: float
    seen: Values

    @classmethod
    def of(cls, eye: Eye, crop: Picture) -> Eyeball | None:
        """The completed eyeball of an eye of the portrait `crop` (R, R, 3); None if too little of it is seen."""
        picture = np.asarray(crop, np.float32)
        columns = int(np.clip(2 * eye.chart.height, *_COLUMNS))
        u = np.linspace(eye.ends[0, 0], eye.ends[1, 0], columns, dtype=np.float32)
        t = eye.between(u)
        upper, lower = eye.line(t) + eye.upper.at(t), eye.line(t) + eye.lower.at(t)
        step = float(u[1] - u[0])
        bounds = upper.min() - _ABOVE * eye.opening, lower.max() + _BELOW * eye.opening
        v = np.arange(*bounds, step, dtype=np.float32)[:, None]
        photo = eye.chart.sample(picture, u[None], v)
        lit = (v > upper + _SEAM * (lower - upper)) & (v < lower - 0.1 * eye.opening)
        away = np.hypot(u - eye.iris[0], v - eye.iris[1]) / eye.iris[2]
        beside = np.abs(u - eye.iris[0]) > eye.iris[2]  # below the iris, the lower lid's edge is taken for white
        white, iris = lit & beside & (away > 1 + _LIMBUS), lit & (away < 1)
        if white.sum() < 4 or iris.sum() < 4:
            return None
        sclera = _columns_of_white(photo, white)
        rings = _rings(photo, lit, away)
        inner = np.stack([np.interp(away, np.linspace(0, 1, _RINGS), rings[:, one]) for one in range(3)], -1)
        share = np.clip((1 - away) / _LIMBUS + 1, 0, 1)[..., None]
        colours = sclera[None] + share * share * (3 - 2 * share) * (inner - sclera[None])
        kept = _seen_share(v, upper, lower)[..., None]
        # At the upper lid only shade is taken away: reflections of lamps are lighter than the completed eye.
        near = np.where((v < (upper + lower) / 2)[..., None], np.maximum(photo, colours), colours)
        completed = colours + (kept > 0) * (near - colours)
        colours = completed + kept * (photo - completed)
        first = (float(u[0]), float(v[0, 0]))
        return cls(np.asarray(colours, np.float32), first, (step, step), eye.iris[1], photo[lit].mean(0))

    def at(self, u: Values, v: Values, stretch: float = 1.0) -> Field:
        """Colours (h, w, 3) at eye coordinates (h, w) of the eyeball, stretched upwards and downwards from the iris."""
        v = self.middle + (v - self.middle) / np.float32(stretch)
        x, y = (u - self.first[0]) / self.step[0], (v - self.first[1]) / self.step[1]
        found = cv2.remap(self.colours, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(found, np.float32)


def _seen_share(v: Values, upper: Values, lower: Values) -> Values:
    """Share (h, w) of the photo in the eyeball at heights `v` (h, 1) between the margins (w,): 0 at both, 1 amid."""
    opened = np.maximum(lower - upper, 1e-4)
    from_lids = np.minimum((v - upper) / (_SEAM * opened), (lower - v) / (_LOWER_SEAM * opened))
    share = np.clip(from_lids, 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def _columns_of_white(photo: Field, white: Mask) -> Field:
    """Colour (w, 3) of the white in each column: that of its lighter half, interpolated where none is seen, smooth."""
    lightness = np.where(white, photo.mean(2), np.nan)
    seen = np.flatnonzero(white.any(0))
    light = white[:, seen] & (lightness[:, seen] >= np.nanmedian(lightness[:, seen], 0))
    sums = (photo[:, seen] * light[..., None]).sum(0) / light.sum(0)[:, None]
    places = np.arange(white.shape[1])
    colours = np.stack([np.interp(places, seen, sums[:, one]) for one in range(3)], -1)
    return np.asarray(cv2.GaussianBlur(colours[None], (0, 0), len(places) / 16)[0], np.float32)


def _rings(photo: Field, lit: Mask, away: Values) -> Field:
    """Colours (`_RINGS`, 3) of the iris from its centre to its edge: medians, so without reflections of lamps."""
    distances = np.linspace(0, 1, _RINGS)
    medians = np.full((_RINGS, 3), np.nan)
    for index, distance in enumerate(distances):
        ring = lit & (np.abs(away - distance) < 0.75 / (_RINGS - 1))
        if ring.sum() >= 2:
            medians[index] = np.median(photo[ring], 0)
    known = np.flatnonzero(np.isfinite(medians[:, 0]))
    return np.stack([np.interp(np.arange(_RINGS), known, medians[known, one]) for one in range(3)], -1)

"""The part of the eyeball that the upper lid hides in the portrait, completed from the part that is seen.

The iris is round, so what is hidden of it has the colours of what is seen at the same distance from its centre; the
white continues column by column.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from mien.talking.compose.layer import Field, Picture
from mien.talking.compose.lids.eye import Eye, Mask, Values

_ABOVE = 0.6
"""Height of the completed part above the upper lid over the opening of the eye."""

SEAM = 0.4
"""Part of the opening below the upper lid in which photo and completed eyeball are blended: the lid's shadow in the
photo must not stay where the lid was."""

_LIMBUS = 0.14
"""Width of the soft edge of the iris over its radius."""

_RINGS = 12


@dataclass(frozen=True)
class Eyeball:
    """`colours` float32 (h, w, 3) in [0, 255] at a regular grid of eye coordinates; `first`, `step` (2,): its u and v.

    `seen` (3,): mean colour of the eye in the portrait.
    """

    colours: Field
    first: tuple[float, float]
    step: tuple[float, float]
    seen: Values

    @classmethod
    def of(cls, eye: Eye, crop: Picture) -> Eyeball | None:
        """The completed eyeball of an eye of the portrait `crop` (R, R, 3); None if too little of it is seen."""
        picture = np.asarray(crop, np.float32)
        columns = int(np.clip(2 * eye.chart.height, 24, 96))
        u = np.linspace(eye.ends[0, 0], eye.ends[1, 0], columns, dtype=np.float32)
        t = eye.between(u)
        upper, lower = eye.line(t) + eye.upper.at(t), eye.line(t) + eye.lower.at(t)
        step = float(u[1] - u[0])
        v = np.arange(upper.min() - _ABOVE * eye.opening, lower.max() + step, step, dtype=np.float32)[:, None]
        photo = eye.chart.sample(picture, u[None], v)
        lit = (v > upper + SEAM * (lower - upper)) & (v < lower - 0.1 * eye.opening)
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
        first = (float(u[0]), float(v[0, 0]))
        return cls(np.asarray(colours, np.float32), first, (step, step), photo[lit].mean(0))

    def at(self, u: Values, v: Values) -> Field:
        """Colours (h, w, 3) at eye coordinates (h, w)."""
        x, y = (u - self.first[0]) / self.step[0], (v - self.first[1]) / self.step[1]
        found = cv2.remap(self.colours, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(found, np.float32)


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

"""The picture on which a place is painted: coordinates, perspective of the ground, and layers laid over each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.bodies.places.noise import Colour, Field, Numbers

_SHIFT = 4  # binary digits of a pixel of cv2's polygons

Box = tuple[slice, slice]


def mixed(first: Colour, second: Colour, share: float | Numbers) -> Field:
    """Between two colours; share: 0 is the first. A share (…) per pixel gives colours (…, 3)."""
    amount = np.asarray(share, np.float32)[..., None]
    start, end = np.asarray(first, np.float32), np.asarray(second, np.float32)
    return np.asarray(start + (end - start) * amount, np.float32)


def _between(low: float, high: float, count: int) -> slice:
    """The pixels of `count` from `low` to `high`."""
    return slice(min(max(math.floor(low), 0), count), min(max(math.ceil(high), 0), count))


@dataclass
class Canvas:
    """A picture (H, W, 3) float32 sRGB in [0, 1], painted from far to near.

    Lengths are in units of the shorter side: `x` (W,) is 0 in the middle, `y` (H,) is 0 at the top and `height` at the
    bottom. `horizon`: its height in the same unit. `pixel`: size of a pixel. `sky` and `water` (H, W): where they are
    seen, once they have been painted. `backdrop`: the picture and `sky` when the water was painted, which mirrors them.
    """

    columns: int
    rows: int
    level: float = 0.45  # of the horizon, share of the height
    picture: Field = field(init=False)
    sky: Field | None = field(init=False, default=None)
    water: Field | None = field(init=False, default=None)
    backdrop: tuple[Field, Field] | None = field(init=False, default=None)
    clear_sky: Field = field(init=False)

    def __post_init__(self) -> None:
        side = min(self.columns, self.rows)
        self.pixel = 1.0 / side
        self.width, self.height = self.columns / side, self.rows / side
        self.x = np.asarray((np.arange(self.columns) + 0.5) / side - self.width / 2, np.float32)
        self.y = np.asarray((np.arange(self.rows) + 0.5) / side, np.float32)
        self.horizon = self.level * self.height
        self.picture = np.zeros((self.rows, self.columns, 3), np.float32)
        self.clear_sky = self.picture

    def start_sky(self) -> None:
        """What is there now is sky; what is laid over it later hides it."""
        self.clear_sky = self.picture.copy()
        self.sky = np.ones((self.rows, self.columns), np.float32)

    def start_water(self, colour: Colour) -> None:
        """Water from the horizon to the viewer, which mirrors what is there now."""
        assert self.sky is not None, "water lies under a sky"
        self.backdrop = self.picture.copy(), self.sky.copy()
        below = np.clip((self.y - self.horizon) / self.pixel + 0.5, 0, 1)[:, None]
        cover = np.repeat(below, self.columns, axis=1).astype(np.float32)
        self.over(self.whole, cover, colour)
        self.water = cover

    @property
    def whole(self) -> Box:
        """Every pixel."""
        return slice(0, self.rows), slice(0, self.columns)

    @property
    def below(self) -> slice:
        """The rows below the horizon."""
        return slice(int(np.ceil(self.horizon / self.pixel)), self.rows)

    def depth(self, y: float | Numbers) -> Field:
        """Distance of the ground that is seen at height `y`; 1 at the bottom of the picture, rising to the horizon."""
        return np.asarray((self.height - self.horizon) / np.maximum(y - self.horizon, self.pixel / 2), np.float32)

    def ground(self, rows: slice | None = None) -> tuple[Field, Field, Field]:
        """Across, away and the footprint (R, W) of the ground in the rows (those below the horizon)."""
        rows = rows or self.below
        depth = self.depth(self.y[rows])[:, None]
        across = self.x[None, :] * depth
        steps = self.pixel * depth * np.sqrt(depth / max(self.height - self.horizon, 0.1))  # mean of across and away
        away = np.broadcast_to(depth, across.shape)
        return across, np.asarray(away), np.broadcast_to(steps, across.shape)

    def box(self, left: float, top: float, right: float, bottom: float) -> Box:
        """The pixels of a rectangle, cut to the picture."""
        middle, pixel = self.width / 2, self.pixel
        rows = _between(top / pixel, bottom / pixel, self.rows)
        return rows, _between((left + middle) / pixel, (right + middle) / pixel, self.columns)

    def at(self, box: Box) -> tuple[Field, Field]:
        """x (R, C) and y (R, C) of the pixels of a box."""
        x, y = np.meshgrid(self.x[box[1]], self.y[box[0]])
        return x, y

    def over(self, box: Box, alpha: Numbers, colour: Colour) -> None:
        """Lay a colour with opacity (R, C) over the pixels of a box."""
        if not alpha.size:
            return
        part = self.picture[box]
        part += (np.asarray(colour, np.float32) - part) * alpha[..., None]
        for mask in (self.sky, self.water):
            if mask is not None:
                mask[box] *= 1 - alpha

    def rectangle(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """Fill a rectangle with soft edges of a pixel."""
        box = self.box(left - self.pixel, top - self.pixel, right + self.pixel, bottom + self.pixel)
        x, y = self.x[box[1]], self.y[box[0]]
        across = np.clip(np.minimum(x - left, right - x) / self.pixel + 0.5, 0, 1)
        along = np.clip(np.minimum(y - top, bottom - y) / self.pixel + 0.5, 0, 1)
        self.over(box, np.asarray(along[:, None] * across[None, :], np.float32), colour)

    def polygon(self, points: Sequence[tuple[float, float]] | NDArray[np.float64], colour: Colour) -> None:
        """Fill a polygon of points (x, y). A colour (H, W, 3) is that of each pixel of the picture."""
        box, mask = self.polygon_mask([points])
        whole = isinstance(colour, np.ndarray) and colour.ndim == 3
        self.over(box, mask, np.asarray(colour)[box] if whole else colour)

    def polygon_mask(
        self, polygons: Sequence[Sequence[tuple[float, float]] | NDArray[np.float64]]
    ) -> tuple[Box, Field]:
        """The box of polygons and their opacity in it."""
        outlines = [np.asarray(one, np.float64) for one in polygons]
        every = outlines[0] if len(outlines) == 1 else np.concatenate(outlines)
        low, high = every.min(0) - 2 * self.pixel, every.max(0) + 2 * self.pixel
        box = self.box(low[0], low[1], high[0], high[1])
        mask = np.zeros((box[0].stop - box[0].start, box[1].stop - box[1].start), np.uint8)
        if not mask.size:
            return box, mask.astype(np.float32)
        corner = np.array([self.width / 2 / self.pixel, 0.0])
        for outline in outlines:
            pixels = outline / self.pixel + corner - 0.5 - (box[1].start, box[0].start)
            pixels = np.minimum(np.maximum(pixels, -3e4), 3e4)
            cv2.fillPoly(mask, [np.rint(pixels * (1 << _SHIFT)).astype(np.int32)], 255, cv2.LINE_AA, _SHIFT)
        return box, mask.astype(np.float32) / np.float32(255)

    def blob(self, x: float, y: float, width: float, height: float, colour: Colour, opacity: float = 1.0) -> None:
        """A soft ellipse with these half axes, densest in its middle: shadows and glows."""
        box = self.box(x - width, y - height, x + width, y + height)
        across, along = (self.x[box[1]] - x) / width, (self.y[box[0]] - y) / height
        inside = np.maximum(1 - across[None, :] ** 2 - along[:, None] ** 2, 0)
        self.over(box, np.asarray(opacity * inside * inside * (3 - 2 * inside), np.float32), colour)

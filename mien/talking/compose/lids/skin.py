"""The skin of the lids, stretched and compressed along the columns of the eye, and the lash line.

The skin above the eye moves with the margin of the lid and less with the distance from it; the lash line moves as a
whole. So the frame's own skin, with its light, shade and grain, covers the eye.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.talking.compose.layer import Field
from mien.talking.compose.lids.eye import Chart, Eye, Values
from mien.talking.compose.lids.eyeball import Eyeball
from mien.talking.compose.lids.movement import LidMovement

_BESIDE = 0.12
"""Part of the eye's width beside the corners that is looked at."""

_CHEEK = 0.3
"""Height in eye widths of the skin below the lower lid that is stretched."""

_OVERLAP = 0.13
"""Eye widths by which the margin of the closed upper lid lies below that of the open eye's lower lid: no line of the
eye is seen between them, and detectors of blinks see it as low as in real blinks."""

_LASH_OPACITY, _OPEN = 0.95, 0.1
"""Opacity of the lash line of a closed eye; opening in eye widths below which an eye has its line in the portrait."""

_STREAK = 0.035
"""Standard deviation in eye widths of the blur across the columns of stretched skin."""

_LIT, _MOST_LIGHTER = 0.7, 2.5
"""Part of the difference in light that a closed lid loses, and the bound of how much lighter it becomes."""

_SHADE, _SHADED, _BELOW = 0.12, 0.1, 0.15
"""In eye widths: standard deviation of the blur that leaves the shade; how far above the lashes it is changed; how far
below the eye the skin is looked at."""

_FULLY = 0.12
"""Widening over the portrait's opening at which the eyeball is drawn fully: before, the warped one is nearly right."""

_STRETCHED = 0.45
"""Part of the widening by which the eyeball is stretched: without it, more white is seen around the iris than in fear,
and it looks like staring."""

_SHADOW, _SHADOW_DEPTH = 0.25, 0.06
"""Shadow of the upper lid on the eyeball: its strength at the margin, and the depth in eye widths at which it falls to
a third."""

_STEEPEST = 0.9
"""Most of a source row that one row may skip when skin is stretched: below 1, so that rows stay in order."""

AT_LANDMARKS = 8 / 9
"""The hump 4 t (1 − t) at a third and two thirds of the width, where the landmarks are."""

LEAST_SHIFT = 0.02
"""Pixels below which a lid is not moved."""


@dataclass(frozen=True)
class LidFrame:
    """The part of a frame around an eye, and where the lids are in it and come to; arrays (h, w), in eye coordinates.

    `rows`, `columns`: of the frame. `chart`: of its pixels. `u`, `v`: of the pixels. `pixel`: a pixel in units of v.
    `hump`: 0 at the ends of the lids, 1 halfway. `upper`, `lower`: the margins in the warped portrait; `upper_shift`,
    `lower_shift`: how far they move. `lashes`: height of the lash line above the upper margin. `lowered`: how far the
    warp has lowered the lower margin. `widened`: increase of the opening relative to the portrait's.
    """

    rows: slice
    columns: slice
    chart: Chart
    u: Values
    v: Values
    pixel: float
    hump: Values
    upper: Values
    lower: Values
    upper_shift: Values
    lower_shift: Values
    lashes: Values
    lowered: Values
    widened: float

    @classmethod
    def of(cls, eye: Eye, movement: LidMovement, shape: tuple[int, ...]) -> LidFrame | None:
        """The part of a frame of `shape` (R, R, 3) around an eye; None if the eye lies outside."""
        chart = movement.chart
        ends = (eye.ends[0, 0] - _BESIDE, eye.ends[1, 0] + _BESIDE)
        highest = (eye.upper_height - max(movement.opening - 1, 0) * eye.opening) / AT_LANDMARKS
        top = highest - eye.skin - 2 * eye.lashes.thickness - 0.05
        bottom = (eye.lower_height + movement.lowered) / AT_LANDMARKS + _CHEEK
        corners = [(u, v) for u in ends for v in (top, bottom)]
        pixels = chart.to_pixels(np.array(corners))
        if not np.abs(pixels).max() < 1e6:
            return None
        left, first = np.maximum(np.floor(pixels.min(0)), 0).astype(int)
        right, last = np.minimum(np.ceil(pixels.max(0)) + 1, (shape[1], shape[0])).astype(int)
        if right - left < 2 or last - first < 2:
            return None
        x, y = np.arange(left, right, dtype=np.float32), np.arange(first, last, dtype=np.float32)[:, None]
        u, v = (np.asarray(row[0] * x + row[1] * y + row[2], np.float32) for row in chart.matrix.astype(np.float32))
        t = eye.between(u)
        hump = 4 * t * (1 - t)
        line = eye.line(t) + np.asarray(movement.sunk * (1 - hump), np.float32)
        lowered = np.asarray(movement.lowered / AT_LANDMARKS * hump, np.float32)
        margins = line + eye.upper.at(t), line + eye.lower.at(t) + lowered
        pixel = 1 / chart.height
        warped = movement.warped(eye.opening) / AT_LANDMARKS * hump
        lower_shift = np.asarray(movement.lower / AT_LANDMARKS * hump, np.float32)
        upper_shift = _upper_shift(eye, movement, hump, margins, lower_shift, pixel)
        lashes = np.maximum(eye.lashes.height.at(t), 0.6 * pixel)
        box = slice(first, last), slice(left, right)
        upper, lower = np.asarray(margins[0] - warped, np.float32), margins[1]
        shift = np.asarray(upper_shift + warped, np.float32)
        widened = max(movement.opening - 1, 0.0) + movement.lowered / max(eye.opening, 1e-3)
        return cls(*box, chart, u, v, pixel, hump, upper, lower, shift, lower_shift, lashes, lowered, widened)

    @property
    def margin(self) -> Values:
        """Margin of the upper lid in the frame."""
        return self.upper + self.upper_shift

    def coverage(self, distance: Values) -> Values:
        """Share (h, w) of each pixel on the positive side of an edge, at a `distance` from it in units of v."""
        return np.asarray(np.clip(distance / self.pixel + 0.5, 0, 1), np.float32)

    def fetched(self, part: Field, source: Values, at: tuple[slice, slice] = (slice(None), slice(None))) -> Field:
        """The colours of `part` (h, w, 3), for the pixels `at` those at the row `source` (h, w) in units of v."""
        further = (source - self.v)[at]
        rows = np.arange(len(part), dtype=np.float32)[at[0], None]
        columns = np.arange(part.shape[1], dtype=np.float32)[at[1]]
        x = columns + np.float32(self.chart.across[0]) * further
        y = rows + np.float32(self.chart.across[1]) * further
        return np.asarray(cv2.remap(part, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _upper_shift(
    eye: Eye, movement: LidMovement, hump: Values, margins: tuple[Values, Values], lower_shift: Values, pixel: float
) -> Values:
    """Shift (h, w) of the upper margin: down towards the lower one in every column, or up as a parabola."""
    if movement.opening > 1:
        raised = ((movement.opening - 1) * eye.opening - movement.lower) / AT_LANDMARKS
        return np.asarray(-raised * hump, np.float32)
    opened = np.maximum(margins[1] - margins[0], 0)
    overlap = (_OVERLAP + 0.5 * pixel) * smooth_step((movement.closure - 0.7) / 0.3)
    down = np.maximum(opened * movement.closure + lower_shift, 0)  # what the lower lid has closed is closed
    return np.asarray(down + overlap * hump, np.float32)


def moved_rows(v: Values, start: Values, edge: Values, shift: Values) -> Values:
    """Rows of the source, in v, for rows `v`, of skin that is stretched between `start` and its `edge`.

    The edge moves by `shift` (to `edge + shift`), `start` and what is beyond it do not; between them the displacement
    grows quadratically where there is room and linearly where there is not, so that the order of rows is kept. The
    edge and what lies past it are moved as a whole.
    """
    span = edge + shift - start  # signed: downwards for the upper lid, upwards for the lower one
    usable = np.where(np.abs(span) < 1e-4, np.copysign(1e-4, edge - start), span)
    t = np.clip((v - start) / usable, 0, 1)
    steepest = _STEEPEST * np.abs(usable) / np.maximum(np.abs(shift), 1e-6)
    bend = np.clip(steepest - 1, 0, 1)
    return np.asarray(v - shift * t * (1 - bend + bend * t), np.float32)


def blend(part: Field, over: NDArray[np.float32], weight: NDArray[Any]) -> None:
    """Blend `over` into `part`, both (h, w, 3), with `weight` (h, w), in place."""
    change = over - part
    change *= np.asarray(weight, np.float32)[..., None]
    part += change


def draw_lower_lid(part: Field, skin: Field, lids: LidFrame) -> None:
    """Raise the lower lid in `part` over the eye, with the colours of `skin`; both (h, w, 3)."""
    shift = lids.lower_shift
    if np.abs(shift).max() > LEAST_SHIFT * lids.pixel:
        source = moved_rows(lids.v, lids.lower + _CHEEK, lids.lower, shift)
        blend(part, lids.fetched(skin, source), lids.coverage(lids.v - lids.lower - shift))


def draw_eyeball(part: Field, lids: LidFrame, eyeball: Eyeball) -> None:
    """Draw the portrait's eyeball between the lids in `part` (h, w, 3): the warp that widened the eye stretched it."""
    inside = lids.coverage(lids.v - lids.margin) * lids.coverage(lids.lower - lids.v)
    lit = inside * lids.coverage(np.asarray(lids.v - (lids.margin + lids.lower) / 2, np.float32))
    total = float(lit.sum())
    gain = (part * lit[..., None]).sum((0, 1)) / total / (eyeball.seen + 1) if total > 1 else np.ones(3)
    distance = np.clip(lids.v - lids.margin, 0, None)
    shadow = np.clip(gain, 0.5, 2) * (1 - _SHADOW * np.exp(-distance / _SHADOW_DEPTH))[..., None]
    whole = np.asarray(eyeball.at(lids.u, lids.v, 1 + _STRETCHED * lids.widened) * shadow, np.float32)
    blend(part, whole, inside * smooth_step(lids.widened / _FULLY))


def draw_upper_lid(part: Field, skin: Field, lids: LidFrame, eye: Eye, closure: float) -> None:
    """Move the upper lid in `part`, with the colours of `skin`; both (h, w, 3)."""
    shift = lids.upper_shift
    if np.abs(shift).max() <= LEAST_SHIFT * lids.pixel:
        return
    edge = lids.upper - lids.lashes
    source = moved_rows(lids.v, edge - eye.skin, edge, shift)
    lid = lids.fetched(skin, source)
    if closure > 0:
        lid = _lit(_without_streaks(lid, lids, source), skin, lids, closure)
    blend(part, lid, lids.coverage(lids.margin - lids.v))


def _without_streaks(lid: Field, lids: LidFrame, source: Values) -> Field:
    """The stretched skin (h, w, 3), blurred across the columns as far as it is stretched: each spot became a streak."""
    smooth = cv2.GaussianBlur(lid, (0, 0), sigmaX=_STREAK / lids.pixel, sigmaY=0.3)
    stretched = (lids.v - source) / np.maximum(lids.upper_shift.max(), 1e-6)
    weight = np.where(lids.v < lids.margin - lids.lashes, np.clip(2 * stretched, 0, 1), 0)
    blend(lid, np.asarray(smooth, np.float32), weight)
    return lid


def _lit(lid: Field, skin: Field, lids: LidFrame, closure: float) -> Field:
    """The lid (h, w, 3) lit as the skin just below the eye, the more the further it is closed.

    The skin above the eye lies in the shade of the brow, and its lowest frequencies hold that shade; a closed lid comes
    out of it. The lid is only made lighter.
    """
    start = lids.upper - lids.lashes - _SHADED
    part = np.clip((lids.v - start) / np.maximum(lids.margin - start, 1e-4), 0, 1)
    weight = np.asarray(_LIT * closure * np.sqrt(lids.hump) * part * part * (3 - 2 * part), np.float32)
    # At a lower resolution, which costs a tenth.
    step = max(int(_SHADE / lids.pixel / 2), 1)
    coarse = (slice(step // 2, None, step), slice(step // 2, None, step))
    deviation = _SHADE / lids.pixel / step
    below = lids.fetched(skin, lids.lower + _BELOW, coarse)
    own, near = (cv2.GaussianBlur(one, (0, 0), deviation) for one in (cv2.blur(lid, (step, step))[coarse], below))
    gain = cv2.resize(np.clip((near + 4) / (own + 4), 1, _MOST_LIGHTER) - 1, lid.shape[1::-1])
    gain *= weight[..., None]
    gain += 1
    return np.asarray(np.minimum(lid * gain, 255), np.float32)


def draw_lashes(part: Field, lids: LidFrame, eye: Eye, closure: float) -> None:
    """Draw the line of the lashes along the upper lid's margin, the more the further the eye is closed."""
    strength = _LASH_OPACITY * smooth_step((closure - 0.3) / 0.5) * smooth_step(eye.opening / _OPEN)
    if strength > 0:
        thickness = max(0.7 * eye.lashes.thickness, 0.6 * lids.pixel)
        distance = (lids.v - lids.margin + 0.25 * eye.lashes.thickness) / thickness
        weight = np.asarray(strength * np.sqrt(lids.hump) * np.exp(-(distance**2)), np.float32)
        blend(part, np.broadcast_to(np.asarray(eye.lashes.colour, np.float32), part.shape), weight)


def smooth_step(value: float) -> float:
    """0 below 0, 1 above 1, a cubic between."""
    value = min(max(value, 0.0), 1.0)
    return value * value * (3 - 2 * value)

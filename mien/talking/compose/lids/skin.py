"""The skin of the lids, stretched and compressed along the columns of the eye, and the lash line.

The skin above the eye moves with the margin of the lid and less with the distance from it; the lash line moves as a
whole. So the frame's own skin, with its light, shade and grain, covers the eye.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.talking.compose.layer import Field
from mien.talking.compose.lids.eye import Chart, Eye, Values

_BESIDE = 0.12
"""Part of the eye's width beside the corners that is looked at."""

_CHEEK = 0.3
"""Height in eye widths of the skin below the lower lid that is stretched."""

_OVERLAP = 0.02
"""Eye widths by which closed lids overlap, so that no line of the eye is seen between them."""

_STEEPEST = 0.9
"""Most of a source row that one row may skip when skin is stretched: below 1, so that rows stay in order."""


@dataclass(frozen=True)
class EyeBox:
    """The part of the frame around an eye.

    `rows`, `columns`: of the frame. `u`, `v` (h, w): eye coordinates of the pixels. `pixel`: a pixel in units of v.
    """

    rows: slice
    columns: slice
    u: Values
    v: Values
    pixel: float

    @classmethod
    def around(cls, eye: Eye, chart: Chart, shape: tuple[int, ...]) -> EyeBox | None:
        """The box of an eye at `chart` in a frame of `shape`; None if it lies outside."""
        top = eye.upper_height - eye.skin - 0.25
        bottom = eye.lower_height + _CHEEK + 0.1
        corners = [(u, v) for u in (-_BESIDE, 1 + _BESIDE) for v in (top, bottom)]
        pixels = chart.to_pixels(np.array(corners))
        left, upper = np.maximum(np.floor(pixels.min(0)), 0).astype(int)
        right, lower = np.minimum(np.ceil(pixels.max(0)) + 1, (shape[1], shape[0])).astype(int)
        if right - left < 2 or lower - upper < 2:
            return None
        x, y = np.arange(left, right), np.arange(upper, lower)[:, None]
        u, v = (row[0] * x + row[1] * y + row[2] for row in chart.matrix)
        return cls(
            slice(upper, lower),
            slice(left, right),
            np.asarray(u, np.float32),
            np.asarray(v, np.float32),
            1 / chart.height,
        )

    @property
    def parabola(self) -> Values:
        """4 u (1 − u) (h, w): 0 at the corners and beyond, 1 halfway."""
        inside = np.clip(self.u, 0, 1)
        return np.asarray(4 * inside * (1 - inside), np.float32)

    def coverage(self, distance: Values) -> Values:
        """Share (h, w) of each pixel on the positive side of an edge, at a `distance` from it in units of v."""
        return np.asarray(np.clip(distance / self.pixel + 0.5, 0, 1), np.float32)


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


def sampled(part: Field, chart: Chart, dv: Values) -> Field:
    """`part` (h, w, 3) of the frame, each pixel fetched from `dv` (h, w) further in v."""
    rows, columns = np.indices(dv.shape, dtype=np.float32)
    x = columns + np.float32(chart.across[0]) * dv
    y = rows + np.float32(chart.across[1]) * dv
    return np.asarray(cv2.remap(part, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def blend(part: Field, over: Field, weight: NDArray[np.float32]) -> None:
    """Blend `over` into `part`, both (h, w, 3), with `weight` (h, w), in place."""
    part += weight[..., None] * (over - part)


def draw_lower_lid(part: Field, box: EyeBox, eye: Eye, chart: Chart, move: float) -> None:
    """Raise the lower lid in `part` by −`move` eye widths, over the eye."""
    if move > -0.02 * box.pixel:
        return
    edge, shift = eye.lower.at(box.u), move * eye.arch(box.u)
    source = moved_rows(box.v, edge + _CHEEK, edge, shift)
    blend(part, sampled(part, chart, source - box.v), box.coverage(box.v - edge - shift))


def upper_shift(box: EyeBox, eye: Eye, move: float, closure: float) -> Values:
    """Shift (h, w) in v of the upper lid's margin; closed, it lies a little below that of the lower lid."""
    overlap = (_OVERLAP + 0.5 * box.pixel) * smooth_step((closure - 0.7) / 0.3)
    return np.asarray(move * eye.arch(box.u) + overlap * np.sqrt(box.parabola), np.float32)


def draw_upper_lid(
    part: Field, source_part: Field, box: EyeBox, eye: Eye, chart: Chart, move: float, closure: float
) -> None:
    """Move the upper lid by `move` eye widths: its skin from `source_part`, both (h, w, 3)."""
    if abs(move) < 0.02 * box.pixel:
        return
    margin, shift = eye.upper.at(box.u), upper_shift(box, eye, move, closure)
    edge = margin - eye.lash
    source = moved_rows(box.v, edge - eye.skin, edge, shift)
    blend(part, sampled(source_part, chart, source - box.v), box.coverage(margin + shift - box.v))


def draw_lashes(part: Field, box: EyeBox, eye: Eye, move: float, closure: float) -> None:
    """Draw the line of the lashes along the upper lid's margin, the more the further the eye is closed."""
    strength = eye.lash_strength * smooth_step((closure - 0.3) / 0.5)
    if strength <= 0:
        return
    taper = np.sqrt(box.parabola)
    line = eye.upper.at(box.u) + upper_shift(box, eye, move, closure)
    distance = (box.v - line + 0.25 * eye.lash) / max(0.6 * eye.lash, 0.6 * box.pixel)
    weight = strength * taper * np.exp(-(distance**2))
    blend(part, np.broadcast_to(np.asarray(eye.lash_colour, np.float32), part.shape), weight.astype(np.float32))


def smooth_step(value: float) -> float:
    """0 below 0, 1 above 1, a cubic between."""
    value = min(max(value, 0.0), 1.0)
    return value * value * (3 - 2 * value)

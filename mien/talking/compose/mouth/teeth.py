"""Both dental arches as flat textures over the arc of the jaw, and their place in the head.

Widths and heights of the crowns are the means of Ash and Nelson, "Wheeler's Dental Anatomy, Physiology and Occlusion",
8th edition. A crown is a superellipse: square at the biting edge of an incisor, pointed at a canine, round at the gum.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Texture = NDArray[np.float32]

_ROOM = 2.0  # mm of the texture beyond the biting edge
_WIDEST = 0.52  # where a crown is widest, from the gum (0) to the biting edge (1)
_PAPILLA = 0.56  # how far the gum reaches between two crowns, on the same scale


@dataclass(frozen=True)
class Crowns:
    """Crowns of one side from the middle to the back, mm: width, height, how much shorter than the first they end.

    `edge`: exponent of the superellipse at the biting edge; `light`: relative luminance; `warm`: how much yellower.
    """

    width: tuple[float, ...]
    height: tuple[float, ...]
    short: tuple[float, ...]
    edge: tuple[float, ...]
    light: tuple[float, ...] = (1.0, 0.97, 0.92, 0.9, 0.86, 0.8)
    warm: tuple[float, ...] = (0.0, 0.15, 0.6, 0.4, 0.4, 0.5)


UPPER = Crowns(
    (8.6, 6.8, 7.7, 7.1, 6.8, 10.0),
    (10.5, 9.0, 10.2, 8.6, 7.8, 7.2),
    (0.0, 0.7, 0.1, 0.9, 1.1, 1.3),
    (9.0, 6.0, 2.5, 3.0, 3.4, 5.0),
)
LOWER = Crowns(
    (5.4, 6.0, 6.9, 7.0, 7.2, 11.0),
    (8.8, 9.2, 10.2, 8.6, 7.9, 7.4),
    (0.0, 0.1, -0.4, 0.4, 0.7, 0.9),
    (8.0, 7.0, 2.6, 3.0, 3.4, 5.0),
)


@dataclass(frozen=True)
class Arch:
    """An arch in the head: the labial faces of its crowns on half an ellipse, x = a·sin θ, z = front − b·(1 − cos θ).

    `sense` is 1 for the upper arch, whose biting edge is its lower end, and −1 for the lower one.
    """

    crowns: Crowns
    half_width: float
    depth: float
    sense: int

    @cached_property
    def curve(self) -> Array:
        """Points (N, 3) of the curve: arc length from the middle, x, and z relative to the front, all mm."""
        angle = np.linspace(-1.45, 1.45, 291)
        x, z = self.half_width * np.sin(angle), -self.depth * (1 - np.cos(angle))
        along = np.concatenate([[0], np.cumsum(np.hypot(np.diff(x), np.diff(z)))])
        return np.stack([along - along[len(along) // 2], x, z], -1)

    @property
    def reach(self) -> float:
        """Half the length in mm of the arc that the crowns cover."""
        return sum(self.crowns.width)

    def texture(self, density: float) -> Texture:
        """Texture (H, W, 4) at `density` pixels per mm, its rows from the gum to beyond the biting edge.

        Channels in [0, 1], premultiplied by what they cover: enamel's luminance, the same times its warmth, gum's
        luminance, and opacity. Columns are `centred` on the middle of the arc and cover `reach` on both sides, rows
        begin `top` mm before the edge of the first incisor.
        """
        columns = centred(int(np.ceil(2 * self.reach * density))) / density
        rows = np.arange(-self.top, _ROOM, 1 / density) + 0.5 / density
        return _painted(self.crowns, np.abs(columns)[None], rows[:, None], 1 / density)

    @property
    def top(self) -> float:
        """Distance in mm from the biting edge to the end of the texture on the gum."""
        return max(self.crowns.height) + 9.0


def centred(count: int) -> Array:
    """Places (count,) of pixels in pixels from their middle."""
    return np.asarray(np.arange(count) - (count - 1) / 2, np.float64)


def _painted(crowns: Crowns, along: Array, down: Array, pixel: float) -> Texture:
    """Paint crowns and gum at arc lengths `along` (1, W) ≥ 0 and heights `down` (H, 1), mm, 0 at the biting edge."""
    shape = np.broadcast_shapes(along.shape, down.shape)
    result = np.zeros((*shape, 4))
    start = 0.0
    for width, height, short, edge, light, warmth in zip(
        crowns.width, crowns.height, crowns.short, crowns.edge, crowns.light, crowns.warm, strict=True
    ):
        x = np.clip((along - start - width / 2) / (width / 2), -9, 9)
        t = (down + short + height) / height  # 0 at the gum, 1 at the biting edge
        size = np.minimum(np.abs(x), 1.5)
        low, high = np.clip((t - _WIDEST) / (1 - _WIDEST), 0, 3), np.clip((_WIDEST - t) / _WIDEST, 0, 3)
        to_edge, to_gum = (size**edge + low**edge) ** (1 / edge), (size**2.5 + high**2.5) ** (1 / 2.5)
        inside = (1 - np.where(t > _WIDEST, to_edge, to_gum)) * width / 2  # about the distance to the outline, mm
        cover = np.clip(inside / pixel + 0.5, 0, 1)
        gum = np.clip((_PAPILLA - t) * height / pixel + 0.5, 0, 1) * (1 - cover)
        own = cover * light * _crown_shade(x, t, size, inside)
        tone = np.clip(warmth + 0.6 * np.clip((0.5 - t) / 0.5, 0, 1), 0, 1)
        relief = (0.9 + 0.1 * (1 - size**2)) * (1 - 0.35 * np.exp(-np.abs(inside) / 0.6))
        painted = np.stack(np.broadcast_arrays(own, own * tone, gum * relief, cover + gum), -1)
        result = np.where(((along >= start) & (along < start + width))[..., None], painted, result)
        start += width
    return np.asarray(result, np.float32)


def _crown_shade(x: Array, t: Array, size: Array, inside: Array) -> Array:
    """Relative luminance on a crown: it turns away to the sides, and is dark where crowns meet."""
    shade = 1 - 0.16 * size**2.2
    shade = shade * (1 - 0.45 * np.exp(-np.clip(inside, 0, None) / 0.38))
    # wet, and with the faint ridges of the lobes from which a crown has grown
    shade = shade * (1 + 0.09 * np.exp(-(((x - 0.05) / 0.3) ** 2) - ((t - 0.48) / 0.22) ** 2))
    shade = shade * (1 - 0.02 * np.cos(2.6 * np.pi * x) * np.clip(t - 0.3, 0, 0.5))
    # the gum's shadow, and the edge, which lets light through to the dark behind it
    return np.asarray(shade * (1 - 0.10 * np.clip((0.35 - t) / 0.35, 0, 1) - 0.07 * np.clip((t - 0.82) / 0.18, 0, 1)))


UPPER_ARCH = Arch(UPPER, 27.0, 38.0, 1)
LOWER_ARCH = Arch(LOWER, 24.5, 36.0, -1)

"""Figures as sprites: pictures with soft edges that are moved, turned and scaled over a background, with gradients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from mien.shapes.vocabulary import SIDE

PICTURE = 32
"""Side of a sprite's own picture, in its pixels."""


@dataclass(frozen=True)
class Sprites:
    """F sprites in T frames; the picture that they move in reaches from −1 to 1, x to the right and y down.

    pictures (B, F, 4, P, P): RGB times opacity, and opacity, in [0, 1]. x, y: their middles, size: half of a picture's
    side, angle: in radians, clockwise, each (B, F, T). presence (B, F) in [0, 1]: whether a sprite is there at all.
    """

    pictures: Tensor
    x: Tensor
    y: Tensor
    size: Tensor
    angle: Tensor
    presence: Tensor

    def at(self, frames: Tensor) -> Sprites:
        """The same sprites in the frames (B, N) alone."""
        chosen = frames[:, None].expand(-1, self.x.shape[1], -1)
        return self._with(lambda places: places.gather(2, chosen))

    def stretched(self, frames: int) -> Sprites:
        """The same motion over another number of frames, linear between those that there are."""
        return self._with(lambda places: functional.interpolate(places, frames, mode="linear", align_corners=True))

    def _with(self, change: Callable[[Tensor], Tensor]) -> Sprites:
        x, y, size, angle = (change(places) for places in (self.x, self.y, self.size, self.angle))
        return Sprites(self.pictures, x, y, size, angle, self.presence)


def draw(sprites: Sprites, background: Tensor, side: int) -> Tensor:
    """The clip (B, T, 3, side, side) in [−1, 1] that sprites make over a background (3,) in [0, 1].

    The first figure is the undermost. `side` is `SIDE` or a half, a quarter … of it; the pictures are then made as much
    smaller first, so that no pixel falls between the lines.
    """
    batch, figures, frames = sprites.x.shape
    cosine, sine = sprites.angle.cos() / sprites.size, sprites.angle.sin() / sprites.size
    x, y = sprites.x, sprites.y
    rows = [
        torch.stack([cosine, sine, -(cosine * x + sine * y)], -1),
        torch.stack([-sine, cosine, sine * x - cosine * y], -1),
    ]
    backwards = torch.stack(rows, -2).flatten(0, 2)  # from the clip to the sprite's picture
    grid = functional.affine_grid(backwards, [len(backwards), 1, side, side], align_corners=False)
    pictures = (sprites.pictures * sprites.presence[..., None, None, None]).flatten(0, 1)
    if side < SIDE:
        pictures = functional.avg_pool2d(pictures, SIDE // side)
    moved = functional.grid_sample(pictures.repeat_interleave(frames, 0), grid, align_corners=False)
    layers = moved.view(batch, figures, frames, 4, side, side)
    clip = background[:, None, None].expand(batch, frames, 3, side, side)
    for layer in layers.unbind(1):
        clip = clip * (1 - layer[:, :, 3:]) + layer[:, :, :3]
    return clip * 2 - 1

"""Encoder of layers for discriminator and posterior: a vector for each figure, and the gaps between figures."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.shapes.data.decompose import HALF_SIDE
from mien.shapes.data.layers import PICTURE_SIDE, Layers

_POOLING = 2
_EXTENT = 1.1
"""Assumed extent of a figure, relative to the radius of the circle of equal area: between circle and star."""

GAPS_PER_FRAME = 2


class FigureEncoder(nn.Module):
    """Vectors (B, F, width) of the figures: MLP of path with first and second differences, picture and colour."""

    def __init__(self, frames: int, width: int) -> None:
        super().__init__()
        self.path = nn.Linear(4 * (3 * frames - 3), 192)
        self.picture = nn.Linear((PICTURE_SIDE // _POOLING) ** 2, 96)
        self.colour = nn.Linear(3, 48)
        self.mix = nn.Sequential(
            nn.LeakyReLU(0.2), nn.Linear(192 + 96 + 48, 192), nn.LeakyReLU(0.2), nn.Linear(192, width)
        )

    def forward(self, layers: Layers) -> Tensor:
        """Each figure is encoded independently; the vector of an absent figure is meaningless."""
        steps = layers.paths.diff(dim=-1)
        # scaled up: bends of about a pixel distinguish a zigzag from a straight line
        moves = torch.cat([layers.paths, 4 * steps, 4 * steps.diff(dim=-1)], -1)
        coarse = functional.avg_pool2d(layers.pictures, _POOLING) * 2 - 1
        encoded = [self.path(moves.flatten(2)), self.picture(coarse.flatten(2)), self.colour(layers.colours * 4 - 2)]
        return torch.as_tensor(self.mix(torch.cat(encoded, -1)))


def gaps(layers: Layers) -> Tensor:
    """Squashed gaps between two figures (B, `GAPS_PER_FRAME`·T + 1): in each frame, and the least; 0 for one figure."""
    one, other = layers.centre.unbind(1)
    distance = (one - other).square().sum(1).clamp(min=1e-4).sqrt()
    gap = distance - _EXTENT / HALF_SIDE * layers.size.sum(1)
    nearest = 3 * torch.tanh(6 * gap.amin(1, keepdim=True))
    return torch.cat([torch.tanh(4 * gap), torch.tanh(12 * gap), nearest], 1) * layers.presence.prod(1, keepdim=True)

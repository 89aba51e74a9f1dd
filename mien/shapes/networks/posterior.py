"""What noise would make a real clip: only training asks, so that a generator learns from every clip what to draw."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mien.shapes.data.layers import FIGURES, Layers
from mien.shapes.networks.layer_encoder import FigureCode


class ClipReader(nn.Module):
    """Tells from a real clip and its words which noise would make it: mean and logarithm of the variance (B, F, N).

    With it a generator learns from every real clip what to draw, and the noise learns to stand for what the words
    leave open (CVAE-GAN: Bao et al., ICCV 2017).
    """

    def __init__(self, frames: int, width: int, noise: int) -> None:
        super().__init__()
        self.figure = FigureCode(frames, 64)
        last = nn.Linear(128, 2 * noise)
        self.tell = nn.Sequential(nn.Linear(64 + 2 * width, 128), nn.SiLU(), last)
        with torch.no_grad():
            last.weight.mul_(0.5)

    def forward(self, layers: Layers, picked: Tensor) -> tuple[Tensor, Tensor]:
        """layers: the figures in the order of the words; picked (B, F, 2, width): what the generator reads of those."""
        told = self.tell(torch.cat([self.figure(layers), picked.flatten(2)], -1))
        mean, log_variance = told.chunk(2, -1)
        return mean, (log_variance - 2).clamp(-10, 2)


def orders(layers: Layers) -> Layers:
    """(2·B clips): the figures of each clip in the one order, then in the other; no one has said which is whose."""
    assert layers.presence.shape[1] == FIGURES
    return Layers(*(torch.cat([one, other]) for one, other in zip(layers.parts, layers.swapped().parts, strict=True)))

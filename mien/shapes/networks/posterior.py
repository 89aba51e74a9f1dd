"""CVAE posterior q(z | clip, text); training only (CVAE-GAN: Bao et al., ICCV 2017)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mien.shapes.data.layers import Layers
from mien.shapes.networks.layer_encoder import FigureEncoder


class Posterior(nn.Module):
    """Posterior q(z | clip, text), a diagonal Gaussian of the noise: mean and log variance (B, F, N).

    The generator reconstructs real clips from its samples, so z encodes what the text does not specify.
    """

    def __init__(self, frames: int, width: int, noise: int) -> None:
        super().__init__()
        self.figure_encoder = FigureEncoder(frames, 64)
        last = nn.Linear(128, 2 * noise)
        self.head = nn.Sequential(nn.Linear(64 + 2 * width, 128), nn.SiLU(), last)
        with torch.no_grad():
            last.weight.mul_(0.5)

    def forward(self, layers: Layers, attended: Tensor) -> tuple[Tensor, Tensor]:
        """layers: figures in the order of the text; attended (B, F, 2, width): the generator's text attention."""
        features = torch.cat([self.figure_encoder(layers), attended.flatten(2)], -1)
        mean, log_variance = self.head(features).chunk(2, -1)
        return mean, (log_variance - 2).clamp(-10, 2)

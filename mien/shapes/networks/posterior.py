"""CVAE posterior q(z | clip, text); training only (CVAE-GAN: Bao et al., ICCV 2017)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mien.shapes.data.layers import FIGURES, Layers
from mien.shapes.networks.layer_encoder import FigureEncoder


class Posterior(nn.Module):
    """Posterior q(z | clip, text), a diagonal Gaussian of the noise: mean and log variance (B, F, N).

    The generator reconstructs real clips from its samples, so z encodes what the text does not specify.
    """

    def __init__(self, frames: int, width: int, noise: int) -> None:
        super().__init__()
        self.figure = FigureEncoder(frames, 64)
        last = nn.Linear(128, 2 * noise)
        self.tell = nn.Sequential(nn.Linear(64 + 2 * width, 128), nn.SiLU(), last)
        with torch.no_grad():
            last.weight.mul_(0.5)

    def forward(self, layers: Layers, attended: Tensor) -> tuple[Tensor, Tensor]:
        """layers: figures in the order of the text; picked (B, F, 2, width): the generator's text attention."""
        told = self.tell(torch.cat([self.figure(layers), attended.flatten(2)], -1))
        mean, log_variance = told.chunk(2, -1)
        return mean, (log_variance - 2).clamp(-10, 2)


def both_orders(layers: Layers) -> Layers:
    """Both orders of the figures of each clip (2·B clips): the assignment of figures to the text is unknown."""
    assert layers.presence.shape[1] == FIGURES
    return Layers(
        *(torch.cat([one, other]) for one, other in zip(layers.tensors, layers.swapped().tensors, strict=True))
    )

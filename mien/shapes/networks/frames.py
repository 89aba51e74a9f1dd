"""The baseline: a GAN of single frames, as in the 2024 system.

One frame is generated from noise and the mean of the text features; a clip is a sequence of frames with independent
noise. The discriminator scores single frames without their text.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

NOISE = 100


class FrameGenerator(nn.Module):
    """Noise (B, 100) and text features (B, L, W) → frames (B, 3, 64, 64) in [−1, 1]: three transposed convolutions."""

    def __init__(self, text_width: int, width: int) -> None:
        super().__init__()
        self.input = nn.Linear(NOISE + text_width, 4 * width * 64)
        self.decoder = nn.Sequential(
            nn.BatchNorm2d(4 * width), nn.ReLU(),
            nn.ConvTranspose2d(4 * width, 2 * width, 4, 2, 1), nn.BatchNorm2d(2 * width), nn.ReLU(),
            nn.ConvTranspose2d(2 * width, width, 4, 2, 1), nn.BatchNorm2d(width), nn.ReLU(),
            nn.ConvTranspose2d(width, 3, 4, 2, 1), nn.Tanh(),
        )  # fmt: skip

    def forward(self, text: Tensor, mask: Tensor, noise: Tensor) -> Tensor:
        """mask bool (B, L): True where there is a word."""
        mean = (text * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        start = self.input(torch.cat([noise, mean], 1)).unflatten(1, (-1, 8, 8))
        return torch.as_tensor(self.decoder(start))


class FrameDiscriminator(nn.Module):
    """Unconditional logits (B,) of frames (B, 3, 64, 64)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in ((3, width), (width, 2 * width), (2 * width, 4 * width)):
            layers += [nn.Conv2d(before, after, 4, 2, 1), nn.LeakyReLU(0.2)]
        self.network = nn.Sequential(*layers, nn.Flatten(), nn.Linear(4 * width * 64, 1))

    def forward(self, frames: Tensor) -> Tensor:
        """Logit of each frame being real."""
        return torch.as_tensor(self.network(frames).squeeze(1))

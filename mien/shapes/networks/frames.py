"""The baseline: a GAN of single frames, as the system of 2024 whose place this takes.

Noise and the mean of the words make one frame; a clip is frames with noise of their own, one after the other, and the
discriminator sees one frame and no words. What it cannot do is the reason why the other one is as it is.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

NOISE = 100


class FrameGenerator(nn.Module):
    """Noise (B, 100) and text features (B, L, W) → frames (B, 3, 64, 64) in [−1, 1]: three transposed convolutions."""

    def __init__(self, text_width: int, width: int) -> None:
        super().__init__()
        self.start = nn.Linear(NOISE + text_width, 4 * width * 64)
        self.draw = nn.Sequential(
            nn.BatchNorm2d(4 * width), nn.ReLU(),
            nn.ConvTranspose2d(4 * width, 2 * width, 4, 2, 1), nn.BatchNorm2d(2 * width), nn.ReLU(),
            nn.ConvTranspose2d(2 * width, width, 4, 2, 1), nn.BatchNorm2d(width), nn.ReLU(),
            nn.ConvTranspose2d(width, 3, 4, 2, 1), nn.Tanh(),
        )  # fmt: skip

    def forward(self, text: Tensor, mask: Tensor, noise: Tensor) -> Tensor:
        """mask (B, L): where there are words."""
        mean = (text * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        start = self.start(torch.cat([noise, mean], 1)).unflatten(1, (-1, 8, 8))
        return torch.as_tensor(self.draw(start))


class FrameDiscriminator(nn.Module):
    """Scores (B,) of frames (B, 3, 64, 64); it reads nothing."""

    def __init__(self, width: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in ((3, width), (width, 2 * width), (2 * width, 4 * width)):
            layers += [nn.Conv2d(before, after, 4, 2, 1), nn.LeakyReLU(0.2)]
        self.judge = nn.Sequential(*layers, nn.Flatten(), nn.Linear(4 * width * 64, 1))

    def forward(self, frames: Tensor) -> Tensor:
        """How real each frame looks."""
        return torch.as_tensor(self.judge(frames).squeeze(1))

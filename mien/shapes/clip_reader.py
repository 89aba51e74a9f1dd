"""What noise would make a real clip: only training asks, so that a generator learns from every pixel what to draw."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mien.shapes.generator import FIGURES
from mien.shapes.reading import Words
from mien.shapes.seeing import Frames, View


class ClipReader(nn.Module):
    """Tells from a real clip and its words which noise would make it: mean and logarithm of the variance (B, F, N).

    Only training needs it: with it a generator learns from every pixel of a real clip what to draw, and the noise
    learns to stand for what the words leave open (CVAE-GAN: Bao et al., ICCV 2017).
    """

    def __init__(self, text_width: int, frames: int, width: int, noise: int) -> None:
        super().__init__()
        self.frames, self.reader = Frames(), Words(text_width, width, 2 * FIGURES)
        last = nn.Linear(256, 2 * FIGURES * noise)
        self.tell = nn.Sequential(
            nn.Linear(frames * Frames.width + 2 * FIGURES * width, 256), nn.SiLU(), nn.Linear(256, 256), nn.SiLU(),
            last,
        )  # fmt: skip
        with torch.no_grad():
            last.weight.mul_(0.5)

    def forward(self, view: View, text: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Of the clips' whole frames and moments, and their words."""
        seen = self.frames(view.whole, view.moments)
        mean, log_variance = self.tell(torch.cat([seen, self.reader(text, mask).flatten(1)], 1)).chunk(2, 1)
        return mean.unflatten(1, (FIGURES, -1)), (log_variance - 2).clamp(-10, 2).unflatten(1, (FIGURES, -1))


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Kullback and Leibler's, in nats a clip, of the told noise from the standard normal one it will be drawn from."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).flatten(1).sum(1).mean()

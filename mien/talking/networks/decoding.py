"""The FiLM block and the output type of the decoders."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn


class WarpLayers(NamedTuple):
    """Components of N frames of a warping decoder: frame = (1 − opacity) · (sampled + shade) + opacity · paint.

    The backward `flow` (N, 2, S/2, S/2) in normalised coordinates, the offset of the sampled position of each pixel;
    `shade` (N, 3, S, S), added to the sampled colours; `paint` (N, 3, S, S), the synthesised colours, and `opacity`
    (N, 1, S, S) in [0, 1] of them; `landmarks` (N, 68, 2) of the generated face, normalised.
    """

    flow: Tensor
    shade: Tensor
    paint: Tensor
    opacity: Tensor
    landmarks: Tensor


class DecoderOutput(NamedTuple):
    """Output of a decoder for N frames: `frames` (N, 3, S, S) in [−1, 1], and the layers of a warping decoder."""

    frames: Tensor
    layers: WarpLayers | None = None


def group_norm(channels: int, affine: bool = True) -> nn.GroupNorm:
    return nn.GroupNorm(max(1, channels // 8), channels, affine=affine)


class FiLMBlock(nn.Module):
    """Residual block of two convolutions; the code modulates the first by FiLM (Perez et al., AAAI 2018)."""

    def __init__(self, in_channels: int, out_channels: int, code_width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.first_norm = group_norm(out_channels, affine=False)
        self.film = nn.Linear(code_width, 2 * out_channels)
        self.second = nn.Conv2d(out_channels, out_channels, 3, padding=1)
        self.second_norm = group_norm(out_channels)
        self.shortcut = nn.Conv2d(in_channels, out_channels, 1) if in_channels != out_channels else nn.Identity()

    def forward(self, maps: Tensor, code: Tensor) -> Tensor:
        """Maps (N, out_channels, h, w) from maps (N, in_channels, h, w) and codes (N, code_width)."""
        scale, shift = self.film(code)[:, :, None, None].chunk(2, 1)
        modulated = nn.functional.silu(self.first_norm(self.first(maps)) * (1 + scale) + shift)
        return self.shortcut(maps) + nn.functional.silu(self.second_norm(self.second(modulated)))

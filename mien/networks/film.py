"""Feature-wise linear modulation (FiLM) of convolutions (Perez et al., AAAI 2018)."""

from __future__ import annotations

from torch import Tensor, nn


def group_norm(channels: int, affine: bool = True) -> nn.GroupNorm:
    """Group normalisation with groups of about 8 channels."""
    return nn.GroupNorm(max(1, channels // 8), channels, affine=affine)


class FiLMBlock(nn.Module):
    """Residual block of two convolutions; the code modulates the first by FiLM."""

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

"""The FiLM block and the output type of the decoders."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn


class Drawing(NamedTuple):
    """Output of a decoder for N frames.

    `frames` (N, 3, S, S) in [−1, 1]. For a warping decoder also its components, otherwise None: the backward `flow`
    (N, 2, S/2, S/2) in normalised coordinates, the offset of the sampled position of each pixel; `shade` (N, 3, S, S),
    added to the sampled colours; `paint` (N, 3, S, S), the synthesised colours, and `cover` (N, 1, S, S) in [0, 1],
    their opacity: frame = (1 − cover) · (sampled + shade) + cover · paint; `landmarks` (N, 68, 2) of the generated
    face, normalised.
    """

    frames: Tensor
    flow: Tensor | None = None
    shade: Tensor | None = None
    paint: Tensor | None = None
    cover: Tensor | None = None
    landmarks: Tensor | None = None


def group_norm(channels: int) -> nn.GroupNorm:
    return nn.GroupNorm(max(1, channels // 8), channels)


class SteeredBlock(nn.Module):
    """Residual block of two convolutions; the code modulates the first by FiLM (Perez et al., AAAI 2018)."""

    def __init__(self, before: int, after: int, code: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(before, after, 3, padding=1)
        self.norm = nn.GroupNorm(max(1, after // 8), after, affine=False)
        self.steer = nn.Linear(code, 2 * after)
        self.second = nn.Conv2d(after, after, 3, padding=1)
        self.last_norm = group_norm(after)
        self.bridge = nn.Conv2d(before, after, 1) if before != after else nn.Identity()

    def forward(self, maps: Tensor, code: Tensor) -> Tensor:
        """Maps (N, after, h, w) from maps (N, before, h, w) and codes (N, code)."""
        scale, shift = self.steer(code)[:, :, None, None].chunk(2, 1)
        steered = nn.functional.silu(self.norm(self.first(maps)) * (1 + scale) + shift)
        result: Tensor = self.bridge(maps) + nn.functional.silu(self.last_norm(self.second(steered)))
        return result

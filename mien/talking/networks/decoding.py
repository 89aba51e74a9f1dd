"""What both decoders are built from, and what they give."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn


class Drawing(NamedTuple):
    """What a decoder makes of N frames.

    `frames` (N, 3, S, S) in [−1, 1]. Of a decoder that warps, also what they were made of: `flow` (N, 2, S/2, S/2), how
    far from its own place each pixel is fetched from, x and y in coordinates in which the picture runs from −1 to 1;
    `shade` (N, 3, S, S), what is added to the fetched colours; `paint` (N, 3, S, S) and `cover` (N, 1, S, S) in [0, 1],
    what replaces them: frame = (1 − cover) · (fetched + shade) + cover · paint; `landmarks` (N, 68, 2) in the same
    coordinates, where the face's landmarks were moved to. None of a decoder that draws everything.
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
    """Two convolutions; the code scales and shifts the first one's normalised output (FiLM, Perez et al. 2018)."""

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

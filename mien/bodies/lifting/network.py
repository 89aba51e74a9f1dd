"""The lifter's network: convolutions over time with residual connections, one output for every frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from mien.bodies.keypoints import BODY_AND_FEET
from mien.bodies.lifting.features import CHANNELS

KIND = "lifter"


class LifterNetwork(nn.Module):
    """Features (B, T, 92) → (B, T, 23, 3): corrections of x and y, and z behind the middle of the hips, in body sizes.

    width: channels. dilations: of one block each. Frames farther than `margin` do not matter for a frame.
    """

    def __init__(self, width: int, dilations: Sequence[int]) -> None:
        super().__init__()
        self.width, self.dilations = width, tuple(dilations)
        self.first = nn.Linear(BODY_AND_FEET * CHANNELS, width)
        self.blocks = nn.ModuleList(_Block(width, dilation) for dilation in self.dilations)
        self.last = nn.Linear(width, BODY_AND_FEET * 3)
        for tensor in (self.last.weight, self.last.bias):
            nn.init.zeros_(tensor)

    @property
    def margin(self) -> int:
        """Frames on each side that an output depends on."""
        return sum(self.dilations)

    def forward(self, inputs: Tensor) -> Tensor:
        """See the class."""
        hidden = self.first(inputs)
        for block in self.blocks:
            hidden = block(hidden)
        found = self.last(nn.functional.silu(hidden))
        return found.unflatten(2, (BODY_AND_FEET, 3))

    def config(self) -> dict[str, Any]:
        """JSON-serialisable configuration, without weights."""
        return {"width": self.width, "dilations": list(self.dilations)}


class _Block(nn.Module):
    """x + W · silu(convolution(silu(norm(x)))) of (B, T, C), normalised over the channels of each frame by itself."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.norm = nn.LayerNorm(width)
        self.over_time = nn.Linear(3 * width, width)
        self.mix = nn.Linear(width, width)
        nn.init.zeros_(self.mix.weight)

    def forward(self, x: Tensor) -> Tensor:
        y = nn.functional.silu(self.norm(x))
        # As one matrix product, which takes half the time of a convolution on a CPU.
        padded = nn.functional.pad(y, (0, 0, self.dilation, self.dilation))
        around = torch.cat([padded[:, : x.shape[1]], y, padded[:, 2 * self.dilation :]], dim=-1)
        return x + self.mix(nn.functional.silu(self.over_time(around)))

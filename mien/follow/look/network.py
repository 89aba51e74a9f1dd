"""The network that reads the attributes of a scene from patches of a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from mien.bodies.scene import LABELS
from mien.follow.look.patches import PATCHES
from mien.networks.film import group_norm

KIND = "figure_look"

CHANNELS = 4
"""RGB in [−1, 1] times the mask, and the mask: 0 outside the picture and outside a cut-out person."""


@dataclass(frozen=True)
class LookInputs:
    """whole: float32 (B, 4, 48, 48), the picture. head: (B, 4, 32, 32). body: (B, P, 4, 16, 16), the `PATCHES`."""

    whole: Tensor
    head: Tensor
    body: Tensor


class LookNetwork(nn.Module):
    """Logits of every attribute of `LABELS`. width: channels of the first convolutions."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.whole = nn.Sequential(
            _conv(CHANNELS, width, 2), _conv(width, 2 * width, 2), _conv(2 * width, 3 * width, 2),
            nn.AvgPool2d(2), nn.Flatten(),
        )  # fmt: skip
        self.head = nn.Sequential(
            _conv(CHANNELS, width), nn.MaxPool2d(2), _conv(width, 2 * width), nn.MaxPool2d(2),
            _conv(2 * width, 3 * width), nn.AvgPool2d(2), nn.Conv2d(3 * width, 2 * width, 1), nn.Flatten(),
        )  # fmt: skip
        self.body = nn.Sequential(
            _conv(CHANNELS, width), nn.MaxPool2d(2), _conv(width, 2 * width, 2), nn.AvgPool2d(2),
            nn.Conv2d(2 * width, width, 1), nn.Flatten(),
        )  # fmt: skip
        features = 27 * width + 32 * width + len(PATCHES) * 4 * width
        self.mix = nn.Sequential(nn.LayerNorm(features), nn.Linear(features, 8 * width), nn.SiLU(), nn.Dropout(0.1))
        self.heads = nn.Linear(8 * width, sum(len(names) for names in LABELS.values()))

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> LookNetwork:
        """The network of a model folder's config.json, with any weights."""
        return cls(**config["model"])

    def forward(self, inputs: LookInputs) -> dict[str, Tensor]:
        """Logits (B, options) of each attribute by name."""
        count, patches = inputs.body.shape[:2]
        body = self.body(inputs.body.flatten(0, 1)).view(count, patches * 4 * self.width)
        logits = self.heads(self.mix(torch.cat([self.whole(inputs.whole), self.head(inputs.head), body], dim=1)))
        sizes = [len(names) for names in LABELS.values()]
        return dict(zip(LABELS, logits.float().split(sizes, dim=1), strict=True))


def _conv(in_channels: int, out_channels: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 3, stride, padding=1), group_norm(out_channels), nn.SiLU()
    )

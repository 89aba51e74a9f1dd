"""The network that reads the attributes of a scene from patches of a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from mien.bodies.scene import LABELS
from mien.follow.look.colours import SPOTS, measured_colours
from mien.follow.look.inputs import CHANNELS, LookInputs
from mien.follow.look.patches import PATCHES
from mien.networks.film import group_norm

KIND = "figure_look"

MAX_LOG_GAIN = 1.4
"""Bound of the logarithm of shade / measured colour: a shade is at most four times as bright."""


DARK = 0.05
"""Added to colours before their logarithm: differences in the dark cannot be seen."""


@dataclass(frozen=True)
class LookOutput:
    """logits: (B, options) of each attribute by name. colours, seen: see `measured_colours`. gains: (B, S, 3), shade /
    measured colour."""

    logits: dict[str, Tensor]
    colours: Tensor
    seen: Tensor
    gains: Tensor


class LookNetwork(nn.Module):
    """Attributes and light from patches, and from the colours that are measured in them.

    Each patch of the body has a convolution of its own meaning: their features are concatenated in the order of
    `PATCHES`. width: channels of the first convolutions.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width, hidden = width, 12 * width
        self.whole = nn.Sequential(
            *_conv(CHANNELS, width, 2), *_conv(width, 2 * width, 2), *_conv(2 * width, 3 * width, 2),
            nn.AvgPool2d(2), nn.Flatten(),
        )  # fmt: skip
        self.head = nn.Sequential(
            *_conv(CHANNELS, width), nn.MaxPool2d(2), *_conv(width, 2 * width), nn.MaxPool2d(2),
            *_conv(2 * width, 3 * width), nn.AvgPool2d(2), nn.Conv2d(3 * width, 2 * width, 1), nn.Flatten(),
        )  # fmt: skip
        self.body = nn.Sequential(
            *_conv(CHANNELS, width), nn.MaxPool2d(2), *_conv(width, 2 * width, 2), nn.AvgPool2d(2),
            nn.Conv2d(2 * width, width, 1), nn.Flatten(),
        )  # fmt: skip
        features = 27 * width + 32 * width + len(PATCHES) * 4 * width
        self.normalise = nn.LayerNorm(features)
        self.mix = nn.Sequential(nn.Linear(features + 4 * len(SPOTS) + 1, hidden), nn.SiLU(), nn.Dropout(0.1))
        self.light, self.spots = nn.Linear(hidden, 3), nn.Parameter(torch.zeros(len(SPOTS), 3))
        self.heads = nn.Linear(hidden, sum(len(names) for names in LABELS.values()))

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> LookNetwork:
        """The network of a model folder's config.json, with any weights."""
        return cls(**config["model"])

    def forward(self, inputs: LookInputs) -> LookOutput:
        """Attributes and light of pictures."""
        body = self.body(inputs.body.flatten(0, 1)).view(len(inputs.body), -1)
        features = self.normalise(torch.cat([self.whole(inputs.whole), self.head(inputs.head), body], dim=1))
        colours, seen = measured_colours(inputs)
        told = seen[..., None].float()
        measured = torch.cat([(torch.log(colours + DARK) + 1) * told, told], dim=2).flatten(1)
        mixed = self.mix(torch.cat([features, measured, inputs.front[:, None]], dim=1))
        light = self.light(mixed).float()[:, None] + self.spots
        sizes = [len(names) for names in LABELS.values()]
        logits = self.heads(mixed).float().split(sizes, dim=1)
        gains = torch.exp(MAX_LOG_GAIN * torch.tanh(light))
        return LookOutput(dict(zip(LABELS, logits, strict=True)), colours, seen, gains)


def _conv(in_channels: int, out_channels: int, stride: int = 1) -> tuple[nn.Module, ...]:
    return nn.Conv2d(in_channels, out_channels, 3, stride, padding=1), group_norm(out_channels), nn.SiLU()

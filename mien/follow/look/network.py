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
            nn.AvgPool2d(2), nn.Flatten(), nn.Linear(27 * width, 4 * width), nn.LayerNorm(4 * width),
        )  # fmt: skip
        self.head = nn.Sequential(
            *_conv(CHANNELS, width), nn.MaxPool2d(2), *_conv(width, 2 * width), nn.MaxPool2d(2),
            *_conv(2 * width, 3 * width, 2), nn.Flatten(), nn.Linear(48 * width, 8 * width), nn.LayerNorm(8 * width),
        )  # fmt: skip
        self.body = nn.Sequential(
            *_conv(CHANNELS, width), nn.MaxPool2d(2), *_conv(width, 2 * width, 2), nn.AvgPool2d(2), nn.Flatten(),
            nn.Linear(8 * width, 2 * width),
        )  # fmt: skip
        self.limbs = nn.Sequential(nn.SiLU(), nn.LayerNorm(len(PATCHES) * 2 * width))
        features = 12 * width + len(PATCHES) * 2 * width + 4 * len(SPOTS) + 1
        self.mix = nn.Sequential(
            nn.Dropout(0.15),
            nn.Linear(features, hidden),
            nn.SiLU(),
            nn.Dropout(0.3),
            nn.Linear(hidden, hidden),
            nn.SiLU(),
        )
        self.light, self.spots = nn.Linear(hidden, 3), nn.Parameter(torch.zeros(len(SPOTS), 3))
        self.heads = nn.Linear(hidden, sum(len(names) for names in LABELS.values()))

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> LookNetwork:
        """The network of a model folder's config.json, with any weights."""
        return cls(**config["model"])

    def forward(self, inputs: LookInputs) -> LookOutput:
        """Attributes and light of pictures."""
        count = len(inputs.body)
        body = self.limbs(self.body(inputs.body.flatten(0, 1)).view(count, -1))
        colours, seen = measured_colours(inputs)
        told = seen[..., None].float()
        measured = torch.cat([(torch.log(colours + DARK) + 1) * told, told], dim=2).flatten(1)
        parts = [self.whole(inputs.whole), self.head(inputs.head), body, measured, inputs.front[:, None]]
        mixed = self.mix(torch.cat(parts, dim=1))
        light = self.light(mixed).float()[:, None] + self.spots
        sizes = [len(names) for names in LABELS.values()]
        logits = self.heads(mixed).float().split(sizes, dim=1)
        gains = torch.exp(MAX_LOG_GAIN * torch.tanh(light))
        return LookOutput(dict(zip(LABELS, logits, strict=True)), colours, seen, gains)


def _conv(in_channels: int, out_channels: int, stride: int = 1) -> tuple[nn.Module, nn.Module]:
    # without normalisation, which takes as long as the convolutions: three layers learn without it
    return nn.Conv2d(in_channels, out_channels, 3, stride, padding=1), nn.SiLU()

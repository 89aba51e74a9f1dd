"""`architecture: direct`: every pixel is synthesised, as in the 2020 system (the baseline)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mien.networks.film import FiLMBlock
from mien.talking.networks.decoding import DecoderOutput


class DirectDecoder(nn.Module):
    """U-Net decoder that synthesises every pixel from the feature maps of the image and the code.

    The output is blended with the image, whose face is at the same position, by a predicted opacity: hair, clothes and
    background are taken from the image, so only moving parts have to be synthesised.
    """

    def __init__(self, size: int, channels: tuple[int, ...], code_width: int) -> None:
        super().__init__()
        bottom = size >> (len(channels) - 1)
        self.plan = nn.Linear(code_width, 16 * bottom * bottom)  # a spatial code: FiLM alone has no position
        self.bottom = bottom
        self.blocks = nn.ModuleList([FiLMBlock(channels[-1] + 16, channels[-1], code_width)])
        for below, channel in zip(channels[:0:-1], channels[-2::-1], strict=True):
            self.blocks.append(FiLMBlock(below + channel, channel, code_width))
        self.image = nn.Conv2d(channels[0], 4, 3, padding=1)

    def forward(self, maps: list[Tensor], landmarks: Tensor, goal: Tensor, code: Tensor) -> DecoderOutput:  # noqa: ARG002
        """Decode N frames from N images with their feature maps and codes (N, width); no landmarks are used."""
        plan = self.plan(code).view(len(code), 16, self.bottom, self.bottom)
        hidden = self.blocks[0](torch.cat([maps[-1], plan], 1), code)
        for block, skip in zip(list(self.blocks)[1:], maps[-2:0:-1], strict=True):
            larger = nn.functional.interpolate(hidden, scale_factor=2, mode="nearest")
            hidden = block(torch.cat([larger, skip], 1), code)
        colours, logits = self.image(hidden).split((3, 1), 1)
        # Bounded, and initially nearly opaque: an opacity of 0 would copy the reference and give no gradient.
        opacity = torch.sigmoid(3 * torch.tanh(logits + 0.5))
        return DecoderOutput((1 - opacity) * maps[0] + opacity * torch.tanh(colours))

"""The network: a (2+1)D U-Net, convolutions in space followed by convolutions in time (Tran et al., CVPR 2018)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.follow.diffusion.maps import COUNT, coloured
from mien.follow.diffusion.scene_code import PlaceMaps, SceneEncoder, SceneNumbers
from mien.follow.diffusion.schedule import log_snr, scaled, scales
from mien.networks.film import FiLMBlock

KIND = "figure_diffusion"
CODE = 160
FINE = 24
"""Channels at full resolution."""

PLACE = 6
"""Channels of a place's learned map."""

_INPUTS = 3 + 4 + COUNT + 3 + 2 + PLACE
"""Noisy pixels, pixels of given frames and whether they are given, skeleton, skeleton in colour, position in the
picture, the place's map."""


class TimeBlock(nn.Module):
    """Residual convolution over time, the identity at first. A single frame passes unchanged."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(channels, channels, 3, padding=1, padding_mode="replicate")
        nn.init.zeros_(self.conv.weight)
        nn.init.zeros_(self.conv.bias)  # type: ignore[arg-type]  # there is a bias

    def forward(self, maps: Tensor, frames: int) -> Tensor:
        """Maps (B·frames, C, h, w) to the same shape."""
        if frames == 1:
            return maps
        _, channels, height, width = maps.shape
        rows = maps.view(-1, frames, channels, height * width).permute(0, 3, 2, 1).reshape(-1, channels, frames)
        moved = self.conv(functional.silu(rows)).view(-1, height * width, channels, frames).permute(0, 3, 2, 1)
        return maps + moved.reshape(maps.shape)


class Block(nn.Module):
    """A FiLM block in space and a block in time."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.space, self.time = FiLMBlock(in_channels, out_channels, CODE), TimeBlock(out_channels)

    def forward(self, maps: Tensor, code: Tensor, frames: int) -> Tensor:
        """Maps (B·frames, in, h, w) and codes (B·frames, CODE) → maps (B·frames, out, h, w)."""
        moved: Tensor = self.time(self.space(maps, code), frames)
        return moved


class VideoUNet(nn.Module):
    """Predicts clean frames from noisy ones, skeleton maps and the code of a scene.

    side, window: of the frames that it is trained on. width: channels at half resolution; 1.75 and 2.25 times as many
    below.
    """

    def __init__(self, side: int, window: int, width: int) -> None:
        super().__init__()
        self.side, self.window, self.width = side, window, width
        middle, deep = width * 7 // 4 // 8 * 8, width * 9 // 4 // 8 * 8
        self.scene, self.place = SceneEncoder(CODE), PlaceMaps(PLACE)
        self.level = nn.Sequential(nn.Linear(16, CODE), nn.SiLU(), nn.Linear(CODE, CODE))
        self.stem = nn.Conv2d(4 * _INPUTS, width, 3, padding=1)
        self.down = nn.ModuleList([Block(width, width), Block(width, middle), Block(middle, deep)])
        self.core = Block(deep, deep)
        self.up = nn.ModuleList([Block(deep + middle, middle), Block(middle + width, width)])
        self.expand = nn.Conv2d(width, 4 * FINE, 1)
        self.fine = nn.Sequential(
            nn.Conv2d(FINE + _INPUTS, FINE, 3, padding=1), nn.SiLU(), nn.Conv2d(FINE, 3, 3, padding=1)
        )

    @property
    def config(self) -> dict[str, Any]:
        """The arguments that build it."""
        return {"side": self.side, "window": self.window, "width": self.width}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> VideoUNet:
        """The network of a model folder's config.json, with any weights."""
        return cls(**config["model"])

    def forward(self, noisy: Tensor, level: Tensor, given: Tensor, maps: Tensor, scenes: SceneNumbers) -> Tensor:
        """Clean frames (B, T, 3, h, w) in about [−1, 1].

        noisy: (B, T, 3, h, w). level: (B,). given: (B, T, 4, h, w), frames that are known and ones, or zeros. maps:
        (B, T, COUNT, h, w). scenes: of the clips. h and w are multiples of 8.
        """
        skip, out = scales(level)
        estimate = scaled(noisy, skip)
        frames, (height, width) = noisy.shape[1], noisy.shape[3:]
        place = self.place(scenes, height, width)[:, None].expand(-1, frames, -1, -1, -1)
        inputs = torch.cat([estimate, given, maps, coloured(maps, scenes.limbs), place], dim=2)
        predicted = self._network(inputs, self.scene(scenes) + self.level(_waves(log_snr(level) / 4)))
        return estimate + scaled(predicted, out)

    def _network(self, inputs: Tensor, code: Tensor) -> Tensor:
        batch, frames = inputs.shape[:2]
        x = inputs.flatten(0, 1)
        x = torch.cat([x, _position(x).expand(len(x), -1, -1, -1)], dim=1)
        code = code.repeat_interleave(frames, dim=0)
        first = self.down[0](self.stem(functional.pixel_unshuffle(x, 2)), code, frames)
        second = self.down[1](functional.avg_pool2d(first, 2), code, frames)
        deep = self.core(self.down[2](functional.avg_pool2d(second, 2), code, frames), code, frames)
        middle = self.up[0](torch.cat([_doubled(deep), second], dim=1), code, frames)
        half = self.up[1](torch.cat([_doubled(middle), first], dim=1), code, frames)
        fine = functional.silu(functional.pixel_shuffle(self.expand(half), 2))
        pixels: Tensor = self.fine(torch.cat([fine, x], dim=1))
        return pixels.float().view(batch, frames, 3, *x.shape[2:])


def _doubled(maps: Tensor) -> Tensor:
    return functional.interpolate(maps, scale_factor=2, mode="nearest")


def _position(x: Tensor) -> Tensor:
    """Coordinates (1, 2, h, w) in [−1, 1] of the pixels of x (N, C, h, w)."""
    height, width = x.shape[2:]
    down = torch.linspace(-1, 1, height, device=x.device)[:, None].expand(height, width)
    right = torch.linspace(-1, 1, width, device=x.device)[None].expand(height, width)
    return torch.stack([right, down])[None]


def _waves(values: Tensor) -> Tensor:
    """Sines and cosines (B, 16) of values (B,) of about unit size."""
    phases = values[:, None] * 2.0 ** torch.arange(-1, 7, device=values.device)
    return torch.cat([phases.sin(), phases.cos()], dim=1)

"""Generator: text features and noise → layers.

Appearance and motion of a figure have separate text attention and networks, so that shapes and motions generalise to
new combinations. A path is generated for the whole clip, as a linear combination of cosines.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from mien.shapes.data.layers import FIGURES, PICTURE_SIDE, Layers
from mien.shapes.networks.text_attention import TextAttention

NOISE = 24
"""Noise dimensions of each figure: a third for its appearance, the rest for its motion."""

PHASES = 4
"""Noise dimensions of the motion that are mapped to angles: initial phases of periodic motions."""

_LOOK = NOISE // 3
_ROOM = 16


class LayerGenerator(nn.Module):
    """Makes `Layers` of `frames` frames from text features and noise (B, `FIGURES`, `NOISE`)."""

    waves: Tensor

    def __init__(self, text_width: int, frames: int, width: int, hidden: int) -> None:
        super().__init__()
        self.frames = frames
        self.words = TextAttention(text_width, width, 2 * FIGURES)
        self.present = nn.Linear(width, 1)
        self.order = nn.Parameter(torch.tensor([3.0, -1.0]))  # most clips have one figure, the first
        self.look = _perceptron(width + _LOOK, hidden)
        self.picture, self.colour = nn.Linear(hidden, PICTURE_SIDE**2), nn.Linear(hidden, 3)
        self.room = nn.Linear(width, _ROOM)
        known = width + NOISE - _LOOK + PHASES + _ROOM
        self.path, self.last = _perceptron(known + 3 * frames + 1, 2 * hidden), nn.Linear(2 * hidden, 4 * frames)
        with torch.no_grad():
            self.last.weight.mul_(0.3)
        self.register_buffer("waves", _waves(frames), persistent=False)

    def forward(self, text: Tensor, mask: Tensor, noise: Tensor) -> Layers:
        """text: features (B, L, W) with mask (B, L); noise: standard normal."""
        return self.decode(self.attend(text, mask), noise)

    def attend(self, text: Tensor, mask: Tensor) -> Tensor:
        """Text attention (B, `FIGURES`, 2, width): features for each figure's appearance and for its motion."""
        return torch.as_tensor(self.words(text, mask).unflatten(1, (FIGURES, 2)))

    def decode(self, attended: Tensor, noise: Tensor) -> Layers:
        """Layers from the features of `attend` and noise."""
        looks, motions = attended.unbind(2)
        presence = torch.sigmoid(2 * self.present(looks).squeeze(-1) + self.order)
        look = self.look(torch.cat([looks, noise[..., :_LOOK]], -1))
        pictures = torch.sigmoid(self.picture(look)).unflatten(-1, (PICTURE_SIDE, PICTURE_SIDE))
        paths = self._paths(motions, noise[..., _LOOK:], presence)
        return Layers(paths, pictures, torch.sigmoid(self.colour(look)), presence)

    def _paths(self, motions: Tensor, noise: Tensor, presence: Tensor) -> Tensor:
        """Paths (B, F, 4, T): the first is conditioned on the other's motion features, the second on the first path."""
        phases = math.pi * torch.erf(noise[..., :PHASES] / math.sqrt(2))  # uniform in [−π, π]
        room = self.room(motions.flip(1)) * presence.flip(1)[..., None]
        known = torch.cat([motions, noise[..., PHASES:], phases.cos(), phases.sin(), room], -1)
        first = self._path(known[:, 0], torch.zeros_like(known[:, 0, :1]).expand(-1, 3 * self.frames + 1))
        met = torch.cat([first[:, :3].flatten(1), torch.ones_like(first[:, 0, :1])], 1)
        return torch.stack([first, self._path(known[:, 1], met)], 1)

    def _path(self, known: Tensor, met: Tensor) -> Tensor:
        """Path (B, 4, T) of a figure, conditioned on `known` and on the other figure's path `met`."""
        curves = self.last(self.path(torch.cat([known, met], -1)))
        return torch.as_tensor(curves.unflatten(-1, (4, self.frames)) @ self.waves)


def _perceptron(width: int, hidden: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, hidden), nn.SiLU(), nn.Linear(hidden, hidden), nn.SiLU())


def _waves(frames: int) -> Tensor:
    """Basis (T, T) of paths: the DCT-II cosines by rising frequency, the first one after the constant made linear."""
    time = (torch.arange(frames) + 0.5) / frames
    curves = torch.cos(math.pi * torch.arange(frames)[:, None] * time)
    curves[1] = 2 * time - 1
    return curves

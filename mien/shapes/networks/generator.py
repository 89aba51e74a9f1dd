"""Generator: text features and noise → layers.

Appearance and motion of a figure have separate text attention and networks, so that shapes and motions generalise to
new combinations. A path is generated for the whole clip, as a linear combination of cosines.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from mien.networks.text_attention import TextAttention
from mien.shapes.data.layers import FIGURES, PICTURE_SIDE, Layers

NOISE = 24
"""Noise dimensions of each figure: a third for its appearance, the rest for its motion."""

PHASES = 4
"""Noise dimensions of the motion that are mapped to angles: initial phases of periodic motions."""

_APPEARANCE_NOISE = NOISE // 3
_OTHER_WIDTH = 16


class LayerGenerator(nn.Module):
    """Makes `Layers` of `frames` frames from text features and noise (B, `FIGURES`, `NOISE`)."""

    path_basis: Tensor

    def __init__(self, text_width: int, frames: int, width: int, hidden: int) -> None:
        super().__init__()
        self.frames = frames
        self.attention = TextAttention(text_width, width, 2 * FIGURES)
        self.presence = nn.Linear(width, 1)
        self.presence_bias = nn.Parameter(torch.tensor([3.0, -1.0]))  # most clips have one figure, the first
        self.appearance = _perceptron(width + _APPEARANCE_NOISE, hidden)
        self.picture, self.colour = nn.Linear(hidden, PICTURE_SIDE**2), nn.Linear(hidden, 3)
        self.other_motion = nn.Linear(width, _OTHER_WIDTH)
        condition = width + NOISE - _APPEARANCE_NOISE + PHASES + _OTHER_WIDTH
        self.path = _perceptron(condition + 3 * frames + 1, 2 * hidden)
        self.coefficients = nn.Linear(2 * hidden, 4 * frames)
        with torch.no_grad():
            self.coefficients.weight.mul_(0.3)
        self.register_buffer("path_basis", _path_basis(frames), persistent=False)

    def forward(self, text: Tensor, mask: Tensor, noise: Tensor) -> Layers:
        """text: features (B, L, W) with mask (B, L); noise: standard normal."""
        return self.decode(self.attend(text, mask), noise)

    def attend(self, text: Tensor, mask: Tensor) -> Tensor:
        """Text attention (B, `FIGURES`, 2, width): features for each figure's appearance and for its motion."""
        return torch.as_tensor(self.attention(text, mask).unflatten(1, (FIGURES, 2)))

    def decode(self, attended: Tensor, noise: Tensor) -> Layers:
        """Layers from the features of `attend` and noise."""
        appearances, motions = attended.unbind(2)
        presence = torch.sigmoid(2 * self.presence(appearances).squeeze(-1) + self.presence_bias)
        hidden = self.appearance(torch.cat([appearances, noise[..., :_APPEARANCE_NOISE]], -1))
        pictures = torch.sigmoid(self.picture(hidden)).unflatten(-1, (PICTURE_SIDE, PICTURE_SIDE))
        paths = self._paths(motions, noise[..., _APPEARANCE_NOISE:], presence)
        return Layers(paths, pictures, torch.sigmoid(self.colour(hidden)), presence)

    def _paths(self, motions: Tensor, noise: Tensor, presence: Tensor) -> Tensor:
        """Paths (B, F, 4, T): the first is conditioned on the other's motion features, the second on the first path."""
        phases = math.pi * torch.erf(noise[..., :PHASES] / math.sqrt(2))  # uniform in [−π, π]
        other = self.other_motion(motions.flip(1)) * presence.flip(1)[..., None]
        conditions = torch.cat([motions, noise[..., PHASES:], phases.cos(), phases.sin(), other], -1)
        first = self._path(conditions[:, 0], torch.zeros_like(conditions[:, 0, :1]).expand(-1, 3 * self.frames + 1))
        first_path = torch.cat([first[:, :3].flatten(1), torch.ones_like(first[:, 0, :1])], 1)
        return torch.stack([first, self._path(conditions[:, 1], first_path)], 1)

    def _path(self, condition: Tensor, other: Tensor) -> Tensor:
        """Path (B, 4, T) of a figure, conditioned on `condition` and on the other figure's path `other`."""
        coefficients = self.coefficients(self.path(torch.cat([condition, other], -1)))
        return torch.as_tensor(coefficients.unflatten(-1, (4, self.frames)) @ self.path_basis)


def _perceptron(width: int, hidden: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, hidden), nn.SiLU(), nn.Linear(hidden, hidden), nn.SiLU())


def _path_basis(frames: int) -> Tensor:
    """Basis (T, T) of paths: the DCT-II cosines by rising frequency, the first one after the constant made linear."""
    time = (torch.arange(frames) + 0.5) / frames
    curves = torch.cos(math.pi * torch.arange(frames)[:, None] * time)
    curves[1] = 2 * time - 1
    return curves

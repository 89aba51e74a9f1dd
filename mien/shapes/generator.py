"""Words and noise → a clip: what the figures look like, and how each goes through the whole of the time.

A figure's look and its motion are made apart, each from the words that it picks out for itself: so a shape goes
through a motion that it was never seen with. The motion is a curve over the whole clip, a sum of slow waves.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from mien.shapes.reading import Words
from mien.shapes.sprites import PICTURE, Sprites
from mien.shapes.vocabulary import BACKGROUND

FIGURES = 2
"""Figures that a clip can have."""

NOISE = 24
"""Numbers of noise for each figure: a third for its look, the rest for its motion."""

_LOOK = NOISE // 3
_WAVES = 8
_DETAIL = 12


class SpriteGenerator(nn.Module):
    """Makes `Sprites` of `frames` frames from text features and noise (B, `FIGURES`, `NOISE`)."""

    def __init__(self, text_width: int, frames: int, width: int, hidden: int) -> None:
        super().__init__()
        self.words = Words(text_width, width, 2 * FIGURES)
        self.present = nn.Linear(width, 1)
        self.order = nn.Parameter(torch.tensor([3.0, -1.0]))  # most clips have one figure: it is the first
        self.look = _perceptron(width + _LOOK, hidden)
        self.outline, self.mark = nn.Linear(hidden, _DETAIL**2), nn.Linear(hidden, _DETAIL**2)
        self.colours, self.size = nn.Linear(hidden, 6), nn.Linear(hidden, 1)
        last = nn.Linear(hidden, 4 * _WAVES)
        self.path = nn.Sequential(*_perceptron(width + NOISE - _LOOK, hidden), last)
        shade = torch.tensor(BACKGROUND) / 255
        self.background = nn.Parameter(torch.logit(shade.mean()).expand(3).clone())
        for layer in (self.outline, self.mark):
            nn.init.normal_(layer.weight, std=0.03)
            nn.init.zeros_(layer.bias)
        with torch.no_grad():
            last.weight.mul_(0.3)
        self.register_buffer("details", _waves_of_pictures(), persistent=False)
        self.register_buffer("disc", _disc(), persistent=False)
        self.register_buffer("waves", _waves_of_time(frames), persistent=False)

    def forward(self, text: Tensor, mask: Tensor, noise: Tensor) -> Sprites:
        """text (B, L, W) with mask (B, L); noise is standard normal."""
        picked = self.words(text, mask).unflatten(1, (FIGURES, 2))
        looks, motions = picked.unbind(2)
        look = self.look(torch.cat([looks, noise[..., :_LOOK]], -1))
        opacity = torch.sigmoid(self.outline(look) @ self.details * 2 + self.disc)
        mark = torch.sigmoid(self.mark(look) @ self.details * 2 - 2)[:, :, None]
        own, of_mark = torch.sigmoid(self.colours(look) * 2)[..., None].chunk(2, 2)
        colour = own * (1 - mark) + of_mark * mark
        pictures = torch.cat([colour * opacity[:, :, None], opacity[:, :, None]], 2)
        curves = self.path(torch.cat([motions, noise[..., _LOOK:]], -1)).unflatten(-1, (4, _WAVES)) @ self.waves
        x, y, growth, turn = curves.unbind(2)
        size = torch.exp((growth * 0.5 + self.size(look) * 0.5).clamp(-1.5, 1.5) - 1.2)
        presence = torch.sigmoid(self.present(looks).squeeze(-1) * 2 + self.order)
        return Sprites(pictures.unflatten(-1, (PICTURE, PICTURE)), x, y, size, turn * 2, presence)

    @property
    def ground(self) -> Tensor:
        """RGB (3,) of the background in [0, 1]."""
        return torch.sigmoid(self.background)


def _perceptron(width: int, hidden: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, hidden), nn.SiLU(), nn.Linear(hidden, hidden), nn.SiLU())


def _waves_of_time(frames: int) -> Tensor:
    """Curves (`_WAVES`, frames) whose sums are paths: rest, even progress, and cosines, the faster the smaller."""
    time = torch.linspace(0, 1, frames)
    numbers = torch.arange(_WAVES)
    curves = torch.cos(math.pi * numbers[:, None] * time)
    curves[1] = 1.5 * time  # from where it starts: a turn is learned from its beginning on
    return curves / (1 + 0.3 * numbers)[:, None]


def _waves_of_pictures() -> Tensor:
    """Pictures (`_DETAIL`², `PICTURE`²) whose sums are outlines: products of cosines, the finer the smaller."""
    place = (torch.arange(PICTURE) + 0.5) / PICTURE
    cosines = torch.cos(math.pi * torch.arange(_DETAIL)[:, None] * place)
    fineness = torch.hypot(*torch.meshgrid(*[torch.arange(_DETAIL).float()] * 2, indexing="ij"))
    pictures = torch.einsum("ay,bx->abyx", cosines, cosines) / (1 + 0.25 * fineness)[..., None, None]
    return 2 * pictures.flatten(2).flatten(0, 1)


def _disc() -> Tensor:
    """Where a sprite begins to learn from: a soft disc (`PICTURE`²)."""
    place = torch.linspace(-1, 1, PICTURE)
    return (4.5 - 9 * torch.hypot(place[:, None], place[None])).flatten()

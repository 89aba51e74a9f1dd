"""Tells real clips from generated ones, and clips whose words are theirs from clips with the words of another.

It sees all frames small, and some of them close; what it sees and what it reads become two vectors, whose product says
how well they go together (as the projection of Miyato and Koyama, "cGANs with projection discriminator", ICLR 2018).
So one look at a batch holds every clip against every text of it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.shapes.generator import FIGURES
from mien.shapes.reading import Words
from mien.shapes.seeing import Frames, Moments, View

_CODE = 96


class ClipDiscriminator(nn.Module):
    """Scores clips of `frames` frames with their words."""

    def __init__(self, text_width: int, frames: int, width: int) -> None:
        super().__init__()
        self.moments, self.frames = Moments(), Frames()
        self.motion = nn.Sequential(
            nn.Linear(frames * Frames.width, 256), nn.LeakyReLU(0.2), nn.Linear(256, 256), nn.LeakyReLU(0.2),
            nn.Linear(256, _CODE + 1),
        )  # fmt: skip
        self.look = _convolutions(12)
        self.reader = Words(text_width, width, 2 * FIGURES)
        self.words = nn.Sequential(nn.Linear(2 * FIGURES * width, 128), nn.LeakyReLU(0.2), nn.Linear(128, 2 * _CODE))

    def view(self, whole: Tensor, close: Tensor) -> View:
        """All that there is to see of clips."""
        return View(whole, close, self.moments(whole))

    def see(self, view: View) -> tuple[Tensor, Tensor]:
        """What is seen (B, 2·`_CODE`), and how real it looks (B,) whatever the words."""
        look = self.look(view.close.flatten(0, 1)).unflatten(0, view.close.shape[:2]).mean(1)
        motion = self.motion(self.frames(view.whole, view.moments))
        return torch.cat([look[:, 1:], motion[:, 1:]], 1), look[:, 0] + motion[:, 0]

    def read(self, text: Tensor, mask: Tensor) -> Tensor:
        """What is asked for (B, 2·`_CODE`)."""
        return torch.as_tensor(self.words(self.reader(text, mask).flatten(1)))


def score(seen: tuple[Tensor, Tensor], asked: Tensor) -> Tensor:
    """Scores (B,) of clips with their own words."""
    return seen[1] + (seen[0] * asked).sum(1) / 8


def scores_with_all(seen: tuple[Tensor, Tensor], asked: Tensor) -> Tensor:
    """Scores (B, B) of each clip with the words of each."""
    return seen[1][:, None] + seen[0] @ asked.T / 8


def mismatch_loss(scores: Tensor) -> Tensor:
    """Mean softplus(−(own − other)) over scores (B, B): a clip's own words go with it better than those of others."""
    worse = functional.softplus(scores - scores.diagonal()[:, None])
    others = 1 - torch.eye(len(scores), device=scores.device)
    return (worse * others).sum() / others.sum()


def _convolutions(width: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for before, after in ((3, width), (width, 2 * width), (2 * width, 4 * width), (4 * width, 4 * width)):
        layers += [nn.Conv2d(before, after, 4, 2, 1), nn.LeakyReLU(0.2)]
    dense = (nn.Flatten(), nn.Linear(4 * width * 16, 128), nn.LeakyReLU(0.2), nn.Linear(128, _CODE + 1))
    return nn.Sequential(*layers, *dense)

"""Tells real clips from generated ones, and clips whose words are theirs from clips with the words of another.

Each figure that it sees becomes a vector, and so does each that the words ask for; their products say how well a clip
goes with its words (as the projection of Miyato and Koyama, "cGANs with projection discriminator", ICLR 2018),
whichever figure is whose. So one look at a batch holds every clip against every text of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.shapes.data.decompose import REACH
from mien.shapes.data.layers import FIGURES, Layers
from mien.shapes.networks.layer_encoder import GAPS_A_FRAME, FigureCode, gaps
from mien.shapes.networks.text_attention import Words
from mien.text.encoder import TextEncoder, features_of

_CODE = 64


@dataclass(frozen=True)
class Seen:
    """Of clips: a vector for each figure (B, F, `_CODE`), and how real they look (B,) whatever the words."""

    figures: Tensor
    real: Tensor

    def halves(self) -> tuple[Seen, Seen]:
        """Of the first half of the clips, and of the second."""
        (figures, others), (real, theirs) = self.figures.chunk(2), self.real.chunk(2)
        return Seen(figures, real), Seen(others, theirs)


class ClipDiscriminator(nn.Module):
    """Scores clips of `frames` frames with their words, which `text` reads."""

    def __init__(self, text: TextEncoder, frames: int, width: int) -> None:
        super().__init__()
        self.text = text
        self.figure = FigureCode(frames, 2 * _CODE)
        self.absent = nn.Parameter(torch.randn(_CODE))
        self.real = nn.Sequential(
            nn.Linear(_CODE + GAPS_A_FRAME * frames + 1, 128), nn.LeakyReLU(0.2), nn.Linear(128, 1)
        )
        self.words = Words(text.width, width, 2 * FIGURES)
        self.ask = nn.Sequential(nn.Linear(2 * width, 128), nn.LeakyReLU(0.2), nn.Linear(128, _CODE))

    def see(self, layers: Layers) -> Seen:
        """All that there is to see; the order of the figures says nothing."""
        told, looks = self.figure(layers).chunk(2, -1)
        there = layers.presence[..., None]
        together = (functional.leaky_relu(looks, 0.2) * there).sum(1)
        real = self.real(torch.cat([together, gaps(layers, REACH)], 1)).squeeze(1)
        return Seen(told * there + self.absent * (1 - there), real)

    def read(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """What is asked for (B, F, `_CODE`), by tokens as `features_of` takes them."""
        words = self.words(features_of(self.text, tokens, mask), mask)
        return torch.as_tensor(self.ask(words.unflatten(1, (FIGURES, 2)).flatten(2)))


def score(seen: Seen, asked: Tensor) -> Tensor:
    """Scores (B,) of clips with their own words."""
    return seen.real + _agreement(torch.einsum("bic,bjc->bij", seen.figures, asked))


def scores_with_all(seen: Seen, asked: Tensor) -> Tensor:
    """Scores (B, B) of each clip with the words of each."""
    return seen.real[:, None] + _agreement(torch.einsum("bic,djc->bdij", seen.figures, asked))


def _agreement(products: Tensor) -> Tensor:
    """How well two figures go with two that are asked for, of products (…, 2, 2): softly the better of two ways."""
    own = products * (2 / math.sqrt(_CODE))
    straight = own[..., 0, 0] + own[..., 1, 1]
    return torch.logaddexp(straight, own[..., 0, 1] + own[..., 1, 0])


def mismatch_loss(scores: Tensor) -> Tensor:
    """Mean softplus(−(own − other)) over scores (B, B): a clip's own words go with it better than those of others."""
    worse = functional.softplus(scores - scores.diagonal()[:, None])
    others = 1 - torch.eye(len(scores), device=scores.device)
    return (worse * others).sum() / others.sum()

"""Projection discriminator of clips and texts (Miyato and Koyama, "cGANs with projection discriminator", ICLR 2018).

Each figure of a clip and each figure described by a text is encoded as a vector; their inner products give the matching
score, combined over both assignments. So one forward pass scores every clip of a batch with every text of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.shapes.data.decompose import HALF_SIDE
from mien.shapes.data.layers import FIGURES, Layers
from mien.shapes.networks.layer_encoder import GAPS_PER_FRAME, FigureEncoder, gaps
from mien.shapes.networks.text_attention import TextAttention
from mien.text.encoder import TextEncoder, features_of

_CODE_WIDTH = 64


@dataclass(frozen=True)
class ClipCodes:
    """Encoded clips: a vector for each figure (B, F, `_CODE_WIDTH`), and the unconditional logit (B,)."""

    figures: Tensor
    real: Tensor

    def halves(self) -> tuple[ClipCodes, ClipCodes]:
        """The first and the second half of the batch."""
        (figures, others), (real, theirs) = self.figures.chunk(2), self.real.chunk(2)
        return ClipCodes(figures, real), ClipCodes(others, theirs)


class ClipDiscriminator(nn.Module):
    """Scores (logits) of clips of `frames` frames with texts, which the encoder `text` encodes."""

    def __init__(self, text: TextEncoder, frames: int, width: int) -> None:
        super().__init__()
        self.text = text
        self.figure = FigureEncoder(frames, 2 * _CODE_WIDTH)
        self.absent = nn.Parameter(torch.randn(_CODE_WIDTH))
        self.real = nn.Sequential(
            nn.Linear(_CODE_WIDTH + GAPS_PER_FRAME * frames + 1, 128), nn.LeakyReLU(0.2), nn.Linear(128, 1)
        )
        self.words = TextAttention(text.width, width, 2 * FIGURES)
        self.ask = nn.Sequential(nn.Linear(2 * width, 128), nn.LeakyReLU(0.2), nn.Linear(128, _CODE_WIDTH))

    def encode_clip(self, layers: Layers) -> ClipCodes:
        """Encode clips; equivariant to the order of the figures."""
        told, looks = self.figure(layers).chunk(2, -1)
        there = layers.presence[..., None]
        together = (functional.leaky_relu(looks, 0.2) * there).sum(1)
        real = self.real(torch.cat([together, gaps(layers, HALF_SIDE)], 1)).squeeze(1)
        return ClipCodes(told * there + self.absent * (1 - there), real)

    def encode_text(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Encode texts: a vector for each described figure (B, F, `_CODE_WIDTH`), from tokens as `features_of` takes them."""
        words = self.words(features_of(self.text, tokens, mask), mask)
        return torch.as_tensor(self.ask(words.unflatten(1, (FIGURES, 2)).flatten(2)))


def score(seen: ClipCodes, asked: Tensor) -> Tensor:
    """Scores (B,) of clips with their own texts."""
    return seen.real + _agreement(torch.einsum("bic,bjc->bij", seen.figures, asked))


def scores_with_all(seen: ClipCodes, asked: Tensor) -> Tensor:
    """Scores (B, B) of each clip (row) with each text (column)."""
    return seen.real[:, None] + _agreement(torch.einsum("bic,djc->bdij", seen.figures, asked))


def _agreement(products: Tensor) -> Tensor:
    """Matching scores: logsumexp over both assignments of scaled inner products (…, 2, 2) of figures and texts."""
    own = products * (2 / math.sqrt(_CODE_WIDTH))
    straight = own[..., 0, 0] + own[..., 1, 1]
    return torch.logaddexp(straight, own[..., 0, 1] + own[..., 1, 0])


def mismatch_loss(scores: Tensor) -> Tensor:
    """Pairwise logistic ranking loss: mean of softplus(s_ij − s_ii) over i ≠ j, for the scores (B, B) of all pairs."""
    worse = functional.softplus(scores - scores.diagonal()[:, None])
    others = 1 - torch.eye(len(scores), device=scores.device)
    return (worse * others).sum() / others.sum()

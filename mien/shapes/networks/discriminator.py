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

from mien.networks.text_attention import TextAttention
from mien.shapes.data.layers import FIGURES, Layers
from mien.shapes.networks.layer_encoder import GAPS_PER_FRAME, FigureEncoder, gaps
from mien.text.encoder import TextEncoder, features_of

_CODE_WIDTH = 64


@dataclass(frozen=True)
class ClipCodes:
    """Encoded clips: a code for each figure (B, F, `_CODE_WIDTH`), and the unconditional logit (B,)."""

    figures: Tensor
    logit: Tensor

    def halves(self) -> tuple[ClipCodes, ClipCodes]:
        """The first and the second half of the batch."""
        first, second = zip(self.figures.chunk(2), self.logit.chunk(2), strict=True)
        return ClipCodes(*first), ClipCodes(*second)


class ClipDiscriminator(nn.Module):
    """Scores (logits) of clips of `frames` frames with texts, which the encoder `text` encodes."""

    def __init__(self, text: TextEncoder, frames: int, width: int) -> None:
        super().__init__()
        self.text = text
        self.figure_encoder = FigureEncoder(frames, 2 * _CODE_WIDTH)
        self.absent = nn.Parameter(torch.randn(_CODE_WIDTH))
        self.logit_head = nn.Sequential(
            nn.Linear(_CODE_WIDTH + GAPS_PER_FRAME * frames + 1, 128), nn.LeakyReLU(0.2), nn.Linear(128, 1)
        )
        self.attention = TextAttention(text.width, width, 2 * FIGURES)
        self.text_head = nn.Sequential(nn.Linear(2 * width, 128), nn.LeakyReLU(0.2), nn.Linear(128, _CODE_WIDTH))

    def encode_clip(self, layers: Layers) -> ClipCodes:
        """Encode clips; equivariant to the order of the figures."""
        codes, features = self.figure_encoder(layers).chunk(2, -1)
        presence = layers.presence[..., None]
        pooled = (functional.leaky_relu(features, 0.2) * presence).sum(1)
        logit = self.logit_head(torch.cat([pooled, gaps(layers)], 1)).squeeze(1)
        return ClipCodes(codes * presence + self.absent * (1 - presence), logit)

    def encode_text(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Encode texts: codes (B, F, `_CODE_WIDTH`) of the described figures, from tokens of `features_of`."""
        attended = self.attention(features_of(self.text, tokens, mask), mask)
        return torch.as_tensor(self.text_head(attended.unflatten(1, (FIGURES, 2)).flatten(2)))


def score(clips: ClipCodes, texts: Tensor) -> Tensor:
    """Scores (B,) of clips with their own texts."""
    return clips.logit + _matching_score(torch.einsum("bic,bjc->bij", clips.figures, texts))


def scores_with_all(clips: ClipCodes, texts: Tensor) -> Tensor:
    """Scores (B, B) of each clip (row) with each text (column)."""
    return clips.logit[:, None] + _matching_score(torch.einsum("bic,djc->bdij", clips.figures, texts))


def _matching_score(products: Tensor) -> Tensor:
    """logsumexp over both assignments of scaled inner products (…, 2, 2) of figures and texts."""
    scaled = products * (2 / math.sqrt(_CODE_WIDTH))
    return torch.logaddexp(scaled[..., 0, 0] + scaled[..., 1, 1], scaled[..., 0, 1] + scaled[..., 1, 0])


def mismatch_loss(scores: Tensor) -> Tensor:
    """Pairwise logistic ranking loss: mean of softplus(s_ij − s_ii) over i ≠ j, for the scores (B, B) of all pairs."""
    losses = functional.softplus(scores - scores.diagonal()[:, None])
    others = 1 - torch.eye(len(scores), device=scores.device)
    return (losses * others).sum() / others.sum()

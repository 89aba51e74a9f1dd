"""Text attention: pooling of word features with learned queries."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

_CLASSES = 4
_NEIGHBOURS = 2


class TextAttention(nn.Module):
    """Attention pooling: word features (B, L, W) → `count` vectors (B, count, width), each with a learned query.

    Position enters as soft counts of learned classes of words before and after each word; so the words of two figures,
    with an "and" between them, differ. Two residual layers mix each word with its neighbours ("moving left").
    """

    def __init__(self, text_width: int, width: int, count: int) -> None:
        super().__init__()
        self.input = nn.Linear(text_width, width)
        self.classes, self.position = nn.Linear(text_width, _CLASSES), nn.Linear(2 * _CLASSES, width)
        neighbourhood = (2 * _NEIGHBOURS + 1) * width
        self.first_mix, self.second_mix = nn.Linear(neighbourhood, width), nn.Linear(neighbourhood, width)
        self.queries = nn.Parameter(torch.randn(count, 32) * 0.5)
        self.keys, self.values = nn.Linear(width, 32), nn.Linear(width, width)

    def forward(self, text: Tensor, mask: Tensor) -> Tensor:
        """mask bool (B, L): True where there is a word."""
        valid = mask[..., None]
        before = (torch.sigmoid(self.classes(text) - 2) * valid).cumsum(1)
        after = before[:, -1:] - before
        words = x = (self.input(text) + self.position(torch.cat([before, after], -1))) * valid
        for mix in (self.first_mix, self.second_mix):
            x = x + functional.silu(mix(_neighbourhoods(x))) * valid
        scores = (self.queries @ self.keys(x).transpose(1, 2)) * (4 / math.sqrt(32))
        weights = scores.masked_fill(~mask[:, None], -1e4).softmax(-1)
        return weights @ (self.values(x) + words)


def _neighbourhoods(words: Tensor) -> Tensor:
    """Each word concatenated with its `_NEIGHBOURS` neighbours on either side: (B, L, W) → (B, L, 5·W)."""
    padded = functional.pad(words, (0, 0, _NEIGHBOURS, _NEIGHBOURS))
    return torch.cat([padded[:, start : start + words.shape[1]] for start in range(2 * _NEIGHBOURS + 1)], -1)

"""Text attention: pooling of word features with learned queries."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

_COUNTERS = 4
_NEAR = 2


class TextAttention(nn.Module):
    """Attention pooling: word features (B, L, W) → `count` vectors (B, count, width), each with a learned query.

    Position enters as soft counts of learned classes of words before and after each word; so the words of two figures,
    with an "and" between them, differ. Two residual layers mix each word with its neighbours ("moving left").
    """

    def __init__(self, text_width: int, width: int, count: int) -> None:
        super().__init__()
        self.enter = nn.Linear(text_width, width)
        self.counted, self.placed = nn.Linear(text_width, _COUNTERS), nn.Linear(2 * _COUNTERS, width)
        beside = (2 * _NEAR + 1) * width
        self.near, self.farther = nn.Linear(beside, width), nn.Linear(beside, width)
        self.queries = nn.Parameter(torch.randn(count, 32) * 0.5)
        self.keys, self.values = nn.Linear(width, 32), nn.Linear(width, width)

    def forward(self, text: Tensor, mask: Tensor) -> Tensor:
        """mask bool (B, L): True where there is a word."""
        inside = mask[..., None]
        before = (torch.sigmoid(self.counted(text) - 2) * inside).cumsum(1)
        after = before[:, -1:] - before
        words = x = (self.enter(text) + self.placed(torch.cat([before, after], -1))) * inside
        for mix in (self.near, self.farther):
            x = x + functional.silu(mix(_beside(x))) * inside
        scores = (self.queries @ self.keys(x).transpose(1, 2)) * (4 / math.sqrt(32))
        attended = scores.masked_fill(~mask[:, None], -1e4).softmax(-1)
        return attended @ (self.values(x) + words)


def _beside(words: Tensor) -> Tensor:
    """Each word concatenated with its `_NEAR` neighbours on either side: (B, L, W) → (B, L, 5·W)."""
    padded = functional.pad(words, (0, 0, _NEAR, _NEAR))
    return torch.cat([padded[:, start : start + words.shape[1]] for start in range(2 * _NEAR + 1)], -1)

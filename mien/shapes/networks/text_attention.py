"""What a network picks out of a sentence."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

_COUNTERS = 4
_NEAR = 2


class Words(nn.Module):
    """Picks `count` vectors (B, count, width) out of the features of words (B, L, W), each with a query of its own.

    A word knows how many words of some kinds are before it and after it, and the kinds are learned: so the words of the
    one figure differ from those of the other, with the "and" between them. And words are mixed with those beside them:
    "moving" says nothing, "moving left" does.
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
        """mask (B, L): where there are words."""
        inside = mask[..., None]
        before = (torch.sigmoid(self.counted(text) - 2) * inside).cumsum(1)
        after = before[:, -1:] - before
        words = x = (self.enter(text) + self.placed(torch.cat([before, after], -1))) * inside
        for mix in (self.near, self.farther):
            x = x + functional.silu(mix(_beside(x))) * inside
        scores = (self.queries @ self.keys(x).transpose(1, 2)) * (4 / math.sqrt(32))
        picked = scores.masked_fill(~mask[:, None], -1e4).softmax(-1)
        return picked @ (self.values(x) + words)


def _beside(words: Tensor) -> Tensor:
    """Each word with the `_NEAR` before it and after it: (B, L, W) → (B, L, 5·W)."""
    padded = functional.pad(words, (0, 0, _NEAR, _NEAR))
    return torch.cat([padded[:, start : start + words.shape[1]] for start in range(2 * _NEAR + 1)], -1)

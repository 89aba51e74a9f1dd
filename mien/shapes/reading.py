"""What a network picks out of a sentence."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional


class Words(nn.Module):
    """Picks `count` vectors (B, count, width) out of the features of words (B, L, W), each with a query of its own.

    Words are mixed with those beside them first: "moving" says nothing, "moving left" does.
    """

    def __init__(self, text_width: int, width: int, count: int) -> None:
        super().__init__()
        self.enter = nn.Linear(text_width, width)
        self.near = nn.Conv1d(width, width, 5, padding=2)
        self.farther = nn.Conv1d(width, width, 5, padding=2)
        self.queries = nn.Parameter(torch.randn(count, 32) * 0.5)
        self.keys, self.values = nn.Linear(width, 32), nn.Linear(width, width)

    def forward(self, text: Tensor, mask: Tensor) -> Tensor:
        """mask (B, L): where there are words."""
        inside = mask[..., None]
        words = x = self.enter(text) * inside
        x = x + functional.silu(self.near(x.transpose(1, 2)).transpose(1, 2)) * inside
        x = x + functional.silu(self.farther(x.transpose(1, 2)).transpose(1, 2)) * inside
        scores = (self.queries @ self.keys(x).transpose(1, 2)) * (4 / math.sqrt(32))
        picked = scores.masked_fill(~mask[:, None], -1e4).softmax(-1)
        return picked @ (self.values(x) + words)

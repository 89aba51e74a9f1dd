"""Attention and embeddings of positions."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


def attend(queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor, bias: Tensor | None = None) -> Tensor:
    """Scaled dot-product attention (Vaswani et al., "Attention Is All You Need", 2017): (B, H, N, d).

    queries (B, H, N, d), keys and values (B, H, L, d); mask bool (B, 1, 1, L), True for positions that are attended to;
    bias (B, H, N, L): added to the logits.
    """
    # explicit attention: torch's fused kernel takes ten times as long on a CPU for such short sequences
    scores = (queries @ keys.transpose(-1, -2)) / math.sqrt(queries.shape[-1])
    if bias is not None:
        scores = scores + bias
    return scores.masked_fill(~mask, -1e4).softmax(-1).to(values.dtype) @ values


def masked_mean(features: Tensor, mask: Tensor) -> Tensor:
    """Mean (B, W) of features (B, L, W) over the positions in mask (B, L)."""
    return (features * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)


def sinusoidal_embedding(positions: Tensor, width: int, longest: float = 1000.0) -> Tensor:
    """Sinusoidal embedding (..., width) of positions (...), wavelengths 2π to 2π·`longest` (Vaswani et al., 2017)."""
    rates = torch.exp(-math.log(longest) * torch.arange(width // 2, device=positions.device) / max(1, width // 2 - 1))
    angles = positions[..., None].float() * rates
    return torch.cat([angles.sin(), angles.cos()], -1)


def rotary_embedding(times: Tensor, width: int, lowest: float, highest: float) -> Tensor:
    """Cosines and sines (2, B, 1, N, width) of rotary embeddings at times (B, N) in seconds.

    width: number of frequencies, spaced geometrically from `lowest` to `highest`, in Hz.
    """
    rates = torch.exp(torch.linspace(math.log(lowest), math.log(highest), width, device=times.device))
    angles = 2 * math.pi * rates * times[:, None, :, None]
    return torch.stack([angles.cos(), angles.sin()])


def rotate(x: Tensor, rotary: Tensor) -> Tensor:
    """x (B, H, N, d) rotated by a rotary embedding (2, B, 1, N, d/2); dimension i is paired with i + d/2."""
    first, second = x.float().chunk(2, -1)
    cosines, sines = rotary
    return torch.cat([first * cosines - second * sines, first * sines + second * cosines], -1).to(x.dtype)


class RotaryAttention(nn.Module):
    """Multi-head attention with rotary embeddings of time in seconds (Su et al., "RoFormer", 2021).

    The values are rotated too and the output is rotated back, so that values also enter by time difference: a word can
    contribute curves relative to its own time, such as the beats of a nod.
    """

    def __init__(self, width: int, heads: int, source: int) -> None:
        super().__init__()
        self.heads = heads
        self.queries = nn.Linear(width, width)
        self.keys_values = nn.Linear(source, 2 * width)
        self.output = nn.Linear(width, width)

    def forward(
        self, x: Tensor, source: Tensor, mask: Tensor, query_rotary: Tensor, source_rotary: Tensor,
        bias: Tensor | None = None,
    ) -> Tensor:  # fmt: skip
        """`x` (B, N, width) attends to `source` (B, L, …); mask and bias: see `attend`.

        query_rotary, source_rotary: rotary embeddings of their times.
        """
        queries = rotate(self.queries(x).unflatten(-1, (self.heads, -1)).transpose(1, 2), query_rotary)
        keys, values = self.keys_values(source).unflatten(-1, (2, self.heads, -1)).permute(2, 0, 3, 1, 4)
        attended = attend(queries, rotate(keys, source_rotary), rotate(values, source_rotary), mask, bias)
        attended = rotate(attended, torch.stack([query_rotary[0], -query_rotary[1]]))
        return self.output(attended.transpose(1, 2).flatten(2))

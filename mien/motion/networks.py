"""The networks that turn words into motion: a small diffusion transformer, and the MLP of 2024 as its baseline.

Both make motions as modes (B, T, 63) (`mien.motion.data.Scale`) from text features (B, L, W) with a mask. The
transformer works on patches of eight frames, a third of a second: all numbers of all eight frames are in a token, so
nothing is lost, and there is an eighth of the tokens.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.motion.features import WIDTH

PATCH = 8
"""Frames that one token of the transformer stands for."""

LONGEST = 250
"""Frames of the longest motion that is learned: 10 s."""


def waves(positions: Tensor, width: int, longest: float = 1000.0) -> Tensor:
    """Sines and cosines (..., width) of positions (...), wave lengths from 2π to 2π·`longest` (Vaswani et al. 2017)."""
    rates = torch.exp(-math.log(longest) * torch.arange(width // 2, device=positions.device) / max(1, width // 2 - 1))
    angles = positions[..., None].float() * rates
    return torch.cat([angles.sin(), angles.cos()], -1)


def mean_feature(text: Tensor, mask: Tensor) -> Tensor:
    """The mean over tokens (B, W) of text features (B, L, W) where mask (B, L)."""
    return (text * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int, source: int) -> None:
        super().__init__()
        self.heads = heads
        self.queries = nn.Linear(width, width)
        self.keys_values = nn.Linear(source, 2 * width)
        self.merge = nn.Linear(width, width)

    def forward(self, x: Tensor, source: Tensor, seen: Tensor, bias: Tensor | None = None) -> Tensor:
        """`x` (B, N, width) looks at `source` (B, L, …) where `seen` (B, 1, 1, L), more where `bias` (B, H, N, L)."""
        queries = self.queries(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        keys, values = self.keys_values(source).unflatten(-1, (2, self.heads, -1)).permute(2, 0, 3, 1, 4)
        # written out: torch's fused attention takes ten times as long on a CPU for sequences as short as these
        scores = (queries @ keys.transpose(-1, -2)) / math.sqrt(queries.shape[-1])
        if bias is not None:
            scores = scores + bias
        mixed = scores.masked_fill(~seen, -1e4).softmax(-1).to(values.dtype) @ values
        return self.merge(mixed.transpose(1, 2).flatten(2))


class _Block(nn.Module):
    """Self-attention, attention to the words, and two layers; the noise level scales and shifts what each sees (AdaLN,
    Peebles and Xie, "Scalable Diffusion Models with Transformers", ICCV 2023)."""

    def __init__(self, width: int, heads: int, text: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width, elementwise_affine=False) for _ in range(3))
        self.attention = _Attention(width, heads, width)
        self.words = _Attention(width, heads, text)
        # from heads that look anywhere to heads that look at the words whose turn it is
        self.nearness = nn.Parameter(torch.linspace(-2.0, 4.0, heads))
        self.widen, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.near = nn.Conv1d(width, width, 3, padding=1, groups=width)
        self.modulation = nn.Linear(width, 6 * width)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)
        for layer in (self.attention.merge, self.words.merge, self.narrow):
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor, level: Tensor, own: Tensor, text: Tensor, seen: Tensor, apart: Tensor) -> Tensor:
        """`apart` (B, 1, N, L): the square of how far a patch lies from a word, both as parts of their whole."""
        scales = self.modulation(level)[:, None].chunk(6, -1)

        def normed(number: int) -> Tensor:
            return self.norms[number](x) * (1 + scales[2 * number]) + scales[2 * number + 1]

        inside = normed(0) * own[:, 0, 0, :, None]  # what lies beyond the end must not reach in
        inside = inside + self.near(inside.transpose(1, 2)).transpose(1, 2)
        x = x + self.attention(inside, inside, own)
        x = x + self.words(normed(1), text, seen, -self.nearness.exp()[:, None, None] * apart)
        return x + self.narrow(functional.gelu(self.widen(normed(2)), approximate="tanh"))


class MotionTransformer(nn.Module):
    """Predicts the clean motion from a noisy one, its noise level and the words (x0-prediction, as MDM: Tevet et al.,
    "Human Motion Diffusion Model", ICLR 2023).

    text_width: of the text features. width, layers, heads: of the transformer.
    """

    def __init__(self, text_width: int, width: int, layers: int, heads: int) -> None:
        super().__init__()
        self.width = width
        self.embed = nn.Linear(PATCH * WIDTH, width)
        self.place = nn.Linear(4 * (width // 4), width)
        self.level = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU())
        self.sentence = nn.Linear(text_width, width)
        self.turn = nn.Linear(2 * (width // 4), text_width)
        self.nothing = nn.Parameter(torch.zeros(text_width))
        self.blocks = nn.ModuleList(_Block(width, heads, text_width) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.predict = nn.Linear(width, PATCH * WIDTH)
        nn.init.zeros_(self.predict.weight)
        nn.init.zeros_(self.predict.bias)

    def forward(
        self,
        noisy: Tensor,
        level: Tensor,
        lengths: Tensor,
        text: Tensor,
        mask: Tensor,
        centres: Tensor,
        dropped: Tensor | None = None,
    ) -> Tensor:
        """Clean features (B, T, 63) from `noisy` (B, T, 63).

        level: (B,) step of the noise, from 0. lengths: (B,) frames that count; T is a multiple of `PATCH`. text:
        (B, L, W) and mask (B, L). centres: (B, L) when each word's turn is, as a part of the whole. dropped: bool (B,),
        whose words are withheld.
        """
        batch, frames, _ = noisy.shape
        if dropped is not None:
            text = torch.where(dropped[:, None, None], self.nothing, text)
            first = torch.arange(mask.shape[1], device=mask.device) == 0
            mask = torch.where(dropped[:, None], first[None], mask)
            centres = torch.where(dropped[:, None], 0.5, centres)
        patches = noisy.reshape(batch, frames // PATCH, PATCH * WIDTH)
        number = torch.arange(patches.shape[1], device=noisy.device)
        count = (lengths + PATCH - 1).div(PATCH, rounding_mode="floor")
        half = 2 * (self.width // 4)
        # what remains is told to the frame: a motion's pace is told from its length
        remaining = (lengths[:, None] / PATCH - number[None]).clamp(min=0)
        places = torch.cat([waves(number, half, 100.0).expand(batch, -1, -1), waves(remaining, half, 100.0)], -1)
        x = self.embed(patches) + self.place(places)
        condition = self.level(waves(level, self.width) + self.sentence(mean_feature(text, mask)))
        turn = centres * lengths[:, None] / PATCH
        text = text + self.turn(waves(turn, half, 100.0))
        apart = ((number[None, :, None] + 0.5 - turn[:, None]) / (lengths[:, None, None] / PATCH))[:, None] ** 2
        own, seen = (number[None] < count[:, None])[:, None, None], mask[:, None, None]
        for block in self.blocks:
            x = block(x, condition, own, text, seen, apart)
        return self.predict(self.norm(x)).reshape(batch, frames, WIDTH)


class MotionMLP(nn.Module):
    """The baseline: the mean of the text's features → all frames at once, without noise and without a notion of time.

    As the system of 2024 whose place this takes (text → 256 → every frame), but trained on motions that were measured.
    """

    def __init__(self, text_width: int, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(text_width + 1, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(),
            nn.Linear(width, LONGEST * WIDTH),
        )  # fmt: skip

    def forward(self, lengths: Tensor, text: Tensor, mask: Tensor) -> Tensor:
        """Features (B, 250, 63) for `lengths` (B,) frames and text (B, L, W) with mask (B, L)."""
        given = torch.cat([mean_feature(text, mask), lengths[:, None].float() / LONGEST], 1)
        return self.layers(given).view(len(lengths), LONGEST, WIDTH)

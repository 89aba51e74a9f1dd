"""The text → motion networks: a small diffusion transformer, and an MLP as its baseline.

Both predict motions as modes (B, T, 63) (see `Whitening`) from text features (B, L, W) with a mask. A token of the
transformer is a patch of eight frames (0.32 s) with all their features, so there are T / 8 tokens.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.motion.data.features import FPS, WIDTH
from mien.motion.networks.diffusion import signal_variance
from mien.motion.networks.duration_model import Alignment

PATCH = 8
"""Frames per token of the transformer."""

LONGEST = 250
"""Maximum number of frames of a motion: 10 s."""


def sinusoidal_embedding(positions: Tensor, width: int, longest: float = 1000.0) -> Tensor:
    """Sinusoidal embedding (..., width) of positions (...), wavelengths 2π to 2π·`longest` (Vaswani et al., 2017)."""
    rates = torch.exp(-math.log(longest) * torch.arange(width // 2, device=positions.device) / max(1, width // 2 - 1))
    angles = positions[..., None].float() * rates
    return torch.cat([angles.sin(), angles.cos()], -1)


def mean_feature(text: Tensor, mask: Tensor) -> Tensor:
    """Mean (B, W) of text features (B, L, W) over the tokens in mask (B, L)."""
    return (text * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)


MIN_FREQUENCY, MAX_FREQUENCY = 0.06, 5.0
"""Lowest and highest frequency of the rotary embeddings in Hz: from that of a whole motion to that of a blink."""


def rotary_embedding(times: Tensor, width: int) -> Tensor:
    """Cosines and sines (2, B, 1, N, width) of rotary embeddings of `width` frequencies at times (B, N) in seconds."""
    rates = torch.exp(torch.linspace(math.log(MIN_FREQUENCY), math.log(MAX_FREQUENCY), width, device=times.device))
    angles = 2 * math.pi * rates * times[:, None, :, None]
    return torch.stack([angles.cos(), angles.sin()])


def rotate(x: Tensor, rotary: Tensor) -> Tensor:
    """x (B, H, N, d) rotated by a rotary embedding (2, B, 1, N, d/2); dimension i is paired with i + d/2."""
    first, second = x.float().chunk(2, -1)
    cosines, sines = rotary
    return torch.cat([first * cosines - second * sines, first * sines + second * cosines], -1).to(x.dtype)


class _Attention(nn.Module):
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
        """`x` (B, N, width) attends to `source` (B, L, …), with `mask` (B, 1, 1, L).

        query_rotary, source_rotary: rotary embeddings of their times. bias (B, H, N, L): added to the attention logits.
        """
        queries = rotate(self.queries(x).unflatten(-1, (self.heads, -1)).transpose(1, 2), query_rotary)
        keys, values = self.keys_values(source).unflatten(-1, (2, self.heads, -1)).permute(2, 0, 3, 1, 4)
        keys, values = rotate(keys, source_rotary), rotate(values, source_rotary)
        # explicit attention: torch's fused kernel takes ten times as long on a CPU for such short sequences
        scores = (queries @ keys.transpose(-1, -2)) / math.sqrt(queries.shape[-1])
        if bias is not None:
            scores = scores + bias
        attended = scores.masked_fill(~mask, -1e4).softmax(-1).to(values.dtype) @ values
        attended = rotate(attended, torch.stack([query_rotary[0], -query_rotary[1]]))
        return self.output(attended.transpose(1, 2).flatten(2))


@dataclass(frozen=True)
class _TokenTimes:
    """patches, words: their rotary embeddings. apart (B, 1, N, L): squared distance in time between patch and word, as
    fractions of the motion."""

    patches: Tensor
    words: Tensor
    squared_distances: Tensor


class _Block(nn.Module):
    """Self-attention, cross-attention to the text and a GELU MLP, each after adaptive layer norm (AdaLN) with scale and
    shift from the condition (Peebles and Xie, "Scalable Diffusion Models with Transformers", ICCV 2023)."""

    def __init__(self, width: int, heads: int, text: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width, elementwise_affine=False) for _ in range(3))
        self.self_attention = _Attention(width, heads, width)
        self.cross_attention = _Attention(width, heads, text)
        # initial values: from heads that attend to all words to heads that attend to words near in time
        self.log_precision = nn.Parameter(torch.linspace(-2.0, 4.0, heads))
        self.linear1, self.linear2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.depthwise_conv = nn.Conv1d(width, width, 3, padding=1, groups=width)
        self.modulation = nn.Linear(width, 6 * width)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)
        for layer in (self.self_attention.output, self.cross_attention.output, self.linear2):
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)

    def forward(
        self, x: Tensor, level: Tensor, patch_mask: Tensor, text: Tensor, mask: Tensor, token_times: _TokenTimes
    ) -> Tensor:
        """Patch features (B, N, width) of `x` (B, N, width).

        level: condition (B, width). patch_mask, mask: of patches (B, 1, 1, N) and words (B, 1, 1, L). text: (B, L, W).
        """
        scales = self.modulation(level)[:, None].chunk(6, -1)

        def modulated(number: int) -> Tensor:
            return self.norms[number](x) * (1 + scales[2 * number]) + scales[2 * number + 1]

        masked = modulated(0) * patch_mask[:, 0, 0, :, None]  # padding must not enter the convolution
        masked = masked + self.depthwise_conv(masked.transpose(1, 2)).transpose(1, 2)
        x = x + self.self_attention(masked, masked, patch_mask, token_times.patches, token_times.patches)
        bias = -self.log_precision.exp()[:, None, None] * token_times.squared_distances
        x = x + self.cross_attention(modulated(1), text, mask, token_times.patches, token_times.words, bias)
        return x + self.linear2(functional.gelu(self.linear1(modulated(2)), approximate="tanh"))


class MotionTransformer(nn.Module):
    """Diffusion transformer with x0-prediction: clean motion from noisy motion, noise level and text (as MDM: Tevet et
    al., "Human Motion Diffusion Model", ICLR 2023).

    text_width: of the text features. width, layers, heads: of the transformer.
    """

    def __init__(self, text_width: int, width: int, layers: int, heads: int) -> None:
        super().__init__()
        self.width, self.heads = width, heads
        self.patch_embedding = nn.Linear(PATCH * WIDTH, width)
        self.position_projection = nn.Linear(4 * (width // 4), width)
        self.level_mlp = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU())
        self.sentence_projection = nn.Linear(text_width, width)
        self.word_position_projection = nn.Linear(2 * (width // 4), text_width)
        self.null_text = nn.Parameter(torch.zeros(text_width))
        self.blocks = nn.ModuleList(_Block(width, heads, text_width) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.output = nn.Linear(width, PATCH * WIDTH)
        nn.init.zeros_(self.output.weight)
        nn.init.zeros_(self.output.bias)

    def forward(
        self, noisy: Tensor, level: Tensor, lengths: Tensor, text: Tensor, mask: Tensor, alignment: Alignment,
        dropped: Tensor | None = None,
    ) -> Tensor:  # fmt: skip
        """Clean modes (B, T, 63) from `noisy` (B, T, 63).

        level: (B,) noise level, from 0. lengths: (B,) valid frames; T is a multiple of `PATCH`. text: (B, L, W) with
        mask (B, L). alignment: times of the words. dropped: bool (B,), rows whose text is replaced by `null_text`.
        """
        batch, frames, _ = noisy.shape
        centres, seconds = alignment.centres, alignment.seconds
        if dropped is not None:
            text = torch.where(dropped[:, None, None], self.null_text, text)
            first = torch.arange(mask.shape[1], device=mask.device) == 0
            mask = torch.where(dropped[:, None], first[None], mask)
            centres = torch.where(dropped[:, None], 0.5, centres)
            seconds = torch.where(dropped, lengths / float(FPS), seconds)
        # for clean motion of zero mean and unit variance, √ᾱ·noisy is its linear MMSE estimate
        noisy = noisy * signal_variance(level).sqrt()[:, None, None]
        patches = noisy.reshape(batch, frames // PATCH, PATCH * WIDTH)
        number = torch.arange(patches.shape[1], device=noisy.device)
        count = (lengths + PATCH - 1).div(PATCH, rounding_mode="floor")
        half = 2 * (self.width // 4)
        # the number of remaining patches is an input, because the pace of a motion depends on its length
        remaining = (lengths[:, None] / PATCH - number[None]).clamp(min=0)
        positions = torch.stack([number.expand_as(remaining), remaining], -1)
        x = self.patch_embedding(patches)
        x = x + self.position_projection(sinusoidal_embedding(positions, half, 100.0).flatten(2))
        sentence = self.sentence_projection(mean_feature(text, mask))
        condition = self.level_mlp(sinusoidal_embedding(level, self.width) + sentence)
        word_positions = sinusoidal_embedding(centres * lengths[:, None] / PATCH, half, 100.0)
        text = text + self.word_position_projection(word_positions)
        part = (number + 0.5) * PATCH / lengths[:, None]
        head = self.width // self.heads // 2
        patch_rotary, word_rotary = (rotary_embedding(when * seconds[:, None], head) for when in (part, centres))
        token_times = _TokenTimes(patch_rotary, word_rotary, (part[:, None, :, None] - centres[:, None, None]) ** 2)
        patch_mask, mask = (number[None] < count[:, None])[:, None, None], mask[:, None, None]
        for block in self.blocks:
            x = block(x, condition, patch_mask, text, mask, token_times)
        return self.output(self.norm(x)).reshape(batch, frames, WIDTH)


class MotionMLP(nn.Module):
    """The baseline: regression of all frames at once from the mean text feature and the length, without noise.

    Like the system of 2024 that this project replaces (text → 256 → all frames), but trained on the stored motions.
    """

    def __init__(self, text_width: int, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(text_width + 1, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(),
            nn.Linear(width, LONGEST * WIDTH),
        )  # fmt: skip

    def forward(self, lengths: Tensor, text: Tensor, mask: Tensor) -> Tensor:
        """Modes (B, 250, 63) for `lengths` (B,) in frames and text (B, L, W) with mask (B, L)."""
        inputs = torch.cat([mean_feature(text, mask), lengths[:, None].float() / LONGEST], 1)
        return self.layers(inputs).view(len(lengths), LONGEST, WIDTH)

"""The text → motion networks: a small diffusion transformer, and an MLP as its baseline.

Both predict motions as modes (B, T, 63) (see `Whitening`) from text features (B, L, W) with a mask. A token of the
transformer is a patch of eight frames (0.32 s) with all their features, so there are T / 8 tokens.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.motion.data.features import FPS, WIDTH
from mien.motion.networks.diffusion import signal_variance
from mien.motion.networks.duration_model import Alignment
from mien.networks.attention import RotaryAttention, masked_mean, rotary_embedding, sinusoidal_embedding

PATCH = 8
"""Frames per token of the transformer."""

LONGEST = 250
"""Maximum number of frames of a motion: 10 s."""

FREQUENCIES = 0.06, 5.0
"""Lowest and highest frequency of the rotary embeddings in Hz: from that of a whole motion to that of a blink."""


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
        self.self_attention = RotaryAttention(width, heads, width)
        self.cross_attention = RotaryAttention(width, heads, text)
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

    text_width: of the text features. width, layers, heads: of the transformer. channels: of the timelines that it may
    be given instead of texts, 0 for a network that takes texts only.
    """

    def __init__(self, text_width: int, width: int, layers: int, heads: int, channels: int = 0) -> None:
        super().__init__()
        self.width, self.heads, self.channels = width, heads, channels
        if channels:
            self.timeline_embedding = nn.Linear(PATCH * channels, width)
            self.null_timeline = nn.Parameter(torch.zeros(width))
            self.timeline_output = nn.Linear(channels, WIDTH, bias=False)
            nn.init.zeros_(self.timeline_output.weight)
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
        dropped: Tensor | None = None, timelines: Tensor | None = None, timed: Tensor | None = None,
    ) -> Tensor:  # fmt: skip
        """Clean modes (B, T, 63) from `noisy` (B, T, 63).

        level: (B,) noise level, from 0. lengths: (B,) valid frames; T is a multiple of `PATCH`. text: (B, L, W) with
        mask (B, L). alignment: times of the words. dropped: bool (B,), rows whose text is replaced by `null_text`.
        timelines: (B, T, `channels`), of the rows of `timed`, bool (B,); a row without its text has none either,
        unless it is timed: the plan stands for its words.
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
        x = self.patch_embedding(patches) + self._timeline_features(patches, timelines, timed)
        x = x + self.position_projection(sinusoidal_embedding(positions, half, 100.0).flatten(2))
        sentence = self.sentence_projection(masked_mean(text, mask))
        condition = self.level_mlp(sinusoidal_embedding(level, self.width) + sentence)
        word_positions = sinusoidal_embedding(centres * lengths[:, None] / PATCH, half, 100.0)
        text = text + self.word_position_projection(word_positions)
        part = (number + 0.5) * PATCH / lengths[:, None]
        head = self.width // self.heads // 2
        patch_rotary, word_rotary = (
            rotary_embedding(when * seconds[:, None], head, *FREQUENCIES) for when in (part, centres)
        )
        token_times = _TokenTimes(patch_rotary, word_rotary, (part[:, None, :, None] - centres[:, None, None]) ** 2)
        patch_mask, mask = (number[None] < count[:, None])[:, None, None], mask[:, None, None]
        for block in self.blocks:
            x = block(x, condition, patch_mask, text, mask, token_times)
        clean = self.output(self.norm(x)).reshape(batch, frames, WIDTH)
        if not self.channels or timelines is None or timed is None:
            return clean
        # a linear path beside the blocks: their layer norms keep directions, and lose how strongly an action is done
        return clean + self.timeline_output(timelines) * timed[:, None, None]

    def _timeline_features(self, patches: Tensor, timelines: Tensor | None, timed: Tensor | None) -> Tensor:
        """Features (B, N, width) of the timelines' patches, `null_timeline` for rows without one."""
        if not self.channels:
            return patches.new_zeros(1)
        if timelines is None or timed is None:
            return self.null_timeline
        embedded = self.timeline_embedding(timelines.reshape(*patches.shape[:2], PATCH * self.channels))
        return torch.where(timed[:, None, None], embedded, self.null_timeline)


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
        inputs = torch.cat([masked_mean(text, mask), lengths[:, None].float() / LONGEST], 1)
        return self.layers(inputs).view(len(lengths), LONGEST, WIDTH)

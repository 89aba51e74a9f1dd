"""The networks that turn words into motion: a small diffusion transformer, and the MLP of 2024 as its baseline.

Both make motions as modes (B, T, 63) (`mien.motion.data.batches.Scale`) from text features (B, L, W) with a mask. The
transformer works on patches of eight frames, a third of a second: all numbers of all eight frames are in a token, so
nothing is lost, and there is an eighth of the tokens.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.motion.data.features import FPS, WIDTH
from mien.motion.networks.diffusion import signal_part
from mien.motion.networks.word_times import Layout

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


SLOWEST, FASTEST = 0.06, 5.0
"""Of the clocks in each head of the attention, in turns a second: from those of whole motions to those of a blink."""


def clocks(times: Tensor, width: int) -> Tensor:
    """Cosines and sines (2, B, 1, N, width) of `width` clocks at times (B, N) in seconds."""
    rates = torch.exp(torch.linspace(math.log(SLOWEST), math.log(FASTEST), width, device=times.device))
    angles = 2 * math.pi * rates * times[:, None, :, None]
    return torch.stack([angles.cos(), angles.sin()])


def turned(x: Tensor, clock: Tensor) -> Tensor:
    """x (B, H, N, d), its first half and its second taken as points in planes, turned by a clock (2, B, 1, N, d/2)."""
    one, other = x.float().chunk(2, -1)
    cosines, sines = clock
    return torch.cat([one * cosines - other * sines, one * sines + other * cosines], -1).to(x.dtype)


class _Attention(nn.Module):
    """Attention that knows how long before or after each other two things are: rotary positions (Su et al.,
    "RoFormer", 2021), in seconds. The values are turned too, and what was seen is turned back: so a word gives curves
    in its own time, such as the beats of a nod, and not numbers that the frame must first set against its own place."""

    def __init__(self, width: int, heads: int, source: int) -> None:
        super().__init__()
        self.heads = heads
        self.queries = nn.Linear(width, width)
        self.keys_values = nn.Linear(source, 2 * width)
        self.merge = nn.Linear(width, width)

    def forward(
        self, x: Tensor, source: Tensor, seen: Tensor, here: Tensor, there: Tensor, bias: Tensor | None = None
    ) -> Tensor:
        """`x` (B, N, width) looks at `source` (B, L, …) where `seen` (B, 1, 1, L), more where `bias` (B, H, N, L).

        here, there: the clocks of both.
        """
        queries = turned(self.queries(x).unflatten(-1, (self.heads, -1)).transpose(1, 2), here)
        keys, values = self.keys_values(source).unflatten(-1, (2, self.heads, -1)).permute(2, 0, 3, 1, 4)
        keys, values = turned(keys, there), turned(values, there)
        # written out: torch's fused attention takes ten times as long on a CPU for sequences as short as these
        scores = (queries @ keys.transpose(-1, -2)) / math.sqrt(queries.shape[-1])
        if bias is not None:
            scores = scores + bias
        mixed = scores.masked_fill(~seen, -1e4).softmax(-1).to(values.dtype) @ values
        mixed = turned(mixed, torch.stack([here[0], -here[1]]))
        return self.merge(mixed.transpose(1, 2).flatten(2))


@dataclass(frozen=True)
class _Times:
    """patches, words: their clocks. apart (B, 1, N, L): the square of how far a patch lies from a word, as a part of
    the whole."""

    patches: Tensor
    words: Tensor
    apart: Tensor


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

    def forward(self, x: Tensor, level: Tensor, own: Tensor, text: Tensor, seen: Tensor, times: _Times) -> Tensor:
        """One block: what the patches know (B, N, width), after it."""
        scales = self.modulation(level)[:, None].chunk(6, -1)

        def normed(number: int) -> Tensor:
            return self.norms[number](x) * (1 + scales[2 * number]) + scales[2 * number + 1]

        inside = normed(0) * own[:, 0, 0, :, None]  # what lies beyond the end must not reach in
        inside = inside + self.near(inside.transpose(1, 2)).transpose(1, 2)
        x = x + self.attention(inside, inside, own, times.patches, times.patches)
        near = -self.nearness.exp()[:, None, None] * times.apart
        x = x + self.words(normed(1), text, seen, times.patches, times.words, near)
        return x + self.narrow(functional.gelu(self.widen(normed(2)), approximate="tanh"))


class MotionTransformer(nn.Module):
    """Predicts the clean motion from a noisy one, its noise level and the words (x0-prediction, as MDM: Tevet et al.,
    "Human Motion Diffusion Model", ICLR 2023).

    text_width: of the text features. width, layers, heads: of the transformer.
    """

    def __init__(self, text_width: int, width: int, layers: int, heads: int) -> None:
        super().__init__()
        self.width, self.heads = width, heads
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
        layout: Layout,
        dropped: Tensor | None = None,
    ) -> Tensor:
        """Clean features (B, T, 63) from `noisy` (B, T, 63).

        level: (B,) step of the noise, from 0. lengths: (B,) frames that count; T is a multiple of `PATCH`. text:
        (B, L, W) and mask (B, L). layout: when each word has its turn. dropped: bool (B,), whose words are withheld.
        """
        batch, frames, _ = noisy.shape
        centres, seconds = layout.centres, layout.seconds
        if dropped is not None:
            text = torch.where(dropped[:, None, None], self.nothing, text)
            first = torch.arange(mask.shape[1], device=mask.device) == 0
            mask = torch.where(dropped[:, None], first[None], mask)
            centres = torch.where(dropped[:, None], 0.5, centres)
            seconds = torch.where(dropped, lengths / float(FPS), seconds)
        # the best guess that is linear: noise comes in no louder than what can be told from it
        noisy = noisy * signal_part(level).sqrt()[:, None, None]
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
        part = (number + 0.5) * PATCH / lengths[:, None]
        head = self.width // self.heads // 2
        patch_clock, word_clock = (clocks(when * seconds[:, None], head) for when in (part, centres))
        times = _Times(patch_clock, word_clock, (part[:, None, :, None] - centres[:, None, None]) ** 2)
        own, seen = (number[None] < count[:, None])[:, None, None], mask[:, None, None]
        for block in self.blocks:
            x = block(x, condition, own, text, seen, times)
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

"""What the discriminator and the reader of real clips see of every frame: patches, and moments.

A convolution sees where a figure is by which of its cells answer, and must learn every place by itself. Moments say it
at once and everywhere: mass, middle and spread of what stands out from the background, and the form around the middle
up to the fifth order, which tells three, four and five corners apart and which way they point (Hu, "Visual pattern
recognition by moment invariants", 1962). They have gradients, so what is told from them can be followed by a generator.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.shapes.vocabulary import BACKGROUND

SMALL_SIDE = 32
"""Side of the clips that are seen whole, in pixels."""

_ORDERS = 6
_PATCH = 4
_CHANNELS = 4
_NOTHING = 0.05
"""Mass of a frame in which nothing stands out: an eightieth of that of the smallest figure."""


class Moments(nn.Module):
    """Of clips (B, T, 3, 32, 32) in [−1, 1]: (B, T, `Moments.width`), of the brightness and of each colour."""

    products: Tensor
    binomials: Tensor
    exponents: Tensor
    background: Tensor

    width = _CHANNELS * (4 + sum(order + 1 for order in range(2, _ORDERS)))

    def __init__(self) -> None:
        super().__init__()
        place = (torch.arange(SMALL_SIDE) + 0.5) / SMALL_SIDE * 2 - 1
        numbers = torch.arange(_ORDERS)
        binomials = [[comb(p, i) for i in range(_ORDERS)] for p in range(_ORDERS)]
        powers = place ** numbers[:, None]
        # all products of powers of y and of x, as one matrix: (S², 6·6)
        products = torch.einsum("qy,px->yxqp", powers, powers).flatten(0, 1).flatten(1)
        self.register_buffer("products", products, persistent=False)
        self.register_buffer("binomials", torch.tensor(binomials).float(), persistent=False)
        self.register_buffer("exponents", (numbers[:, None] - numbers).clamp(min=0), persistent=False)
        self.register_buffer("background", torch.tensor(BACKGROUND)[:, None, None] / 127.5 - 1, persistent=False)
        self._orders = [(p, n - p) for n in range(2, _ORDERS) for p in range(n, -1, -1)]

    def forward(self, clips: Tensor) -> Tensor:
        """All numbers are of the order of 1."""
        apart = clips.flatten(0, 1) - self.background
        # squares: what is nearly background counts for nearly nothing, however far away it is
        stands_out = torch.cat([apart.square().sum(1, keepdim=True) / 2, functional.relu(apart).square()], 1)
        raw = (stands_out.flatten(2) @ self.products).unflatten(-1, (_ORDERS, _ORDERS))  # [..., q of y, p of x]
        mass = raw[..., 0, 0] + _NOTHING
        raw = raw / mass[..., None, None]
        x, y = raw[..., 0, 1], raw[..., 1, 0]
        around = self._shift(y) @ raw @ self._shift(x).transpose(-1, -2)
        spread = (((around[..., 0, 2] + around[..., 2, 0]) / 2).clamp(min=0) + 0.004).sqrt()
        form = [torch.tanh(around[..., q, p] / spread ** (p + q) / 3) * 3 for p, q in self._orders]
        told = torch.stack([mass.log() - 1.5, 2 * x, 2 * y, spread.log() + 2, *form], -1)
        return told.flatten(1).unflatten(0, clips.shape[:2])

    def _shift(self, middle: Tensor) -> Tensor:
        """What makes raw moments those around a middle: row p holds (p over i)·(−middle)^(p − i)."""
        return self.binomials * (-middle[..., None, None]) ** self.exponents


@dataclass(frozen=True)
class View:
    """What there is to see of clips in [−1, 1]: whole (B, T, 3, 32, 32), close (B, N, 3, 64, 64), and the moments of
    the former (B, T, M)."""

    whole: Tensor
    close: Tensor
    moments: Tensor

    @property
    def parts(self) -> tuple[Tensor, ...]:
        """All that the discriminator can respond to."""
        return self.whole, self.close, self.moments

    def watched(self) -> View:
        """The same, cut from what made it, with gradients of its own."""
        return View(*(part.detach().requires_grad_() for part in self.parts))


class Frames(nn.Module):
    """A code (B, T·`Frames.width`) of all frames in their order, from patches and from moments."""

    width = 128

    def __init__(self) -> None:
        super().__init__()
        half = self.width // 2
        patches = (SMALL_SIDE // _PATCH) ** 2
        self.patches = nn.Linear(3 * _PATCH**2, 32)
        self.gather = nn.Linear(32 * patches, half)
        self.moments = nn.Linear(Moments.width, half)

    def forward(self, clips: Tensor, moments: Tensor) -> Tensor:
        """clips (B, T, 3, 32, 32) in [−1, 1], and their moments."""
        cut = clips.unflatten(-1, (-1, _PATCH)).unflatten(3, (-1, _PATCH)).permute(0, 1, 3, 5, 2, 4, 6)
        seen = functional.leaky_relu(self.patches(cut.flatten(4).flatten(2, 3)), 0.2)
        codes = torch.cat([self.gather(seen.flatten(2)), self.moments(moments)], -1)
        return functional.leaky_relu(codes, 0.2).flatten(1)

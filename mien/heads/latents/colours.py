"""Colours as latents: whitened logits of sRGB, so that the named colours of a palette are about standard normal.

    z = L⁻¹ (logit(c) − μ),  with μ and L Lᵀ the mean and covariance of the palette's weighted colours

Every colour has a latent and every latent is a colour, so gradients reach any colour, and an unusual one is unlikely.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from mien.heads.appearance import Colour

_EDGE = 0.02
"""Distance of black and white from the ends of the logit's interval."""

_SPREAD = 0.12
"""Standard deviation of the logits about each named colour, which also keeps the covariance regular."""


@dataclass(frozen=True)
class NamedColour:
    """A colour of a palette. weight: how often people have it, relative to the others."""

    colour: Colour
    weight: float = 1.0


def logits(colours: Tensor) -> Tensor:
    """Logits of colours (…, 3), sRGB in [0, 1]."""
    return torch.logit(_EDGE + (1 - 2 * _EDGE) * colours.clamp(0, 1))


def from_logits(values: Tensor) -> Tensor:
    """Colours (…, 3), sRGB in [0, 1], of their `logits`."""
    return ((torch.sigmoid(values) - _EDGE) / (1 - 2 * _EDGE)).clamp(0, 1)


class ColourSpace:
    """The latents of one coloured thing, whitened by its palette: name → colour with its weight."""

    def __init__(self, palette: Mapping[str, NamedColour]) -> None:
        self.names = tuple(palette)
        self.colours = torch.tensor([one.colour for one in palette.values()], dtype=torch.float64)
        self.weights = torch.tensor([one.weight for one in palette.values()], dtype=torch.float64)
        self.weights = self.weights / self.weights.sum()
        values = logits(self.colours)
        self._mean = self.weights @ values
        apart = values - self._mean
        covariance = (apart * self.weights[:, None]).T @ apart + _SPREAD**2 * torch.eye(3, dtype=torch.float64)
        self._factor = torch.linalg.cholesky(covariance)
        self._inverse = torch.linalg.inv(self._factor)
        self.spread = float(_SPREAD)
        self._lab = oklab(self.colours)

    def encode(self, colours: Tensor) -> Tensor:
        """Latents (…, 3) of sRGB colours (…, 3)."""
        return (logits(colours.double()) - self._mean) @ self._inverse.T

    def decode(self, latents: Tensor) -> Tensor:
        """sRGB colours (…, 3) in [0, 1] of latents (…, 3); differentiable."""
        factor, mean = self._factor.to(latents.dtype), self._mean.to(latents.dtype)
        return from_logits(latents @ factor.T + mean)

    def log_density(self, latents: Tensor, broad: float = 0.1) -> Tensor:
        """Log-density (…) of latents (…, 3): a mixture of the named colours, and of N(0, I) with the weight `broad`."""
        z = latents.double()
        shift = self.encode(self.colours)
        apart = (z[..., None, :] - shift) @ self._factor.T / self.spread
        scale = self._factor.diagonal().log().sum() - 3 * math.log(self.spread)
        constant = -1.5 * math.log(2 * math.pi)
        named = (1 - broad) * self.weights
        near = constant + scale - 0.5 * (apart**2).sum(dim=-1) + named.log()
        wide = constant - 0.5 * (z**2).sum(dim=-1, keepdim=True) + math.log(broad)
        return torch.cat([near, wide], dim=-1).logsumexp(dim=-1).to(latents.dtype)

    def jitter(self, noise: Tensor) -> Tensor:
        """Displacement (…, 3) of latents that moves logits by `noise` (…, 3) standard normal times the spread."""
        return self.spread * noise.double() @ self._inverse.T

    def nearest(self, colours: Tensor) -> list[str]:
        """The palette's name for each colour (N, 3), sRGB in [0, 1]: the nearest in OKLab."""
        distance = torch.cdist(oklab(colours.detach().double()), self._lab)
        return [self.names[index] for index in distance.argmin(dim=1).tolist()]


_TO_CONE = torch.tensor(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
     [0.0883024619, 0.2817188376, 0.6299787005]], dtype=torch.float64,
)  # fmt: skip
_TO_LAB = torch.tensor(
    [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
     [0.0259040371, 0.7827717662, -0.8086757660]], dtype=torch.float64,
)  # fmt: skip


def oklab(colours: Tensor) -> Tensor:
    """OKLab (…, 3) of sRGB colours (…, 3) in [0, 1]; Ottosson, "A perceptual color space", 2020."""
    linear = torch.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    return (linear @ _TO_CONE.T).clamp(min=0) ** (1 / 3) @ _TO_LAB.T

"""The shading of `mien.heads.render.shading` in torch: the same lamps, materials and highlights, with gradients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.heads.render.render import GLOSS, Light
from mien.heads.render.shading import SKIN

# how far each channel of light reaches past the terminator, and the share of the linear term of its falloff
_WRAP_SKIN, _LINEAR_SKIN = (0.32, 0.22, 0.18), (0.7, 0.76, 0.78)
_WRAP = 0.25


@dataclass(frozen=True)
class Shading:
    """What a material (V,) of each vertex gives its light: tensors of the materials' numbers."""

    skin: Tensor
    strength: Tensor
    exponent: Tensor
    sheen: Tensor

    @classmethod
    def of(cls, material: NDArray[np.int64]) -> Shading:
        """The numbers of vertices of these materials (V,)."""
        gloss = torch.from_numpy(GLOSS[material]).float()
        skin = torch.from_numpy(material == SKIN)
        return cls(skin[:, None], gloss[:, 0], 2 * gloss[:, 1], gloss[:, 2])

    def at(self, normals: Tensor, light: Light) -> tuple[Tensor, Tensor]:
        """Factors of the surface's RGB (V, 3) and additions to it (V, 3), for normals (V, 3); the viewer is at +z."""
        lamps, strengths = (torch.from_numpy(value).float() for value in light.lamps())
        ambient = torch.tensor(light.ambient)
        # at the outline a normal may point backwards: z >= 0
        facing = torch.cat([normals[:, :2], normals[:, 2:].abs()], dim=1)
        y, z = facing[:, 1], facing[:, 2]
        factors = ambient * (0.775 + 0.225 * y)[:, None]
        cosine = facing @ lamps.T
        factors = factors + torch.where(self.skin, _scattered(cosine, strengths), _wrapped(cosine, strengths))
        halves = torch.nn.functional.normalize(lamps + torch.tensor([0.0, 0.0, 1.0]), dim=1)
        half = (facing @ halves.T).clamp(max=1.0)
        lit = (cosine > -0.1) & (half > 0.5)
        highlight = torch.where(lit, half.clamp(min=0.5), 0.5) ** self.exponent[:, None] * lit
        specular = self.strength * (highlight @ strengths[:, 1])
        sheen = self.sheen * (1 - z) ** 3
        return factors, specular[:, None] + sheen[:, None] * ambient


def _wrapped(cosine: Tensor, strengths: Tensor) -> Tensor:
    return ((cosine + _WRAP) / (1 + _WRAP)).clamp(min=0) @ strengths


def _scattered(cosine: Tensor, strengths: Tensor) -> Tensor:
    """Subsurface scattering: red light reaches furthest past the terminator."""
    wrap, linear = torch.tensor(_WRAP_SKIN), torch.tensor(_LINEAR_SKIN)
    reach = ((cosine[..., None] + wrap) / (1 + wrap)).clamp(min=0)
    return ((reach * (linear + (1 - linear) * reach)) * strengths).sum(dim=1)


def linear_light(srgb: Tensor) -> Tensor:
    """Linear light in [0, 1] of sRGB in [0, 1] (IEC 61966-2-1)."""
    return torch.where(srgb <= 0.04045, srgb / 12.92, ((srgb.clamp(min=0.04045) + 0.055) / 1.055) ** 2.4)


def srgb_of(linear: Tensor) -> Tensor:
    """sRGB in [0, 1] of linear light in [0, 1] (IEC 61966-2-1)."""
    dark = linear <= 0.0031308
    return torch.where(dark, 12.92 * linear, 1.055 * linear.clamp(min=0.0031308) ** (1 / 2.4) - 0.055)

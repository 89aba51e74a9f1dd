"""Rasterise, then splat: pictures whose gradient sees outlines move (Cole et al., Differentiable Surface Rendering via
Non-Differentiable Sampling, ICCV 2021).

Samples of the surface are taken at pixel centres with detached barycentric weights. Each is then drawn as a small
Gaussian at the place to which its triangle's vertices carry it: its value does not change, its derivative does.
Instead of Cole's layers, at an edge only the derivative of the nearer surface counts, on both sides, and derivatives
are scaled so that a moving edge and a moving texture change a picture by as much as they should.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import pad

SIGMA = 0.5
"""Deviation of the Gaussian, in samples."""

_BESIDE = math.exp(-1 / (2 * SIGMA**2))
_STEP = _BESIDE / SIGMA**2 / (1 + 2 * _BESIDE)  # change of a neighbour's normalised weight for a step of one sample
INSIDE = 0.5 / _STEP
"""Scale of the derivative on one surface: there a step changes the picture by half the difference of two neighbours."""

_SAME_SIDE = 0.5 * _BESIDE / (1 + 2 * _BESIDE)
OVER = (1 - _SAME_SIDE) * (1 + 2 * _BESIDE) / (1 + _BESIDE) / _STEP / 2
"""Scale where a surface covers what lies behind it: there a step replaces one sample by another, half of it on each
side of the edge, since where between them it runs is not known."""


def splatted(colours: Tensor, offsets: Tensor, depth: Tensor, surface: Tensor, gap: float) -> Tensor:
    """Mean colours (C, H, W) of Gaussian splats over 3 x 3 samples.

    colours: (C, H, W) of the samples. offsets: (2, H, W) x and y from each sample's centre to where its surface lies,
    in samples; 0 in value, so that only their gradients matter. depth: (H, W) from the viewer, detached. surface:
    (H, W) a number of the surface that a sample lies on. gap: samples of one number whose depths differ by more than
    this lie on two surfaces all the same.
    """
    height, width = colours.shape[1:]
    coloured, moved = pad(colours, (1, 1, 1, 1)), pad(offsets, (1, 1, 1, 1))
    deep, numbers = pad(depth[None], (1, 1, 1, 1)), pad(surface[None], (1, 1, 1, 1))
    inside = pad(torch.ones_like(depth[None]), (1, 1, 1, 1))
    total, weight = torch.zeros_like(colours), torch.zeros_like(depth[None])
    for row in range(3):
        for column in range(3):
            window = (slice(None), slice(row, row + height), slice(column, column + width))
            behind = deep[window] - depth
            same = (numbers[window] == surface) & (behind.abs() <= gap)
            step = torch.where(same, INSIDE * moved[window], OVER * torch.where(behind > 0, offsets, moved[window]))
            x, y = step + offsets.new_tensor([column - 1.0, row - 1.0])[:, None, None]
            own = torch.exp((x**2 + y**2) / (-2 * SIGMA**2)) * inside[window]
            total = total + own * coloured[window]
            weight = weight + own
    return total / weight

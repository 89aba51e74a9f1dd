"""Interpolation of the landmarks' displacements to a flow field that is exact at the landmarks.

The field is a weighted mean of the displacements (Gaussian weights, as in the first-order motion model of Siarohin et
al., NeurIPS 2019) plus a Gaussian radial basis expansion of what that mean misses at the landmarks. The lips are a
discontinuity: upper and lower lip move apart, so two fields are made, each without the other lip's landmarks, and
every pixel takes the field of its side of the mouth line. All of it is computed for any grid, so that a network of low
resolution and a photo of high resolution are warped alike.
"""

from __future__ import annotations

import torch
from torch import Tensor

UPPER_LIP = (49, 50, 51, 52, 53, 61, 62, 63)
LOWER_LIP = (55, 56, 57, 58, 59, 65, 66, 67)
"""Landmarks of each lip without the corners of the mouth."""

ZERO_WEIGHT = 0.1
"""Weight of zero displacement in the mean, so that the flow vanishes far from all landmarks."""

BASIS_SIGMA = 0.06
"""Standard deviation of the radial basis functions in normalised coordinates, about two pixels of 64: neighbouring
landmarks of lips and eyes are as far apart."""

RIDGE = 0.1
"""Ridge of the radial basis expansion, relative to its diagonal: it bounds the weights where landmarks coincide, as
those of the inner lips do in a closed mouth."""

ITERATIONS = 10
"""Steps of the solver of the radial basis expansion."""

_UPPER_SIDE = tuple(point for point in range(68) if point not in LOWER_LIP)
_LOWER_SIDE = tuple(point for point in range(68) if point not in UPPER_LIP)
_MOUTH_LINE = ((60, 60), (61, 67), (62, 66), (63, 65), (64, 64))


def landmark_flow(target: Tensor, displacements: Tensor, sigmas: Tensor, xs: Tensor, ys: Tensor) -> Tensor:
    """Flow (N, 2, H, W) at the columns `xs` (W,) and rows `ys` (H,) from `displacements` (N, 68, 2) at `target`.

    `target` (N, 68, 2): landmarks in iBUG order; `sigmas` (68,): standard deviations of the weights in the mean. All
    lengths are in one unit, in which the face has a width of about 1.5, as in normalised coordinates.
    """
    upper, lower = side_flows(target, displacements, sigmas, xs, ys)
    return torch.lerp(upper, lower, below_mouth_line(target.float(), xs, ys)[:, None])


def side_flows(target: Tensor, displacements: Tensor, sigmas: Tensor, xs: Tensor, ys: Tensor) -> tuple[Tensor, Tensor]:
    """The flows (N, 2, H, W) above and below the mouth line; arguments as of `landmark_flow`."""
    target, displacements = target.float(), displacements.float()
    with torch.autocast(target.device.type, enabled=False):  # the coefficients of the basis need single precision
        upper, lower = (
            _smooth_flow(target[:, list(side)], displacements[:, list(side)], sigmas[list(side)], xs, ys)
            for side in (_UPPER_SIDE, _LOWER_SIDE)
        )
    return upper, lower


def _smooth_flow(points: Tensor, displacements: Tensor, sigmas: Tensor, xs: Tensor, ys: Tensor) -> Tensor:
    distances = (points[:, :, None] - points[:, None]).square().sum(-1)  # of rows' to columns' points
    weights = torch.exp(-0.5 * distances / sigmas.square())
    mean = weights @ displacements / (weights.sum(-1, keepdim=True) + ZERO_WEIGHT)
    basis = torch.exp(-0.5 * distances / BASIS_SIGMA**2)
    basis = basis + RIDGE * torch.eye(basis.shape[-1], device=basis.device, dtype=basis.dtype)
    coefficients = _solved(basis, displacements - mean)
    # Gaussians in the plane are separable: each sum over the points is one product of matrices.
    across, down = _gaussians(points, sigmas, xs, ys)
    total = down @ across.transpose(1, 2) + ZERO_WEIGHT
    near_across, near_down = _gaussians(points, points.new_full((1,), BASIS_SIGMA), xs, ys)
    parts = [
        (down * displacements[:, None, :, axis]) @ across.transpose(1, 2) / total
        + (near_down * coefficients[:, None, :, axis]) @ near_across.transpose(1, 2)
        for axis in (0, 1)
    ]
    return torch.stack(parts, 1)


def _solved(matrix: Tensor, values: Tensor) -> Tensor:
    """Approximate solution (N, P, 2) of matrix · x = values by conjugate gradients, which ONNX can express.

    The ridge bounds the condition number of `matrix` (N, P, P) to about 50, so that `ITERATIONS` steps leave about a
    hundredth of a pixel of 64.
    """
    solution, residual = torch.zeros_like(values), values
    direction = residual
    squares = residual.square().sum(1, keepdim=True)
    for _ in range(ITERATIONS):
        product = matrix @ direction
        step = squares / (direction * product).sum(1, keepdim=True).clamp(min=1e-20)
        solution, residual = solution + step * direction, residual - step * product
        before, squares = squares, residual.square().sum(1, keepdim=True)
        direction = residual + squares / before.clamp(min=1e-20) * direction
    return solution


def _gaussians(points: Tensor, sigmas: Tensor, xs: Tensor, ys: Tensor) -> tuple[Tensor, Tensor]:
    """Factors (N, W, P) and (N, H, P) of the points' Gaussians at the columns and rows."""
    across, down = (
        torch.exp(-0.5 * ((axis[:, None] - points[:, None, :, index]) / sigmas).square())
        for index, axis in enumerate((xs, ys))
    )
    return across, down


def below_mouth_line(points: Tensor, xs: Tensor, ys: Tensor) -> Tensor:
    """Soft weight (N, H, W) in [0, 1] of being below the line between the inner lips of landmarks (N, 68, 2).

    The line runs through the middle of the opening and on, level, beyond the corners. It is sharp (half a sample)
    within the mouth and softer with the distance beyond the corners, where the two fields agree.
    """
    line = torch.stack([(points[:, one] + points[:, other]) / 2 for one, other in _MOUTH_LINE], 1)
    step = (line[:, 1:] - line[:, :-1]).unsqueeze(-1)  # (N, 4, 2, 1)
    width = step[:, :, 0].clamp(min=1e-3)
    inside = torch.minimum((xs - line[:, :-1, :1]).clamp(min=0), width)
    height = line[:, :1, 1] + (step[:, :, 1] / width * inside).sum(1)  # (N, W)
    beyond = torch.maximum(line[:, :1, 0] - xs, xs - line[:, -1:, 0]).clamp(min=0)
    softness = 0.25 * (ys[-1] - ys[0]).abs() / max(len(ys) - 1, 1) + 0.5 * beyond
    return torch.sigmoid((ys[:, None] - height[:, None]) / softness[:, None])

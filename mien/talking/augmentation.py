"""Geometry and colour changed alike in target and reference.

Without it a network that sees few actors learns where their features are instead of looking at the reference.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn

from mien.talking.options import Augmentation

MIRRORED = (
    *range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1),
    45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40,
    *range(54, 47, -1), *range(59, 54, -1), *range(64, 59, -1), 67, 66, 65,
)  # fmt: skip
"""Which iBUG landmark takes the place of each of the 68 in a mirrored picture."""

UNCHANGED = Augmentation(flip=0, rotation=0, zoom=0, shift=0, brightness=0, contrast=0, colour=0)


def augment_pictures(
    pictures: Tensor,
    points: Tensor,
    options: Augmentation,
    random: np.random.Generator,
    placements: Tensor | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Change pictures (B, N, 3, S, S) in [−1, 1] and points (B, T, P, 2) in pixels.

    `placements` (B, N, 3, 3): what is done to each picture before that, so that it is resampled only once. The
    points belong to the first T pictures. Returns both, changed, and which clips were mirrored, (B,) bool. The
    points of a mirrored clip keep their numbers (see `MIRRORED`).
    """
    batch, count, _, size, _ = pictures.shape
    draw, forward, flipped = draw_changes(random, batch, options)
    forward = forward[:, None].expand(-1, count, -1, -1)
    if placements is not None:
        forward = forward @ placements
    changed = warp_pictures(pictures.flatten(0, 1), forward.flatten(0, 1)).view_as(pictures)
    gain = (1 + options.contrast * draw[:, 5:6]) * (1 + options.colour * draw[:, 7:10])
    offset = options.brightness * draw[:, 6:7]
    changed = (changed * gain[:, None, :, None, None] + offset[:, None, :, None, None]).clamp(-1, 1)
    return changed, move_points(points, forward[:, : points.shape[1]], size), flipped


def draw_changes(random: np.random.Generator, batch: int, options: Augmentation) -> tuple[Tensor, Tensor, Tensor]:
    """Ten numbers (B, 10) in [−1, 1], the changes of place (B, 3, 3) that they mean, and what is mirrored (B,)."""
    draw = torch.from_numpy(random.uniform(-1, 1, (batch, 10)).astype(np.float32))
    flipped = torch.from_numpy(random.random(batch) < options.flip)
    return draw, _matrices(draw, flipped, options), flipped


def move_points(points: Tensor, matrices: Tensor, size: int) -> Tensor:
    """Points (…, P, 2) in pixels of a picture of `size`, moved by matrices (…, 3, 3) on coordinates of [−1, 1]."""
    # pixel centre p is at (2p + 1) / S − 1 in the coordinates of grid_sample
    place = (2 * points + 1) / size - 1
    moved = place @ matrices[..., :2, :2].transpose(-1, -2) + matrices[..., None, :2, 2]
    return ((moved + 1) * size - 1) / 2


def swap_sides(points: Tensor, flipped: Tensor) -> Tensor:
    """Points (B, …, P, 2), P ≥ 68, whose first 68 are landmarks: those of mirrored clips (B,) get their new numbers.

    A mirrored face is a face like any other: what is on the viewer's left has the left one's numbers.
    """
    swapped = torch.cat([points[..., list(MIRRORED), :], points[..., 68:, :]], -2)
    return torch.where(flipped.view(-1, *[1] * (points.dim() - 1)), swapped, points)


def warp_pictures(pictures: Tensor, forward: Tensor) -> Tensor:
    """Pictures (N, 3, S, S) moved by matrices (N, 3, 3) on coordinates of [−1, 1]; mirrored beyond the edge."""
    grid = nn.functional.affine_grid(torch.linalg.inv(forward)[:, :2], list(pictures.shape), align_corners=False)
    return nn.functional.grid_sample(pictures, grid, mode="bilinear", padding_mode="reflection", align_corners=False)


def _matrices(draw: Tensor, flipped: Tensor, options: Augmentation) -> Tensor:
    """From places in the picture to places in the changed one, (B, 3, 3) in coordinates of [−1, 1]."""
    angle = draw[:, 0] * options.rotation * math.pi / 180
    widths, heights = 1 + options.zoom * draw[:, 1], 1 + options.zoom * draw[:, 2]
    widths = torch.where(flipped, -widths, widths)
    matrices = torch.zeros(len(draw), 3, 3)
    matrices[:, 0, 0] = angle.cos() * widths
    matrices[:, 0, 1] = -angle.sin() * heights
    matrices[:, 1, 0] = angle.sin() * widths
    matrices[:, 1, 1] = angle.cos() * heights
    matrices[:, :2, 2] = 2 * options.shift * draw[:, 3:5]
    matrices[:, 2, 2] = 1
    return matrices

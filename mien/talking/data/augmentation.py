"""Augmentation of geometry and colour, equal for target and reference.

Without it a network trained on few actors memorises the positions of their features instead of using the reference.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mien.media.coordinates import to_normalised, to_pixels
from mien.talking.options import Augmentation

MIRRORED = (
    *range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1),
    45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40,
    *range(54, 47, -1), *range(59, 54, -1), *range(64, 59, -1), 67, 66, 65,
)  # fmt: skip
"""For each of the 68 iBUG landmarks, the index of its counterpart in the mirrored picture."""

UNCHANGED = Augmentation(flip=0, rotation=0, zoom=0, shift=0, brightness=0, contrast=0, colour=0)


def augment_pictures(
    pictures: Sequence[Sequence[NDArray[np.uint8]]],
    points: Tensor,
    options: Augmentation,
    random: np.random.Generator,
    placements: Tensor | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Augment B × N pictures uint8 (S, S, 3) and points (B, T, P, 2) in pixels.

    `placements` (B, N, 3, 3): transforms applied to each picture first, combined so that it is resampled only once. The
    points belong to the first T pictures. Returns the pictures (B, N, 3, S, S) in [−1, 1], the points, and which clips
    were mirrored, (B,) bool. The points of a mirrored clip keep their order (see `swap_sides`).
    """
    batch, count, size = len(pictures), len(pictures[0]), pictures[0][0].shape[0]
    draw, forward, flipped = draw_changes(random, batch, options)
    forward = forward[:, None].expand(-1, count, -1, -1)
    if placements is not None:
        forward = forward @ placements
    changed = np.empty((batch, count, size, size, 3), np.float32)
    for own, matrices, numbers, out in zip(pictures, forward, draw, changed, strict=True):
        _change_clip(own, matrices, numbers, options, out)
    moved = move_points(points, forward[:, : points.shape[1]], size)
    return torch.from_numpy(changed).permute(0, 1, 4, 2, 3), moved, flipped


def _change_clip(
    pictures: Sequence[NDArray[np.uint8]],
    forward: Tensor,
    draw: Tensor,
    options: Augmentation,
    out: NDArray[np.float32],
) -> None:
    """Warp a clip's pictures by (N, 3, 3) in normalised coordinates, then change their colours; into (N, S, S, 3)."""
    size = pictures[0].shape[0]
    # From normalised to pixel coordinates, in which OpenCV's matrices are.
    pixels = np.array([[size / 2, 0, (size - 1) / 2], [0, size / 2, (size - 1) / 2], [0, 0, 1]])
    matrices = (pixels @ forward.double().numpy() @ np.linalg.inv(pixels))[:, :2]
    gain = (1 + options.contrast * draw[5]) * (1 + options.colour * draw[7:10])
    levels = np.linspace(-1, 1, 256)[:, None] * gain.numpy() + options.brightness * float(draw[6])
    table = np.clip(levels, -1, 1).astype(np.float32)[None]  # one lookup table instead of four passes over the picture
    moved = np.empty((size, size, 3), np.uint8)
    for picture, matrix, target in zip(pictures, matrices, out, strict=True):
        cv2.warpAffine(picture, matrix, (size, size), dst=moved, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        cv2.LUT(moved, table, dst=target)


def draw_changes(random: np.random.Generator, batch: int, options: Augmentation) -> tuple[Tensor, Tensor, Tensor]:
    """Ten random numbers (B, 10) in [−1, 1], the transforms (B, 3, 3) they define, and the mirrored clips (B,)."""
    draw = torch.from_numpy(random.uniform(-1, 1, (batch, 10)).astype(np.float32))
    flipped = torch.from_numpy(random.random(batch) < options.flip)
    return draw, _matrices(draw, flipped, options), flipped


def move_points(points: Tensor, matrices: Tensor, size: int) -> Tensor:
    """Points (…, P, 2) in pixels of a picture of `size`, transformed by normalised matrices (…, 3, 3)."""
    moved = to_normalised(points, size) @ matrices[..., :2, :2].transpose(-1, -2) + matrices[..., None, :2, 2]
    return to_pixels(moved, size)


def swap_sides(points: Tensor, flipped: Tensor) -> Tensor:
    """Points (B, …, P, 2), P ≥ 68, the first 68 landmarks: in mirrored clips (B,) left and right ones are exchanged.

    So the order of the landmarks in a mirrored picture is that of iBUG again.
    """
    swapped = torch.cat([points[..., list(MIRRORED), :], points[..., 68:, :]], -2)
    return torch.where(flipped.view(-1, *[1] * (points.dim() - 1)), swapped, points)


def warp_pictures(pictures: Tensor, forward: Tensor) -> Tensor:
    """Pictures (N, 3, S, S) warped by matrices (N, 3, 3) in normalised coordinates; reflected at the border."""
    grid = nn.functional.affine_grid(torch.linalg.inv(forward)[:, :2], list(pictures.shape), align_corners=False)
    return nn.functional.grid_sample(pictures, grid, mode="bilinear", padding_mode="reflection", align_corners=False)


def _matrices(draw: Tensor, flipped: Tensor, options: Augmentation) -> Tensor:
    """Forward transforms (B, 3, 3) in normalised coordinates."""
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

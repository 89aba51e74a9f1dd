"""Augmentation of geometry, colour, light and sharpness, equal for target and reference.

Without it a network trained on few actors memorises the positions of their features instead of using the reference, and
one trained on rendered pictures never sees the colours of real ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

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

NO_AUGMENTATION = Augmentation(**dict.fromkeys(Augmentation.model_fields, 0))

_LUMA = np.array([0.299, 0.587, 0.114])
_FAINT = 0.2
"""Pixels of blur that a picture of bytes does not show."""


@dataclass(frozen=True)
class _Tone:
    """What is done to the colours of a clip's pictures.

    mix: RGB to RGB (3, 3), None: as they are. table: (1, 256, 3) values in [−1, 1] of bytes. light: factors (S, S, 3)
    of the brightness, None: even. blur: standard deviation, pixels.
    """

    mix: NDArray[np.float64] | None
    table: NDArray[np.float32]
    light: NDArray[np.float32] | None
    blur: float


def augment_pictures(
    pictures: Sequence[Sequence[NDArray[np.uint8]]],
    points: Tensor,
    options: Augmentation,
    random: np.random.Generator,
    transforms: Tensor | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Augment B × N pictures uint8 (S, S, 3) and points (B, T, P, 2) in pixels.

    `transforms` (B, N, 3, 3): applied to each picture first, combined so that it is resampled only once. The
    points belong to the first T pictures. Returns the pictures (B, N, 3, S, S) in [−1, 1], the points, and which clips
    were mirrored, (B,) bool. The points of a mirrored clip keep their order (see `swap_left_right`).
    """
    batch, count, size = len(pictures), len(pictures[0]), pictures[0][0].shape[0]
    values, forward, flipped = sample_augmentation(random, batch, options)
    tones = [_tone(clip, random, size, options) for clip in values.double().numpy()]
    forward = forward[:, None].expand(-1, count, -1, -1)
    if transforms is not None:
        forward = forward @ transforms
    augmented = np.empty((batch, count, size, size, 3), np.float32)
    for clip in zip(pictures, forward, tones, augmented, strict=True):
        _augment_clip(*clip)
    points = transform_points(points, forward[:, : points.shape[1]], size)
    return torch.from_numpy(augmented).permute(0, 1, 4, 2, 3), points, flipped


def _augment_clip(
    pictures: Sequence[NDArray[np.uint8]], forward: Tensor, tone: _Tone, out: NDArray[np.float32]
) -> None:
    """Warp a clip's pictures by (N, 3, 3) in normalised coordinates, then change their colours; into (N, S, S, 3)."""
    size = pictures[0].shape[0]
    # From normalised to pixel coordinates, in which OpenCV's matrices are.
    pixels = np.array([[size / 2, 0, (size - 1) / 2], [0, size / 2, (size - 1) / 2], [0, 0, 1]])
    matrices = (pixels @ forward.double().numpy() @ np.linalg.inv(pixels))[:, :2]
    warped = np.empty((size, size, 3), np.uint8)
    for picture, matrix, target in zip(pictures, matrices, out, strict=True):
        cv2.warpAffine(picture, matrix, (size, size), dst=warped, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        if tone.mix is not None:
            cv2.transform(warped, tone.mix, dst=warped)
        if tone.blur > _FAINT:
            cv2.GaussianBlur(warped, (0, 0), tone.blur, dst=warped)
        cv2.LUT(warped, tone.table, dst=target)
        if tone.light is not None:
            # brightness is counted from black, which is −1
            target += 1
            target *= tone.light
            target -= 1
            np.minimum(target, 1, out=target)


def _tone(values: NDArray[np.float64], random: np.random.Generator, size: int, options: Augmentation) -> _Tone:
    """The change of a clip's colours by `values` (10,) of `sample_augmentation` and by what `random` gives."""
    exponent, warmth, saturation, strength = random.uniform(-1, 1, 4)
    lot, angle, blur = random.random(3)
    warm = options.warmth * warmth
    gain = (1 + options.contrast * values[5]) * (1 + options.colour * values[7:10]) * [1 + warm, 1.0, 1 - warm]
    brightness = np.linspace(0, 1, 256)[:, None] ** np.exp(options.gamma * exponent)
    levels = (2 * brightness - 1) * gain + options.brightness * values[6]
    colourful = 0.0 if lot < options.grey else 1 + options.saturation * saturation
    grey = np.broadcast_to(_LUMA, (3, 3))
    return _Tone(
        mix=None if colourful == 1 else grey + colourful * (np.eye(3) - grey),
        # one lookup table instead of several passes over the picture
        table=np.clip(levels, -1, 1).astype(np.float32)[None],
        light=_slope(2 * np.pi * angle, options.gradient * strength, size) if options.gradient else None,
        blur=options.blur * blur**2,
    )


def _slope(angle: float, strength: float, size: int) -> NDArray[np.float32]:
    """Light (S, S, 3) that falls in from a side: 1 in the middle, 1 + `strength` at the edge in its direction."""
    place = np.linspace(-1, 1, size)
    light = 1 + strength * (np.cos(angle) * place[None] + np.sin(angle) * place[:, None])
    return np.repeat(light[..., None].clip(0), 3, axis=2).astype(np.float32)


def sample_augmentation(
    random: np.random.Generator, batch: int, options: Augmentation
) -> tuple[Tensor, Tensor, Tensor]:
    """Ten random numbers (B, 10) in [−1, 1], the transforms (B, 3, 3) they define, and the mirrored clips (B,)."""
    values = torch.from_numpy(random.uniform(-1, 1, (batch, 10)).astype(np.float32))
    flipped = torch.from_numpy(random.random(batch) < options.flip)
    return values, _matrices(values, flipped, options), flipped


def transform_points(points: Tensor, matrices: Tensor, size: int) -> Tensor:
    """Points (…, P, 2) in pixels of a picture of `size`, transformed by normalised matrices (…, 3, 3)."""
    linear, translation = matrices[..., :2, :2], matrices[..., None, :2, 2]
    return to_pixels(to_normalised(points, size) @ linear.transpose(-1, -2) + translation, size)


def swap_left_right(points: Tensor, flipped: Tensor) -> Tensor:
    """Points (B, …, P, 2), P ≥ 68, the first 68 landmarks: in mirrored clips (B,) left and right ones are exchanged.

    So the order of the landmarks in a mirrored picture is that of iBUG again.
    """
    swapped = torch.cat([points[..., list(MIRRORED), :], points[..., 68:, :]], -2)
    return torch.where(flipped.view(-1, *[1] * (points.dim() - 1)), swapped, points)


def warp_pictures(pictures: Tensor, forward: Tensor) -> Tensor:
    """Pictures (N, 3, S, S) warped by matrices (N, 3, 3) in normalised coordinates; reflected at the border."""
    grid = nn.functional.affine_grid(torch.linalg.inv(forward)[:, :2], list(pictures.shape), align_corners=False)
    return nn.functional.grid_sample(pictures, grid, mode="bilinear", padding_mode="reflection", align_corners=False)


def _matrices(values: Tensor, flipped: Tensor, options: Augmentation) -> Tensor:
    """Forward transforms (B, 3, 3) in normalised coordinates."""
    angle = values[:, 0] * options.rotation * math.pi / 180
    widths, heights = 1 + options.zoom * values[:, 1], 1 + options.zoom * values[:, 2]
    widths = torch.where(flipped, -widths, widths)
    matrices = torch.zeros(len(values), 3, 3)
    matrices[:, 0, 0] = angle.cos() * widths
    matrices[:, 0, 1] = -angle.sin() * heights
    matrices[:, 1, 0] = angle.sin() * widths
    matrices[:, 1, 1] = angle.cos() * heights
    matrices[:, :2, 2] = 2 * options.shift * values[:, 3:5]
    matrices[:, 2, 2] = 1
    return matrices

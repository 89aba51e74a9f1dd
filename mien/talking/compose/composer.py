"""Composition of frames from decoder outputs, with the in-plane pose and at the resolution of the reference.

The outputs of `architecture: warp` are smooth (flow, shade) or cover small areas (paint), so they are computed at the
size of the network and applied to the reference at its own resolution. In-plane pose and flow are combined to one
displacement, so every pixel is interpolated once.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mien.media.resize import resized
from mien.talking.data.augmentation import warp_pictures
from mien.talking.networks.decoding import DecoderOutput, WarpLayers

MIN_OPACITY = 1 / 512
"""A smaller opacity changes no pixel by one grey level."""

Picture = NDArray[np.uint8]
Field = NDArray[np.float32]


def border_weight(side: int, width: float) -> Field:
    """Weight (side, side) in [0, 1] of the changes at each pixel: 0 at the border, 1 from `width` · side inwards.

    A smooth step of the distance to the nearest edge; `width` 0: 1 everywhere.
    """
    if width <= 0:
        return np.ones((side, side), np.float32)
    distance = np.minimum(np.arange(side), np.arange(side)[::-1]) / (width * side)
    step = np.clip(distance, 0, 1)
    step = step * step * (3 - 2 * step)
    return np.asarray(step[:, None] * step[None], np.float32)


class Composer:
    """Composes frames (R, R, 3) from a reference crop (R, R, 3) and decoder outputs at the size of the network.

    `hold_border`: fraction of the side over which all changes fade out towards the edges.
    """

    def __init__(self, crop: Picture, hold_border: float = 0.0) -> None:
        self.crop = np.ascontiguousarray(crop)
        self.side = crop.shape[0]
        self.weight = border_weight(self.side, hold_border)[..., None]
        axis = np.arange(self.side, dtype=np.float32)
        self._columns, self._rows = np.meshgrid(axis, axis)

    def frames(self, output: DecoderOutput, transforms: Tensor) -> Iterator[Picture]:
        """Yield a frame for each of N decoder outputs, transformed by normalised matrices `transforms` (N, 3, 3)."""
        if output.layers is None:
            yield from self._synthesised_frames(output.frames.float(), transforms)
        else:
            yield from self._warped_frames(output.layers, transforms)

    def _synthesised_frames(self, frames: Tensor, transforms: Tensor) -> Iterator[Picture]:
        pixels = ((warp_pictures(frames, transforms) + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
        base = self.crop.astype(np.float32)
        for frame in pixels.permute(0, 2, 3, 1).cpu().numpy():
            blended = base + self.weight * (resized(np.ascontiguousarray(frame), self.side) - base)
            yield np.asarray(np.clip(np.rint(blended), 0, 255), np.uint8)

    def _warped_frames(self, layers: WarpLayers, transforms: Tensor) -> Iterator[Picture]:
        flow, colours = layers.flow.float(), torch.cat([layers.shade, layers.paint, layers.opacity], 1).float()
        shape = [len(flow), 3, *colours.shape[-2:]]
        grid = nn.functional.affine_grid(torch.linalg.inv(transforms)[:, :2], shape, align_corners=False)
        identity = nn.functional.affine_grid(torch.eye(3)[None, :2].to(grid), [1, *shape[1:]], align_corners=False)
        # Flow and layers are those before the in-plane transform, so they are sampled at `grid`.
        large = nn.functional.interpolate(flow, shape[-2:], mode="bilinear", align_corners=False)
        sampled = nn.functional.grid_sample(
            torch.cat([large, colours], 1), grid, padding_mode="border", align_corners=False
        ).permute(0, 2, 3, 1)
        fields = (
            (grid + sampled[..., :2] - identity) * (self.side / 2),
            sampled[..., 2:5] * 127.5,
            (sampled[..., 5:8] + 1) * 127.5,
            sampled[..., 8],
        )
        for frame in zip(*(field.contiguous().cpu().numpy() for field in fields), strict=True):
            yield self._warped_frame(*frame)

    def _warped_frame(self, shift: Field, shade: Field, paint: Field, opacity: Field) -> Picture:
        if self.side != shift.shape[0]:
            shift, shade, paint, opacity = (
                np.asarray(cv2.resize(field, (self.side, self.side), interpolation=cv2.INTER_LINEAR), np.float32)
                for field in (shift, shade, paint, opacity)
            )
        shift, shade, opacity = shift * self.weight, shade * self.weight, opacity[..., None] * self.weight
        columns, rows = self._columns + shift[..., 0], self._rows + shift[..., 1]
        frame = cv2.remap(self.crop, columns, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101) + shade
        opaque = np.flatnonzero(opacity.max((1, 2)) > MIN_OPACITY)  # in most rows the opacity is negligible
        if len(opaque):
            band = slice(opaque[0], opaque[-1] + 1)
            frame[band] += opacity[band] * (paint[band] - frame[band])
        return np.asarray(np.clip(np.rint(frame), 0, 255), np.uint8)

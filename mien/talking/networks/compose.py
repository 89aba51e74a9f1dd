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

from mien.talking.data.augmentation import warp_pictures
from mien.talking.networks.decoding import Drawing

LEAST_COVER = 1 / 512
"""A smaller opacity `cover` changes no pixel by one grey level."""

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


def scaled_picture(picture: Picture, side: int) -> Picture:
    """A square picture resized: by averaging if smaller, by cubic interpolation if larger."""
    if picture.shape[0] == side:
        return picture
    way = cv2.INTER_AREA if picture.shape[0] > side else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (side, side), interpolation=way), np.uint8)


class Composer:
    """Composes frames (R, R, 3) from a reference crop (R, R, 3) and decoder outputs at the size of the network.

    `hold_border`: fraction of the side over which all changes fade out towards the edges.
    """

    def __init__(self, crop: Picture, hold_border: float = 0.0) -> None:
        self.crop = np.ascontiguousarray(crop)
        self.side = crop.shape[0]
        self.held = hold_border > 0
        self.weight = border_weight(self.side, hold_border)
        axis = np.arange(self.side, dtype=np.float32)
        self._columns, self._rows = np.meshgrid(axis, axis)

    def frames(self, drawing: Drawing, placements: Tensor) -> Iterator[Picture]:
        """Yield a frame for each of N decoder outputs, transformed by normalised matrices `placements` (N, 3, 3)."""
        if drawing.flow is None or drawing.shade is None or drawing.paint is None or drawing.cover is None:
            yield from self._drawn(drawing.frames.float(), placements)
        else:
            layers = torch.cat([drawing.shade, drawing.paint, drawing.cover], 1).float()
            yield from self._moved(drawing.flow.float(), layers, placements)

    def _drawn(self, frames: Tensor, placements: Tensor) -> Iterator[Picture]:
        pixels = ((warp_pictures(frames, placements) + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
        for frame in pixels.permute(0, 2, 3, 1).cpu().numpy():
            own = scaled_picture(np.ascontiguousarray(frame), self.side)
            yield own if not self.held else self._blend(self.crop, own, self.weight)

    def _moved(self, flow: Tensor, layers: Tensor, placements: Tensor) -> Iterator[Picture]:
        shape = [len(flow), 3, *layers.shape[-2:]]
        before = nn.functional.affine_grid(torch.linalg.inv(placements)[:, :2], shape, align_corners=False)
        here = nn.functional.affine_grid(torch.eye(3)[None, :2].to(before), [1, *shape[1:]], align_corners=False)
        # Flow and layers are those before the in-plane transform, so they are sampled at `before`.
        large = nn.functional.interpolate(flow, shape[-2:], mode="bilinear", align_corners=False)
        sampled = nn.functional.grid_sample(
            torch.cat([large, layers], 1), before, padding_mode="border", align_corners=False
        ).permute(0, 2, 3, 1)
        shifts = ((before + sampled[..., :2] - here) * (self.side / 2)).contiguous().cpu().numpy()
        shades = (sampled[..., 2:5] * 127.5).contiguous().cpu().numpy()
        paints = ((sampled[..., 5:8] + 1) * 127.5).contiguous().cpu().numpy()
        covers = sampled[..., 8].contiguous().cpu().numpy()
        for shift, shade, paint, cover in zip(shifts, shades, paints, covers, strict=True):
            yield self._moved_frame(shift, shade, paint, cover)

    def _moved_frame(self, shift: Field, shade: Field, paint: Field, cover: Field) -> Picture:
        if self.side != shift.shape[0]:
            shift, shade, paint, cover = (self._enlarged(one) for one in (shift, shade, paint, cover))
        if self.held:
            weight = self.weight[..., None]
            shift, shade, cover = shift * weight, shade * weight, cover * self.weight
        columns, rows = self._columns + shift[..., 0], self._rows + shift[..., 1]
        fetched = cv2.remap(self.crop, columns, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
        frame = fetched + shade
        painted = np.flatnonzero(cover.max(1) > LEAST_COVER)  # in most rows the opacity is negligible
        if len(painted):
            some = slice(painted[0], painted[-1] + 1)
            frame[some] += cover[some, :, None] * (paint[some] - frame[some])
        return np.asarray(np.clip(np.rint(frame), 0, 255), np.uint8)

    def _enlarged(self, field: Field) -> Field:
        return np.asarray(cv2.resize(field, (self.side, self.side), interpolation=cv2.INTER_LINEAR), np.float32)

    @staticmethod
    def _blend(below: Picture, above: Picture | Field, cover: Field) -> Picture:
        base = below.astype(np.float32)
        mixed = base + cover[..., None] * (above - base)
        return np.asarray(np.clip(np.rint(mixed), 0, 255), np.uint8)

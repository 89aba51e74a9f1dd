"""From what the decoder drew to frames: the head is placed, and a reference of any resolution keeps its detail.

What `architecture: warp` gives is smooth (a flow, light) or small (paint under a cover): it is computed at the
network's size and applied to the reference at its own. Placement and flow are one displacement: every pixel is fetched
once.
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
"""A thinner cover changes no pixel by a level."""

Picture = NDArray[np.uint8]
Field = NDArray[np.float32]


def border_weight(side: int, width: float) -> Field:
    """How much may change at each pixel, (side, side) in [0, 1]: 0 at the outermost, 1 from `width` · side inwards.

    `width` 0: 1 everywhere. In between a smooth step of the distance to the nearest edge.
    """
    if width <= 0:
        return np.ones((side, side), np.float32)
    distance = np.minimum(np.arange(side), np.arange(side)[::-1]) / (width * side)
    step = np.clip(distance, 0, 1)
    step = step * step * (3 - 2 * step)
    return np.asarray(step[:, None] * step[None], np.float32)


def scaled_picture(picture: Picture, side: int) -> Picture:
    """A square picture at another side: averaged down, or enlarged by cubic interpolation."""
    if picture.shape[0] == side:
        return picture
    way = cv2.INTER_AREA if picture.shape[0] > side else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (side, side), interpolation=way), np.uint8)


class Composer:
    """Makes frames (R, R, 3) of a reference crop (R, R, 3) and drawings of the network's size.

    `hold_border`: part of the side over which all change fades to nothing towards the edges.
    """

    def __init__(self, crop: Picture, hold_border: float = 0.0) -> None:
        self.crop = np.ascontiguousarray(crop)
        self.side = crop.shape[0]
        self.held = hold_border > 0
        self.weight = border_weight(self.side, hold_border)
        axis = np.arange(self.side, dtype=np.float32)
        self._columns, self._rows = np.meshgrid(axis, axis)

    def frames(self, drawing: Drawing, placements: Tensor) -> Iterator[Picture]:
        """A frame for each of N drawings, its face placed by `placements` (N, 3, 3) in coordinates of [−1, 1]."""
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
        # What the network tells of a place is told where the face was drawn, before it was placed.
        large = nn.functional.interpolate(flow, shape[-2:], mode="bilinear", align_corners=False)
        told = nn.functional.grid_sample(
            torch.cat([large, layers], 1), before, padding_mode="border", align_corners=False
        ).permute(0, 2, 3, 1)
        shifts = ((before + told[..., :2] - here) * (self.side / 2)).contiguous().cpu().numpy()
        shades = (told[..., 2:5] * 127.5).contiguous().cpu().numpy()
        paints = ((told[..., 5:8] + 1) * 127.5).contiguous().cpu().numpy()
        covers = told[..., 8].contiguous().cpu().numpy()
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
        painted = np.flatnonzero(cover.max(1) > LEAST_COVER)  # most of a face is not painted
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

"""From what the decoder drew to frames: the head is placed, and a reference of any resolution keeps its detail.

What `architecture: warp` gives is smooth (a flow) or small (paint under a cover), so it is computed at the network's
size and applied to the reference at its own. Placement and flow are one displacement: every pixel is fetched once.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mien.talking.augmentation import warp_pictures
from mien.talking.decoding import Drawing

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
        if drawing.flow is None or drawing.paint is None or drawing.cover is None:
            yield from self._drawn(drawing.frames.float(), placements)
        else:
            yield from self._moved(drawing.flow.float(), drawing.paint.float(), drawing.cover.float(), placements)

    def _drawn(self, frames: Tensor, placements: Tensor) -> Iterator[Picture]:
        pixels = ((warp_pictures(frames, placements) + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
        for frame in pixels.permute(0, 2, 3, 1).cpu().numpy():
            own = scaled_picture(np.ascontiguousarray(frame), self.side)
            yield own if not self.held else self._blend(self.crop, own, self.weight)

    def _moved(self, flow: Tensor, paint: Tensor, cover: Tensor, placements: Tensor) -> Iterator[Picture]:
        shape = list(paint.shape)
        before = nn.functional.affine_grid(torch.linalg.inv(placements)[:, :2], shape, align_corners=False)
        here = nn.functional.affine_grid(torch.eye(3)[None, :2].to(before), [1, *shape[1:]], align_corners=False)
        # What the network tells of a place is told where the face was drawn, before it was placed.
        large = nn.functional.interpolate(flow, shape[-2:], mode="bilinear", align_corners=False)
        drawn = torch.cat([large, paint, cover], 1)
        told = nn.functional.grid_sample(drawn, before, padding_mode="border", align_corners=False)
        shift = before + told[:, :2].permute(0, 2, 3, 1) - here
        shifts = (shift * (self.side / 2)).cpu().numpy()
        paints = ((told[:, 2:5] + 1) * 127.5).permute(0, 2, 3, 1).cpu().numpy()
        covers = told[:, 5].cpu().numpy()
        for distance, colour, over in zip(shifts, paints, covers, strict=True):
            yield self._moved_frame(distance, colour, over)

    def _moved_frame(self, shift: Field, paint: Field, cover: Field) -> Picture:
        if self.side != shift.shape[0]:
            size = (self.side, self.side)
            shift = np.asarray(cv2.resize(shift, size, interpolation=cv2.INTER_LINEAR), np.float32)
            paint = np.asarray(cv2.resize(paint, size, interpolation=cv2.INTER_LINEAR), np.float32)
            cover = np.asarray(cv2.resize(cover, size, interpolation=cv2.INTER_LINEAR), np.float32)
        if self.held:
            shift, cover = shift * self.weight[..., None], cover * self.weight
        fetched = cv2.remap(
            self.crop, self._columns + shift[..., 0], self._rows + shift[..., 1], cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REFLECT_101,
        )  # fmt: skip
        frame = np.asarray(fetched, np.uint8)
        painted = np.flatnonzero(cover.max(1) > LEAST_COVER)  # most of a face is not painted
        if len(painted):
            rows = slice(painted[0], painted[-1] + 1)
            frame[rows] = self._blend(frame[rows], paint[rows], cover[rows])
        return frame

    @staticmethod
    def _blend(below: Picture, above: Picture | Field, cover: Field) -> Picture:
        base = below.astype(np.float32)
        mixed = base + cover[..., None] * (above - base)
        return np.asarray(np.clip(np.rint(mixed), 0, 255), np.uint8)

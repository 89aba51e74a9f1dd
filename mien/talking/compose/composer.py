"""Composition of frames from decoder outputs, with the in-plane pose and at the resolution of the portrait.

The portrait is warped to the goal landmarks at its own resolution, in one interpolation together with the in-plane
pose; shade and the flow's correction are smooth and computed at the size of the network. Layers draw over it what a
warp cannot show, see `mien.talking.compose.layer`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from scipy.fft import dctn, idctn
from torch import Tensor, nn

from mien.media.coordinates import to_normalised, to_pixels
from mien.media.resize import resized
from mien.talking.compose.layer import Field, Goal, Layer, Picture, Portrait
from mien.talking.data.augmentation import warp_pictures
from mien.talking.networks.decoding import DecoderOutput, WarpLayers
from mien.talking.networks.interpolation import below_mouth_line, side_flows
from mien.talking.networks.warp import pixel_centres

MIN_OPACITY = 1 / 512
"""A smaller opacity changes no pixel by one grey level."""

OVERSAMPLED_SIDE, OVERSAMPLING = 160, 3
"""Crops up to this side are enlarged by this factor before they are warped: cubic interpolation of a picture with
detail up to its last frequency loses a quarter of the variance of the Laplacian, of an enlarged one nothing. An odd
factor keeps the original pixels."""

SHADE_BLUR = (1.0, 2.0)
"""Standard deviation in pixels of the network of the smoothing of its shading, at its own size and from twice that:
what is finer is a pattern of the adversarial training, which an enlarged picture shows as lines on the skin."""

CORRECTION = 0.4
"""Part of the flow's correction that is applied: the whole of it deforms photos, and costs more identity than it adds
to the feelings."""

FLOW_SIDE = 128
"""Maximum side of the grid on which the flow is computed; it is smooth and enlarged bilinearly for larger crops."""


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


def enlarged(crop: Picture, factor: int) -> Field:
    """The crop (R, R, 3), enlarged by `factor` with the interpolation of its discrete cosine transform."""
    side = len(crop)
    spectrum = np.zeros((side * factor, side * factor, 3), np.float32)
    spectrum[:side, :side] = dctn(crop.astype(np.float32), axes=(0, 1), norm="ortho") * factor
    return np.asarray(idctn(spectrum, axes=(0, 1), norm="ortho"), np.float32)


class Composer:
    """Composes frames (R, R, 3) from the portrait and decoder outputs at the size of the network.

    `sigmas` (68,): standard deviations of the landmarks' weights in the flow, see `WarpDecoder.sigmas`; not used by
    `architecture: direct`. `layers`: drawn over the warped portrait, in their order; without a layer for the inside of
    the mouth (`inside` False) the decoder's paint is used. `hold_border`: fraction of the side over which all changes
    fade out towards the edges. `person` (R, R) in [0, 1]: weight of all displacements, 0 where the picture rests.
    """

    def __init__(
        self,
        portrait: Portrait,
        sigmas: Tensor | None = None,
        layers: Sequence[Layer] = (),
        inside: bool = False,
        hold_border: float = 0.0,
        person: Field | None = None,
    ) -> None:
        self.portrait, self.layers, self.inside = portrait, tuple(layers), inside
        self.crop, self.side = np.ascontiguousarray(portrait.crop), portrait.side
        self._factor = OVERSAMPLING if self.side <= OVERSAMPLED_SIDE else 1
        self._source = self.crop if self._factor == 1 else enlarged(self.crop, self._factor)
        self.sigmas = torch.full((68,), 0.1) if sigmas is None else sigmas.detach().float().cpu()
        self.weight = border_weight(self.side, hold_border)[..., None]
        self.moving = self.weight if person is None else self.weight * person[..., None]
        self._axis = pixel_centres(min(self.side, FLOW_SIDE), self.sigmas)
        self._fine_axis = pixel_centres(self.side, self.sigmas)
        self._landmarks = to_normalised(torch.from_numpy(np.asarray(portrait.landmarks, np.float32)), self.side)
        axis = np.arange(self.side, dtype=np.float32)
        self._columns, self._rows = np.meshgrid(axis, axis)

    def frames(self, output: DecoderOutput, transforms: Tensor, lids: Field | None = None) -> Iterator[Picture]:
        """Yield a frame for each of N decoder outputs, transformed by normalised matrices `transforms` (N, 3, 3).

        `lids` (N,): the lids' pose in each frame, see `Goal`; None: open.
        """
        if output.layers is None:
            yield from self._synthesised_frames(output.frames.float(), transforms)
        else:
            lids = np.zeros(len(transforms), np.float32) if lids is None else lids
            yield from self._warped_frames(output.layers, transforms.float().cpu(), lids)

    def _synthesised_frames(self, frames: Tensor, transforms: Tensor) -> Iterator[Picture]:
        pixels = ((warp_pictures(frames, transforms) + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
        base = self.crop.astype(np.float32)
        for frame in pixels.permute(0, 2, 3, 1).cpu().numpy():
            blended = base + self.weight * (resized(np.ascontiguousarray(frame), self.side) - base)
            yield np.asarray(np.clip(np.rint(blended), 0, 255), np.uint8)

    def _warped_frames(self, layers: WarpLayers, transforms: Tensor, lids: Field) -> Iterator[Picture]:
        inverse = torch.linalg.inv(transforms)
        goals = self._goals(layers.landmarks.float().cpu(), transforms, lids)
        warped_to = self._warped_landmarks(goals)
        wanted = self._landmarks - _transformed(warped_to, inverse)
        flows = side_flows(warped_to, wanted, self.sigmas, self._axis, self._axis)
        below = below_mouth_line(warped_to, self._fine_axis, self._fine_axis)
        sampled = _sampled(layers, inverse, self.side).numpy()
        fields = [one.permute(0, 2, 3, 1).contiguous().numpy() for one in flows]
        for number, goal in enumerate(goals):
            upper, lower = (self._enlarged(one[number]) for one in fields)
            lower -= upper
            lower *= below[number].numpy()[..., None]
            lower += upper
            yield self._frame(goal, inverse[number].numpy(), lower, sampled[number])

    def _goals(self, landmarks: Tensor, transforms: Tensor, lids: Field) -> list[Goal]:
        points = to_pixels(_transformed(landmarks, transforms), self.side).numpy()
        return [
            Goal(points[number], _in_pixels(matrix, self.side), float(lids[number]))
            for number, matrix in enumerate(transforms.numpy())
        ]

    def _warped_landmarks(self, goals: Sequence[Goal]) -> Tensor:
        """Normalised landmarks (N, 68, 2) to which the portrait is warped: each layer takes out what it draws."""
        points = []
        for goal in goals:
            for layer in self.layers:
                goal = replace(goal, landmarks=layer.warp_goal(goal))
            points.append(goal.landmarks)
        return to_normalised(torch.from_numpy(np.stack(points).astype(np.float32)), self.side)

    def _enlarged(self, field: Field) -> Field:
        if field.shape[0] == self.side:
            return field.copy()
        return np.asarray(cv2.resize(field, (self.side, self.side), interpolation=cv2.INTER_LINEAR), np.float32)

    def _frame(self, goal: Goal, inverse: NDArray[np.float32], flow: Field, sampled: Field) -> Picture:
        """`flow` (R, R, 2) normalised; `sampled` (S, S, 7): correction, shade, paint and opening."""
        smooth = self._enlarged(np.ascontiguousarray(sampled[..., :3]))
        flow += smooth[..., :2]
        columns, rows = self._sources(inverse, flow)
        warped = cv2.remap(self._source, columns, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
        frame: Field = warped.astype(np.float32, copy=False)
        light = 1 + smooth[..., 2] * self.moving[..., 0]
        for channel in range(3):  # numpy is slow along axes of three
            frame[..., channel] *= light
        if not self.inside:
            painted = self._enlarged(np.ascontiguousarray(sampled[..., 3:]))
            _blend(frame, (painted[..., :3] + 1) * 127.5, painted[..., 3:] * self.weight)
        for layer in self.layers:
            layer.draw(frame, goal)
        return np.asarray(cv2.convertScaleAbs(np.clip(frame, 0, 255, out=frame)), np.uint8)

    def _sources(self, inverse: NDArray[np.float32], flow: Field) -> tuple[Field, Field]:
        """Columns and rows (R, R) of the source at which each pixel is sampled; `flow` normalised."""
        back = _in_pixels(inverse, self.side).astype(np.float32)
        offsets = []
        for index, own in enumerate((self._columns, self._rows)):
            offset = flow[..., index] * np.float32(self.side / 2)
            if not np.allclose(back, np.eye(2, 3)):
                offset += back[index, 0] * self._columns + back[index, 1] * self._rows + (back[index, 2] - own)
            offset *= self.moving[..., 0]
            offset += own
            if self._factor > 1:  # the edges of the two pictures coincide, not the centres of their first pixels
                offset = (offset + np.float32(0.5)) * np.float32(self._factor) - np.float32(0.5)
            offsets.append(offset)
        return offsets[0], offsets[1]


def _transformed(points: Tensor, matrices: Tensor) -> Tensor:
    """Points (N, 68, 2) transformed by matrices (N, 3, 3) of homogeneous coordinates."""
    return points @ matrices[:, :2, :2].transpose(1, 2) + matrices[:, None, :2, 2]


def _in_pixels(matrix: NDArray[np.float32], side: int) -> NDArray[np.float64]:
    """The matrix (2, 3) in pixels of a picture of `side` that is `matrix` (3, 3) in normalised coordinates."""
    linear = matrix[:2, :2].astype(np.float64)
    centre = (side - 1) / 2
    offset = matrix[:2, 2] * (side / 2) + centre - linear @ np.array([centre, centre])
    return np.column_stack([linear, offset])


def _sampled(layers: WarpLayers, inverse: Tensor, side: int) -> Tensor:
    """Correction, shade, paint and opening (N, S, S, 7) after the in-plane transform, at the size of the network.

    `side`: of the frames, in pixels.
    """
    shade = gaussian_blur(layers.shade.float().cpu(), shade_blur(side / layers.shade.shape[-1]))
    colours = torch.cat([shade, layers.paint.float().cpu(), layers.opening.float().cpu()], 1)
    shape = [len(colours), 3, *colours.shape[-2:]]
    correction = CORRECTION * nn.functional.interpolate(
        layers.correction.float().cpu(), shape[-2:], mode="bilinear", align_corners=False
    )
    grid = nn.functional.affine_grid(inverse[:, :2], shape, align_corners=False)
    sampled = nn.functional.grid_sample(
        torch.cat([correction, colours], 1), grid, padding_mode="border", align_corners=False
    )
    return sampled.permute(0, 2, 3, 1).contiguous()


def shade_blur(enlargement: float) -> float:
    """The smoothing of the shading in frames that are larger than the network's by a factor, see `SHADE_BLUR`."""
    least, most = SHADE_BLUR
    return min(max(enlargement * least, least), most)


def gaussian_blur(maps: Tensor, sigma: float) -> Tensor:
    """Maps (N, 1, H, W) filtered by a Gaussian of standard deviation `sigma` pixels; the border is repeated."""
    reach = max(1, round(3 * sigma))
    kernel = torch.exp(-0.5 * (torch.arange(-reach, reach + 1, dtype=maps.dtype) / sigma).square())
    kernel = kernel / kernel.sum()
    padded = nn.functional.pad(maps, [reach] * 4, mode="replicate")
    across = nn.functional.conv2d(padded, kernel.view(1, 1, 1, -1))
    return nn.functional.conv2d(across, kernel.view(1, 1, -1, 1))


def _blend(frame: Field, paint: Field, opacity: Field) -> None:
    """Blend `paint` (R, R, 3) into the frame, in place, by `opacity` (R, R, 1)."""
    opaque = np.flatnonzero(opacity.max((1, 2)) > MIN_OPACITY)  # in most rows the opacity is negligible
    if len(opaque):
        band = slice(opaque[0], opaque[-1] + 1)
        frame[band] += opacity[band] * (paint[band] - frame[band])

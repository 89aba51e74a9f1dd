"""Layered representation of clips: a picture and a path for each figure, over a constant background.

After Wang and Adelson, "Representing moving images with layers", IEEE Transactions on Image Processing, 1994. The
networks encode and generate layers; `render` renders them, `mien.shapes.data.decompose` estimates them from pixels.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from mien.shapes.corpus.vocabulary import BACKGROUND, SIDE

PICTURE_SIDE = 32
"""Side of a figure's picture, pixels."""

FIGURES = 2
"""Maximum number of figures in a clip."""

_REFERENCE_SIZE = math.exp(-1.2)


@dataclass(frozen=True)
class Layers:
    """B clips of F figures in T frames; all values are of order 1.

    paths (B, F, 4, T): x and y of a figure's centre, in [−1, 1] over the frame, x to the right and y down; log of half
    the side of its picture, relative to `_REFERENCE_SIZE`; angle in half turns, clockwise. pictures (B, F, P, P):
    opacity in [0, 1], upright. colours (B, F, 3): RGB in [0, 1]. presence (B, F): probability in [0, 1] that the figure
    exists; the rest is meaningless where it does not.
    """

    paths: Tensor
    pictures: Tensor
    colours: Tensor
    presence: Tensor

    @property
    def tensors(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """All tensors, in the order above."""
        return self.paths, self.pictures, self.colours, self.presence

    @property
    def centre(self) -> Tensor:
        """Centres (B, F, 2, T), x and y."""
        return self.paths[:, :, :2]

    @property
    def size(self) -> Tensor:
        """Half of the picture's side (B, F, T), in the units of the centres."""
        return _REFERENCE_SIZE * self.paths[:, :, 2].clamp(-3, 2).exp()

    @property
    def angle(self) -> Tensor:
        """Angles (B, F, T) in radians, clockwise."""
        return math.pi * self.paths[:, :, 3]

    def map(self, change: Callable[[Tensor], Tensor]) -> Layers:
        """Apply `change` to every tensor."""
        return Layers(*(change(tensor) for tensor in self.tensors))

    def swapped(self) -> Layers:
        """The figures in reverse order."""
        return self.map(lambda tensor: tensor.flip(1))

    def detached_leaf(self) -> Layers:
        """Detached leaf tensors that require gradients."""
        return self.map(lambda tensor: tensor.detach().requires_grad_())

    def resampled(self, frames: int) -> Layers:
        """The same motion over another number of frames, by linear interpolation."""
        paths = functional.interpolate(self.paths.flatten(1, 2), frames, mode="linear", align_corners=True)
        return Layers(paths.unflatten(1, self.paths.shape[1:3]), self.pictures, self.colours, self.presence)


def path_of(centre: Tensor, size: Tensor, angle: Tensor) -> Tensor:
    """`Layers.paths` from centres (B, F, 2, T), sizes (B, F, T) and angles (B, F, T) in radians."""
    return torch.cat([centre, (size / _REFERENCE_SIZE).log()[:, :, None], angle[:, :, None] / math.pi], 2)


def concatenate(layers: Sequence[Layers]) -> Layers:
    """Concatenate along the batch."""
    return Layers(*(torch.cat(tensors) for tensors in zip(*(own.tensors for own in layers), strict=True)))


def render(layers: Layers) -> Tensor:
    """Render clips, uint8 (B, T, 64, 64, 3) RGB; later figures are drawn over earlier ones.

    A figure is drawn where its presence is above 0.5.
    """
    batch, figures, frames = layers.size.shape
    cosine, sine = layers.angle.cos() / layers.size, layers.angle.sin() / layers.size
    x, y = layers.centre.unbind(2)
    rows = [
        torch.stack([cosine, sine, -(cosine * x + sine * y)], -1),
        torch.stack([-sine, cosine, sine * x - cosine * y], -1),
    ]
    backwards = torch.stack(rows, -2)  # from the clip to the figure's picture
    clips = (torch.tensor(BACKGROUND, device=x.device) / 255)[:, None, None].repeat(batch, frames, 1, SIDE, SIDE)
    for figure in range(figures):
        present = (layers.presence[:, figure] > 0.5).nonzero().squeeze(1)
        if not len(present):
            continue
        grid = functional.affine_grid(
            backwards[present, figure].flatten(0, 1), [len(present) * frames, 1, SIDE, SIDE], align_corners=False
        )
        pictures = layers.pictures[present, figure, None].repeat_interleave(frames, 0)
        opacity = functional.grid_sample(pictures, grid, align_corners=False).unflatten(0, (-1, frames))
        colour = layers.colours[present, figure, None, :, None, None]
        clips[present] = clips[present] + opacity * (colour - clips[present])
    return (clips * 255).round().clamp(0, 255).to(torch.uint8).permute(0, 1, 3, 4, 2)

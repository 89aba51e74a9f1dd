"""Decomposition of clips into layers, without a network: paths, pictures and colours of the figures from pixels.

A figure has one colour, so its pixels, antialiased edges included, differ from the background in one direction of RGB
space; the size of the difference is the opacity. Centre and radius are moments of the opacity; the angle is estimated
from the mark, the hole in the figure's inner half. The picture is the mean of the frames' opacities after rotation and
scaling to a common pose, and sharper than any of them.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from mien.shapes.corpus.rendering import MARK_RADIUS
from mien.shapes.corpus.vocabulary import BACKGROUND, SIDE
from mien.shapes.data.layers import FIGURES, PICTURE_SIDE, Layers, path_of

HALF_SIDE = 1.75
"""Half of a picture's side, in radii of the circle of the figure's area: room for a triangle's corners and a margin."""

MIN_COSINE = 0.95
"""Cosine between two differences from the background above which they are one colour: the two most similar colours of
the vocabulary have 0.88."""

_MIN_CONTRAST = 0.35
"""Least distance of a pixel from the background, in RGB of [0, 1], for its colour to be estimated; white is at 1.5."""

_MIN_PIXELS = 20
"""Least pixels a frame of a colour to be a figure: the smallest rendered one has about 80."""

_MARK_RANGE = 0.8
"""Distance from the centre, in radii, within which the mark is searched: every shape is solid there."""


def decompose_clips(clips: Tensor) -> Layers:
    """Layers of clips uint8 (B, T, 64, 64, 3) RGB; an absent figure is all zeros.

    Assumes that a clip has one or two figures, of different colours, inside the picture and clear of each other. The
    figure with the strongest pixel comes first.
    """
    background = torch.tensor(BACKGROUND, device=clips.device)
    difference = (clips.float() - background) / 255
    directions, present = _colours(difference)
    projection = torch.einsum("bthwc,bfc->bfthw", difference, directions)
    first = (projection[:, 0] >= projection[:, 1]) | ~present[:, 1, None, None, None]
    strength = projection * torch.stack([first, ~first], 1)
    # antialiased edges differ less than the inside: the strongest pixels have the full colour
    full = strength.flatten(2).topk(_MIN_PIXELS // 2 * clips.shape[1], dim=2).values.median(2).values
    opacity = (strength / full.clamp(min=0.05)[..., None, None, None]).clamp(0, 1)
    centre, radius, angle = _moments(opacity)
    colours = directions * full[..., None] + background / 255
    size = radius * HALF_SIDE
    pictures = _mean_picture(opacity, centre, size, angle)
    layers = Layers(path_of(centre, size, angle), pictures, colours.clamp(0, 1), present.float())
    return layers.map(lambda tensor: tensor * present.view(-1, FIGURES, *[1] * (tensor.dim() - 2)))


def _colours(difference: Tensor) -> tuple[Tensor, Tensor]:
    """Directions (B, F, 3) of the differences (B, T, H, W, 3) from the background, and presence bool (B, F)."""
    differences = difference.flatten(1, 3)
    strength = differences.norm(dim=-1)
    directions = differences / strength.clamp(min=1e-6)[..., None]
    free = strength > _MIN_CONTRAST
    found, counts = [], []
    for _ in range(FIGURES):
        strongest = (strength * free).argmax(1)
        seed = directions[torch.arange(len(strength), device=strength.device), strongest]
        similar = free & ((directions @ seed[..., None]).squeeze(-1) > MIN_COSINE)
        found.append(functional.normalize((directions * similar[..., None]).sum(1), dim=-1))
        counts.append(similar.sum(1))
        free = free & ~similar
    return torch.stack(found, 1), torch.stack(counts, 1) > _MIN_PIXELS * difference.shape[1]


def _moments(opacity: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Centres (B, F, 2, T), radii and angles (B, F, T), in the units of `Layers`, from opacities (B, F, T, S, S)."""
    position = (torch.arange(SIDE, device=opacity.device) + 0.5) / SIDE * 2 - 1
    mass = opacity.sum((-1, -2)).clamp(min=1e-3)
    x, y = (opacity.sum(-2) @ position) / mass, (opacity.sum(-1) @ position) / mass
    radius = (mass * (2 / SIDE) ** 2 / math.pi / (1 - MARK_RADIUS**2)).sqrt()
    across, along = position - x[..., None], position - y[..., None]
    distance = across.square()[..., None, :] + along.square()[..., None]
    inner = (1 - distance / (_MARK_RANGE * radius).square()[..., None, None]).clamp(min=0).square() * opacity
    # the mark is a hole: its direction is opposite to the centroid of the rest
    away_x, away_y = -(inner.sum(-2) * across).sum(-1), -(inner.sum(-1) * along).sum(-1)
    angle = torch.atan2(away_x, -away_y)
    steps = angle.diff(dim=-1)
    steps = torch.remainder(steps + math.pi, 2 * math.pi) - math.pi  # unwrapped: less than half a turn a frame
    angle = torch.cat([angle[..., :1], angle[..., :1] + steps.cumsum(-1)], -1)
    return torch.stack([x, y], 2), radius, angle


def _mean_picture(opacity: Tensor, centre: Tensor, size: Tensor, angle: Tensor) -> Tensor:
    """Pictures (B, F, P, P): mean of the frames' opacities, rotated upright and scaled, weighted by the size."""
    cosine, sine = angle.cos() * size, angle.sin() * size
    x, y = centre.unbind(2)
    transform = torch.stack([torch.stack([cosine, -sine, x], -1), torch.stack([sine, cosine, y], -1)], -2)
    count = transform[..., 0, 0].numel()
    grid = functional.affine_grid(transform.flatten(0, 2), [count, 1, PICTURE_SIDE, PICTURE_SIDE], align_corners=False)
    pictures = functional.grid_sample(opacity.reshape(count, 1, SIDE, SIDE), grid, align_corners=False)
    weight = size[..., None, None]
    return (pictures.view(*size.shape, PICTURE_SIDE, PICTURE_SIDE) * weight).sum(2) / weight.sum(2)

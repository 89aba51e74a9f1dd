"""Pixels to layers, with no network: which figures a clip has, where each is in every frame, and what it looks like.

A figure has one colour, so what differs from the background differs in one direction of the space of colours, in its
soft edges too; how far it differs is the figure's opacity. Its middle and its radius are moments of the opacity, and
its angle is told from its mark, the hole in its inner half. Turned upright and made the same size, the frames' pictures
are averaged to one, which is sharper than any of them.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from mien.shapes.corpus.drawing import MARK_RADIUS
from mien.shapes.corpus.vocabulary import BACKGROUND, SIDE
from mien.shapes.data.layers import (
    FIGURES,
    PICTURE,
    Layers,
    path_of,
)

REACH = 1.75
"""Half a picture's side in radii of the circle of a figure's area: room for a triangle's corners, and some more."""

ALIKE = 0.95
"""Cosine between two differences from the background over which they are of one colour: the two most alike of the
vocabulary's have 0.88."""

_STANDS_OUT = 0.35
"""How far a pixel is from the background, at least, for its colour to be told, where white is at 1.5."""

_LEAST = 20
"""Pixels a frame that a colour has at least to be a figure: the smallest that is drawn has some 80."""

_INNER = 0.8
"""Radii from the middle up to which a mark is looked for: within it every shape is solid."""


def part_clips(clips: Tensor) -> Layers:
    """Layers of clips, uint8 (B, T, 64, 64, 3) RGB; a figure that is not there is all zeros.

    It takes for granted that a clip has one or two figures, of two colours, wholly inside the picture and clear of
    each other. The figure with the strongest pixel is the first.
    """
    apart = (clips.float() - torch.tensor(BACKGROUND, device=clips.device)) / 255
    directions, present = _colours(apart)
    likeness = torch.einsum("bthwc,bfc->bfthw", apart, directions)
    own = likeness[:, 0] >= likeness[:, 1]
    own |= ~present[:, 1, None, None, None]
    differs = likeness * torch.stack([own, ~own], 1)
    # an edge differs less than the inside: the strongest pixels have the full colour
    full = differs.flatten(2).topk(_LEAST // 2 * clips.shape[1], dim=2).values.median(2).values
    opacity = (differs / full.clamp(min=0.05)[..., None, None, None]).clamp(0, 1)
    middle, radius, angle = _places(opacity)
    colours = directions * full[..., None] + torch.tensor(BACKGROUND, device=clips.device) / 255
    layers = Layers(
        path_of(middle, radius * REACH, angle), _upright(opacity, middle, radius * REACH, angle), colours.clamp(0, 1),
        present.float(),
    )  # fmt: skip
    return layers.each(lambda part: part * present.view(-1, FIGURES, *[1] * (part.dim() - 2)))


def _colours(apart: Tensor) -> tuple[Tensor, Tensor]:
    """Directions (B, F, 3) of differences (B, T, H, W, 3) from the background, and whether enough differs so (B, F)."""
    differences = apart.flatten(1, 3)
    strength = differences.norm(dim=-1)
    directions = differences / strength.clamp(min=1e-6)[..., None]
    free = strength > _STANDS_OUT
    found, counts = [], []
    for _ in range(FIGURES):
        strongest = (strength * free).argmax(1)
        seed = directions[torch.arange(len(apart), device=apart.device), strongest]
        alike = free & ((directions @ seed[..., None]).squeeze(-1) > ALIKE)
        found.append(functional.normalize((directions * alike[..., None]).sum(1), dim=-1))
        counts.append(alike.sum(1))
        free = free & ~alike
    return torch.stack(found, 1), torch.stack(counts, 1) > _LEAST * apart.shape[1]


def _places(opacity: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Middles (B, F, 2, T), radii and angles (B, F, T), in the units of `Layers`, of opacities (B, F, T, S, S)."""
    place = (torch.arange(SIDE, device=opacity.device) + 0.5) / SIDE * 2 - 1
    mass = opacity.sum((-1, -2)).clamp(min=1e-3)
    x, y = (opacity.sum(-2) @ place) / mass, (opacity.sum(-1) @ place) / mass
    radius = (mass * (2 / SIDE) ** 2 / math.pi / (1 - MARK_RADIUS**2)).sqrt()
    across, along = place - x[..., None], place - y[..., None]
    distance = across.square()[..., None, :] + along.square()[..., None]
    inner = (1 - distance / (_INNER * radius).square()[..., None, None]).clamp(min=0).square() * opacity
    # what is missing on one side weighs on the other: the mark is away from the middle of the rest
    away_x, away_y = -(inner.sum(-2) * across).sum(-1), -(inner.sum(-1) * along).sum(-1)
    angle = torch.atan2(away_x, -away_y)
    steps = angle.diff(dim=-1)
    steps = torch.remainder(steps + math.pi, 2 * math.pi) - math.pi  # a figure turns the shorter way
    angle = torch.cat([angle[..., :1], angle[..., :1] + steps.cumsum(-1)], -1)
    return torch.stack([x, y], 2), radius, angle


def _upright(opacity: Tensor, middle: Tensor, size: Tensor, angle: Tensor) -> Tensor:
    """Pictures (B, F, P, P): the frames' opacities, turned back and made the same size; large ones count for more."""
    cosine, sine = angle.cos() * size, angle.sin() * size
    x, y = middle.unbind(2)
    there = torch.stack([torch.stack([cosine, -sine, x], -1), torch.stack([sine, cosine, y], -1)], -2)
    count = there[..., 0, 0].numel()
    grid = functional.affine_grid(there.flatten(0, 2), [count, 1, PICTURE, PICTURE], align_corners=False)
    pictures = functional.grid_sample(opacity.reshape(count, 1, SIDE, SIDE), grid, align_corners=False)
    weight = size[..., None, None]
    return (pictures.view(*size.shape, PICTURE, PICTURE) * weight).sum(2) / weight.sum(2)

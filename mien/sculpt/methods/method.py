"""Interface of the methods, and the tools that they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from mien.heads.latents.decode import decode
from mien.heads.latents.latents import Latents
from mien.heads.pictures.views import HeadRenderer, View
from mien.sculpt.networks.guide import Guide
from mien.sculpt.networks.prior import HeadPrior

METHODS: tuple[str, ...] = ("prior", "gradient", "search")

GUIDE_SIZE = 64
"""Side in pixels of the pictures that a guide sees, unless it says otherwise."""

FRONT: tuple[tuple[View, View], ...] = ((View(), View(crop="face")),)
"""The view from the front: whole head and face."""

VIEWS: tuple[tuple[View, View], ...] = (
    *FRONT,
    (View(yaw=0.35, pitch=0.05, light=1), View(yaw=0.35, pitch=0.05, light=1, crop="face")),
)
"""The views by which candidates are compared."""


class Method(Protocol):
    """Finds a head for a text."""

    def __call__(self, text: str, tools: Tools, seed: int) -> Latents:
        """The latents (1) of a head; the same text and seed give the same head."""
        ...


@dataclass(frozen=True)
class Tools:
    """What methods work with. renderer: of small pictures for the guide, as quick as possible."""

    prior: HeadPrior
    guide: Guide
    renderer: HeadRenderer

    @torch.no_grad()
    def scores(self, text: str, latents: Latents, views: Sequence[tuple[View, View]] = VIEWS) -> Tensor:
        """Cosine (B,) between a text and the pictures of B heads under the guide, the mean over views."""
        return pictures_scores(self.guide, text, self.renderer, latents, views)


def pictures_scores(
    guide: Guide, text: str, renderer: HeadRenderer, latents: Latents, views: Sequence[tuple[View, View]]
) -> Tensor:
    """Cosine (B,) between a text and the pictures of B heads, the mean over pairs of a whole and a face view."""
    features = guide.text_features([text])
    flat = [view for pair in views for view in pair]
    pictures = renderer.pictures(decode(latents), flat).unflatten(1, (len(views), 2)).flatten(0, 1)
    found = guide.picture_features(pictures) @ features[0]
    return found.unflatten(0, (len(latents), len(views))).mean(dim=1)

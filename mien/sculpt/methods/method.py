"""Interface of the methods, and the tools that they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import torch
from torch import Tensor

from mien.heads.latents.decode import decode
from mien.heads.latents.latents import Latents
from mien.heads.look import Look
from mien.heads.pictures.views import HeadRenderer, View
from mien.sculpt.networks.guide import Guide
from mien.sculpt.networks.prior import HeadPrior

METHODS: tuple[str, ...] = ("prior", "gradient", "search")

FRONT: tuple[View, ...] = (View(),)
"""The view from the front."""

VIEWS: tuple[View, ...] = (*FRONT, View(yaw=0.35, pitch=0.05, light=1))
"""The views by which candidates are compared."""


def pictures_for(guide: Guide, renderer: HeadRenderer, look: Look, views: Sequence[View]) -> Tensor:
    """Pictures (B * V, C, 3, S, S) of B heads in V views, each in the C crops that the guide sees."""
    cropped = [replace(view, crop=crop) for view in views for crop in guide.crops]  # type: ignore[arg-type]
    pictures = renderer.pictures(look, cropped)
    return pictures.unflatten(1, (len(views), len(guide.crops))).flatten(0, 1)


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
    def scores(self, text: str, latents: Latents, views: Sequence[View] = VIEWS) -> Tensor:
        """Cosine (B,) between a text and the pictures of B heads under the guide, the mean over views."""
        feature = self.guide.text_features([text])[0]
        pictures = pictures_for(self.guide, self.renderer, decode(latents), views)
        found = self.guide.picture_features(pictures) @ feature
        return found.unflatten(0, (len(latents), len(views))).mean(dim=1)

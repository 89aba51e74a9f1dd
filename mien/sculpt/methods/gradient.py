"""Gradients of the guide through the renderer, as in Text2Head: AdamW on the latents of one head.

Every step sees random views, lights and backgrounds, so that no single picture is overfitted; weight decay pulls the
latents to the mean of the prior. Hair, clothes and glasses have no gradient: they are chosen by the guide beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from mien.heads.latents.decode import decode
from mien.heads.latents.latents import LARGEST, Latents
from mien.heads.latents.layout import CATEGORIES, VALUE_NAMES
from mien.heads.pictures.differentiable import DifferentiableRenderer
from mien.heads.pictures.views import LIGHTS, View
from mien.sculpt.methods.method import FRONT, Tools, pictures_for
from mien.training.randomness import torch_generator

SOFT = ("facial_hair", "expression")
"""Categories whose options are mixed by probabilities, and so have gradients."""


@dataclass(frozen=True)
class GradientMethod:
    """`steps` of AdamW with learning rate `lr` and `decay`, each on `views` random views."""

    steps: int = 50
    lr: float = 0.1
    decay: float = 0.6
    views: int = 2

    def __call__(self, text: str, tools: Tools, seed: int) -> Latents:
        """See `Method`."""
        start = _dressed(text, tools)
        renderer = DifferentiableRenderer(tools.renderer.size)
        values = start.values.clone().requires_grad_(True)
        logits = {name: torch.zeros(1, len(CATEGORIES[name]), requires_grad=True) for name in SOFT}
        optimizer = torch.optim.AdamW([values, *logits.values()], lr=self.lr, weight_decay=self.decay)
        random = torch_generator(seed, f"views for {text}")
        with torch.no_grad():
            goal = tools.guide.text_features([text])[0]
        for _ in range(self.steps):
            views = [_random_view(random) for _ in range(self.views)]
            soft = {name: one.softmax(dim=1) for name, one in logits.items()}
            look = decode(Latents(values, start.categories), soft)
            pictures = pictures_for(tools.guide, renderer, look, views)
            loss = -(tools.guide.picture_features(pictures) @ goal).mean()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        found = {name: one.argmax(dim=1).detach() for name, one in logits.items()}
        return Latents(values.detach().clamp(-LARGEST, LARGEST), {**start.categories, **found})


def _dressed(text: str, tools: Tools) -> Latents:
    """The mean head with the hair, the glasses and the clothes that the guide likes best, chosen one after another."""
    chosen: dict[str, Tensor] = {name: torch.zeros(1, dtype=torch.int64) for name in CATEGORIES}
    for name in CATEGORIES:
        if name in SOFT:
            continue
        count = len(CATEGORIES[name])
        options = {other: value.expand(count) for other, value in chosen.items()} | {name: torch.arange(count)}
        scores = tools.scores(text, Latents(torch.zeros(count, len(VALUE_NAMES)), options), FRONT)
        chosen[name] = scores.argmax()[None]
    return Latents(torch.zeros(1, len(VALUE_NAMES)), chosen)


def _random_view(random: torch.Generator) -> View:
    yaw, pitch, red, green, blue = torch.rand(5, generator=random).tolist()
    light = int(torch.randint(LIGHTS, (1,), generator=random))
    wall = (0.2 + 0.7 * red, 0.2 + 0.7 * green, 0.2 + 0.7 * blue)
    return View(yaw=0.8 * (yaw - 0.5), pitch=0.3 * (pitch - 0.5), light=light, background=wall)

"""Refinement in a trust region: the guide's gradient, near the head that the prior chose, checked by a second guide."""

from __future__ import annotations

import torch
from torch import Tensor

from mien.heads.latents.decode import decode
from mien.heads.latents.latents import Latents
from mien.heads.pictures.differentiable import DifferentiableRenderer
from mien.sculpt.corpus.attributes import attributes, read_options
from mien.sculpt.methods.method import VIEWS, Tools, pictures_for
from mien.sculpt.networks.prior import Reading

RADIUS = 0.4
"""How far each value may move, in standard deviations."""

LR = 0.03

DENSITY_WEIGHT = 0.002
"""Weight of the latents' log-density against the guide's cosine."""


def refined(text: str, latents: Latents, tools: Tools, steps: int) -> Latents:
    """The head (1) after `steps` of gradient ascent, or the head itself unless both guides are content.

    Accepted where the guide's cosine rises, the second guide finds the options asked for no less probable than before,
    and no option of the head has changed.
    """
    if not steps:
        return latents
    reading = tools.prior.read([text])[0]
    moved = _ascended(text, latents, tools, steps)
    with torch.no_grad():
        before, after = tools.scores(text, latents), tools.scores(text, moved)
    same = all((read_options(latents)[name] == place).all() for name, place in read_options(moved).items())
    agreed = _agreement(reading, moved, tools) >= _agreement(reading, latents, tools)
    return moved if same and agreed and bool(after > before) else latents


def _ascended(text: str, latents: Latents, tools: Tools, steps: int) -> Latents:
    renderer = DifferentiableRenderer(tools.renderer.size)
    with torch.no_grad():
        goal = tools.guide.text_features([text])[0]
    start = latents.values
    values = start.clone().requires_grad_(True)
    optimizer = torch.optim.AdamW([values], lr=LR, weight_decay=0.0)
    for _ in range(steps):
        own = Latents(values, latents.categories)
        found = tools.guide.picture_features(pictures_for(tools.guide, renderer, decode(own), VIEWS)) @ goal
        loss = -found.mean() - DENSITY_WEIGHT * own.log_density().mean()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        with torch.no_grad():
            values.copy_(torch.minimum(torch.maximum(values, start - RADIUS), start + RADIUS))
    return Latents(values.detach(), latents.categories)


@torch.no_grad()
def _agreement(reading: Reading, latents: Latents, tools: Tools) -> float:
    """Log-probability of the options asked for, under the second guide; 0 for a guide without one."""
    pictures = pictures_for(tools.guide, tools.renderer, decode(latents), VIEWS)
    found = tools.guide.option_log_probabilities(pictures)
    if found is None:
        return 0.0
    likeliest, known = reading.likeliest(), attributes()
    wanted: list[Tensor] = [found[name][:, known[name].index(likeliest[name])].mean() for name in reading.asked()]
    return float(torch.stack(wanted).sum()) if wanted else 0.0

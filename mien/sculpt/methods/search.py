"""Search under the guide alone: the cross-entropy method over values and categories, from the unconditional prior.

Rubinstein, "The Cross-Entropy Method for Combinatorial and Continuous Optimization", 1999.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from mien.heads.latents.latents import LARGEST, Latents, stack
from mien.heads.latents.layout import CATEGORIES
from mien.sculpt.corpus.attributes import draw_latents
from mien.sculpt.corpus.completion import draw_options
from mien.sculpt.methods.method import FRONT, Tools
from mien.training.randomness import numpy_generator, torch_generator

SMOOTHING = 0.05
"""Probability that each option of a category keeps, whatever the best heads have."""


@dataclass(frozen=True)
class SearchMethod:
    """`rounds` of `population` heads each; the next round is drawn around the best `elite` of all."""

    rounds: int = 6
    population: int = 32
    elite: int = 8

    def __call__(self, text: str, tools: Tools, seed: int) -> Latents:
        """See `Method`."""
        rng = numpy_generator(seed, f"search for {text}")
        latents = draw_latents(rng, draw_options(rng, [{}] * self.population))
        random = torch_generator(seed, f"search for {text}")
        best, scores = latents, tools.scores(text, latents, FRONT)
        for number in range(1, self.rounds):
            top = scores.argsort(descending=True)[: self.elite]
            best, scores = best[top], scores[top]
            fresh = _around(best, self.population, 1 - number / self.rounds, random)
            found = tools.scores(text, fresh, FRONT)
            best = stack([best, fresh])
            scores = torch.cat([scores, found])
        return best.row(int(scores.argmax()))


def _around(best: Latents, count: int, width: float, random: torch.Generator) -> Latents:
    """Heads drawn from Gaussians and categoricals fitted to the best ones."""
    mean, deviation = best.values.mean(dim=0), best.values.std(dim=0).clamp(min=0.25 * width)
    values = mean + deviation * torch.randn(count, best.values.shape[1], generator=random)
    categories: dict[str, Tensor] = {}
    for name, options in CATEGORIES.items():
        rates = torch.bincount(best.categories[name], minlength=len(options)).float() / len(best)
        rates = (1 - SMOOTHING * len(options)) * rates + SMOOTHING
        categories[name] = torch.multinomial(rates.clamp(min=1e-3), count, replacement=True, generator=random)
    return Latents(values.clamp(-LARGEST, LARGEST), categories)

"""The default method: the prior proposes likely heads, the guide chooses among them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from mien.heads.latents.latents import Latents
from mien.sculpt.methods.candidates import draw_candidates
from mien.sculpt.methods.method import Tools

CANDIDATES = 16

GUIDE_WEIGHT = 10.0
"""Weight of the guide's cosine against the prior's log-density, in nats."""


@dataclass(frozen=True)
class PriorMethod:
    """Draws `candidates` heads; the one with the highest sum of guide score and log-density is chosen."""

    candidates: int = CANDIDATES
    guide_weight: float = GUIDE_WEIGHT

    def __call__(self, text: str, tools: Tools, seed: int) -> Latents:
        """See `Method`."""
        return self.ranked(text, tools, seed).row(0)

    def ranked(self, text: str, tools: Tools, seed: int) -> Latents:
        """All candidates, the best first."""
        drawn = draw_candidates(tools.prior, text, self.candidates, seed)
        order = self.values(drawn.log_density, tools.scores(text, drawn.latents)).argsort(descending=True)
        return drawn.latents[order]

    def values(self, log_density: Tensor, scores: Tensor) -> Tensor:
        """What is maximised (B,)."""
        return log_density.to(scores) + self.guide_weight * scores


@dataclass(frozen=True)
class ModeMethod:
    """The most probable options, without a guide."""

    def __call__(self, text: str, tools: Tools, seed: int) -> Latents:
        """See `Method`."""
        with torch.no_grad():
            return draw_candidates(tools.prior, text, 1, seed).latents

"""Diversity of the heads drawn for one text: how much differs where the text says nothing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import torch

from mien.heads.head import Head
from mien.sculpt.corpus.attributes import read_options
from mien.sculpt.evaluate.edits import displacement
from mien.sculpt.evaluate.prompts import SculptPrompt
from mien.sculpt.methods.candidates import draw_candidates
from mien.sculpt.networks.prior import HeadPrior
from mien.training.randomness import derived_seed

TEXTS, DRAWS = 16, 4
"""Texts that are measured, and heads drawn for each."""


@torch.no_grad()
def measure_diversity(prior: HeadPrior, head: Head, prompts: Sequence[SculptPrompt], seed: int) -> dict[str, float]:
    """Mean over pairs of heads of one text: `shape_mm`, distance of their vertices, millimetres; `open`, rate in
    [0, 1] of the attributes not named that differ; `named`, of those named that differ (0 is best)."""
    shape: list[float] = []
    unsaid: list[bool] = []
    said: list[bool] = []
    for prompt in prompts[:TEXTS]:
        drawn = draw_candidates(prior, prompt.text, DRAWS, derived_seed(seed, "diversity")).latents
        options = read_options(drawn)
        for first, second in combinations(range(DRAWS), 2):
            shape.append(displacement(head, drawn.row(first), drawn.row(second)))
            for name, places in options.items():
                (said if name in prompt.facts else unsaid).append(bool(places[first] != places[second]))
    return {"shape_mm": float(np.mean(shape)), "open": float(np.mean(unsaid)), "named": float(np.mean(said))}

"""What is usual, where a text leaves it open: answers look like what people expect, though the corpus draws evenly."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from mien.follow.scenes.attributes import ATTRIBUTES

USUAL: Mapping[str, Mapping[str, float]] = {
    "hair_style": {"bald": 0.4},
    "hair_colour": {"grey": 0.3, "white": 0.2, "red": 0.5},
    "top_colour": {"brown": 0.5, "grey": 0.7},
    "top_pattern": {"plain": 2.0},
    "bottom_colour": {"blue": 1.5, "black": 1.5},
    "hat": {"none": 3.0},
    "time": {"day": 4.0, "sunset": 1.0, "night": 0.6},
}
"""Attribute → option → factor of its probability; 1 where nothing is said.

An option that a text names has a probability near 1, so these factors change only what is open.
"""


def usual_factors() -> Tensor:
    """The factors, float32 (attributes, options); 1 for options that an attribute does not have."""
    factors = torch.ones(len(ATTRIBUTES), max(map(len, ATTRIBUTES.values())))
    for place, (name, options) in enumerate(ATTRIBUTES.items()):
        for option, factor in USUAL.get(name, {}).items():
            factors[place, list(options).index(option)] = factor
    return factors

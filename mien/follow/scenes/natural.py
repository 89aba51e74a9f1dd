"""What is usual, where a text leaves it open: answers look like what people expect, though the corpus draws evenly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from mien.follow.scenes.attributes import ATTRIBUTES

USUAL: Mapping[str, Mapping[str, float]] = {
    "build": {"average": 2.0},
    "hair_style": {"bald": 0.4},
    "hair_colour": {"black": 2.0, "grey": 0.3, "white": 0.2, "red": 0.5},
    "top_pattern": {"plain": 2.0},
    "hat": {"none": 3.0},
    "time": {"day": 4.0, "sunset": 1.0, "night": 0.6},
}
"""Attribute → option → factor of its probability; 1 where nothing is said.

An option that a text names has a probability near 1, so these factors change only what is open. Colours of
clothes have none: which of two garments a colour belongs to is where the model is least sure.
"""

USUAL_WITH: Mapping[tuple[str, str], Mapping[str, Mapping[str, float]]] = {
    ("skin", "dark"): {"hair_colour": {"blond": 0.05, "red": 0.05, "brown": 0.6}},
    ("skin", "brown"): {"hair_colour": {"blond": 0.1, "red": 0.1}},
    ("kind", "child"): {"hair_colour": {"grey": 0.1, "white": 0.1}, "hair_style": {"bald": 0.2}},
}
"""The same for what follows an option that was drawn before."""

_NAMES = tuple(ATTRIBUTES)


def usual(place: int, drawn: Sequence[Tensor]) -> Tensor:
    """Factors float32 (B, O) for the options of the attribute number `place`, after those of the attributes before it.

    drawn: the options of the attributes before, int64 (B,) each; at least one. O: the largest number of options.
    """
    count = len(drawn[0]) if drawn else 1
    factors = torch.ones(count, max(map(len, ATTRIBUTES.values())))
    name = _NAMES[place]
    _multiply(factors, name, USUAL.get(name, {}), torch.ones(count, dtype=torch.bool))
    for (before, option), others in USUAL_WITH.items():
        if name in others and _NAMES.index(before) < place:
            chosen = drawn[_NAMES.index(before)].cpu() == list(ATTRIBUTES[before]).index(option)
            _multiply(factors, name, others[name], chosen)
    return factors


def _multiply(factors: Tensor, name: str, own: Mapping[str, float], rows: Tensor) -> None:
    for option, factor in own.items():
        factors[rows, list(ATTRIBUTES[name]).index(option)] *= factor

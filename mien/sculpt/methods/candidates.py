"""Heads that a text makes likely: drawn from the prior, and completed naturally where the text says nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.heads.latents.latents import Latents
from mien.sculpt.corpus.attributes import attributes, draw_latents
from mien.sculpt.corpus.completion import draw_options
from mien.sculpt.networks.prior import HeadPrior, Reading
from mien.training.randomness import numpy_generator

TEMPERATURE = 0.7
"""Of the draws of options that a text asks for."""


_TAKEN_FOR_GRANTED = (
    ("hair_colour", "hair_style", frozenset({"bald"})),
    ("beard_colour", "facial_hair", frozenset({"none", "stubble"})),
    ("beard_length", "facial_hair", frozenset({"none", "stubble", "moustache"})),
    ("frame", "glasses", frozenset({"none"})),
    ("frame_weight", "glasses", frozenset({"none"})),
)
"""Attribute that is asked for, what must be there for it, and the options that would hide it."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """B heads. log_density: (B,) of the options that the text asks for, under the prior."""

    latents: Latents
    log_density: Tensor


def draw_candidates(prior: HeadPrior, text: str, count: int, seed: int) -> Candidates:
    """Heads for a text; in the first every attribute that the text asks for has its most probable option."""
    reading = prior.read([text])[0]
    rng = numpy_generator(seed, f"candidates of {text}")
    likeliest = reading.likeliest()
    asked = reading.asked()
    chosen = [{name: likeliest[name] for name in asked}]
    chosen += [{name: _draw(rng, name, reading) for name in asked} for _ in range(count - 1)]
    facts = [implied({name: frozenset({option}) for name, option in one.items()}) for one in chosen]
    latents = draw_latents(rng, draw_options(rng, facts))
    known = attributes()
    density = [
        sum(float(reading.options[name][known[name].index(option)]) for name, option in one.items()) for one in chosen
    ]
    return Candidates(latents, torch.tensor(density))


def implied(facts: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The facts with what they take for granted: coloured hair is there, and so is a coloured beard."""
    known = attributes()
    found = dict(facts)
    for name, worn, missing in _TAKEN_FOR_GRANTED:
        if name in facts:
            found.setdefault(worn, frozenset(known[worn].options) - missing)
    return found


def _draw(rng: np.random.Generator, name: str, reading: Reading) -> str:
    logs: NDArray[np.float64] = reading.options[name] / TEMPERATURE
    rates = np.exp(logs - logs.max())
    rates[rates < 0.05] = 0.0  # what is hardly likely would be seen as a mistake
    return attributes()[name].options[int(rng.choice(len(rates), p=rates / rates.sum()))]

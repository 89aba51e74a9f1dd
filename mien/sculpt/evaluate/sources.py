"""The rows of the evaluation: where the heads for a prompt come from."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from mien.heads.latents.latents import Latents
from mien.sculpt.corpus.attributes import draw_latents
from mien.sculpt.corpus.completion import draw_options
from mien.sculpt.evaluate.prompts import SculptPrompt
from mien.sculpt.generate.sculptor import Sculptor, method_named
from mien.sculpt.methods.method import Method, Tools
from mien.sculpt.methods.prior import ModeMethod
from mien.systems.evaluation.rows import FIRST_SAMPLE, GENERATED, GRADIENT, NEAREST, RANDOM, REAL, SEARCH
from mien.training.randomness import derived_seed, numpy_generator

Heads = Callable[[Sequence[SculptPrompt]], list[Latents | None]]
"""Prompts → a head (1) each, None for a prompt that the row leaves out."""


def true_people(seed: int) -> Heads:
    """Heads drawn for the facts of a prompt: what a perfect model would make."""

    def heads(prompts: Sequence[SculptPrompt]) -> list[Latents | None]:
        rng = numpy_generator(seed, f"true people of {prompts[0].part}")
        return _rows(draw_latents(rng, draw_options(rng, [one.facts for one in prompts])))

    return heads


def random_people(seed: int) -> Heads:
    """Heads that know nothing of the prompt."""

    def heads(prompts: Sequence[SculptPrompt]) -> list[Latents | None]:
        rng = numpy_generator(seed, f"random people of {prompts[0].part}")
        return _rows(draw_latents(rng, draw_options(rng, [{}] * len(prompts))))

    return heads


def nearest_people(sculptor: Sculptor, people: Latents, features: torch.Tensor) -> Heads:
    """The head of the corpus whose picture is nearest to the text under the guide. features: (N, E), of the heads."""

    def heads(prompts: Sequence[SculptPrompt]) -> list[Latents | None]:
        with torch.no_grad():
            scores = sculptor.guide.text_features([one.text for one in prompts]) @ features.T
        return [people.row(int(place)) for place in scores.argmax(dim=1)]

    return heads


def made_by(method: Method, tools: Tools, seed: int, most: int | None = None) -> Heads:
    """Heads by a method; with `most` only for the first prompts of a part."""

    def heads(prompts: Sequence[SculptPrompt]) -> list[Latents | None]:
        made: list[Latents | None] = []
        for prompt in prompts:
            place = int(prompt.clip_id.rsplit("-", 1)[1])
            own = derived_seed(seed, f"head of {prompt.clip_id}")
            made.append(method(prompt.text, tools, own) if most is None or place < most else None)
        return made

    return heads


def all_rows(sculptor: Sculptor, people: Latents, features: torch.Tensor, seed: int, methods: int) -> dict[str, Heads]:
    """Row → source of heads; `methods`: prompts of each part for gradient and search."""
    tools = sculptor.tools
    rows = {REAL: true_people(seed), RANDOM: random_people(seed), NEAREST: nearest_people(sculptor, people, features)}
    if methods:
        rows |= {name: made_by(method_named(name), tools, seed, methods) for name in (SEARCH, GRADIENT)}
    return rows | {
        FIRST_SAMPLE: made_by(ModeMethod(), tools, seed),
        GENERATED: made_by(method_named("prior"), tools, seed),
    }


def _rows(latents: Latents) -> list[Latents | None]:
    return [latents.row(place) for place in range(len(latents))]

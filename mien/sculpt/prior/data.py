"""Training data of the prior: captions with heads that satisfy them; no picture is rendered."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mien.progress import progress_bar
from mien.sculpt.corpus.attributes import attributes
from mien.sculpt.corpus.captions import Caption, draw_caption
from mien.sculpt.corpus.completion import is_named, names_held_out, training_options
from mien.sculpt.corpus.lexicon.phrases import Facts
from mien.training.randomness import derived_seed, numpy_generator

_CHUNK = 4000


@dataclass(frozen=True, eq=False)
class CaptionData:
    """N captions. options: int64 (N, A), of the head that each describes. named: bool (N, A), what it speaks of."""

    texts: Sequence[str]
    options: Tensor
    named: Tensor


def draw_captions(count: int, seed: int) -> CaptionData:
    """About `count` captions with heads, without those that allow only a held-out combination."""
    names = tuple(attributes())
    texts: list[str] = []
    options, named = [], []
    with progress_bar("captions", count, "captions") as advance:
        for number, start in enumerate(range(0, count, _CHUNK)):
            size = min(_CHUNK, count - start)
            words = random.Random(derived_seed(seed, f"captions {number}"))
            drawn = [draw_caption(words) for _ in range(size)]
            found, kept = training_options(numpy_generator(seed, "heads of captions", number), [c.facts for c in drawn])
            texts += [drawn[row].text for row in kept]
            options.append(np.stack([found[name] for name in names], axis=1))
            named.append(np.array([[is_named(drawn[row].facts, name) for name in names] for row in kept]))
            advance(size)
    return CaptionData(texts, torch.from_numpy(np.concatenate(options)), torch.from_numpy(np.concatenate(named)))


def draw_held_out(count: int, seed: int) -> list[Caption]:
    """Captions that ask for a held-out combination and allow no other: none of them is in a training set."""
    words = random.Random(derived_seed(seed, "held-out captions"))
    known = attributes()
    found: list[Caption] = []
    while len(found) < count:
        caption = draw_caption(words)
        only = {name: next(iter(kept)) for name, kept in caption.facts.items() if len(kept) == 1}
        exact = {name: options for name, options in caption.facts.items() if name in only}
        if names_held_out(exact, {name: known[name].index(option) for name, option in only.items()}):
            found.append(caption)
    return found


def draw_templated(count: int, seed: int) -> list[Caption]:
    """Captions that a training may see."""
    words = random.Random(derived_seed(seed, "templated captions"))
    rng = numpy_generator(seed, "heads of templated captions")
    found: list[Caption] = []
    while len(found) < count:
        drawn = [draw_caption(words) for _ in range(count)]
        _, kept = training_options(rng, [caption.facts for caption in drawn])
        found += [drawn[row] for row in kept]
    return found[:count]


def satisfied(facts: Facts, options: dict[str, str]) -> dict[str, bool]:
    """Attribute → whether an option is among the accepted ones."""
    return {name: options[name] in accepted for name, accepted in facts.items()}

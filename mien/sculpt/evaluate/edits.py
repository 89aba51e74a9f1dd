"""Measurement of edits: whether they are done, what else changed, and how far the rest of the face moved."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from mien.heads.head import HEAD_HEIGHT, Head
from mien.heads.latents.decode import decode
from mien.heads.latents.latents import Latents
from mien.sculpt.corpus.attributes import SHAPES, attributes, draw_latents, read_options
from mien.sculpt.corpus.captions import Caption, draw_request
from mien.sculpt.corpus.completion import draw_options
from mien.sculpt.methods.edit import edit
from mien.sculpt.networks.prior import HeadPrior
from mien.training.randomness import derived_seed, numpy_generator

MOVES_SHAPE = (*SHAPES, "sex", "age", "expression")
"""Attributes that move vertices of the face."""


@dataclass(frozen=True)
class EditFigures:
    """Rates of edits in [0, 1]: facts that are satisfied afterwards, attributes not named that stayed. moved: mean
    displacement, millimetres, of the face's vertices by edits that name no shape."""

    done: float
    kept: float
    moved: float

    def figures(self) -> dict[str, float]:
        """The figures by name."""
        return {"edits_done": self.done, "edits_kept": self.kept, "edits_moved_mm": self.moved}


def measure_edits(prior: HeadPrior, head: Head, count: int, seed: int) -> EditFigures:
    """`count` requests of one or two topics, each on another random person; what already holds is asked for as well."""
    rng = numpy_generator(seed, "people to edit")
    words = random.Random(derived_seed(seed, "edits"))
    people = draw_latents(rng, draw_options(rng, [{}] * count))
    done: list[bool] = []
    kept: list[bool] = []
    moved: list[float] = []
    for row in range(count):
        caption, before = draw_request(words), people.row(row)
        after = edit(prior, before, caption.text, seed=row).latents
        done += _satisfied(caption, after)
        kept += _unchanged(caption, before, after)
        if not set(caption.facts) & set(MOVES_SHAPE):
            moved.append(displacement(head, before, after))
    return EditFigures(float(np.mean(done)), float(np.mean(kept)), float(np.mean(moved)) if moved else 0.0)


def _options(latents: Latents) -> Mapping[str, str]:
    known = attributes()
    return {name: known[name].options[int(place[0])] for name, place in read_options(latents).items()}


def _satisfied(caption: Caption, after: Latents) -> list[bool]:
    shown = _options(after)
    return [shown[name] in accepted for name, accepted in caption.facts.items()]


def _unchanged(caption: Caption, before: Latents, after: Latents) -> list[bool]:
    old, new = _options(before), _options(after)
    # a beard that has no colour of its own follows the hair
    follows = {"beard_colour"} if "hair_colour" in caption.facts else set()
    return [old[name] == new[name] for name in old if name not in caption.facts and name not in follows]


@torch.no_grad()
def displacement(head: Head, before: Latents, after: Latents) -> float:
    """Mean displacement, millimetres, of the vertices of two heads (1)."""
    looks = [decode(latents) for latents in (before, after)]
    points = [head.vertices(look.identity, look.expression) for look in looks]
    return float((points[1] - points[0]).norm(dim=2).mean()) * HEAD_HEIGHT * 10

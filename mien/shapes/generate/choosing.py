"""Choice among samples by what is measured in their pixels: plan, generate, check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from mien.shapes.corpus.scenes import Scene
from mien.shapes.data.layers import Layers, concatenate, render
from mien.shapes.measure.scene import matches, measure_scene


@dataclass
class Choice:
    """The best sample of one clip so far: `layers` of a batch of one, and how many criteria of the scene it meets."""

    layers: Layers
    met: int
    exact: bool


def choose_measured(
    samples: Sequence[Layers], scores: Tensor, scenes: Sequence[Scene], best: Sequence[Choice | None]
) -> list[Choice]:
    """For each clip the sample that shows its scene, and of several the one with the highest score.

    samples: N of B clips. scores: (N, B) of the discriminator, in whose order samples are rendered and measured, until
    one is exact. best: the choice among earlier samples. Where none is exact, the one that meets most criteria wins.
    """
    found = list(best)
    waiting = list(range(len(scenes)))
    for places in scores.argsort(dim=0, descending=True, stable=True):
        if not waiting:
            break
        rows = [_one(samples[int(places[row])], row) for row in waiting]
        clips = render(concatenate(rows)).cpu().numpy()
        for row, layers, clip in zip(waiting, rows, clips, strict=True):
            verdict = matches(scenes[row], measure_scene(clip))
            met = sum(bool(fulfilled) for fulfilled in verdict.values())
            before = found[row]
            if before is None or met > before.met:
                found[row] = Choice(layers, met, bool(verdict["exact"]))
        waiting = [row for row in waiting if not _choice(found[row]).exact]
    return [_choice(own) for own in found]


def _choice(own: Choice | None) -> Choice:
    assert own is not None  # every clip has a sample
    return own


def _one(layers: Layers, row: int) -> Layers:
    """One clip of a batch, as rendered: presence is 0 or 1."""
    own = layers.map(lambda tensor: tensor[row : row + 1])
    return replace(own, presence=own.presence.round())


def joined(choices: Sequence[Choice]) -> Layers:
    """The chosen clips as a batch."""
    with torch.no_grad():
        return concatenate([own.layers for own in choices])

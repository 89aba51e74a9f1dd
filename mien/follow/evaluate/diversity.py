"""Diversity for one text: what it does not name varies between answers, what it names does not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from mien.bodies.scene import LABELS, Scene
from mien.follow.evaluate.samples import FollowSample
from mien.follow.evaluate.sources import Follower
from mien.systems.evaluation.figures import mean
from mien.training.randomness import derived_seed


def measure_diversity(
    follower: Follower, samples: Sequence[FollowSample], scenes: Sequence[Scene], answers: int, seed: int
) -> dict[str, float | int | None]:
    """Figures of `answers` scenes for the text of each sample.

    varied: rate of pairs of answers that differ in an attribute that the text does not name, mean over these
    attributes and the texts; varied_real: the same of pairs of the corpus' `scenes`, by chance. named: rate of the
    named attributes that hold. distinct: rate of answers that no other answer equals. Attributes that cannot be seen in
    both of a pair are left out.
    """
    varied, named, distinct = [], [], []
    for sample in samples:
        found = follower.scenes(sample.text, answers, derived_seed(seed, f"answers to {sample.clip_id}"))
        seen = [one.visible() for one in found]
        varied.append(_varied(found, set(LABELS) - set(sample.facts)))
        named += [one.get(name) in accepted for one in seen for name, accepted in sample.facts.items()]
        distinct += [seen.count(one) == 1 for one in seen]
    return {
        "texts": len(samples),
        "varied": mean(varied),
        "varied_real": mean(
            _varied(scenes, set(LABELS) - set(sample.facts)) for sample in samples
        ),
        "named": mean(named),
        "distinct": mean(distinct),
    }  # fmt: skip


def _varied(scenes: Sequence[Scene], names: set[str]) -> float | None:
    seen = [scene.visible() for scene in scenes]
    rates = []
    for name in sorted(names):
        pairs = [(a[name], b[name]) for a, b in combinations(seen, 2) if name in a and name in b]
        if pairs:
            rates.append(sum(a != b for a, b in pairs) / len(pairs))
    return mean(rates)

"""How well scenes satisfy what texts claim."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mien.follow.scenes.data import Composed
from mien.follow.scenes.prior import ScenePrior


def likeliest_rate(prior: ScenePrior, captions: Sequence[Composed]) -> float:
    """Rate in [0, 1] of the captions' claims that the most probable scene of each text satisfies."""
    read = prior.read([one.text for one in captions])
    results = [
        options[name] in allowed
        for options, one in zip(read, captions, strict=True)
        for name, allowed in one.caption.facts.items()
    ]
    return float(np.mean(results))


def satisfied_rates(
    prior: ScenePrior, captions: Sequence[Composed], samples: int = 1, seed: int = 0, language: bool = False
) -> dict[str, float]:
    """Rates in [0, 1] of claims that samples of the captions' texts satisfy: "facts" (all claims), "place", "kind",
    "looks" (all but place, time and kind), "action", "tone", "whole" (texts of which every claim is), and "language".

    language: whether the captions' language is given with the text, or recognised.
    """
    results: dict[str, list[bool]] = {
        name: [] for name in ("facts", "place", "kind", "looks", "action", "tone", "whole")
    }
    recognised = []
    for number, one in enumerate(captions):
        read = prior.sample(one.text, seed + number, samples, one.caption.language if language else None)
        recognised.append(read.language == one.caption.language)
        if one.caption.actions:
            results["action"].append(read.action in one.caption.actions)
        for scene in read.scenes:
            labels = scene.labels()
            claims = {name: labels[name] in allowed for name, allowed in one.caption.facts.items()}
            results["facts"] += claims.values()
            results["whole"].append(all(claims.values()))
            for name, satisfied in claims.items():
                group = name if name in ("place", "kind") else "looks"
                if name != "time":
                    results[group].append(satisfied)
            results["tone"] += prior.tones_satisfied(scene, one.caption.tones)
    rates = {name: float(np.mean(values)) for name, values in results.items() if values}
    return {**rates, "language": float(np.mean(recognised))}

"""Whether answers hold what texts say, in each language, counted in the answers themselves: many texts, no pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mien.follow.evaluate.samples import ENGLISH, LANGUAGES, FollowSample
from mien.follow.evaluate.sources import Follower
from mien.systems.evaluation.figures import mean
from mien.training.randomness import derived_seed

_PLACE = ("place", "time")


def measure_words(
    follower: Follower, parts: Mapping[str, Sequence[FollowSample]], seed: int
) -> dict[str, dict[str, float | int | None]]:
    """Part → figures: `looks_LANGUAGE` and `place_LANGUAGE`, rates of the named attributes that one answer holds.

    behind_LANGUAGE: by how much the mean of both is lower than in English.
    """
    figures: dict[str, dict[str, float | int | None]] = {}
    for part, samples in parts.items():
        held: dict[str, list[bool]] = {}
        for sample in samples:
            scene = follower.scenes(sample.text, 1, derived_seed(seed, f"words of {sample.clip_id}"))[0]
            labels = scene.visible()
            for name, accepted in sample.facts.items():
                kind = "place" if name in _PLACE else "looks"
                held.setdefault(f"{kind}_{sample.language}", []).append(labels.get(name) in accepted)
        names = [f"{kind}_{language}" for kind in ("looks", "place") for language in LANGUAGES]
        rates = {name: mean(held[name]) for name in names if name in held}
        figures[part] = {"texts": len(samples), **rates, **_behind_english(rates)}
    return figures


def _behind_english(rates: Mapping[str, float | None]) -> dict[str, float | int | None]:
    means = {
        language: mean(rate for name, rate in rates.items() if name in (f"looks_{language}", f"place_{language}"))
        for language in LANGUAGES
    }
    english = means[ENGLISH]
    if english is None:
        return {}
    return {f"behind_{one}": english - own for one, own in means.items() if own is not None and one != ENGLISH}

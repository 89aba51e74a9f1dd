"""What is counted in an evaluation of moving shapes: clips held against what their prompts ask for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations

from scipy.stats import binomtest

from mien.shapes.corpus.scenes import Figure, Scene
from mien.shapes.measure.scene import (
    Finding,
    Findings,
    Verdict,
    matches,
)

VERDICTS = ("exact", "present", "shape", "colour", "size", "motion", "steady")
"""What a verdict says, the sum of it first."""

CONFIDENCE = 0.95
"""Of the interval around the exact rate."""

NO_FIGURE, NO_MOTION = "no figure", "none"
"""What is seen where the clip has another number of figures than was asked for, and where a motion has no name."""

Rates = dict[str, float | int | None]


@dataclass(frozen=True)
class Prompt:
    """A clip of the store, by its number there, with the words that are put to the models."""

    number: int
    clip_id: str
    part: str
    text: str
    scene: Scene


@dataclass(frozen=True)
class Judged:
    """What a clip shows, held against `asked`: the scene of its own prompt, or of another one."""

    prompt: Prompt
    asked: Scene
    findings: Findings

    @cached_property
    def verdict(self) -> Verdict:
        """Whether it shows what is asked for."""
        return matches(self.asked, self.findings)


def rates(judged: Sequence[Judged]) -> Rates:
    """How many clips there are, and the part of them that is right, in all and in each respect.

    exact_low and exact_high: Wilson's 95% interval. None where no words ask for it, or where there is no clip.
    """
    verdicts = [one.verdict for one in judged]
    found: Rates = {"clips": len(verdicts)}
    for name in VERDICTS:
        found[name] = mean(getattr(verdict, name) for verdict in verdicts)
    low, high = interval(sum(verdict.exact for verdict in verdicts), len(verdicts))
    return {**found, "exact_low": low, "exact_high": high}


def interval(right: int, of: int) -> tuple[float | None, float | None]:
    """Wilson's 95% interval of a rate (E. B. Wilson, JASA 1927); None for a rate of nothing."""
    if not of:
        return None, None
    found = binomtest(right, of).proportion_ci(CONFIDENCE, method="wilson")
    return float(found.low), float(found.high)


def mean(values: Iterable[float | None]) -> float | None:
    """Of those that are not None; None where there is none."""
    known = [float(value) for value in values if value is not None]
    return sum(known) / len(known) if known else None


def paired(asked: Scene, findings: Findings) -> list[tuple[Figure, Finding | None]]:
    """Each figure that is asked for with the one that was found for it; None where their numbers differ.

    Of two orders the one in which more of the names agree.
    """
    if len(findings.figures) != len(asked.figures):
        return [(figure, None) for figure in asked.figures]
    orders = permutations(findings.figures)
    best = max(orders, key=lambda order: sum(map(_agreement, asked.figures, order)))
    return list(zip(asked.figures, best, strict=True))


def _agreement(figure: Figure, finding: Finding) -> int:
    return sum(getattr(figure, name) == getattr(finding, name) for name in ("shape", "colour", "motion"))


def motion_seen(finding: Finding | None) -> str:
    """The motion of a figure in a word or two."""
    return NO_FIGURE if finding is None else finding.motion or NO_MOTION


def scene_in_words(scene: Scene) -> str:
    """What is asked for: "big red star moving up, circle shrinking"."""
    figures = [(figure.size, figure.colour, figure.shape, figure.motion) for figure in scene.figures]
    return ", ".join(" ".join(name for name in names if name) for names in figures)

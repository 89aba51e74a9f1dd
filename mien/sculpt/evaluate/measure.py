"""Measurement of one sculpted head: its true attributes against those that the prompt asks for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from mien.heads.latents.latents import Latents
from mien.sculpt.corpus.attributes import SHAPES, attributes, read_options
from mien.sculpt.evaluate.prompts import SculptPrompt

VERDICTS = (
    "attributes", "exact", "look", "shape", "hair_style", "expression", "glasses", "retrieved", "retrieved_side",
)  # fmt: skip
"""Criteria: rate of the facts satisfied, all of them, those of look and of shape, of single ones, and whether the judge
finds the prompt from a picture."""

SINGLE = ("hair_style", "expression", "glasses")


@dataclass(frozen=True, eq=False)
class MeasuredHead:
    """A head (1) for a prompt, None where a row has none.

    retrieved, retrieved_side: whether the judge finds the prompt from a picture of the front, of the side.
    """

    prompt: SculptPrompt
    latents: Latents | None
    retrieved: bool | None = None
    retrieved_side: bool | None = None

    @cached_property
    def options(self) -> dict[str, str]:
        """The option of every attribute that the head shows."""
        if self.latents is None:
            return {}
        known = attributes()
        return {name: known[name].options[int(place[0])] for name, place in read_options(self.latents).items()}

    @cached_property
    def satisfied(self) -> dict[str, bool]:
        """Attribute that the prompt names → whether the head satisfies it."""
        options = self.options
        return {name: options[name] in accepted for name, accepted in self.prompt.facts.items() if options}

    @cached_property
    def verdict(self) -> dict[str, float | bool | None]:
        """See `VERDICTS`; None where the prompt does not name such an attribute."""
        right = self.satisfied
        shape = [value for name, value in right.items() if name in SHAPES]
        look = [value for name, value in right.items() if name not in SHAPES]
        return {
            "attributes": _rate(list(right.values())),
            "exact": all(right.values()) if right else None,
            "look": _rate(look),
            "shape": _rate(shape),
            **{name: right.get(name) for name in SINGLE},
            "retrieved": self.retrieved,
            "retrieved_side": self.retrieved_side,
        }


def _rate(values: list[bool]) -> float | None:
    return sum(values) / len(values) if values else None

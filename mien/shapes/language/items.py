"""Items: what one word or phrase of a sentence about shapes says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "shape", "colour", "size", "count", "motion", "adverb",  # what a scene is made of
    "article", "all", "one", "other", "another", "pronoun",  # whom it is about
    "and", "comma", "then", "not", "but", "is",  # how phrases are joined
    "apart", "together", "opposite", "still", "unsupported", "filler", "unknown",
]  # fmt: skip

CONTENT: frozenset[Kind] = frozenset({"shape", "colour", "size", "motion", "adverb", "still"})
"""Kinds without any of which nothing of a text is known."""


@dataclass(frozen=True)
class Item:
    """A word or phrase, `said` by the user, of a kind.

    value: shape, colour, size, count in digits, verb's key in `VERBS`, or adverb. plural: of a shape. before: whether a
    verb's form can stand before a noun ("spinning"). adverb: that is part of a verb ("falls": down), or None. near:
    whether the value is only the nearest to what was said ("hexagon").
    """

    kind: Kind
    said: str
    value: str = ""
    plural: bool = False
    before: bool = False
    adverb: str | None = None
    near: bool = False

"""Scenes: the content of a clip as one or two figures with their attributes, and how scenes are sampled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from mien.shapes.corpus.vocabulary import COLOURS, HELD_OUT, MOTIONS, SHAPES, SIZES

COLOUR_PROBABILITY = 0.8
"""Probability that the prompt specifies the colours."""

_SIZE_WEIGHTS: dict[str | None, float] = {"small": 1.0, None: 2.0, "big": 1.0}


@dataclass(frozen=True)
class Figure:
    """A shape with its motion; colour and size are None where the prompt does not specify them.

    Raises ValueError for a name that the vocabulary does not have.
    """

    shape: str
    motion: str
    colour: str | None = None
    size: str | None = None

    def __post_init__(self) -> None:
        known: dict[str, list[str | None]] = {
            "shape": [*SHAPES], "motion": [*MOTIONS], "colour": [*COLOURS, None], "size": [*SIZES],
        }  # fmt: skip
        for field, names in known.items():
            name = getattr(self, field)
            if name not in names:
                raise ValueError(f"unknown {field} {name!r}; there are {', '.join(name for name in names if name)}")

    @property
    def combination(self) -> tuple[str, str]:
        """(shape, motion): the combination that is in the training set or held out."""
        return self.shape, self.motion


@dataclass(frozen=True)
class Scene:
    """One figure, or two at once. Raises ValueError for another number."""

    figures: tuple[Figure, ...]

    def __post_init__(self) -> None:
        if len(self.figures) not in (1, 2):
            raise ValueError(f"a scene has one figure or two, not {len(self.figures)}")

    @property
    def held_out(self) -> bool:
        """Whether it has a combination that is not in the training set."""
        return any(figure.motion in HELD_OUT[figure.shape] for figure in self.figures)

    def to_json(self) -> list[dict[str, str]]:
        """As JSON values; inverse of `from_json`."""
        return [{k: v for k, v in asdict(figure).items() if v is not None} for figure in self.figures]

    @classmethod
    def from_json(cls, value: Sequence[dict[str, Any]]) -> Scene:
        """Inverse of `to_json`. Raises ValueError for anything else."""
        try:
            return cls(tuple(Figure(**figure) for figure in value))
        except TypeError as error:
            raise ValueError(f"this is no scene of shapes: {error}") from error


def held_out_combinations() -> tuple[tuple[str, str], ...]:
    """The combinations (shape, motion) that are not in the training set."""
    return tuple((shape, motion) for shape, motions in HELD_OUT.items() for motion in motions)


def sample_scene(rng: np.random.Generator, figures: int, held_out: tuple[str, str] | None = None) -> Scene:
    """Sample a scene of `figures` figures with combinations of the training set, one replaced by `held_out` if given.

    Two figures have different colours where the prompt specifies them, and no sizes.
    """
    combinations = [_sample_combination(rng) for _ in range(figures)]
    if held_out is not None:
        combinations[int(rng.integers(figures))] = held_out
    colours: list[str | None] = [None] * figures
    if rng.random() < COLOUR_PROBABILITY:
        colours = [str(colour) for colour in rng.choice(list(COLOURS), figures, replace=False)]
    return Scene(
        tuple(
            Figure(shape, motion, colour, _sample_size(rng, motion) if figures == 1 else None)
            for (shape, motion), colour in zip(combinations, colours, strict=True)
        )
    )


def _sample_combination(rng: np.random.Generator) -> tuple[str, str]:
    motion = str(rng.choice(list(MOTIONS)))
    return str(rng.choice([shape for shape in SHAPES if motion not in HELD_OUT[shape]])), motion


def _sample_size(rng: np.random.Generator, motion: str) -> str | None:
    sizes = MOTIONS[motion].sizes
    weights = np.array([_SIZE_WEIGHTS[size] for size in sizes])
    return sizes[int(rng.choice(len(sizes), p=weights / weights.sum()))]

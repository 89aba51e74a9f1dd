"""Measurement of one clip of moving shapes: its figures, compared with the scene of a prompt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import permutations

from mien.shapes.corpus.scenes import Figure, Scene
from mien.shapes.measure.scene import MeasuredFigure, MeasuredScene, matches

NO_FIGURE, NO_MOTION = "no figure", "none"
"""Measured motion where the number of figures differs from the scene's, and where no motion fits."""


@dataclass(frozen=True)
class Prompt:
    """A clip of the store, by its index there, with the text that conditions the models."""

    number: int
    clip_id: str
    part: str
    text: str
    scene: Scene


@dataclass(frozen=True)
class Measured:
    """Content of a clip, compared with `scene`: that of its own prompt, or in the row `shuffled` of another one.

    chance: in the row `shuffled`, whether the real clip of the prompt is exact for that other scene.
    """

    scene: Scene
    content: MeasuredScene
    chance: bool | None = None

    @cached_property
    def verdict(self) -> dict[str, bool | None]:
        """Criterion → whether it is met; None where the prompt does not specify it."""
        return matches(self.scene, self.content)


def paired(scene: Scene, content: MeasuredScene) -> list[tuple[Figure, MeasuredFigure | None]]:
    """Each figure of the scene with the measured figure assigned to it; None where their numbers differ.

    The assignment is the one in which most attributes agree.
    """
    if len(content.figures) != len(scene.figures):
        return [(figure, None) for figure in scene.figures]
    best = max(permutations(content.figures), key=lambda order: sum(map(_agreement, scene.figures, order)))
    return list(zip(scene.figures, best, strict=True))


def _agreement(figure: Figure, found: MeasuredFigure) -> int:
    return sum(getattr(figure, name) == getattr(found, name) for name in ("shape", "colour", "motion"))


def motion_of(found: MeasuredFigure | None) -> str:
    """Name of the measured motion of a figure."""
    return NO_FIGURE if found is None else found.motion or NO_MOTION


def scene_text(scene: Scene) -> str:
    """A scene as text: "big red star moving up, circle shrinking"."""
    figures = [(figure.size, figure.colour, figure.shape, figure.motion) for figure in scene.figures]
    return ", ".join(" ".join(name for name in names if name) for names in figures)

"""Prompts written by hand, with what they ask for: how users speak, not how the corpus does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from itertools import permutations

from mien.shapes.corpus.scenes import Figure, Scene
from mien.shapes.corpus.vocabulary import COLOURS, SHAPES, SIZES
from mien.shapes.language.reading import Reading


@dataclass(frozen=True)
class Written:
    """A prompt. figures: of each its attributes as words, such as "big red star rotating", whose motion may be the
    beginning of one. note: whether something of the prompt cannot be had, so that a note must say so."""

    text: str
    figures: tuple[str, ...]
    note: bool = False

    def understood_by(self, reading: Reading | None) -> bool:
        """Whether a reading has these figures and no others, and a note where there must be one."""
        if reading is None or (self.note and not (reading.notes or reading.unknown)):
            return False
        return self.fits(reading.scene)

    def fits(self, scene: Scene) -> bool:
        """Whether a scene has these figures, in any order."""
        return len(scene.figures) == len(self.figures) and any(
            all(_fits(words, figure) for words, figure in zip(self.figures, order, strict=True))
            for order in permutations(scene.figures)
        )


def _fits(words: str, figure: Figure) -> bool:
    said = words.split()
    named = {name: next((word for word in said if word in known), None)
             for name, known in (("shape", SHAPES), ("colour", COLOURS), ("size", SIZES))}  # fmt: skip
    motion = " ".join(word for word in said if word not in named.values())
    same = (named["shape"], named["colour"], named["size"]) == (figure.shape, figure.colour, figure.size)
    return same and figure.motion.startswith(motion)


def written_prompts() -> list[Written]:
    """The frozen prompts."""
    lines = files("mien.shapes.evaluate").joinpath("written.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line]
    return [Written(row["text"], tuple(row["figures"]), bool(row.get("note"))) for row in rows]

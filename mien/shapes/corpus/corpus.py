"""The corpus: clips of moving shapes with the words that ask for them, and which of them training never sees.

Parts: `train`; `val`, new clips of what training has; `wordings`, in words that training never has in that order;
`held_out`, compositions of a shape and a motion that no training prompt names in any wording.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from mien.files import atomic_directory
from mien.progress import progress_bar
from mien.shapes.corpus.drawing import draw_video
from mien.shapes.corpus.language import describe
from mien.shapes.corpus.paths import draw_paths
from mien.shapes.corpus.scenes import (
    Figure,
    Scene,
    draw_scene,
    held_out_compositions,
)
from mien.shapes.data.store import PARTS, ShapesClip, write_clips
from mien.shapes.options import ShapesCorpusOptions

PARAPHRASES = 3
"""Sentences for each clip; some may be the same."""

SEED_FRAMES = 10

SEED_PROMPTS: dict[str, str] = {
    **{f"circle moving {way}": f"moving {way}"
       for way in ("down", "left", "right", "up-left", "down-right", "down-left")},
    **{f"circle moving diagonally {way}": f"moving {way}"
       for way in ("up-right", "down-left", "up-left", "down-right")},
    **{f"circle {motion}": motion
       for motion in ("rotating clockwise", "rotating counter-clockwise", "shrinking", "expanding",
                      "bouncing vertically", "bouncing horizontally",
                      "zigzagging vertically", "zigzagging horizontally")},
}  # fmt: skip
"""The seed's 18 prompts, with the motion that each asks for."""

SEED_HELD_OUT = "circle moving up-right"
"""The prompt that the seed's model is tried on. Its training has that motion too, as "diagonally up-right"."""


def shapes_clips(options: ShapesCorpusOptions) -> Iterator[ShapesClip]:
    """The clips of all parts, in this order; a clip depends on its part, its number and the options but counts."""
    ask = _ask_as_seed if options.corpus == "seed" else _ask
    for part in _parts(options):
        for number in range(getattr(options, part)):
            rng = np.random.default_rng([options.seed, PARTS.index(part), number])
            paths = None
            while paths is None:
                scene, prompts = ask(rng, part, number, options)
                paths = draw_paths(rng, scene, _frames(options))
            yield ShapesClip(f"{part}-{number:05d}", part, prompts, scene, draw_video(paths))


def _parts(options: ShapesCorpusOptions) -> tuple[str, ...]:
    return tuple(part for part in PARTS if not (options.corpus == "seed" and part == "wordings"))


def _frames(options: ShapesCorpusOptions) -> int:
    return SEED_FRAMES if options.corpus == "seed" else options.frames


Asked = tuple[Scene, tuple[str, ...]]
"""What a clip shows, and the prompts that ask for it."""


def _ask(rng: np.random.Generator, part: str, number: int, options: ShapesCorpusOptions) -> Asked:
    withheld = held_out_compositions()
    figures = 2 if rng.random() < options.two_figures else 1
    scene = draw_scene(rng, figures, withheld[number % len(withheld)] if part == "held_out" else None)
    return scene, tuple(describe(rng, scene, unseen=part == "wordings") for _ in range(PARAPHRASES))


def _ask_as_seed(_rng: np.random.Generator, part: str, number: int, _options: ShapesCorpusOptions) -> Asked:
    prompt = SEED_HELD_OUT if part == "held_out" else list(SEED_PROMPTS)[number % len(SEED_PROMPTS)]
    return Scene((Figure("circle", SEED_PROMPTS.get(prompt, "moving up-right")),)), (prompt,)


def make_shapes_corpus(options: ShapesCorpusOptions, out: Path) -> dict[str, Any]:
    """Make the store in `out`, whole or not at all; returns how many clips of each part, frames a clip and prompts."""
    parts = _parts(options)
    with (
        atomic_directory(out) as folder,
        progress_bar("shapes", sum(getattr(options, part) for part in parts), "clips") as advance,
    ):

        def clips() -> Iterator[ShapesClip]:
            for clip in shapes_clips(options):
                yield clip
                advance(1)

        index = write_clips(folder, clips())
    prompts = {prompt for listed in index["prompts"] for prompt in json.loads(listed)}
    return {
        "clips": len(index),
        "frames": _frames(options),
        "prompts": len(prompts),
        **{part: int((index["part"] == part).sum()) for part in parts},
    }

"""The corpus: rendered clips of moving shapes with prompts, in four parts.

Parts: `train`; `val`, new clips of the combinations and wordings in `train`; `wordings`, with word orders that are not
in the training set; `held_out`, with combinations of shape and motion that are in no training prompt.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from mien.files import atomic_directory
from mien.progress import progress_bar
from mien.shapes.corpus.language import describe
from mien.shapes.corpus.paths import sample_paths
from mien.shapes.corpus.rendering import render_video
from mien.shapes.corpus.scenes import Figure, Scene, held_out_combinations, sample_scene
from mien.shapes.data.store import PARTS, ShapesClip, write_clips
from mien.shapes.options import ShapesCorpusOptions

PARAPHRASES = 3
"""Prompts of each clip, sampled with repetition."""

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
"""The 18 prompts of the corpus `seed` → their motions."""

SEED_HELD_OUT = "circle moving up-right"
"""The held-out prompt of the corpus `seed`. Its motion is in the training set too, as "diagonally up-right"."""


def shapes_clips(options: ShapesCorpusOptions) -> Iterator[ShapesClip]:
    """Render the clips of all parts. A clip depends on its part, its index and the options, not on numbers of clips."""
    ask = _ask_as_seed if options.corpus == "seed" else _ask
    for part in _parts(options):
        for number in range(getattr(options, part)):
            rng = np.random.default_rng([options.seed, PARTS.index(part), number])
            paths = None
            while paths is None:
                scene, prompts = ask(rng, part, number, options)
                paths = sample_paths(rng, scene, _frames(options))
            yield ShapesClip(f"{part}-{number:05d}", part, prompts, scene, render_video(paths))


def _parts(options: ShapesCorpusOptions) -> tuple[str, ...]:
    return tuple(part for part in PARTS if not (options.corpus == "seed" and part == "wordings"))


def _frames(options: ShapesCorpusOptions) -> int:
    return SEED_FRAMES if options.corpus == "seed" else options.frames


Asked = tuple[Scene, tuple[str, ...]]
"""Scene and prompts of a clip."""


def _ask(rng: np.random.Generator, part: str, number: int, options: ShapesCorpusOptions) -> Asked:
    held_out = held_out_combinations()
    figures = 2 if rng.random() < options.two_figures else 1
    scene = sample_scene(rng, figures, held_out[number % len(held_out)] if part == "held_out" else None)
    return scene, tuple(describe(rng, scene, unseen=part == "wordings") for _ in range(PARAPHRASES))


def _ask_as_seed(_rng: np.random.Generator, part: str, number: int, _options: ShapesCorpusOptions) -> Asked:
    prompt = SEED_HELD_OUT if part == "held_out" else list(SEED_PROMPTS)[number % len(SEED_PROMPTS)]
    return Scene((Figure("circle", SEED_PROMPTS.get(prompt, "moving up-right")),)), (prompt,)


def make_shapes_corpus(options: ShapesCorpusOptions, out: Path) -> dict[str, Any]:
    """Write the store to `out` atomically; returns the numbers of clips of each part, frames a clip and prompts."""
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

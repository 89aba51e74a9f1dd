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
from mien.progress import counted
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
    for part, count in _counts(options).items():
        for number in range(count):
            rng = np.random.default_rng([options.seed, PARTS.index(part), number])
            paths = None
            while paths is None:
                scene, prompts = _sample_content(rng, part, number, options)
                paths = sample_paths(rng, scene, _frames(options))
            yield ShapesClip(f"{part}-{number:05d}", part, prompts, scene, render_video(paths))


def _counts(options: ShapesCorpusOptions) -> dict[str, int]:
    """Part → number of clips."""
    return {part: getattr(options, part) for part in PARTS if (options.corpus, part) != ("seed", "wordings")}


def _frames(options: ShapesCorpusOptions) -> int:
    return SEED_FRAMES if options.corpus == "seed" else options.frames


def _sample_content(
    rng: np.random.Generator, part: str, number: int, options: ShapesCorpusOptions
) -> tuple[Scene, tuple[str, ...]]:
    """Scene and prompts of a clip."""
    if options.corpus == "seed":
        prompt = SEED_HELD_OUT if part == "held_out" else list(SEED_PROMPTS)[number % len(SEED_PROMPTS)]
        return Scene((Figure("circle", SEED_PROMPTS.get(prompt, "moving up-right")),)), (prompt,)
    held_out = held_out_combinations()
    figures = 2 if rng.random() < options.two_figures else 1
    scene = sample_scene(rng, figures, held_out[number % len(held_out)] if part == "held_out" else None)
    return scene, tuple(describe(rng, scene, unseen=part == "wordings") for _ in range(PARAPHRASES))


def make_shapes_corpus(options: ShapesCorpusOptions, out: Path) -> dict[str, Any]:
    """Write the store to `out` atomically; returns the numbers of clips of each part, frames a clip and prompts."""
    counts = _counts(options)
    with atomic_directory(out) as folder:
        index = write_clips(folder, counted(shapes_clips(options), "shapes", sum(counts.values()), "clips"))
    prompts = {prompt for listed in index["texts"] for prompt in json.loads(listed)}
    return {"clips": len(index), "frames": _frames(options), "prompts": len(prompts), **counts}

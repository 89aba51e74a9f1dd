"""Corpora for tests of a CLIP: people whose pictures show some options as coloured fields, which is soon learned."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np

from mien.sculpt.corpus.attributes import attributes, draw_latents, read_options
from mien.sculpt.corpus.completion import draw_options
from mien.sculpt.corpus.corpus import draw_captions
from mien.sculpt.corpus.framing import FRAMINGS
from mien.sculpt.corpus.store import HeadClip, write_heads

SHOWN = ("sex", "age", "skin", "hair_style", "glasses", "expression", "cloth", "facial_hair")
"""Attributes with a field in the pictures."""


def fields(options: dict[str, np.ndarray], row: int, size: int) -> np.ndarray:
    """uint8 (size, size, 3): a field of each attribute, as bright as its option is far in the list."""
    picture = np.zeros((size, size, 3), np.uint8)
    side = size // 4
    for number, name in enumerate(SHOWN):
        share = options[name][row] / (len(attributes()[name].options) - 1)
        top, left = divmod(number, 4)
        picture[top * 2 * side : (top + 1) * 2 * side, left * side : (left + 1) * side] = (
            255 * share, 255 * (1 - share), 255 * abs(2 * share - 1)
        )  # fmt: skip
    return picture


def painted_corpus(folder: Path, train: int, val: int, size: int = 32, captions: int = 3, seed: int = 0) -> Path:
    """A corpus of `heads_corpus`'s form below `folder`: guide and judge."""
    for name, framing in FRAMINGS.items():
        rng = np.random.default_rng([seed, len(name)])
        latents = draw_latents(rng, draw_options(rng, [{}] * (train + val), natural=False))
        options, words = read_options(latents), random.Random(seed)
        clips = []
        for row in range(train + val):
            part = "train" if row < train else "val"
            pictures = np.stack([fields(options, row, size)] * len(framing.crops))
            said = draw_captions(words, options, row, captions)
            clips.append(HeadClip(f"{part}-{row:04d}", part, said, latents.row(row), framing.crops, pictures))
        (folder / name).mkdir(parents=True)
        write_heads(folder / name, clips)
    return folder

"""The corpora of heads: rendered people with captions that are true of them, one for the guide and one for the judge.

Attributes are drawn independently of each other, so that no combination of them is more likely than the others. Parts:
`train` and `val`, other people. No caption names a combination that is held out.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from mien.execution import Execution
from mien.files import atomic_directory
from mien.heads.latents.decode import decode
from mien.heads.latents.latents import Latents
from mien.heads.pictures.quick import QuickRenderer
from mien.heads.pictures.views import View
from mien.parallel import map_clips
from mien.sculpt.corpus.attributes import Options, attributes, draw_latents, read_options
from mien.sculpt.corpus.captions import Caption, describe
from mien.sculpt.corpus.completion import draw_options, names_held_out
from mien.sculpt.corpus.framing import FRAMINGS
from mien.sculpt.corpus.store import PARTS, HeadClip, write_heads
from mien.sculpt.corpus.visibility import known_of
from mien.sculpt.options import HeadsCorpusOptions

BLOCK = 512
"""People that one process draws and renders at a time."""

_PAINTED = 64  # people whose atlases are painted at once
_TOPICS = (1, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8)


@dataclass(frozen=True)
class Block:
    """People `start` to `start + count` of a part of a corpus."""

    corpus: str
    part: str
    number: int
    count: int

    @property
    def name(self) -> str:
        """Of the block's file."""
        return f"{self.corpus}-{self.part}-{self.number:04d}"


@dataclass(frozen=True, eq=False)
class DrawnBlock:
    """The people of a block: their latents and captions, and the file of their pictures (N, V * C, S, S, 3)."""

    latents: Latents
    captions: list[tuple[Caption, ...]]
    pictures: Path


def make_heads_corpus(options: HeadsCorpusOptions, out: Path, execution: Execution | None = None) -> dict[str, Any]:
    """Write both corpora to `out/guide` and `out/judge`, both or none; the same bytes with any number of processes.

    Returns the numbers of people and of different captions. Raises RuntimeError when a block failed.
    """
    blocks = [block for name in FRAMINGS for part in PARTS for block in _blocks(name, part, options)]
    with atomic_directory(out) as folder, tempfile.TemporaryDirectory(dir=folder) as scratch:
        draw = partial(draw_block, options, Path(scratch))
        outcomes = map_clips(draw, blocks, execution or Execution(), "heads corpus", unit="blocks")
        failed = [str(outcome.detail or outcome.reason) for outcome in outcomes if outcome.value is None]
        if failed:
            raise RuntimeError(f"{len(failed)} of {len(blocks)} blocks of heads failed; the first: {failed[0]}")
        drawn = [(block, one.value) for block, one in zip(blocks, outcomes, strict=True) if one.value is not None]
        figures: dict[str, Any] = {}
        for name in FRAMINGS:
            (folder / name).mkdir()
            own = [(block, people) for block, people in drawn if block.corpus == name]
            index = write_heads(folder / name, _clips(own))
            texts = {caption.text for _, people in own for captions in people.captions for caption in captions}
            figures |= {f"{name}_people": len(index), f"{name}_captions": len(texts)}
    return figures


def _blocks(corpus: str, part: str, options: HeadsCorpusOptions) -> Iterator[Block]:
    people = getattr(options, part if corpus == "guide" else f"judge_{part}")
    for number, start in enumerate(range(0, people, BLOCK)):
        yield Block(corpus, part, number, min(BLOCK, people - start))


def _clips(drawn: Sequence[tuple[Block, DrawnBlock]]) -> Iterator[HeadClip]:
    for block, people in drawn:
        pictures = np.load(people.pictures, mmap_mode="r", allow_pickle=False)
        for row, captions in enumerate(people.captions):
            name = f"{block.part}-{block.number * BLOCK + row:06d}"
            crops = FRAMINGS[block.corpus].crops
            yield HeadClip(name, block.part, captions, people.latents.row(row), crops, np.array(pictures[row]))


def draw_block(options: HeadsCorpusOptions, folder: Path, block: Block) -> DrawnBlock:
    """Draw the people of a block and render them into `folder`; a function of the seed and the block alone."""
    names = list(FRAMINGS)
    rng = np.random.default_rng([options.seed, names.index(block.corpus), PARTS.index(block.part), block.number])
    latents = draw_latents(rng, draw_options(rng, [{}] * BLOCK, natural=False))
    framing = FRAMINGS[block.corpus]
    judge = block.corpus == "judge"
    views = [framing.draw(rng, options.judge_views if judge else options.views) for _ in range(BLOCK)]
    shown = read_options(latents)
    words = random.Random(int(rng.integers(2**62)))  # the captions' own generator
    captions = [draw_captions(words, shown, row, options.captions) for row in range(block.count)]
    order = np.lexsort([shown[name][: block.count] for name in ("glasses", "clothing", "hair_style")])
    size = options.judge_size if judge else options.size
    pictures = render(latents, views, order, size)
    path = folder / f"{block.name}.npy"
    np.save(path, pictures)
    return DrawnBlock(latents[slice(0, block.count)], captions, path)


def draw_captions(rng: random.Random, options: Options, row: int, count: int) -> tuple[Caption, ...]:
    """So many captions that are true of one of several heads with `options`, without held-out combinations."""
    known = attributes()
    own = {name: int(values[row]) for name, values in options.items()}
    facts = known_of({name: known[name].options[number] for name, number in own.items()})
    captions: list[Caption] = []
    while len(captions) < count:
        caption = describe(rng, facts, rng.choice(_TOPICS))
        if caption.facts and not names_held_out(caption.facts, own):
            captions.append(caption)
    return tuple(captions)


def render(latents: Latents, views: Sequence[Sequence[View]], order: NDArray[np.int64], size: int) -> NDArray[np.uint8]:
    """Pictures uint8 (N, V, size, size, 3) of the first N heads; order: in which they are rendered.

    Heads that wear the same follow each other, for a scene is made once for them.
    """
    renderer = QuickRenderer(size)
    pictures = np.empty((len(order), len(views[0]), size, size, 3), np.uint8)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the sums of several threads could differ in the last bit
    try:
        for start in range(0, len(order), _PAINTED):
            rows = order[start : start + _PAINTED].tolist()
            made = renderer.pictures(decode(latents[rows]), [views[row] for row in rows])
            pictures[rows] = (made * 255).round().byte().permute(0, 1, 3, 4, 2).numpy()
    finally:
        torch.set_num_threads(threads)
    return pictures

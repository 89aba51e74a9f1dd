"""The corpus of figures: clips of all parts, rendered in several processes, the same with any number of them."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from mien.bodies.keypoints import PoseError
from mien.bodies.motions.captured import read_bvh
from mien.errors import InputError
from mien.execution import Execution
from mien.files import atomic_directory
from mien.follow.corpus.filming import ClipNumber, compile_kernels, film
from mien.follow.corpus.options import FiguresCorpusOptions
from mien.follow.corpus.sheet import contact_sheet
from mien.follow.corpus.store import PARTS, FigureClip, FiguresCorpus, write_figures
from mien.heads.render.numba_cache import CACHE
from mien.parallel import map_clips

BLOCK = 32
"""Clips that a process renders at a time."""

SHEET = "contact_sheet.png"
"""Name of the picture of some clips of each part, in the corpus' folder."""


@dataclass(frozen=True, eq=False)
class _Filmed:
    """A clip without its arrays, which are in a file."""

    clip: FigureClip
    path: Path

    def whole(self) -> FigureClip:
        """The clip."""
        with np.load(self.path, allow_pickle=False) as arrays:
            own = {name: arrays[name] for name in ("frames", "masks", "joints")}
        return FigureClip(self.clip.clip_id, self.clip.part, self.clip.scene, self.clip.captions, self.clip.take, **own)


def make_figures_corpus(options: FiguresCorpusOptions, out: Path, execution: Execution | None = None) -> dict[str, Any]:
    """Write the corpus to `out`, whole or not at all, with a contact sheet; returns its figures.

    The same bytes with any number of processes; a clip depends on its part, its number and the options, not on how many
    there are. Raises InputError for a folder `bvh` without BVH files that can be used, and RuntimeError when clips
    cannot be rendered.
    """
    files = bvh_files(options.bvh)
    blocks = [block for part in PARTS for block in _blocks(part, getattr(options, part))]
    if CACHE:
        compile_kernels()  # into numba's cache here, not in every process
    with atomic_directory(out) as folder:
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            render = partial(_film_block, options, files, Path(scratch))
            outcomes = map_clips(render, blocks, execution or Execution(), "figures corpus", unit="blocks")
            failed = [str(outcome.detail or outcome.reason) for outcome in outcomes if outcome.value is None]
            if failed:
                raise RuntimeError(f"{len(failed)} of {len(blocks)} blocks of figures failed; the first: {failed[0]}")
            index = write_figures(folder, _clips([one.value for one in outcomes if one.value is not None]))
        Image.fromarray(contact_sheet(FiguresCorpus(folder))).save(folder / SHEET)
    return _figures(index)


def bvh_files(folder: str) -> tuple[Path, ...]:
    """The BVH files below a folder, in the order of their names; none for an empty name.

    Raises InputError where there are none, or for one that cannot be used.
    """
    if not folder:
        return ()
    files = tuple(sorted(path for path in Path(folder).rglob("*") if path.suffix.lower() == ".bvh"))
    if not files:
        raise InputError(f"figures_corpus.bvh: there are no BVH files in {folder}; leave it empty to use none")
    for path in files:  # now, in place of after minutes of rendering
        try:
            read_bvh(path)
        except PoseError as error:
            raise InputError(f"figures_corpus.bvh: {error}") from error
    return files


def _blocks(part: str, count: int) -> Iterator[tuple[ClipNumber, ...]]:
    for start in range(0, count, BLOCK):
        yield tuple(ClipNumber(part, number) for number in range(start, min(start + BLOCK, count)))


def _film_block(
    options: FiguresCorpusOptions, files: Sequence[Path], folder: Path, block: Sequence[ClipNumber]
) -> list[_Filmed]:
    found = []
    for number in block:
        clip = film(options, files, number)
        path = folder / f"{clip.clip_id}.npz"
        np.savez(path, frames=clip.frames, masks=clip.masks, joints=clip.joints)
        empty = np.empty(0, np.uint8)
        found.append(
            _Filmed(
                FigureClip(clip.clip_id, clip.part, clip.scene, clip.captions, clip.take, empty, empty,
                           empty.astype(np.float32)), path
            )
        )  # fmt: skip
    return found


def _clips(blocks: Sequence[list[_Filmed]]) -> Iterator[FigureClip]:
    for block in blocks:
        for filmed in block:
            yield filmed.whole()
            filmed.path.unlink()


def _figures(index: pd.DataFrame) -> dict[str, Any]:
    """Numbers of clips, frames, texts and motions."""
    texts = {text for listed in index["texts"] for text in json.loads(listed)}
    takes = [json.loads(take) for take in index["take"]]
    actions = Counter(take["action"] or "bvh" for take in takes)
    return {
        "clips": len(index),
        "frames": int(index["frames"].sum()),
        "texts": len(texts),
        "parts": {part: int((index["part"] == part).sum()) for part in PARTS},
        "motions": dict(sorted(actions.items())),
    }
